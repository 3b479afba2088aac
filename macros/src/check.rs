//! Every rule over more than one fact.

use crate::args::MethodArgs;
use crate::errors::Errors;
use crate::item::{Body, Head};
use crate::model::role::{Entrance, Role, can_be_traced};
use crate::model::{Block, Method};
use crate::rewrite::Findings;

pub fn check(block: &Block, findings: &Findings, errors: &mut Errors) {
    // What was not read cannot be compared with the rest.
    let is_read = errors.is_empty();
    for method in block.methods() {
        check_traceable(block, method, errors);
        check_skip(&method.args, errors);
        check_entrance(method, errors);
        if is_read {
            check_labels(&method.args, errors);
        }
    }
    check_collaborators(block, findings, errors);
    if is_read {
        check_strict(findings, errors);
    }
}

fn check_traceable(block: &Block, method: &Method, errors: &mut Errors) {
    let Some(asked) = method.args.asked.filter(|_| method.args.skip.is_none()) else { return };
    let attribute = match block.head {
        Head::Function => block.preset.attribute,
        Head::Impl(_) | Head::Trait(_) => "#[traced]",
    };
    let function = &method.function;
    let sig = &function.sig;
    if let Some(constness) = sig.constness {
        errors.at(constness.span, format!("`{attribute}` cannot trace a `const fn`; remove one of the two"));
    } else if let Some(abi) = &sig.abi {
        errors.over(abi, format!("`{attribute}` cannot trace an `extern` function; remove it"));
    } else if !can_be_traced(function) {
        errors.at(
            asked,
            format!("`{attribute}` would take the caller from `track_caller`; remove one of the two"),
        );
    }
}

fn check_skip(args: &MethodArgs, errors: &mut Errors) {
    if args.skip.is_none() {
        return;
    }
    let others = [
        ("name", args.name.as_ref().map(|name| name.key)),
        ("fields", args.fields.as_ref().map(|fields| fields.key)),
        ("metric", args.metric.as_ref().map(|metric| metric.key)),
        ("counter", args.counter.as_ref().map(|counter| counter.key)),
        ("labels", args.labels.as_ref().map(|labels| labels.key)),
        ("sql", args.sql_off.as_ref().map(|sql| sql.key)),
    ];
    for (option, key) in others {
        if let Some(key) = key {
            errors.at(
                key,
                format!("`skip` leaves the method as it was, without `{option}`; remove one of the two"),
            );
        }
    }
}

fn check_labels(args: &MethodArgs, errors: &mut Errors) {
    if let (Some(labels), None, None) = (&args.labels, &args.metric, &args.counter) {
        errors.at(
            labels.key,
            "`labels` belong to a metric of the method's own; add `metric = \"my_duration_seconds\"`, or a `counter`",
        );
    }
}

fn check_entrance(method: &Method, errors: &mut Errors) {
    let (Role::Traced(traced) | Role::Kept(traced)) = &method.role else { return };
    if let Entrance::Taken(taken) = &traced.entrance {
        let name = method.name();
        let instead = match method.function.body {
            Body::Written(_) => format!("put `#[traced(skip = \"…\")]` on `{name}`"),
            Body::Required(_) => format!("remove `{name}`, which is then written for you"),
        };
        errors.at(
            taken.span(),
            format!("`{name}` gets an entrance named `{taken}`; rename this one, or {instead}"),
        );
    }
}

fn check_collaborators(block: &Block, findings: &Findings, errors: &mut Errors) {
    for (collaborator, called) in block.calls.iter().zip(&findings.called) {
        if !called {
            let path = collaborator.path.join(".");
            let place = match block.head {
                Head::Function => "this function",
                Head::Impl(_) | Head::Trait(_) => "a traced method of this block",
            };
            errors.over(
                &collaborator.written,
                format!("no awaited call on `{path}` in {place}; remove it from `calls`"),
            );
        }
    }
    for collaborator in &block.untraced {
        if block.calls.iter().any(|called| called.path == collaborator.path) {
            let path = &collaborator.written;
            errors.over(path, format!("`{path}` is in `calls` as well as in `untraced`; remove it from one"));
        }
    }
}

fn check_strict(findings: &Findings, errors: &mut Errors) {
    for unlisted in &findings.unlisted {
        let name = &unlisted.name;
        errors.at(
            unlisted.at,
            format!(
                "`self.{name}` is awaited on a strict block; add `{name}` to `calls(…)` or to `untraced(…)`"
            ),
        );
    }
}
