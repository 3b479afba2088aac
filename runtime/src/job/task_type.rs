//! What kind of work a job is: the name of its spans, and a label.

use std::any::type_name;
use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

use super::spans::{Enqueueing, Handling};

/// The longest name that is read off a type.
const MAX_LENGTH: usize = 64;
/// The name of a type whose own has none in it.
const UNNAMED: &str = "job";

/// A type of job; there is one of each for the life of the process.
pub(super) struct TaskType {
    pub(super) enqueueing: Enqueueing,
    pub(super) handling: Handling,
}

/// What a type of job is known by. All of it stands in the source of the program, so there are few.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Known {
    ByName(&'static str),
    ByArguments(&'static str),
}

static TASK_TYPES: LazyLock<Mutex<HashMap<Known, &'static TaskType>>> = LazyLock::new(Mutex::default);

impl TaskType {
    /// The one that is called `name`, or, without a name, after the type of its arguments.
    pub(super) fn of<Args>(name: Option<&'static str>) -> &'static TaskType {
        let known = name.map_or_else(|| Known::ByArguments(type_name::<Args>()), Known::ByName);
        TASK_TYPES.lock().entry(known).or_insert_with(|| TaskType::leaked(known))
    }

    fn leaked(known: Known) -> &'static TaskType {
        let name = match known {
            Known::ByName(name) => name,
            Known::ByArguments(type_name) => after_type(type_name).leak(),
        };
        let (enqueueing, handling) = (Enqueueing::new(name), Handling::new(name));
        Box::leak(Box::new(TaskType { enqueueing, handling }))
    }
}

/// `honeydue::jobs::SendReminder` as `send_reminder`; parameters of a type are left out.
fn after_type(type_name: &str) -> String {
    let path = type_name.split(['<', ' ', ',']).next().unwrap_or_default();
    let last = path.rsplit("::").next().unwrap_or_default();
    let letters: Vec<char> =
        last.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').take(MAX_LENGTH).collect();
    if letters.is_empty() { UNNAMED.to_owned() } else { snake_case(&letters) }
}

fn snake_case(name: &[char]) -> String {
    let mut snake = String::new();
    for (at, letter) in name.iter().enumerate() {
        let starts_word = letter.is_uppercase()
            && at > 0
            && name[at - 1] != '_'
            && (!name[at - 1].is_uppercase() || name.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{TaskType, after_type};

    #[test]
    fn a_job_is_called_after_the_type_of_its_arguments() {
        let types = ["honeydue::jobs::SendReminder", "APNSPush", "app::Envelope<app::Inner>", "u32"];
        assert_eq!(types.map(after_type), ["send_reminder", "apns_push", "envelope", "u32"]);
        assert_eq!(["&str", "()", "(u8, u16)", "[u8]"].map(after_type), ["str", "job", "u8", "u8"]);
        assert_eq!(after_type(&"A".repeat(1_000)).len(), 64);
    }

    #[test]
    fn there_is_one_of_each() {
        let one = TaskType::of::<u32>(None);
        assert!(std::ptr::eq(one, TaskType::of::<u32>(None)));
        assert!(!std::ptr::eq(one, TaskType::of::<u32>(Some("digest"))));
        assert!(!std::ptr::eq(one, TaskType::of::<u64>(None)));
    }
}
