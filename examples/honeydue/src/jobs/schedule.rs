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
    /// Sessions that have ended are removed.
    PurgeSessions,
}

impl Scheduled {
    /// In spans and metrics.
    pub(super) fn task_type(self) -> &'static str {
        match self {
            Scheduled::RemindDue => "remind_due",
            Scheduled::SendDigest => "send_digest",
            Scheduled::PurgeSessions => "purge_sessions",
        }
    }

    /// When, in UTC.
    pub(super) fn schedule(self) -> Schedule {
        let text = match self {
            Scheduled::RemindDue => "0 * * * * *",
            Scheduled::SendDigest => "0 0 5 * * *",
            Scheduled::PurgeSessions => "0 30 * * * *",
        };
        Schedule::from_str(text).expect("the schedules are well-formed")
    }

    pub(super) async fn perform(self, app: &App) -> Result<()> {
        match self {
            Scheduled::RemindDue => {
                let tasks = app.tasks.remind_due().await?;
                tracing::info!(tasks, "owners were reminded of what is due");
            }
            Scheduled::SendDigest => {
                let users = app.tasks.send_digest().await?;
                tracing::info!(users, "users were told what is to be done");
            }
            Scheduled::PurgeSessions => {
                let sessions = app.auth.purge_sessions().await?;
                tracing::info!(sessions, "sessions that have ended were removed");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Scheduled;

    #[test]
    fn each_has_a_next_time() {
        for scheduled in [Scheduled::RemindDue, Scheduled::SendDigest, Scheduled::PurgeSessions] {
            assert!(scheduled.schedule().upcoming(chrono::Utc).next().is_some());
        }
    }
}
