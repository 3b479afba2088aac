//! A value, and who set it.

use std::fmt;

/// Who set a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    Code,
    /// The variable of this name.
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Default => "default",
            Origin::Code => "code",
            Origin::Variable(name) => name,
        })
    }
}

/// A value, and who set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(super) origin: Origin,
}

impl<T> Setting<T> {
    pub(crate) const fn of_default(value: T) -> Setting<T> {
        Setting { value, origin: Origin::Default }
    }

    pub(crate) const fn of_code(value: T) -> Setting<T> {
        Setting { value, origin: Origin::Code }
    }

    pub(super) const fn of_variable(value: T, name: &'static str) -> Setting<T> {
        Setting { value, origin: Origin::Variable(name) }
    }

    /// A default overrides nothing.
    pub(super) fn overridden_by(self, later: Setting<T>) -> Setting<T> {
        if later.origin == Origin::Default { self } else { later }
    }

    /// Gives way to what the environment sets.
    pub(super) fn give_way(&mut self, to: Option<Setting<T>>) {
        if let Some(setting) = to {
            *self = setting;
        }
    }
}

impl<T: Default> Default for Setting<T> {
    fn default() -> Setting<T> {
        Setting::of_default(T::default())
    }
}
