//! What users do with their tasks, and what is done about those that are due.

use std::time::Duration;

use spanweave::traced_service;

use super::{Task, TaskInput, TaskRepository};
use crate::contractors::ContractorRepository;
use crate::error::{AppError, Result};
use crate::http::{Page, PageQuery};
use crate::notifications::{Category, NewNotification, NotificationService};
use crate::residences::ResidenceRepository;
use crate::time::Timestamp;

const TASK: AppError = AppError::NotFound("task");
const DAY: Duration = Duration::from_hours(24);
/// Reminders of one run; the next one has the rest.
const REMINDERS: i64 = 500;
/// How many users are told what is to be done at a time.
const DIGESTS: i64 = 500;

/// Tasks in the residences of the user who asks.
#[derive(Clone)]
pub struct TaskService {
    tasks: TaskRepository,
    residences: ResidenceRepository,
    contractors: ContractorRepository,
    notifications: NotificationService,
}

impl TaskService {
    /// Of what the repositories hold; whom they concern is told by notifications.
    pub fn new(
        tasks: TaskRepository,
        residences: ResidenceRepository,
        contractors: ContractorRepository,
        notifications: NotificationService,
    ) -> TaskService {
        TaskService { tasks, residences, contractors, notifications }
    }
}

#[traced_service(strict, calls(tasks, residences, notifications))]
impl TaskService {
    /// A page of all tasks of a user.
    pub async fn list_tasks(&self, user_id: i64, query: &PageQuery) -> Result<Page<Task>> {
        let found = self.tasks.list(user_id, query).await?;
        Ok(Page::of(found, query, |task| task.id))
    }

    /// A page of those in one residence.
    pub async fn get_tasks_by_residence(
        &self,
        user_id: i64,
        residence_id: i64,
        query: &PageQuery,
    ) -> Result<Page<Task>> {
        self.residences.find(user_id, residence_id).await?.ok_or(AppError::NotFound("residence"))?;
        let found = self.tasks.list_of_residence(user_id, residence_id, query).await?;
        Ok(Page::of(found, query, |task| task.id))
    }

    /// One of them.
    pub async fn get(&self, user_id: i64, id: i64) -> Result<Task> {
        self.tasks.find(user_id, id).await?.ok_or(TASK)
    }

    /// Adds one.
    pub async fn create(&self, user_id: i64, input: &TaskInput) -> Result<Task> {
        self.require_parts(user_id, input).await?;
        let id = self.tasks.insert(input).await?;
        self.get(user_id, id).await
    }

    /// Changes one.
    pub async fn update(&self, user_id: i64, id: i64, input: &TaskInput) -> Result<Task> {
        self.require_parts(user_id, input).await?;
        if !self.tasks.update(user_id, id, input).await? {
            return Err(TASK);
        }
        self.get(user_id, id).await
    }

    /// It is done; one that repeats is to be done again. The owner's other telephones hear of it.
    pub async fn complete(&self, user_id: i64, id: i64) -> Result<Task> {
        let task = self.tasks.find(user_id, id).await?.ok_or(TASK)?;
        let again = task.repeat_days.and_then(|days| u32::try_from(days).ok()).map(|days| DAY * days);
        let next_due = again.map(|later| Timestamp::now().plus(later));
        let done = NewNotification {
            user_id,
            task_id: Some(id),
            category: Category::TaskCompleted,
            title: "Done".to_owned(),
            body: task.title,
        };
        let told = self.tasks.complete(user_id, id, next_due, &done).await?;
        self.notifications.enqueue(told.ok_or(AppError::Conflict("the task is complete already"))?).await;
        self.get(user_id, id).await
    }

    /// Removes one.
    pub async fn delete(&self, user_id: i64, id: i64) -> Result<()> {
        if self.tasks.delete(user_id, id).await? { Ok(()) } else { Err(TASK) }
    }

    /// Reminds the owners of tasks that are due, of each once; of how many they were.
    pub async fn remind_due(&self) -> Result<usize> {
        let mut told = 0;
        for task in self.tasks.due(Timestamp::now(), REMINDERS).await? {
            let reminder = NewNotification {
                user_id: task.user_id,
                task_id: Some(task.id),
                category: Category::TaskDue,
                title: "Due".to_owned(),
                body: task.title,
            };
            // Another worker may be at it, or the task be done by now.
            if let Some(notification) = self.tasks.remind(task.id, &reminder).await? {
                self.notifications.enqueue(notification).await;
                told += 1;
            }
        }
        Ok(told)
    }

    /// Tells everyone who has something to do until tomorrow how much that is, once a day; how many were told.
    pub async fn send_digest(&self) -> Result<usize> {
        let now = Timestamp::now();
        let mut told = 0;
        loop {
            let users = self.tasks.not_told(now, now.plus(DAY), DIGESTS).await?;
            if users.is_empty() {
                return Ok(told);
            }
            for user in users {
                let digest = NewNotification {
                    user_id: user.user_id,
                    task_id: None,
                    category: Category::Digest,
                    title: "Today".to_owned(),
                    body: format!("{} to do until tomorrow", user.open),
                };
                // Another worker may be at it.
                if let Some(notification) = self.tasks.tell_on_day(&digest, now).await? {
                    self.notifications.enqueue(notification).await;
                    told += 1;
                }
            }
        }
    }

    /// What a task refers to has to be the user's own.
    async fn require_parts(&self, user_id: i64, input: &TaskInput) -> Result<()> {
        let residence = self.residences.find(user_id, input.residence_id).await?;
        residence.ok_or(AppError::NotFound("residence"))?;
        if let Some(id) = input.contractor_id {
            self.contractors.find(user_id, id).await?.ok_or(AppError::NotFound("contractor"))?;
        }
        Ok(())
    }
}
