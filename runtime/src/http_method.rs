//! The methods of HTTP, in the bounded words that spans and labels may use.

use http::Method;

const OTHER: &str = "_OTHER";

/// The methods that the conventions know; anything else that somebody may invent is one.
pub(crate) fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

/// The name of a request's span: its [`known`] method, with the template of its path, if there is one.
pub(crate) fn span_name(method: &'static str, template: Option<&str>) -> String {
    let shown = if method == OTHER { "HTTP" } else { method };
    template.map_or_else(|| shown.to_owned(), |template| format!("{shown} {template}"))
}
