//! What headers are written to and read from: requests, the metadata of jobs, any map.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

/// What [`Ctx::inject`](crate::Ctx::inject) writes to.
///
/// It is there for [`http::HeaderMap`], maps and lists of strings, and as `dyn` for OpenTelemetry's [`Injector`]. For
/// anything else it is two methods:
///
/// ```
/// use spanweave::propagate::InjectInto;
///
/// struct Message { properties: Vec<(&'static str, String)> }
///
/// impl InjectInto for Message {
///     fn set(&mut self, name: &'static str, value: &str) {
///         self.remove(name);
///         self.properties.push((name, value.to_owned()));
///     }
///     fn remove(&mut self, name: &'static str) {
///         self.properties.retain(|(other, _)| *other != name);
///     }
/// }
/// ```
pub trait InjectInto {
    /// Puts a value in the place of all that are there under `name`, which is in lower case. The value is visible ASCII,
    /// and spaces, of at most 8,192 bytes.
    fn set(&mut self, name: &'static str, value: &str);

    /// Takes all values under `name` out: they speak of another trace.
    fn remove(&mut self, name: &'static str);
}

/// What [`extract`](crate::propagate::extract) reads from.
///
/// It is there for [`http::HeaderMap`], maps and lists of strings, and as `dyn` for OpenTelemetry's [`Extractor`]. For
/// anything else it is one method:
///
/// ```
/// use spanweave::propagate::ExtractFrom;
///
/// struct Message { traceparent: Option<String> }
///
/// impl ExtractFrom for Message {
///     fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
///         self.traceparent.iter().filter(move |_| name == "traceparent").map(String::as_bytes)
///     }
/// }
/// ```
pub trait ExtractFrom {
    /// All values under `name`, in their order. `name` is in lower case, and names are the same in any.
    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]>;
}

impl InjectInto for HeaderMap {
    fn set(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.insert(HeaderName::from_static(name), value);
        }
    }

    fn remove(&mut self, name: &'static str) {
        HeaderMap::remove(self, name);
    }
}

impl ExtractFrom for HeaderMap {
    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.get_all(name).into_iter().map(HeaderValue::as_bytes)
    }
}

impl<S: BuildHasher> InjectInto for HashMap<String, String, S> {
    fn set(&mut self, name: &'static str, value: &str) {
        InjectInto::remove(self, name);
        self.insert(name.to_owned(), value.to_owned());
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|other, _| !other.eq_ignore_ascii_case(name));
    }
}

impl<S: BuildHasher> ExtractFrom for HashMap<String, String, S> {
    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        named(self, name)
    }
}

impl InjectInto for BTreeMap<String, String> {
    fn set(&mut self, name: &'static str, value: &str) {
        InjectInto::remove(self, name);
        self.insert(name.to_owned(), value.to_owned());
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|other, _| !other.eq_ignore_ascii_case(name));
    }
}

impl ExtractFrom for BTreeMap<String, String> {
    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        named(self, name)
    }
}

impl InjectInto for Vec<(String, String)> {
    fn set(&mut self, name: &'static str, value: &str) {
        InjectInto::remove(self, name);
        self.push((name.to_owned(), value.to_owned()));
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }
}

impl ExtractFrom for Vec<(String, String)> {
    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        named(self.iter().map(|(name, value)| (name, value)), name)
    }
}

fn named<'c>(
    pairs: impl IntoIterator<Item = (&'c String, &'c String)>,
    name: &str,
) -> impl Iterator<Item = &'c [u8]> {
    pairs
        .into_iter()
        .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_bytes())
}

/// OpenTelemetry's carriers cannot take a header out: an empty one says as much.
impl InjectInto for dyn Injector + '_ {
    fn set(&mut self, name: &'static str, value: &str) {
        Injector::set(self, name, value.to_owned());
    }

    fn remove(&mut self, name: &'static str) {
        Injector::set(self, name, String::new());
    }
}

impl ExtractFrom for dyn Extractor + '_ {
    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.get_all(name).into_iter().flatten().map(str::as_bytes)
    }
}
