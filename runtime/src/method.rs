//! The constant part of a traced method.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use opentelemetry::trace::SpanKind;
use opentelemetry::{KeyValue, StringValue};
use opentelemetry_semantic_conventions::attribute::{CODE_FILE_PATH, CODE_FUNCTION_NAME, CODE_LINE_NUMBER};

use crate::call::Call;
use crate::core::Metric;
use crate::counters::Counted;
use crate::ctx::Ctx;
use crate::label_value::LabelValue;
use crate::labelled::Labelled;
use crate::names;
use crate::site::{Describe, Measure, Site, SiteCell};

/// A traced method or function: one `static`, beside its block or in the function's body, written by the attributes.
#[derive(Debug)]
pub struct Method {
    kind: MethodKind,
    /// The type that it is a method of; a function has none.
    type_name: Option<&'static str>,
    name: &'static str,
    module: &'static str,
    location: &'static Location<'static>,
    options: &'static MethodOptions,
    site: SiteCell,
}

/// What a method does: the label `kind` of its metrics, and the kind of its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MethodKind {
    /// `#[traced_service]`: INTERNAL spans.
    Service,
    /// `#[repo]`: INTERNAL spans; the statements below it are CLIENT spans.
    Repo,
    /// `#[traced_client]`: CLIENT spans, of calls to other systems.
    Client,
    /// `#[traced_job]`: CONSUMER spans, of work that was enqueued.
    Job,
    /// `#[traced]`: INTERNAL spans of a function.
    Function,
}

impl MethodKind {
    /// The value of the label `kind`: `service`, `repo`, `client`, `job` or `function`.
    pub const fn label(self) -> &'static str {
        match self {
            MethodKind::Service => "service",
            MethodKind::Repo => "repo",
            MethodKind::Client => "client",
            MethodKind::Job => "job",
            MethodKind::Function => "function",
        }
    }

    const fn span_kind(self) -> SpanKind {
        match self {
            MethodKind::Service | MethodKind::Repo | MethodKind::Function => SpanKind::Internal,
            MethodKind::Client => SpanKind::Client,
            MethodKind::Job => SpanKind::Consumer,
        }
    }
}

/// What `#[traced(name = …, metric = …, counter(…), labels(…))]` says of a method.
#[derive(Clone, Copy, Debug)]
pub struct MethodOptions {
    /// The span's name, in place of `Type.method`.
    pub span_name: Option<&'static str>,
    /// A histogram of the method's own, beside the one that all methods are in. Its name ends in `_seconds`.
    pub metric: Option<&'static str>,
    /// A counter of the method's own, to which every call [adds](Call::counting). Its name ends in `_total`.
    pub counter: Option<&'static str>,
    /// The names of the labels of both, without `result`.
    pub labels: &'static [&'static str],
}

impl MethodOptions {
    /// Nothing is said.
    pub const NONE: &MethodOptions =
        &MethodOptions { span_name: None, metric: None, counter: None, labels: &[] };
}

impl Method {
    /// A method of a type, or of a trait.
    #[must_use]
    #[track_caller]
    pub const fn new(
        kind: MethodKind,
        type_name: &'static str,
        name: &'static str,
        module: &'static str,
    ) -> Method {
        Method::of(kind, Some(type_name), name, module)
    }

    /// A function. In spans and metrics the last part of its module's path stands in the place of a type.
    #[must_use]
    #[track_caller]
    pub const fn function(kind: MethodKind, name: &'static str, module: &'static str) -> Method {
        Method::of(kind, None, name, module)
    }

    #[track_caller]
    const fn of(
        kind: MethodKind,
        type_name: Option<&'static str>,
        name: &'static str,
        module: &'static str,
    ) -> Method {
        let (location, options) = (Location::caller(), MethodOptions::NONE);
        Method { kind, type_name, name, module, location, options, site: SiteCell::new() }
    }

    /// The method with options.
    #[must_use]
    pub const fn with(mut self, options: &'static MethodOptions) -> Method {
        self.options = options;
        self
    }

    /// A call of the method. It belongs to `caller`, or, where that is none, to the context of its first poll.
    // Apart from the body, and before it: a body that is there while anything is asked for is made in one place and moved
    // to another, which takes longer than to measure the call.
    #[inline]
    pub fn call(&'static self, caller: Ctx) -> Call {
        Call::new(caller, self.site())
    }

    /// [`call`](Method::call), with the values of the labels of the method's own histogram and counter.
    pub fn call_with<const N: usize>(&'static self, labels: [&dyn LabelValue; N], caller: Ctx) -> Call {
        Call::new(caller, Labelled::of(self, &labels).site())
    }
}

impl Method {
    /// What it does.
    pub fn kind(&self) -> MethodKind {
        self.kind
    }

    /// The name of its type, as spans and metrics show it; of a function, the last part of its module's path: `tasks` for one
    /// in the module `app::tasks`.
    pub fn owner(&self) -> &'static str {
        self.type_name
            .unwrap_or_else(|| self.module.rsplit_once("::").map_or(self.module, |(_, module)| module))
    }

    /// Its own name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The path of its module.
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// The file that it is in, as the compiler was given it.
    pub fn file(&self) -> &'static str {
        self.location.file()
    }

    /// The line that its name is in.
    pub fn line(&self) -> u32 {
        self.location.line()
    }
}

impl Method {
    #[inline]
    pub(crate) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    pub(crate) fn options(&self) -> &'static MethodOptions {
        self.options
    }

    /// The series that all methods are in.
    pub(crate) fn series(&self) -> Metric {
        let labels = Box::new([self.kind.label().into(), self.owner().into(), self.name.into()]);
        Metric::of(&names::METHODS, labels)
    }
}

impl Counted for Method {
    fn labels(&'static self) -> Vec<String> {
        vec![self.owner().to_owned(), self.name.to_owned()]
    }
}

impl Describe for Method {
    fn span_name(&'static self) -> Cow<'static, str> {
        let name = || format!("{}.{}", self.owner(), self.name).into();
        self.options.span_name.map_or_else(name, Cow::Borrowed)
    }

    fn span_kind(&'static self) -> SpanKind {
        self.kind.span_kind()
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        let path = [Some(self.module), self.type_name, Some(self.name)];
        let function: Arc<str> = path.into_iter().flatten().collect::<Vec<_>>().join("::").into();
        into.push(KeyValue::new(CODE_FUNCTION_NAME, StringValue::from(function)));
        into.push(KeyValue::new(CODE_FILE_PATH, self.file()));
        into.push(KeyValue::new(CODE_LINE_NUMBER, i64::from(self.line())));
    }

    fn measure(&'static self) -> Measure {
        Measure::One(self.series())
    }
}

#[cfg(test)]
mod tests {
    use super::Method;

    /// Every traced method has one in the program's writable data.
    #[test]
    fn a_method_takes_eleven_words() {
        assert_eq!(size_of::<Method>(), 88);
    }
}
