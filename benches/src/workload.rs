//! The yardstick's work, instrumented.

use spanweave::{Ctx, Method, Returns};

use crate::sketch::{Q_TASKS, Q_USERS, Res, leaf};

pub struct Tasks;
pub struct Users;
pub struct TaskService {
    tasks: Tasks,
    users: Users,
}

fn sql(q: &'static str, user: i64) -> impl Future<Output = Res> {
    static METHOD: Method = Method::repo("Sql", "list", module_path!());
    METHOD.call(Returns::<Res>::NEW.class(), async move { leaf(q, user) })
}

impl Tasks {
    pub fn list(&self, user: i64) -> impl Future<Output = Res> {
        static METHOD: Method = Method::repo("Tasks", "list", module_path!());
        METHOD.call(Returns::<Res>::NEW.class(), async move {
            let ctx = Ctx::current();
            return { ctx.enter(|| sql(Q_TASKS, user)).await };
        })
    }
    pub fn list_ctx(&self, ctx: Ctx, user: i64) -> impl Future<Output = Res> {
        ctx.enter(move || self.list(user))
    }
}
impl Users {
    pub fn find(&self, user: i64) -> impl Future<Output = Res> {
        static METHOD: Method = Method::repo("Users", "find", module_path!());
        METHOD.call(Returns::<Res>::NEW.class(), async move {
            let ctx = Ctx::current();
            return { ctx.enter(|| sql(Q_USERS, user)).await };
        })
    }
    pub fn find_ctx(&self, ctx: Ctx, user: i64) -> impl Future<Output = Res> {
        ctx.enter(move || self.find(user))
    }
}
impl TaskService {
    pub fn new() -> TaskService {
        TaskService { tasks: Tasks, users: Users }
    }
    pub fn list_tasks(&self, user: i64) -> impl Future<Output = Res> {
        static METHOD: Method = Method::service("TaskService", "list_tasks", module_path!());
        METHOD.call(Returns::<Res>::NEW.class(), async move {
            let ctx = Ctx::current();
            let u = self.users.find_ctx(ctx, user).await?;
            let t = self.tasks.list_ctx(ctx, user).await?;
            Ok(u ^ t)
        })
    }
}
