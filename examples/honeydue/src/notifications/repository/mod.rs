//! The tables `notifications`, `devices` and `deliveries`.

mod devices;
mod notifications;

pub use devices::DeviceRepository;
pub use notifications::NotificationRepository;
