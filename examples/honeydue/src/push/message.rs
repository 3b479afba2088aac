//! What is pushed.

/// A message takes no more than 4,096 bytes at either vendor. These many characters fit, however they are escaped.
const MAX_TITLE_CHARACTERS: usize = 100;
const MAX_BODY_CHARACTERS: usize = 500;

/// A message to the devices of one user.
#[derive(Clone)]
pub struct Message {
    pub(super) title: String,
    pub(super) body: String,
    /// The set of buttons that the app shows with it.
    pub(super) category: Option<&'static str>,
    pub(super) notification_id: i64,
    pub(super) task_id: Option<i64>,
}

impl Message {
    /// Of a notification, cut to what vendors take.
    pub fn new(
        notification_id: i64,
        task_id: Option<i64>,
        category: Option<&'static str>,
        title: &str,
        body: &str,
    ) -> Message {
        let title = title.chars().take(MAX_TITLE_CHARACTERS).collect();
        let body = body.chars().take(MAX_BODY_CHARACTERS).collect();
        Message { title, body, category, notification_id, task_id }
    }

    /// By which a device shows a message once that reaches it twice.
    pub(super) fn collapse_id(&self) -> String {
        format!("notification-{}", self.notification_id)
    }
}
