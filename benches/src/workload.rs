//! The yardstick's work, instrumented by attributes: with the context passed on by `calls(…)`, and through the plain
//! names, which find it current.

use spanweave::sql::Query;
use spanweave::{repo, traced_service};

use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

static TASKS: Query = Query::new("postgresql", Q_TASKS);
static USERS: Query = Query::new("postgresql", Q_USERS);

pub struct TaskRepository;

#[repo]
impl TaskRepository {
    pub async fn list(&self, user: i64) -> Res {
        TASKS.try_run(async { leaf(TASKS.text(), user) }).await
    }
}

pub struct UserRepository;

#[repo]
impl UserRepository {
    pub async fn find(&self, user: i64) -> Res {
        USERS.try_run(async { leaf(USERS.text(), user) }).await
    }
}

pub struct TaskService {
    users: UserRepository,
    tasks: TaskRepository,
}

#[traced_service(calls(users, tasks))]
impl TaskService {
    pub async fn list_tasks(&self, user: i64) -> Res {
        let found = self.users.find(user).await?;
        let tasks = self.tasks.list(user).await?;
        Ok(found ^ tasks)
    }
}

impl Default for TaskService {
    fn default() -> Self {
        TaskService { users: UserRepository, tasks: TaskRepository }
    }
}

pub struct PlainTaskService {
    users: UserRepository,
    tasks: TaskRepository,
}

#[traced_service]
impl PlainTaskService {
    pub async fn list_tasks(&self, user: i64) -> Res {
        let found = self.users.find(user).await?;
        let tasks = self.tasks.list(user).await?;
        Ok(found ^ tasks)
    }
}

impl Default for PlainTaskService {
    fn default() -> Self {
        PlainTaskService { users: UserRepository, tasks: TaskRepository }
    }
}
