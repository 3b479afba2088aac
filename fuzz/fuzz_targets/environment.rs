//! Whatever the environment holds: reading it does not panic, and what is refused is refused by the name of its variable,
//! without its secrets.
//!
//! An input is a line for each variable: its number, and its value.
#![no_main]

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use spanweave::Telemetry;

/// All variables that are read; what a secret one holds is never shown.
const VARIABLES: [(&str, bool); 27] = [
    ("OBS_TRACES_URL", false),
    ("OBS_INGEST_TOKEN", true),
    ("OBS_INGEST_TOKEN_FILE", false),
    ("DEBUG", false),
    ("OTEL_SDK_DISABLED", false),
    ("OTEL_SERVICE_NAME", false),
    ("OTEL_RESOURCE_ATTRIBUTES", false),
    ("OTEL_TRACES_SAMPLER", false),
    ("OTEL_TRACES_SAMPLER_ARG", false),
    ("OTEL_TRACES_EXPORTER", false),
    ("OTEL_PROPAGATORS", false),
    ("OTEL_BSP_SCHEDULE_DELAY", false),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", false),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", false),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", false),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", false),
    ("OTEL_EXPORTER_OTLP_HEADERS", true),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", true),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", false),
    ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", false),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", false),
    ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", false),
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", false),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", false),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", false),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", false),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", false),
];

/// A value that nothing else holds by chance.
const SECRET: &str = "s3cr3t-hunter2";

/// What values are made of.
const PIECES: [&str; 18] = [
    "https://user:s3cr3t-hunter2@127.0.0.1:4318/v1/traces",
    "http://[::1]/v1/traces?x=s3cr3t-hunter2",
    "authorization=Bearer%20s3cr3t-hunter2",
    SECRET,
    "parentbased_traceidratio",
    "always_off",
    "tracecontext,baggage",
    "http/protobuf",
    "grpc",
    "gzip",
    "none",
    "true",
    "0.25",
    "18446744073709551615",
    "service.name=api,team=a%2Cb",
    "%",
    ",",
    "=",
];

fuzz_target!(|input: &[u8]| {
    for (name, _) in VARIABLES {
        unset(name);
    }
    let mut set = Vec::new();
    for line in input.split(|byte| *byte == b'\n').take(4) {
        let Some((number, value)) = line.split_first() else { continue };
        let (name, is_secret) = VARIABLES[usize::from(*number) % VARIABLES.len()];
        if !value.contains(&0) && set_to(name, value) {
            set.push((name, is_secret, value));
        }
    }
    let Err(error) = Telemetry::builder().env() else { return };
    let error = error.to_string();
    assert!(set.iter().any(|(name, ..)| error.contains(name)), "{error}");
    let holds = |value: &[u8]| String::from_utf8_lossy(value).contains(SECRET);
    let hidden = set.iter().any(|(_, is_secret, value)| *is_secret && holds(value));
    let shown = set.iter().any(|(_, is_secret, value)| !*is_secret && holds(value));
    assert!(!hidden || shown || !error.contains(SECRET), "{error}");
});

// Every other time a piece of a value goes in, at times behind the number of another variable.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let seed = seed as usize;
    let number = u8::try_from(seed / 61 % VARIABLES.len()).unwrap_or_default();
    let mut piece = PIECES[seed / 2 % PIECES.len()].as_bytes().to_vec();
    if seed.is_multiple_of(3) {
        piece.splice(0..0, [b'\n', number]);
    }
    if !seed.is_multiple_of(2) || size + piece.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    let at = seed / 31 % (size + 1);
    data.copy_within(at..size, at + piece.len());
    data[at..at + piece.len()].copy_from_slice(&piece);
    size + piece.len()
});

/// Whether the system takes it.
fn set_to(name: &str, value: &[u8]) -> bool {
    // SAFETY: the target has one thread, and reads the environment in between.
    unsafe { env::set_var(name, OsStr::from_bytes(value)) };
    env::var_os(name).is_some()
}

fn unset(name: &str) {
    // SAFETY: as above.
    unsafe { env::remove_var(name) };
}
