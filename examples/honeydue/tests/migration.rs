//! One service in three steps: not annotated, half of its methods, all of them. `docs/migration.md` shows what is printed here.

mod common;
#[path = "migration/step_1.rs"]
mod step_1;
#[path = "migration/step_2.rs"]
mod step_2;
#[path = "migration/step_3.rs"]
mod step_3;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::TestApp;
use honeydue::http::PageQuery;
use honeydue::residences::ResidenceRepository;
use honeydue::tasks::TaskRepository;
use spanweave::testing::TestTelemetry;

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The file without what a step may add.
fn without_attributes(file: &str) -> String {
    let is_plain =
        |line: &&str| !line.trim().starts_with("#[traced") && *line != "use spanweave::traced_service;";
    file.lines().filter(is_plain).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_other_line_is_changed() {
    let [first, second, third] = [1, 2, 3].map(|step| file(&format!("tests/migration/step_{step}.rs")));
    assert_eq!(without_attributes(&first), first.trim_end(), "it has none");
    assert_eq!(without_attributes(&second), without_attributes(&first));
    assert_eq!(without_attributes(&third), without_attributes(&first));
}

/// Which methods of the file's service are traced.
fn status(file: &str) -> String {
    let methods = spanweave::methods();
    let traced = methods.iter().filter(|method| method.file().ends_with(file));
    let names: Vec<_> = traced.map(|method| format!("{}.{}", method.owner(), method.name())).collect();
    if names.is_empty() { "traced: none\n".to_owned() } else { format!("traced: {}\n", names.join(", ")) }
}

macro_rules! step {
    ($module:ident, $app:expr, $user:expr, $residence:expr) => {{
        let telemetry = TestTelemetry::new();
        let service = $module::TaskService {
            tasks: TaskRepository::new($app.app.pool.clone()),
            residences: ResidenceRepository::new($app.app.pool.clone()),
        };
        let (page, user) = (PageQuery::default(), $user);
        telemetry
            .root("GET /api/residences/{id}/tasks/")
            .run(async {
                let tasks = service.get_tasks_by_residence(user, $residence, &page).await.unwrap();
                assert_eq!(tasks.len(), 1);
            })
            .await;
        telemetry
            .root("GET /api/tasks/{id}")
            .run(async { assert!(service.get(user, 1).await.is_ok()) })
            .await;
        // Outside any trace they do the same, and show nothing.
        assert_eq!(service.list_tasks(user, &page).await.unwrap().len(), 1);
        assert!(service.delete(user, 0).await.is_err());
        let mut shown = status(concat!(stringify!($module), ".rs"));
        write!(shown, "\n{}", telemetry.span_tree()).unwrap();
        shown
    }};
}

#[tokio::test]
async fn each_step_shows_what_is_traced() {
    let app = TestApp::start().await;
    let user = app.user().await;
    let residence = user.residence().await;
    user.task(residence).await;

    let steps = [
        step!(step_1, app, user.id, residence),
        step!(step_2, app, user.id, residence),
        step!(step_3, app, user.id, residence),
    ];
    let document = file("../../docs/migration.md");
    for (number, shown) in (1..).zip(&steps) {
        assert!(document.contains(shown.as_str()), "step {number} in docs/migration.md:\n{shown}");
    }
}
