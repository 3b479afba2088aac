//! The options of an attribute: their form, and nothing that needs a second fact.

mod values;
mod written;

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Meta, Path};

use self::values::{
    Counter, Label, Paths, counter, fields, flag, labels, metric, off, once, paths, runtime, text,
};
pub use self::values::{Field, FieldPath};
use self::written::{Value, Written, written};
use crate::errors::{Errors, unknown_option};

/// An option that was given, and where.
pub struct Given<T> {
    pub key: Span,
    pub value: T,
}

/// `#[traced_service(calls(tasks), name = "Tasks", sql)]`
#[derive(Default)]
pub struct BlockArgs {
    pub calls: Option<Given<Vec<FieldPath>>>,
    pub untraced: Option<Given<Vec<FieldPath>>>,
    pub strict: Option<Given<()>>,
    pub sync: Option<Given<()>>,
    pub sql: Option<Given<()>>,
    pub name: Option<Given<String>>,
    /// Where the runtime is found, `::spanweave` unless it is said.
    pub runtime: Option<Given<Path>>,
}

/// `#[traced(skip = "…")]`, `#[traced(name = "…", fields(…), sql = off)]`
#[derive(Default)]
pub struct MethodArgs {
    /// That there is a `#[traced]` at all.
    pub asked: Option<Span>,
    pub skip: Option<Given<String>>,
    pub name: Option<Given<String>>,
    pub fields: Option<Given<Vec<Field>>>,
    pub metric: Option<Given<String>>,
    pub counter: Option<Given<Counter>>,
    pub labels: Option<Given<Vec<Label>>>,
    pub sql_off: Option<Given<()>>,
}

const BLOCK_OPTIONS: &[&str] = &["calls", "crate", "name", "sql", "strict", "sync", "untraced"];
const METHOD_OPTIONS: &[&str] = &["counter", "fields", "labels", "metric", "name", "skip", "sql"];
const FUNCTION_OPTIONS: &[&str] = &["calls", "counter", "crate", "fields", "labels", "metric", "name", "sql"];

const CALLS_FORM: &str = "`calls` lists fields of `self`; write `calls(tasks, residences)`";
const UNTRACED_FORM: &str = "`untraced` lists fields of `self`; write `untraced(cache, lock)`";
const FUNCTION_CALLS_FORM: &str =
    "`calls` lists what the function's methods are called on; write `calls(app.tasks)`";
const BLOCK_NAME_FORM: &str =
    "`name` takes the type's name in spans and metrics; write `name = \"TaskService\"`";
const METHOD_NAME_FORM: &str = "`name` takes the span's name; write `name = \"list tasks\"`";
const SKIP_FORM: &str = "`skip` takes a reason; write `skip = \"why it is left alone\"`";
const STRICT_FORM: &str = "`strict` takes no value; write `strict`";
const SYNC_FORM: &str = "`sync` takes no value; write `sync`";
const SQL_FLAG_FORM: &str = "`sql` takes no value here; write `sql`";
const SQL_OFF_FORM: &str = "`sql` can only be turned off on a method; write `sql = off`";

impl BlockArgs {
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> BlockArgs {
        let mut args = BlockArgs::default();
        for option in written(tokens, BLOCK_OPTIONS, errors) {
            let e = &mut *errors;
            match option.key.to_string().as_str() {
                "calls" => once(&mut args.calls, &option, |o, e| paths(o, &OF_SELF_CALLS, e), e),
                "untraced" => once(&mut args.untraced, &option, |o, e| paths(o, &OF_SELF_UNTRACED, e), e),
                "strict" => once(&mut args.strict, &option, |o, e| flag(o, STRICT_FORM, e), e),
                "sync" => once(&mut args.sync, &option, |o, e| flag(o, SYNC_FORM, e), e),
                "sql" => args.sql(&option, e),
                "name" => once(&mut args.name, &option, |o, e| text(o, BLOCK_NAME_FORM, e), e),
                "crate" => once(&mut args.runtime, &option, runtime, e),
                key if METHOD_OPTIONS.contains(&key) => {
                    e.at(
                        option.key.span(),
                        format!("`{key}` belongs on a method; write `#[traced({key} …)]` there"),
                    );
                }
                _ => e.at(option.key.span(), unknown_option(&option.key, BLOCK_OPTIONS)),
            }
        }
        args
    }

    fn sql(&mut self, option: &Written, errors: &mut Errors) {
        once(&mut self.sql, option, |o, e| flag(o, SQL_FLAG_FORM, e), errors);
    }
}

const OF_SELF_CALLS: Paths = Paths { option: "calls", form: CALLS_FORM, may_start_at_self: false };
const OF_SELF_UNTRACED: Paths = Paths { option: "untraced", form: UNTRACED_FORM, may_start_at_self: false };
const OF_A_FUNCTION: Paths = Paths { option: "calls", form: FUNCTION_CALLS_FORM, may_start_at_self: true };

/// An attribute on a function has options of both kinds.
pub fn parse_function(tokens: TokenStream, errors: &mut Errors) -> (BlockArgs, MethodArgs) {
    let mut block = BlockArgs::default();
    let mut method = MethodArgs { asked: Some(Span::call_site()), ..MethodArgs::default() };
    for option in written(tokens, FUNCTION_OPTIONS, errors) {
        match (option.key.to_string().as_str(), &option.value) {
            ("calls", _) => once(&mut block.calls, &option, |o, e| paths(o, &OF_A_FUNCTION, e), errors),
            ("crate", _) => once(&mut block.runtime, &option, runtime, errors),
            ("sql", Value::None) => block.sql(&option, errors),
            (key, _) if FUNCTION_OPTIONS.contains(&key) => method.option(&option, errors),
            _ => errors.at(option.key.span(), unknown_option(&option.key, FUNCTION_OPTIONS)),
        }
    }
    (block, method)
}

impl MethodArgs {
    /// Takes the `#[traced(…)]` attributes out of `attrs` and reads them.
    pub fn take(&mut self, attrs: &mut Vec<Attribute>, errors: &mut Errors) {
        for attr in attrs.extract_if(.., |attr| is_traced(attr.path())) {
            self.asked.get_or_insert_with(|| path_span(&attr));
            match attr.meta {
                Meta::Path(_) => {}
                Meta::List(list) => {
                    for option in written(list.tokens, METHOD_OPTIONS, errors) {
                        self.option(&option, errors);
                    }
                }
                meta @ Meta::NameValue(_) => errors.over(
                    &meta,
                    "`#[traced]` takes its options in parentheses; write `#[traced(name = \"…\")]`",
                ),
            }
        }
    }

    /// Whether calls are measured under labels of the method's own.
    pub fn has_own_metric(&self) -> bool {
        self.metric.is_some() || self.counter.is_some()
    }

    fn option(&mut self, option: &Written, errors: &mut Errors) {
        match option.key.to_string().as_str() {
            "counter" => once(&mut self.counter, option, counter, errors),
            "fields" => once(&mut self.fields, option, fields, errors),
            "labels" => once(&mut self.labels, option, labels, errors),
            "metric" => once(&mut self.metric, option, metric, errors),
            "name" => once(&mut self.name, option, |o, e| text(o, METHOD_NAME_FORM, e), errors),
            "skip" => once(&mut self.skip, option, |o, e| text(o, SKIP_FORM, e), errors),
            "sql" => once(&mut self.sql_off, option, |o, e| off(o, SQL_OFF_FORM, e), errors),
            key if BLOCK_OPTIONS.contains(&key) => {
                errors.at(
                    option.key.span(),
                    format!("`{key}` belongs on the block; write it in the block's attribute"),
                );
            }
            _ => errors.at(option.key.span(), unknown_option(&option.key, METHOD_OPTIONS)),
        }
    }
}

/// Whether an attribute's path is that of `#[traced]`.
pub fn is_traced(path: &Path) -> bool {
    path.is_ident("traced")
        || (path.segments.len() == 2
            && path.segments[0].ident == "spanweave"
            && path.segments[1].ident == "traced")
}

fn path_span(attr: &Attribute) -> Span {
    attr.path().segments.last().map_or_else(Span::call_site, |segment| segment.ident.span())
}

#[cfg(test)]
mod tests;
