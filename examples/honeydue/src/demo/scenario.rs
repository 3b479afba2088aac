//! What happens in the demonstration, step by step.

use std::io::Cursor;
use std::time::Duration;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, id};
use super::traces::Traces;
use super::vendor::{Answer, Vendor};
use crate::database::Pool;
use crate::error::StartError;

/// Longer than a statement may take before it is called slow.
const A_LONG_TIME: Duration = Duration::from_millis(800);
const PASSWORD: &str = "correct horse battery staple";

/// A user, what they do, and what is seen of it.
pub(super) struct Scenario<'d> {
    pub(super) url: String,
    pub(super) database: Pool,
    pub(super) vendor: &'d Vendor,
    pub(super) traces: &'d Traces,
}

impl Scenario<'_> {
    pub(super) async fn run(&self) -> Result<(), StartError> {
        let mut ann = Client::new(&self.url);
        self.sign_up(&mut ann).await?;
        let residence = self.residences(&ann).await?;
        self.tasks(&ann, residence).await?;
        self.upload(&ann, residence).await?;
        self.push_to_a_telephone_that_is_gone(&ann, residence).await?;
        self.job_that_fails_twice(&ann, residence).await?;
        self.slow_query(&ann, residence).await?;
        self.client_that_hangs_up(&ann, residence).await
    }

    async fn sign_up(&self, ann: &mut Client) -> Result<(), StartError> {
        let account = json!({ "email": "ann@example.org", "name": "Ann", "password": PASSWORD });
        ann.begin_session("/api/auth/sign-up", &account).await?;
        self.traces.show("Somebody signs up", ("POST /api/auth/sign-up", 1)).await?;

        let wrong = json!({ "email": "ann@example.org", "password": "a guess" });
        let refused = ann.request(Method::POST, "/api/auth/log-in").json(&wrong).send().await?;
        expect(refused.status().as_u16() == 401, "a wrong password was taken")?;
        self.traces.show("A wrong password", ("POST /api/auth/log-in", 1)).await?;

        let right = json!({ "email": "ann@example.org", "password": PASSWORD });
        ann.begin_session("/api/auth/log-in", &right).await?;
        self.traces.show("The right one", ("POST /api/auth/log-in", 1)).await
    }

    async fn residences(&self, ann: &Client) -> Result<i64, StartError> {
        let cottage =
            ann.post("/api/residences/", &json!({ "name": "Cottage", "address": "1 Lane" })).await?;
        self.traces.show("A residence", ("POST /api/residences/", 1)).await?;
        id(&cottage)
    }

    async fn tasks(&self, ann: &Client, residence: i64) -> Result<(), StartError> {
        ann.new_task(residence, "Sweep the chimney").await?;
        self.traces.show("A task", ("POST /api/tasks/", 1)).await?;
        ann.get("/api/tasks/").await?;
        self.traces.show("All tasks: service, repositories, SQL", ("GET /api/tasks/", 1)).await
    }

    async fn upload(&self, ann: &Client, residence: i64) -> Result<(), StartError> {
        ann.upload(residence, "roof.png", picture()?).await?;
        let heading = "An upload, and the thumbnail that the worker makes of it, in one trace";
        self.traces.show(heading, ("job.handle:make_thumbnail", 1)).await
    }

    async fn push_to_a_telephone_that_is_gone(&self, ann: &Client, residence: i64) -> Result<(), StartError> {
        self.device(ann, Answer::Delivered).await?;
        self.device(ann, Answer::Gone).await?;
        let task = ann.new_task(residence, "Mow the lawn").await?;
        self.traces.forget().await;
        ann.post(&format!("/api/tasks/{task}/complete"), &Value::Null).await?;
        let heading = "A push to two telephones, one of which is gone";
        self.traces.show(heading, ("job.handle:deliver_notification", 1)).await
    }

    async fn job_that_fails_twice(&self, ann: &Client, residence: i64) -> Result<(), StartError> {
        self.device(ann, Answer::Busy(2)).await?;
        let task = ann.new_task(residence, "Paint the fence").await?;
        self.traces.forget().await;
        ann.post(&format!("/api/tasks/{task}/complete"), &Value::Null).await?;
        let heading = "A job that fails twice and then works";
        self.traces.show(heading, ("job.handle:deliver_notification", 3)).await
    }

    async fn slow_query(&self, ann: &Client, residence: i64) -> Result<(), StartError> {
        let lock = self.lock_database().await?;
        let (task, ()) = tokio::try_join!(ann.new_task(residence, "Water the plants"), async {
            tokio::time::sleep(A_LONG_TIME).await;
            Ok(lock.rollback().await?)
        })?;
        expect(task > 0, "a task has no id")?;
        self.traces.show("A slow query: somebody else has the database's lock", ("POST /api/tasks/", 1)).await
    }

    async fn client_that_hangs_up(&self, ann: &Client, residence: i64) -> Result<(), StartError> {
        let lock = self.lock_database().await?;
        let task = json!({ "residence_id": residence, "title": "Never" });
        let impatient = ann.request(Method::POST, "/api/tasks/").json(&task).timeout(A_LONG_TIME / 4);
        let gave_up = impatient.send().await.is_err_and(|error| error.is_timeout());
        lock.rollback().await?;
        expect(gave_up, "a client had patience")?;
        self.traces.show("A client that hangs up while it waits", ("POST /api/tasks/", 1)).await
    }

    async fn device(&self, ann: &Client, answer: Answer) -> Result<(), StartError> {
        let device = json!({ "platform": "ios", "push_token": self.vendor.device(answer) });
        ann.post("/api/devices/", &device).await?;
        self.traces.forget().await;
        Ok(())
    }

    /// As long as it is held, nobody else writes.
    async fn lock_database(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>, StartError> {
        let mut lock = self.database.begin().await?;
        sqlx::query("UPDATE users SET name = name").execute(&mut *lock).await?;
        Ok(lock)
    }
}

fn expect(is_so: bool, otherwise: &'static str) -> Result<(), StartError> {
    if is_so { Ok(()) } else { Err(otherwise.into()) }
}

fn picture() -> Result<Vec<u8>, StartError> {
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_pixel(800, 600, Rgb([120, 40, 90])).write_to(&mut file, ImageFormat::Png)?;
    Ok(file.into_inner())
}
