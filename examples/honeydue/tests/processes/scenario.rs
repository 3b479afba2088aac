//! What happens between the two processes, whichever queue is between them.

use serde_json::json;
use tempfile::TempDir;

use crate::common::id;
use crate::process::Process;
use crate::system::{DEVICE, System};
use crate::user::{PASSWORD, User, get};

/// Tasks are completed and pushed to a telephone, the second by another worker. Looks at the traces and the pages, and stops both.
pub async fn tasks_are_completed(database: &str, jobs: &str, folder: TempDir) {
    let mut system = System::start(database, jobs, folder).await;
    let user = User::sign_up(&system.api).await;
    user.post("/api/devices/", &json!({ "platform": "ios", "push_token": DEVICE })).await;
    let residence = id(&user.post("/api/residences/", &json!({ "name": "Cottage" })).await);

    a_task_is_completed(&system, &user, residence).await;
    pages_are_there(&system).await;
    system.forget();
    system.replace_worker().await;
    a_task_is_completed(&system, &user, residence).await;
    both_stop(system, &user.token);
}

async fn a_task_is_completed(system: &System, user: &User, residence: i64) {
    let task = json!({ "residence_id": residence, "title": "Sweep the chimney" });
    let task = id(&user.post("/api/tasks/", &task).await);
    user.post(&format!("/api/tasks/{task}/complete"), &json!({})).await;
    assert_eq!(system.trace_with(["POST /api/tasks/{id}/complete", "apns.Send"]).await, TRACE);
}

const TRACE: &str = "\
POST /api/tasks/{id}/complete service.name=honeydue-api
  AuthService.authenticate service.name=honeydue-api
    SessionRepository.user_of service.name=honeydue-api
      SELECT sessions service.name=honeydue-api
  TaskService.complete service.name=honeydue-api
    TaskRepository.find service.name=honeydue-api
      SELECT tasks residences service.name=honeydue-api
    TaskRepository.complete service.name=honeydue-api
      transaction service.name=honeydue-api
        BEGIN service.name=honeydue-api
        UPDATE tasks SELECT residences service.name=honeydue-api
        NotificationRepository.insert service.name=honeydue-api
          INSERT notifications service.name=honeydue-api
        COMMIT service.name=honeydue-api
    NotificationService.enqueue service.name=honeydue-api
      job.enqueue:deliver_notification service.name=honeydue-api
        job.handle:deliver_notification service.name=honeydue-worker
          NotificationService.deliver service.name=honeydue-worker
            NotificationRepository.find_of_anyone service.name=honeydue-worker
              SELECT notifications service.name=honeydue-worker
            DeviceRepository.unreached service.name=honeydue-worker
              SELECT devices notifications deliveries service.name=honeydue-worker
            apns.Send service.name=honeydue-worker
            DeviceRepository.reached service.name=honeydue-worker
              INSERT deliveries SELECT devices service.name=honeydue-worker
      NotificationRepository.mark_enqueued service.name=honeydue-api
        UPDATE notifications service.name=honeydue-api
    TaskService.get service.name=honeydue-api
      TaskRepository.find service.name=honeydue-api
        SELECT tasks residences service.name=honeydue-api
";

async fn pages_are_there(system: &System) {
    for process in [&system.api, &system.worker] {
        for health in ["/api/health/", "/api/health/live"] {
            get(format!("{}{health}", process.url)).await;
        }
    }
    let metrics = get(format!("{}/metrics", system.api.url)).await;
    let route = "http_request_duration_seconds_count{route=\"/api/tasks/{id}/complete\",method=\"POST\",status=\"200\"} 1\n";
    assert!(metrics.contains(route), "{metrics}");
    let metrics = get(format!("{}/metrics", system.worker.url)).await;
    for line in [
        "job_duration_seconds_count{task_type=\"deliver_notification\",result=\"ok\"} 1\n",
        "apns_send_duration_seconds_count{result=\"ok\"} 1\n",
        // It is taken long before the worker's next heartbeat.
        "job_queue_wait_seconds_bucket{le=\"2.5\",task_type=\"deliver_notification\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

/// They end well when they are asked to, and have told nobody what is secret.
fn both_stop(system: System, session: &str) {
    let System { api, worker, .. } = system;
    for process in [&api, &worker] {
        Process::terminate(process);
    }
    for ended in [api, worker].map(Process::ended) {
        ended.assert_well();
        for secret in [DEVICE, PASSWORD, session, "PRIVATE KEY", "ingest-token"] {
            assert!(!ended.stdout.contains(secret), "{secret} is in {}", ended.stdout);
        }
    }
}
