//! Work that the clock asks for.

use std::str::FromStr;

use cron::Schedule;

use crate::app::App;
use crate::error::Result;

/// A kind of scheduled work.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scheduled {
    /// Owners of tasks that are due are reminded.
    RemindDue,
    /// Everyone who has something to do hears of it in the morning.
    SendDigest,
}

impl Scheduled {
    /// In spans and metrics.
    pub(super) fn task_type(self) -> &'static str {
        match self {
            Scheduled::RemindDue => "remind_due",
            Scheduled::SendDigest => "send_digest",
        }
    }

    /// When, in UTC.
    pub(super) fn schedule(self) -> Schedule {
        let text = match self {
            Scheduled::RemindDue => "0 * * * * *",
            Scheduled::SendDigest => "0 0 5 * * *",
        };
        Schedule::from_str(text).expect("the schedules are well-formed")
    }

    pub(super) async fn perform(self, app: &App) -> Result<()> {
        let (users, done) = match self {
            Scheduled::RemindDue => (app.tasks.remind_due().await?, "reminded"),
            Scheduled::SendDigest => (app.tasks.send_digest().await?, "told what is to be done"),
        };
        tracing::info!(users, "{done}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Scheduled;

    #[test]
    fn each_has_a_next_time() {
        for scheduled in [Scheduled::RemindDue, Scheduled::SendDigest] {
            assert!(scheduled.schedule().upcoming(chrono::Utc).next().is_some());
        }
    }
}
