//! The methods of HTTP, of which there are few whatever somebody invents.

use http::Method;

/// A method that the conventions know, or any other one: by its place in [`NAMES`](KnownMethod::NAMES).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KnownMethod(usize);

impl KnownMethod {
    /// The attribute's and the label's values; that of all other methods is the last.
    pub(crate) const NAMES: [&'static str; 11] =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY", "_OTHER"];

    const OTHER: KnownMethod = KnownMethod(Self::NAMES.len() - 1);

    pub(crate) fn of(method: &Method) -> KnownMethod {
        Self::NAMES.iter().position(|name| *name == method.as_str()).map_or(Self::OTHER, KnownMethod)
    }

    #[cfg(feature = "axum")]
    pub(crate) fn is(self, method: &Method) -> bool {
        self.name() == method.as_str()
    }

    #[cfg(feature = "axum")]
    pub(crate) fn index(self) -> usize {
        self.0
    }

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self.0]
    }

    /// The name of a request's span: the method, and the template of its path, if there is one.
    pub(crate) fn span_name(self, template: Option<&str>) -> String {
        let shown = if self == Self::OTHER { "HTTP" } else { self.name() };
        template.map_or_else(|| shown.to_owned(), |template| format!("{shown} {template}"))
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::KnownMethod;

    #[test]
    fn a_method_that_a_client_invents_is_one_of_few() {
        for known in ["GET", "HEAD", "CONNECT", "QUERY"] {
            assert_eq!(KnownMethod::of(&known.parse().unwrap()).name(), known);
        }
        // Methods are told by their case.
        for invented in ["BREW", "get", "_OTHER"] {
            let method = KnownMethod::of(&invented.parse().unwrap());
            assert_eq!([method.name(), &*method.span_name(None)], ["_OTHER", "HTTP"], "{invented}");
        }
        assert_eq!(KnownMethod::of(&Method::GET).span_name(Some("/{id}")), "GET /{id}");
    }
}
