//! What becomes of a notification that is pushed to several devices.

use crate::error::Result;

/// What became of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// Its vendor took the message.
    Yes,
    /// Its platform is not configured.
    Skipped,
    /// Its vendor does not know its token, and it is kept for now.
    Refused,
    /// It is gone, or its vendor did not know its token too often, and it is removed.
    Removed,
}

/// What became of all that could be settled: how many devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Their vendor took the message.
    pub sent: usize,
    /// Their platform is not configured.
    pub skipped: usize,
    /// Their vendor does not know their token.
    pub refused: usize,
    /// They are gone, or were refused too often.
    pub removed: usize,
}

impl Delivery {
    /// Of all devices, or the error by which trying again is worth the most, and of those the one that asks for the longest
    /// pause.
    pub(super) fn of(devices: Vec<Result<Reached>>) -> Result<Delivery> {
        let mut delivery = Delivery::default();
        let mut errors = Vec::new();
        for device in devices {
            match device {
                Ok(Reached::Yes) => delivery.sent += 1,
                Ok(Reached::Skipped) => delivery.skipped += 1,
                Ok(Reached::Refused) => delivery.refused += 1,
                Ok(Reached::Removed) => delivery.removed += 1,
                Err(error) => errors.push(error),
            }
        }
        errors
            .into_iter()
            .max_by_key(|error| (error.is_transient(), error.retry_after()))
            .map_or(Ok(delivery), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Delivery, Reached};
    use crate::push::PushError;

    fn refused() -> PushError {
        PushError::Refused { reason: "TopicDisallowed" }
    }

    fn unavailable() -> PushError {
        PushError::Unavailable { reason: "Shutdown", retry_after: None }
    }

    #[test]
    fn devices_are_counted() {
        let delivery = Delivery::of(vec![
            Ok(Reached::Yes),
            Ok(Reached::Removed),
            Ok(Reached::Skipped),
            Ok(Reached::Refused),
            Ok(Reached::Yes),
        ]);
        assert_eq!(delivery.unwrap(), Delivery { sent: 2, skipped: 1, refused: 1, removed: 1 });
    }

    #[test]
    fn it_is_tried_again_if_that_helps_one_of_them() {
        for (first, second) in [(refused(), unavailable()), (unavailable(), refused())] {
            let error =
                Delivery::of(vec![Err(first.into()), Ok(Reached::Yes), Err(second.into())]).unwrap_err();
            assert!(error.is_transient());
        }
        let error = Delivery::of(vec![Ok(Reached::Yes), Err(refused().into())]).unwrap_err();
        assert!(!error.is_transient());
    }

    #[test]
    fn it_is_tried_again_when_all_of_them_are_ready() {
        let busy = PushError::Unavailable { reason: "QUOTA", retry_after: Some(Duration::from_mins(1)) };
        let error = Delivery::of(vec![Err(busy.into()), Err(unavailable().into())]).unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
    }
}
