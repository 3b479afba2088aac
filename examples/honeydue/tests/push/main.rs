//! Push messages and notifications, against vendors that run in the test and answer as they document.

mod apns;
#[path = "../common/mod.rs"]
mod common;
mod connections;
mod fcm;
mod notifications;
mod secrecy;
mod server;

use honeydue::push::Message;

/// A token of the form that Apple's have.
const IOS_TOKEN: &str = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";
/// A token of the form that Google's have.
const ANDROID_TOKEN: &str = "dGVzdF9pZA:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ-hQMRKRrZuJAEcl7B338qju59zJMjw2DELjzEvxwYv7hH5Ynpc1ODQ0aT4U4OFEeco8ohsN5PjL1iC2dNtk2BAokeMCg2ZXKqpc8FXKmhX94kIxQ";

fn message() -> Message {
    Message::new(7, Some(3), Some("TASK_DUE"), "Due", "Clean the gutters")
}

/// The lines of a metric's counts, without what comes before its labels.
fn counts(metrics: &str, metric: &str) -> Vec<String> {
    let start = format!("{metric}_count");
    let lines = metrics.lines().filter_map(|line| line.strip_prefix(&start));
    lines.map(str::to_owned).collect()
}
