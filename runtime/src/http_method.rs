//! The methods of HTTP, of which there are few whatever somebody invents.

use http::Method;

/// A method that the conventions know, or any other one: by its place in [`NAMES`](KnownMethod::NAMES).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KnownMethod(u8);

impl KnownMethod {
    /// The attribute's and the label's values; that of all other methods is the last.
    pub(crate) const NAMES: [&'static str; 10] =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "_OTHER"];

    #[cfg(feature = "axum")]
    pub(crate) const HEAD: KnownMethod = KnownMethod(5);
    #[cfg(feature = "axum")]
    pub(crate) const CONNECT: KnownMethod = KnownMethod(8);
    const OTHER: KnownMethod = KnownMethod(9);

    pub(crate) fn of(method: &Method) -> KnownMethod {
        let known = (0..).map(KnownMethod).zip(Self::NAMES).find(|(_, name)| *name == method.as_str());
        known.map_or(Self::OTHER, |(known, _)| known)
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self.index()]
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
        let names =
            [Method::GET, Method::HEAD, Method::CONNECT].map(|method| KnownMethod::of(&method).name());
        assert_eq!(names, ["GET", "HEAD", "CONNECT"]);
        assert_eq!(KnownMethod::of(&Method::HEAD), KnownMethod::HEAD);
        assert_eq!(KnownMethod::of(&Method::CONNECT), KnownMethod::CONNECT);
        // Methods are told by their case.
        for invented in ["BREW", "get", "QUERY"] {
            let method = KnownMethod::of(&invented.parse().unwrap());
            assert_eq!([method.name(), &*method.span_name(None)], ["_OTHER", "HTTP"], "{invented}");
        }
    }
}
