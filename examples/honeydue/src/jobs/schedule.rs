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
    /// Notifications whose job was not enqueued when they were written are enqueued.
    EnqueueNotifications,
    /// Objects that no document names any more are removed.
    RemoveDiscarded,
}

impl Scheduled {
    /// In spans and metrics.
    pub(super) fn task_type(self) -> &'static str {
        match self {
            Scheduled::RemindDue => "remind_due",
            Scheduled::SendDigest => "send_digest",
            Scheduled::EnqueueNotifications => "enqueue_notifications",
            Scheduled::RemoveDiscarded => "remove_discarded",
        }
    }

    /// When, in UTC.
    pub(super) fn schedule(self) -> Schedule {
        let text = match self {
            Scheduled::RemindDue => "0 * * * * *",
            Scheduled::SendDigest => "0 0 5 * * *",
            Scheduled::EnqueueNotifications => "20 * * * * *",
            Scheduled::RemoveDiscarded => "40 * * * * *",
        };
        Schedule::from_str(text).expect("the schedules are well-formed")
    }

    pub(super) async fn perform(self, app: &App) -> Result<()> {
        let (count, done) = match self {
            Scheduled::RemindDue => (app.tasks.remind_due().await?, "users were reminded"),
            Scheduled::SendDigest => (app.tasks.send_digest().await?, "users were told what is to be done"),
            Scheduled::EnqueueNotifications => {
                (app.notifications.enqueue_waiting().await?, "notifications were enqueued late")
            }
            Scheduled::RemoveDiscarded => (app.documents.remove_discarded().await?, "objects were removed"),
        };
        tracing::info!(count, "{done}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Scheduled;

    #[test]
    fn each_has_a_next_time() {
        for scheduled in [
            Scheduled::RemindDue,
            Scheduled::SendDigest,
            Scheduled::EnqueueNotifications,
            Scheduled::RemoveDiscarded,
        ] {
            assert!(scheduled.schedule().upcoming(chrono::Utc).next().is_some());
        }
    }
}
