//! Whatever the environment holds: reading it does not panic, what is refused is refused by the name of its variable, and
//! neither that nor what is accepted shows its secrets.
//!
//! An input is a line for each variable: its number, and its value.
#![no_main]

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use spanweave::{ConfigError, Telemetry, TelemetryBuilder};

/// What of a variable's value may be shown.
#[derive(Clone, Copy)]
enum Shown {
    All,
    /// All but the user and the query.
    Url,
    /// Of a list of pairs.
    Names,
    Nothing,
}

use Shown::{All, Names, Nothing, Url};

/// All variables that are read.
const VARIABLES: [(&str, Shown); 28] = [
    ("OBS_TRACES_URL", Url),
    ("OBS_INGEST_TOKEN", Nothing),
    ("OBS_INGEST_TOKEN_FILE", All),
    ("DEBUG", All),
    ("RUST_LOG", All),
    ("OTEL_SDK_DISABLED", All),
    ("OTEL_SERVICE_NAME", All),
    ("OTEL_RESOURCE_ATTRIBUTES", All),
    ("OTEL_TRACES_SAMPLER", All),
    ("OTEL_TRACES_SAMPLER_ARG", All),
    ("OTEL_TRACES_EXPORTER", All),
    ("OTEL_PROPAGATORS", All),
    ("OTEL_BSP_SCHEDULE_DELAY", All),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", Url),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Url),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", All),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", All),
    ("OTEL_EXPORTER_OTLP_HEADERS", Names),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", Names),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", All),
    ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", All),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", All),
    ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", All),
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", All),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", All),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", All),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", All),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", All),
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
        let (name, shown) = VARIABLES[usize::from(*number) % VARIABLES.len()];
        if !value.contains(&0) && set_to(name, value) {
            set.push((name, shown, value));
        }
    }
    let may_be_shown =
        set.iter().any(|(_, shown, value)| shown.of(&String::from_utf8_lossy(value)).contains(SECRET));
    let check = |text: &str| assert!(may_be_shown || !text.contains(SECRET), "{text}");
    let check_error = |error: ConfigError| {
        let error = error.to_string();
        assert!(set.iter().any(|(name, ..)| error.contains(name)), "{error}");
        check(&error);
    };
    let logs = HANDLE.logs().env();
    logs.err().into_iter().for_each(check_error);
    match Telemetry::builder().env() {
        Ok(builder) => configured(builder).iter().for_each(|text| check(text)),
        Err(error) => check_error(error),
    }
});

/// For its log.
static HANDLE: LazyLock<Telemetry> = LazyLock::new(|| Telemetry::builder().build().expect("it is the first"));

/// All that is shown of what was accepted: that of a handle, too, until the process has made all that it can.
fn configured(builder: TelemetryBuilder) -> Vec<String> {
    let builder = builder.disabled(true);
    let shown = format!("{builder:?}");
    let configuration = builder.build().map(|telemetry| telemetry.configuration().to_string());
    [shown].into_iter().chain(configuration).collect()
}

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

impl Shown {
    fn of(self, value: &str) -> String {
        match self {
            All => value.to_owned(),
            Names => {
                let names = value.split(',').filter_map(|pair| Some(pair.split_once('=')?.0));
                names.collect::<Vec<_>>().join(",")
            }
            Nothing => String::new(),
            Url => {
                let url = &value[..value.find(['?', '#']).unwrap_or(value.len())];
                let Some((user, host)) = url.rsplit_once('@') else { return url.to_owned() };
                let scheme = user.split_once("://").map_or("", |(scheme, _)| scheme);
                format!("{scheme}://{host}")
            }
        }
    }
}

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
