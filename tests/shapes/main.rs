//! Method shapes under a bare attribute. Every shape is compiled three times, without an attribute and under two of
//! them, and the same assertions hold for all three; only the trees differ, of which the plain code has none.
#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "the shapes are what is tested, however odd; what clippy says of expansions is `tests/pedantic`'s"
)]

/// The same code in three modules: `plain`, `service` and `repo`. `twins` are tests of second entrances, which the
/// plain code has not.
macro_rules! each_way {
    (
        types { $($types:tt)* }
        $(block $(($($options:tt)*))? { $($block:tt)* })+
        tests { $($tests:tt)* }
        $(twins { $($twins:tt)* })?
    ) => {
        mod plain {
            #[allow(unused_imports, reason = "not every module needs all")]
            use super::*;

            fn seen() -> crate::seen::Seen {
                crate::seen::Seen::new(crate::seen::Way::Plain)
            }

            $($types)*
            $($($block)*)+
            $($tests)*
        }

        mod service {
            #[allow(unused_imports, reason = "not every module needs all")]
            use super::*;

            fn seen() -> crate::seen::Seen {
                crate::seen::Seen::new(crate::seen::Way::Service)
            }

            $($types)*
            $(
                #[spanweave::traced_service$(($($options)*))?]
                $($block)*
            )+
            $($tests)*
            $($($twins)*)?
        }

        mod repo {
            #[allow(unused_imports, reason = "not every module needs all")]
            use super::*;

            fn seen() -> crate::seen::Seen {
                crate::seen::Seen::new(crate::seen::Way::Repo)
            }

            $($types)*
            $(
                #[spanweave::repo$(($($options)*))?]
                $($block)*
            )+
            $($tests)*
            $($($twins)*)?
        }
    };
}

mod seen;

mod arguments;
mod bodies;
mod drops;
mod executors;
mod functions;
mod futures;
mod generics;
mod hints;
mod macro_made;
mod names;
mod promises;
mod rare;
mod receivers;
mod returns;
mod streams;
mod sync;
mod transactions;
