#[traced_service]
impl TaskService {
    pub async fn update(&self, Path(id): Path<i64>, _: Version, mut task: Task, (a, mut b): (u8, u8)) -> Option<Task> {
        task.id = id;
        b += a;
        (b > 0).then_some(task)
    }
}
