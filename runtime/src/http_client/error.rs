//! Why there was no response, in bounded words: the same on the span of the request, and on that of a method that passes the
//! error on.

use crate::causes::causes;
use crate::http_status;
use crate::outcome::ErrorClass;

const OTHER: &str = "other";
/// What another middleware failed with.
const MIDDLEWARE: &str = "middleware";

/// `timeout`, `dns`, `connect`, `body`, `decode`, `redirect`, `builder`, `upgrade`, `request`, `other`; the status where the
/// error was made of one.
impl ErrorClass for reqwest::Error {
    fn error_class(&self) -> &'static str {
        if let Some(code) = self.status() {
            return http_status::text(code);
        }
        // An attempt to connect may have timed out, and names are looked up to connect: the cause comes first.
        let classes = [
            ("timeout", self.is_timeout()),
            ("dns", self.is_dns()),
            ("connect", self.is_connect()),
            ("body", self.is_body()),
            ("decode", self.is_decode()),
            ("redirect", self.is_redirect()),
            ("builder", self.is_builder()),
            ("upgrade", self.is_upgrade()),
            ("request", self.is_request()),
        ];
        classes.into_iter().find_map(|(class, is)| is.then_some(class)).unwrap_or(OTHER)
    }
}

/// The class of reqwest's error, also of one that another middleware has wrapped, if that shows it as its source; else `middleware`.
impl ErrorClass for reqwest_middleware::Error {
    fn error_class(&self) -> &'static str {
        match self {
            reqwest_middleware::Error::Reqwest(error) => error.error_class(),
            reqwest_middleware::Error::Middleware(error) => {
                causes(error.as_ref()).find_map(class_of_cause).unwrap_or(MIDDLEWARE)
            }
        }
    }
}

fn class_of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    // The middleware's own error shows not reqwest's as its source, but that one's.
    if let Some(reqwest_middleware::Error::Reqwest(error)) = cause.downcast_ref() {
        return Some(error.error_class());
    }
    cause.downcast_ref::<reqwest::Error>().map(ErrorClass::error_class)
}

#[cfg(test)]
mod tests {
    use std::{error, fmt};

    use crate::outcome::ErrorClass;

    /// Its own cause.
    #[derive(Debug)]
    struct Endless;

    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("endless")
        }
    }

    impl error::Error for Endless {
        fn source(&self) -> Option<&(dyn error::Error + 'static)> {
            Some(self)
        }
    }

    #[test]
    fn an_endless_chain_of_causes_is_not_followed() {
        assert_eq!(reqwest_middleware::Error::middleware(Endless).error_class(), "middleware");
    }
}
