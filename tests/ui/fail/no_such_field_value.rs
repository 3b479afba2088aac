use spanweave::repo;

struct Task;

struct Tasks;

#[repo]
impl Tasks {
    #[traced(fields(task, id = task_id))]
    pub async fn save(&self, task: &Task) -> bool {
        let Task = task;
        true
    }
}

fn main() {
    drop(Tasks.save(&Task));
}
