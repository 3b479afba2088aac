//! The yardstick's work, instrumented by attributes.

use spanweave::{repo, traced_service};

use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

/// Stands for the database: a ready future.
struct Database;

#[repo]
impl Database {
    pub async fn query(&self, text: &'static str, user: i64) -> Res {
        leaf(text, user)
    }
}

struct TaskRepository {
    database: Database,
}

#[repo(calls(database))]
impl TaskRepository {
    pub async fn list(&self, user: i64) -> Res {
        self.database.query(Q_TASKS, user).await
    }
}

struct UserRepository {
    database: Database,
}

#[repo(calls(database))]
impl UserRepository {
    pub async fn find(&self, user: i64) -> Res {
        self.database.query(Q_USERS, user).await
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
        let [users, tasks] = [Database, Database];
        TaskService { users: UserRepository { database: users }, tasks: TaskRepository { database: tasks } }
    }
}
