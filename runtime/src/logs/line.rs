//! A log line: one JSON object, whatever is in it.

use std::io;
use std::time::SystemTime;

use serde::ser::{Serialize, SerializeMap, Serializer as _};
use serde_json::ser::Formatter;
use tracing::Metadata;

use super::fields::{Fields, Logged};
use crate::ctx::Ctx;

/// What the message and the texts of the fields may take of a line, so that it stays below 64 KiB: names are written in
/// the source, and there are at most 32 fields.
pub(super) const MAX_TEXT: usize = 60 << 10;

/// A line with its end, for what was logged in a context.
pub(super) fn json(metadata: &Metadata<'_>, fields: &Fields, ctx: Ctx) -> Vec<u8> {
    let mut line = Vec::with_capacity(256);
    let mut serializer = serde_json::Serializer::with_formatter(&mut line, OneLine);
    // Writing into memory does not fail, and no value is of a kind that JSON has not.
    let _infallible = entries(&mut serializer, metadata, fields, ctx);
    line.push(b'\n');
    line
}

fn entries(
    serializer: &mut serde_json::Serializer<&mut Vec<u8>, OneLine>,
    metadata: &Metadata<'_>,
    fields: &Fields,
    ctx: Ctx,
) -> serde_json::Result<()> {
    let mut line = serializer.serialize_map(None)?;
    // A clock that was never set may stand before 1970, which has no name here.
    let now = humantime::format_rfc3339_micros(SystemTime::now().max(SystemTime::UNIX_EPOCH));
    line.serialize_entry("time", &format_args!("{now}"))?;
    line.serialize_entry("level", level(metadata))?;
    line.serialize_entry("target", metadata.target())?;
    if let (Some(file), Some(number)) = (metadata.file(), metadata.line()) {
        line.serialize_entry("caller", &format_args!("{file}:{number}"))?;
    }
    line.serialize_entry("message", fields.message.as_deref().unwrap_or_default())?;
    if let Some(trace_id) = ctx.trace_id() {
        line.serialize_entry("trace_id", &format_args!("{trace_id}"))?;
    }
    if let Some(span_id) = ctx.span_id() {
        line.serialize_entry("span_id", &format_args!("{span_id}"))?;
    }
    #[cfg(feature = "axum")]
    if let Some(request_id) = ctx.request_id() {
        line.serialize_entry("request_id", &request_id)?;
    }
    if !fields.values.is_empty() {
        line.serialize_entry("fields", &Values(&fields.values))?;
    }
    if fields.truncated {
        line.serialize_entry("truncated", &true)?;
    }
    line.end()
}

/// As it is shown everywhere: in lower case.
pub(super) fn level(metadata: &Metadata<'_>) -> &'static str {
    match *metadata.level() {
        tracing::Level::ERROR => "error",
        tracing::Level::WARN => "warn",
        tracing::Level::INFO => "info",
        tracing::Level::DEBUG => "debug",
        tracing::Level::TRACE => "trace",
    }
}

struct Values<'f>(&'f [(&'static str, Logged)]);

impl Serialize for Values<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Whether a character is written by its number: all that a terminal, or a reader of lines, takes for more than a letter.
pub(super) fn is_escaped(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')
}

/// JSON without blanks, in which [`is_escaped`] characters are escaped that JSON would let through.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(found) = rest.find(is_escaped) {
            let (before, after) = rest.split_at(found);
            writer.write_all(before.as_bytes())?;
            let mut chars = after.chars();
            if let Some(escaped) = chars.next() {
                // All of them are among the first 65,536.
                write!(writer, "\\u{:04x}", u32::from(escaped))?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}
