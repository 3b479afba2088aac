//! What is logged, as the environment has it.

use std::ffi::OsString;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::telemetry::{ConfigError, DEBUG, Refused, Variables, switch};

const RUST_LOG: &str = "RUST_LOG";
const ALLOWED: &str = "a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), `target=level`, or several of them with commas between";

/// What `RUST_LOG` says; else `debug` if `DEBUG` is on; else nothing.
pub(super) fn read(
    lookup: impl Fn(&'static str) -> Option<OsString>,
) -> Result<Option<Targets>, ConfigError> {
    let variables = Variables::new(&lookup);
    let named = variables.one(RUST_LOG, targets).map(|targets| targets.value);
    let debug = variables.one(DEBUG, switch).filter(|debug| debug.value);
    let debug = debug.map(|_| Targets::new().with_default(LevelFilter::DEBUG));
    variables.accept(named.or(debug))
}

/// Levels, for all or for a target. A target alone is refused: most likely it is a level that was misspelt, and it would
/// silence all else.
fn targets(value: &str) -> Result<Targets, Refused> {
    // Errors are logged whatever is named, as by other readers of the variable.
    let all = Targets::new().with_default(LevelFilter::ERROR);
    let mut directives = value.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    directives.try_fold(all, with_directive).ok_or_else(|| Refused::showing(value, ALLOWED))
}

fn with_directive(targets: Targets, directive: &str) -> Option<Targets> {
    match directive.split_once('=') {
        None => Some(targets.with_default(level(directive)?)),
        Some((target, named)) if is_target(target) => Some(targets.with_target(target, level(named)?)),
        Some(_) => None,
    }
}

/// An empty one is none, although it can be parsed.
fn level(name: &str) -> Option<LevelFilter> {
    if name.is_empty() { None } else { name.parse().ok() }
}

/// A path in Rust, or what a crate may have chosen in place of it; nothing of `tracing-subscriber`'s longer form.
fn is_target(target: &str) -> bool {
    let allowed = |char: char| char.is_alphanumeric() || "_-:./".contains(char);
    !target.is_empty() && target.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use tracing::Level;
    use tracing_subscriber::filter::Targets;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Targets>, String> {
        let lookup =
            |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(*value));
        super::read(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn rust_log_wins_over_debug_and_nothing_is_nothing() {
        assert!(read(&[]).unwrap().is_none());
        assert!(read(&[("DEBUG", "false"), ("RUST_LOG", "")]).unwrap().is_none());
        let debug = read(&[("DEBUG", "true")]).unwrap().unwrap();
        assert!(debug.would_enable("any", &Level::DEBUG) && !debug.would_enable("any", &Level::TRACE));
        let warn = read(&[("DEBUG", "true"), ("RUST_LOG", "WARN")]).unwrap().unwrap();
        assert!(warn.would_enable("any", &Level::WARN) && !warn.would_enable("any", &Level::INFO));
    }

    #[test]
    fn a_target_has_a_level_of_its_own_and_the_rest_its_errors() {
        let targets = read(&[("RUST_LOG", "app::tasks=trace, hyper=off")]).unwrap().unwrap();
        assert!(targets.would_enable("app::tasks::list", &Level::TRACE));
        assert!(!targets.would_enable("hyper::client", &Level::ERROR));
        assert!(targets.would_enable("other", &Level::ERROR) && !targets.would_enable("other", &Level::WARN));
        let targets = read(&[("RUST_LOG", "info,hyper=warn")]).unwrap().unwrap();
        assert!(targets.would_enable("other", &Level::INFO) && !targets.would_enable("hyper", &Level::INFO));
    }

    #[test]
    fn what_is_no_level_is_refused_with_what_is_allowed() {
        let bad = "info\u{1b}[31m";
        assert!(read(&[("RUST_LOG", bad)]).unwrap_err().starts_with("RUST_LOG is `info\\u{1b}[31m`; "));
        for bad in
            ["loud", "info,loud", "app=loud", "a=b=info", "app[span]=info", "[{id}]=debug", "=info", "app="]
        {
            assert_eq!(
                read(&[("RUST_LOG", bad)]).unwrap_err(),
                format!(
                    "RUST_LOG is `{bad}`; expected a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), \
                     `target=level`, or several of them with commas between"
                )
            );
        }
    }
}
