//! Every rule over more than one fact.

use crate::args::MethodArgs;
use crate::errors::Errors;
use crate::model::{Block, Entrance, Method};

/// `called` says of each collaborator whether a traced method calls it.
pub fn check(block: &Block, called: &[bool], errors: &mut Errors) {
    for method in block.methods() {
        check_synchronous(method, errors);
        check_skip(&method.args, errors);
    }
    check_entrances(block, errors);
    check_collaborators(block, called, errors);
}

fn check_synchronous(method: &Method, errors: &mut Errors) {
    let Some(asked) = method.args.asked.filter(|_| method.args.skip.is_none()) else { return };
    let sig = &method.function.sig;
    if let Some(constness) = sig.constness {
        errors.at(constness.span, "`#[traced]` cannot trace a `const fn`; remove one of the two");
    } else if sig.asyncness.is_none() {
        let name = method.name();
        errors.at(
            asked,
            format!("`#[traced]` on a synchronous method is not served yet; make `{name}` an `async fn`, or remove it"),
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

fn check_entrances(block: &Block, errors: &mut Errors) {
    for (method, traced) in block.traced() {
        if let Entrance::Taken(taken) = &traced.entrance {
            let name = method.name();
            errors.at(
                taken.span(),
                format!(
                    "`{name}` gets an entrance named `{taken}`; rename this one, or put `#[traced(skip = \"…\")]` on `{name}`",
                ),
            );
        }
    }
}

fn check_collaborators(block: &Block, called: &[bool], errors: &mut Errors) {
    for (collaborator, called) in block.calls.iter().zip(called) {
        if !called {
            let name = &collaborator.name;
            errors.over(
                &collaborator.field,
                format!("no awaited call on `self.{name}` in a traced method of this block; remove it from `calls`"),
            );
        }
    }
}
