//! The constant part of a traced method.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use opentelemetry::trace::SpanKind;
use opentelemetry::{KeyValue, StringValue};
use opentelemetry_semantic_conventions::attribute::{CODE_FILE_PATH, CODE_FUNCTION_NAME, CODE_LINE_NUMBER};

use crate::call::Call;
use crate::core::Metric;
use crate::ctx::Ctx;
use crate::names;
use crate::site::{Describe, Measure, Site, SiteCell};

/// A traced method: one `static` in its body, written by the attributes.
#[derive(Debug)]
pub struct Method {
    kind: MethodKind,
    type_name: &'static str,
    name: &'static str,
    module: &'static str,
    location: &'static Location<'static>,
    named: Option<&'static str>,
    site: SiteCell,
}

#[derive(Clone, Copy, Debug)]
enum MethodKind {
    Service,
    Repo,
}

impl MethodKind {
    const fn label(self) -> &'static str {
        match self {
            MethodKind::Service => "service",
            MethodKind::Repo => "repo",
        }
    }
}

impl Method {
    /// A method of a `#[traced_service]`.
    #[must_use]
    #[track_caller]
    pub const fn service(type_name: &'static str, name: &'static str, module: &'static str) -> Method {
        Method::new(MethodKind::Service, type_name, name, module)
    }

    /// A method of a `#[repo]`.
    #[must_use]
    #[track_caller]
    pub const fn repo(type_name: &'static str, name: &'static str, module: &'static str) -> Method {
        Method::new(MethodKind::Repo, type_name, name, module)
    }

    #[track_caller]
    const fn new(
        kind: MethodKind,
        type_name: &'static str,
        name: &'static str,
        module: &'static str,
    ) -> Method {
        Method {
            kind,
            type_name,
            name,
            module,
            location: Location::caller(),
            named: None,
            site: SiteCell::new(),
        }
    }

    /// The method under another span name than `Type.method`; its metrics keep their labels.
    #[must_use]
    pub const fn named(mut self, span_name: &'static str) -> Method {
        self.named = Some(span_name);
        self
    }

    /// A call of the method. It belongs to `caller`, or, where that is none, to the context of its first poll.
    // Apart from the body, and before it: a body that is there while anything is asked for is made in one place and moved
    // to another, which takes longer than to measure the call.
    #[inline]
    pub fn call(&'static self, caller: Ctx) -> Call {
        Call::new(caller, self.site())
    }
}

impl Method {
    #[inline]
    pub(crate) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }
}

impl Describe for Method {
    fn span_name(&'static self) -> Cow<'static, str> {
        let name = || format!("{}.{}", self.type_name, self.name).into();
        self.named.map_or_else(name, Cow::Borrowed)
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Internal
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        let function: Arc<str> = format!("{}::{}::{}", self.module, self.type_name, self.name).into();
        into.push(KeyValue::new(CODE_FUNCTION_NAME, StringValue::from(function)));
        into.push(KeyValue::new(CODE_FILE_PATH, self.location.file()));
        into.push(KeyValue::new(CODE_LINE_NUMBER, i64::from(self.location.line())));
    }

    fn measure(&'static self) -> Measure {
        let labels = Box::new([self.kind.label().into(), self.type_name.into(), self.name.into()]);
        Measure::One(Metric::of(&names::METHODS, labels))
    }
}

#[cfg(test)]
mod tests {
    use super::Method;

    /// Every traced method has one in the program's writable data.
    #[test]
    fn a_method_takes_twelve_words() {
        assert_eq!(size_of::<Method>(), 96);
    }
}
