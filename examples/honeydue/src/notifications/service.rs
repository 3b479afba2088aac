//! Telling users, and the telephones they are told on.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use spanweave::traced_service;

use super::delivery::{Delivery, Reached};
use super::{Addressee, Device, DeviceInput, DeviceRepository, Notification, NotificationRepository};
use crate::error::{AppError, Result};
use crate::http::{Page, PageQuery};
use crate::jobs::Jobs;
use crate::push::{LONGEST_SEND, Message, Push, PushError, Pushed};

const DEVICE: AppError = AppError::NotFound("device");
const NOTIFICATION: AppError = AppError::NotFound("notification");

/// More telephones than anybody has. The one that was not registered for the longest time makes room for another.
const DEVICES_OF_USER: u32 = 20;
/// To how many devices a notification is pushed at a time.
const PUSHED_AT_A_TIME: u32 = 8;
/// How long pushing a notification takes where no vendor answers.
pub const LONGEST_PUSHES: Duration = LONGEST_SEND.saturating_mul(DEVICES_OF_USER.div_ceil(PUSHED_AT_A_TIME));
/// How often in a row a vendor may not know the token of a device. Once may be our fault: the wrong app is configured.
const REFUSALS: i64 = 5;
/// Jobs that one run enqueues; the next one has the rest.
const ENQUEUED_AT_A_TIME: i64 = 500;

/// Notifications and devices of users.
#[derive(Clone)]
pub struct NotificationService {
    notifications: NotificationRepository,
    devices: DeviceRepository,
    push: Push,
    jobs: Jobs,
}

impl NotificationService {
    /// Of what the repositories hold, pushed by jobs.
    pub fn new(
        notifications: NotificationRepository,
        devices: DeviceRepository,
        push: Push,
        jobs: Jobs,
    ) -> NotificationService {
        NotificationService { notifications, devices, push, jobs }
    }
}

#[traced_service(strict, calls(notifications, devices), untraced(jobs, push))]
impl NotificationService {
    /// Registers a telephone of the user; one that was somebody else's is theirs from now on.
    pub async fn register_device(&self, user_id: i64, input: &DeviceInput) -> Result<Device> {
        let id = self.devices.register(user_id, input).await?;
        self.devices.keep_latest(user_id, DEVICES_OF_USER.into()).await?;
        self.devices.find(user_id, id).await?.ok_or(DEVICE)
    }

    /// A page of the user's telephones.
    pub async fn list_devices(&self, user_id: i64, query: &PageQuery) -> Result<Page<Device>> {
        let found = self.devices.list(user_id, query).await?;
        Ok(Page::of(found, query, |device| device.id))
    }

    /// Removes one of them.
    pub async fn remove_device(&self, user_id: i64, id: i64) -> Result<()> {
        if self.devices.delete(user_id, id).await? { Ok(()) } else { Err(DEVICE) }
    }

    /// A page of what the user was told, the newest first.
    pub async fn list(&self, user_id: i64, query: &PageQuery) -> Result<Page<Notification>> {
        let found = self.notifications.list(user_id, query).await?;
        Ok(Page::of(found, query, |notification| notification.id))
    }

    /// The user has read it.
    pub async fn mark_read(&self, user_id: i64, id: i64) -> Result<()> {
        if self.notifications.mark_read(user_id, id).await? { Ok(()) } else { Err(NOTIFICATION) }
    }

    /// Has a notification pushed. It is there already, so that the queue does not take it is no error of what it tells of: it is
    /// [enqueued later](NotificationService::enqueue_waiting).
    pub async fn enqueue(&self, id: i64) {
        if let Err(error) = self.try_enqueue(id).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(notification_id = id, error, "a notification is not enqueued yet");
        }
    }

    /// Has those notifications pushed whose job was not enqueued when they were written; how many.
    pub async fn enqueue_waiting(&self) -> Result<usize> {
        let waiting = self.notifications.waiting(ENQUEUED_AT_A_TIME).await?;
        for id in &waiting {
            self.try_enqueue(*id).await?;
        }
        Ok(waiting.len())
    }

    /// Who is stopped in between enqueues it again: what it has reached is left out then.
    async fn try_enqueue(&self, id: i64) -> Result<()> {
        self.jobs.deliver_notification(id).await?;
        Ok(self.notifications.mark_enqueued(id).await?)
    }

    /// Pushes a notification to those of its user's telephones that it has not reached, each of them whatever becomes of the
    /// others, and removes those that are gone. How many it reached, and how many it did not.
    ///
    /// # Errors
    ///
    /// It did not reach all of them. Where [trying again](AppError::is_transient) may, that leaves out those that it reached.
    pub async fn deliver(&self, notification_id: i64) -> Result<Delivery> {
        // Who has gone meanwhile, with all that was theirs, is told nothing.
        let Some(notification) = self.notifications.find_of_anyone(notification_id).await? else {
            return Ok(Delivery::default());
        };
        let Notification { id, task_id, category, title, body, .. } = notification;
        let message = &Message::new(id, task_id, category.buttons(), &title, &body);
        let devices = self.devices.unreached(id).await?;
        let pushes = stream::iter(devices).map(|device| self.push_to(device, id, message));
        Delivery::of(pushes.buffer_unordered(PUSHED_AT_A_TIME as usize).collect().await)
    }

    async fn push_to(&self, device: Addressee, notification_id: i64, message: &Message) -> Result<Reached> {
        match self.push.send(device.platform, &device.push_token, message).await {
            Ok(Pushed::Accepted) => {
                self.devices.reached(notification_id, device.id).await?;
                if device.refusals > 0 {
                    self.devices.set_refusals(&device, 0).await?;
                }
                Ok(Reached::Yes)
            }
            Ok(Pushed::Skipped) => Ok(Reached::Skipped),
            Err(PushError::Gone { .. }) => {
                self.devices.remove_unreachable(&device).await?;
                Ok(Reached::Removed)
            }
            Err(PushError::BadToken { reason }) => self.refuse(&device, reason).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn refuse(&self, device: &Addressee, reason: &str) -> Result<Reached> {
        let refusals = device.refusals + 1;
        tracing::error!(
            device_id = device.id,
            reason,
            refusals,
            "a vendor does not know the token of a device"
        );
        if refusals < REFUSALS {
            self.devices.set_refusals(device, refusals).await?;
            return Ok(Reached::Refused);
        }
        self.devices.remove_unreachable(device).await?;
        Ok(Reached::Removed)
    }
}
