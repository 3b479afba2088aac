//! Work that the clock asks for.

use std::str::FromStr;
use std::time::Duration;

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
            Scheduled::PurgeSessions => "purge_sessions",
            Scheduled::EnqueueNotifications => "enqueue_notifications",
            Scheduled::RemoveDiscarded => "remove_discarded",
        }
    }

    /// How long a run may take. What it leaves is for the next one.
    pub(super) const TIMEOUT: Duration = Duration::from_mins(1);

    /// When, in UTC. The digest is for the morning: later runs tell those whom an earlier one did not come to.
    pub(super) fn schedule(self) -> Schedule {
        let text = match self {
            Scheduled::RemindDue => "0 * * * * *",
            Scheduled::SendDigest => "0 */5 5-7 * * *",
            Scheduled::PurgeSessions => "0 30 * * * *",
            Scheduled::EnqueueNotifications => "20 * * * * *",
            Scheduled::RemoveDiscarded => "40 * * * * *",
        };
        Schedule::from_str(text).expect("the schedules are well-formed")
    }

    pub(super) async fn perform(self, app: &App) -> Result<()> {
        let done = match self {
            Scheduled::RemindDue => app.tasks.remind_due().await?,
            Scheduled::SendDigest => app.tasks.send_digest().await?,
            Scheduled::PurgeSessions => app.auth.purge_sessions().await?,
            Scheduled::EnqueueNotifications => app.notifications.enqueue_waiting().await?,
            Scheduled::RemoveDiscarded => app.documents.remove_discarded().await?,
        };
        if done > 0 {
            tracing::info!(task_type = self.task_type(), done, "there was something to do");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Timelike, Utc};

    use super::Scheduled;

    #[test]
    fn the_digest_has_a_morning_to_reach_everyone() {
        let [midnight, noon] = [0, 12].map(|hour| Utc.with_ymd_and_hms(2026, 1, 1, hour, 0, 0).unwrap());
        let digest = Scheduled::SendDigest.schedule();
        let runs: Vec<_> = digest.after(&midnight).take_while(|run| *run < noon).collect();
        assert_eq!(runs.len(), 36);
        assert_eq!((runs[0].hour(), runs[1].minute(), runs[35].hour()), (5, 5, 7));
    }

    #[test]
    fn each_has_a_next_time() {
        for scheduled in [
            Scheduled::RemindDue,
            Scheduled::SendDigest,
            Scheduled::PurgeSessions,
            Scheduled::EnqueueNotifications,
            Scheduled::RemoveDiscarded,
        ] {
            assert!(scheduled.schedule().upcoming(Utc).next().is_some());
        }
    }
}
