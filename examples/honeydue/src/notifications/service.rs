//! Telling users, and the telephones they are told on.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use spanweave::traced_service;

use super::delivery::{Delivery, Reached};
use super::{
    Addressee, Device, DeviceInput, DeviceRepository, NewNotification, Notification, NotificationRepository,
};
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

/// Notifications and devices of users.
#[derive(Clone)]
pub struct NotificationService {
    notifications: NotificationRepository,
    devices: DeviceRepository,
    push: Push,
    jobs: Jobs,
}

impl NotificationService {
    /// Of these parts.
    pub fn new(
        notifications: NotificationRepository,
        devices: DeviceRepository,
        push: Push,
        jobs: Jobs,
    ) -> NotificationService {
        NotificationService { notifications, devices, push, jobs }
    }
}

#[traced_service(calls(notifications, devices))]
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

    /// A page of what the user was told.
    pub async fn list(&self, user_id: i64, query: &PageQuery) -> Result<Page<Notification>> {
        let found = self.notifications.list(user_id, query).await?;
        Ok(Page::of(found, query, |notification| notification.id))
    }

    /// The user has read it.
    pub async fn mark_read(&self, user_id: i64, id: i64) -> Result<()> {
        if self.notifications.mark_read(user_id, id).await? { Ok(()) } else { Err(NOTIFICATION) }
    }

    /// Tells a user something, and has it pushed; the id of the notification.
    pub async fn notify(&self, notification: NewNotification) -> Result<i64> {
        let id = self.notifications.insert(&notification).await?;
        self.jobs.deliver_notification(id).await?;
        Ok(id)
    }

    /// Pushes a notification to those of its user's telephones that it has not reached, each of them whatever becomes of the
    /// others, and removes those whose token is no longer good. How many it reached, and how many it did not.
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
                Ok(Reached::Yes)
            }
            Ok(Pushed::Skipped) => Ok(Reached::Skipped),
            Err(PushError::BadToken { .. }) => {
                self.devices.remove_unreachable(&device).await?;
                Ok(Reached::Removed)
            }
            Err(error) => Err(error.into()),
        }
    }
}
