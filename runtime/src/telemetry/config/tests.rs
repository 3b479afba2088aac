//! What the environment as a whole has to hold, and what tests of its parts need.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use proptest::prelude::*;

use super::{Checked, Configuration, Environment, Settings};

/// All variables that are read.
const VARIABLES: [&str; 27] = [
    "OBS_TRACES_URL",
    "OBS_INGEST_TOKEN",
    "OBS_INGEST_TOKEN_FILE",
    "DEBUG",
    "OTEL_SDK_DISABLED",
    "OTEL_SERVICE_NAME",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_TRACES_EXPORTER",
    "OTEL_PROPAGATORS",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
];

fn value<'v>(variables: &[(&str, &'v str)], name: &str) -> Option<&'v str> {
    variables.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
}

pub(super) fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
    Environment::read(&|name| value(variables, name).map(OsString::from)).map_err(|error| error.to_string())
}

/// Asserts that a value is an error that begins with its variable, and goes on with ` is ` and the rest.
#[track_caller]
pub(super) fn refused(variable: &str, value: &str, rest: &str) {
    let error = read(&[(variable, value)]).err().expect("the value is refused");
    assert_eq!(error, format!("{variable} is {rest}"));
}

/// The settings that the environment makes out of the defaults, as text.
fn configuration(variables: &[(&str, &str)]) -> Result<String, String> {
    let mut settings = Settings::default();
    settings.give_way(read(variables)?);
    let text = Configuration::of(&settings, 0).to_string();
    Checked::of(&settings).map_err(|error| error.to_string())?;
    Ok(text)
}

#[test]
fn these_variables_are_read_and_no_others() {
    let asked = RefCell::new(BTreeSet::new());
    let lookup = |name| {
        asked.borrow_mut().insert(name);
        None
    };
    assert!(Environment::read(&lookup).is_ok());
    assert_eq!(asked.into_inner(), BTreeSet::from(VARIABLES));
}

#[test]
fn every_variable_sets_something() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
    for (variable, value, line) in [
        ("OTEL_SDK_DISABLED", "TRUE", "disabled = true"),
        ("OTEL_SERVICE_NAME", "api", "service_name = api"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=worker", "service_name = worker"),
        ("OTEL_RESOURCE_ATTRIBUTES", "region=eu", "resource.region = eu"),
        ("DEBUG", "true", "sampler = always_on"),
        ("OTEL_TRACES_SAMPLER", "parentbased_always_off", "sampler = parentbased_always_off"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.5", "sampler = parentbased_traceidratio 0.5"),
        ("OTEL_PROPAGATORS", "none", "propagators = none"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5000", "export_interval = 5s"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "5", "limits.attributes = 5"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "5", "limits.attributes = 5"),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5", "limits.attribute_length = 5"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5", "limits.attribute_length = 5"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "5", "limits.events = 5"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://h/?key=hunter2", "otlp.url = `http://h/`"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2", "otlp.header.api-key = ***"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "api-key=hunter2", "otlp.header.api-key = ***"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500", "otlp.timeout = 1.5s"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1500", "otlp.timeout = 1.5s"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none", "otlp.compression = none"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none", "otlp.compression = none"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "otlp.protocol = http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf", "otlp.protocol = http/protobuf"),
    ] {
        let line = format!("{line} ({variable})\n");
        let configuration = configuration(&[endpoint, (variable, value)]).unwrap();
        assert!(configuration.contains(&line), "{line} is not in\n{configuration}");
    }
}

#[test]
fn a_configuration_is_shown_with_its_origins_and_without_its_secrets() {
    let variables = [
        ("OBS_TRACES_URL", "http://user:hunter2@ingest/v1/traces"),
        ("OBS_INGEST_TOKEN", "hunter2"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2,X-Tenant=hunter2"),
        ("OTEL_SERVICE_NAME", "api"),
    ];
    let configuration = configuration(&variables).unwrap();
    let otlp: String = configuration
        .lines()
        .filter(|line| line.starts_with("otlp"))
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(
        otlp,
        "otlp.url = `http://***@ingest/v1/traces` (OBS_TRACES_URL)\n\
         otlp.protocol = http/protobuf (default)\n\
         otlp.token = *** (OBS_INGEST_TOKEN)\n\
         otlp.header.authorization = *** (OTEL_EXPORTER_OTLP_HEADERS)\n\
         otlp.header.X-Tenant = *** (OTEL_EXPORTER_OTLP_HEADERS)\n\
         otlp.timeout = 10s (default)\n\
         otlp.compression = none (default)\n"
    );
}

#[test]
fn what_another_makes_void_is_looked_at_all_the_same() {
    let url = ("OBS_TRACES_URL", "http://ingest/v1/traces");
    for (sets, void) in [
        (("OTEL_TRACES_SAMPLER", "always_on"), ("OTEL_TRACES_SAMPLER_ARG", "abc")),
        (("OTEL_TRACES_SAMPLER_ARG", "0.5"), ("DEBUG", "maybe")),
        (url, ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")),
        (("OTEL_TRACES_EXPORTER", "none"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "never")),
        (("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "never")),
        (("OTEL_SDK_DISABLED", "true"), ("OTEL_PROPAGATORS", "b3")),
    ] {
        let error = read(&[sets, void]).err().unwrap();
        assert!(error.starts_with(&format!("{} is ", void.0)), "{error}");
    }
}

#[test]
fn who_turned_the_export_off_is_shown() {
    let url = ("OBS_TRACES_URL", "http://ingest/v1/traces");
    for (variables, line) in [
        (&[][..], "otlp = neither OBS_TRACES_URL nor OTEL_EXPORTER_OTLP_ENDPOINT is set (default)\n"),
        (&[url][..], "otlp = OBS_INGEST_TOKEN is not set (OBS_TRACES_URL)\n"),
        (
            &[("OTEL_TRACES_EXPORTER", "none")][..],
            "otlp = OTEL_TRACES_EXPORTER is `none` (OTEL_TRACES_EXPORTER)\n",
        ),
    ] {
        let configuration = configuration(variables).unwrap();
        assert!(configuration.contains(line), "{configuration}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let variables = [
        ("DEBUG", "maybe"),
        ("OTEL_TRACES_SAMPLER_ARG", "half"),
        ("OTEL_SERVICE_NAME", "api"),
        ("OBS_INGEST_TOKEN", "Bearer hunter2"),
    ];
    assert_eq!(
        read(&variables).err().unwrap(),
        "3 settings cannot be used:\n  \
         DEBUG is `maybe`; expected `true` or `false` (or 1, yes, on; 0, no, off)\n  \
         OTEL_TRACES_SAMPLER_ARG is `half`; expected a number from 0.0 to 1.0\n  \
         OBS_INGEST_TOKEN is a text with blanks or other characters that a token cannot have (not shown); \
         expected the token alone, without `Bearer`"
    );
}

#[test]
fn booleans_are_as_opentelemetry_has_them() {
    for value in ["1", "yes", "truee"] {
        refused("OTEL_SDK_DISABLED", value, &format!("`{value}`; expected `true` or `false`"));
    }
}

#[test]
fn what_is_set_to_nothing_is_not_set() {
    let empty = VARIABLES.map(|variable| (variable, "  "));
    assert_eq!(configuration(&empty), configuration(&[]));
}

const SECRET: &str = "s3cr3tHunter2";

/// Values that hold the secret where a variable may have one, among others that do not.
fn secretive() -> impl Strategy<Value = (&'static str, String)> {
    // A slash in front would make a folder of what stands for a file's name.
    let around = |variable: &'static str, template: &'static str| {
        ("[ -.0-~]{0,4}", "[ -.0-~]{0,4}").prop_map(move |(before, after)| {
            (variable, format!("{before}{}{after}", template.replace('$', SECRET)))
        })
    };
    prop_oneof![
        around("OBS_INGEST_TOKEN", "$"),
        around("OBS_INGEST_TOKEN", "Bearer $"),
        around("OBS_TRACES_URL", "http://user:$@host/v1/traces"),
        around("OBS_TRACES_URL", "http://host/v1/traces?key=$"),
        around("OBS_TRACES_URL", "http://user:$#x@host/"),
        around("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:a@$?b@host"),
        around("OBS_INGEST_TOKEN_FILE", "$"),
        around("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://$@host:99999?key=$#$"),
        around("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://host?$"),
        around("OTEL_EXPORTER_OTLP_HEADERS", "api-key=$"),
        around("OTEL_EXPORTER_OTLP_HEADERS", "a=b,$"),
        around("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "$ $=$,authorization=Bearer%20$%0A"),
        (proptest::sample::select(&VARIABLES[..]), "\\PC{0,12}"),
    ]
}

proptest! {
    #[test]
    fn no_value_of_any_variable_panics_and_an_error_names_its_variable(
        variable in proptest::sample::select(&VARIABLES[..]),
        bytes in prop_oneof![
            "\\PC{0,40}".prop_map(String::into_bytes),
            "(https?|grpc|none|true|always_on|[0-9]{1,22}|[a-z%=,;:/@?#.\\[\\]0-9]{1,3}){0,12}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..20),
        ],
    ) {
        let lookup = |name| (name == variable).then(|| OsString::from_vec(bytes.clone()));
        match Environment::read(&lookup) {
            Ok(environment) => {
                let mut settings = Settings::default();
                settings.give_way(environment);
                let text = Configuration::of(&settings, 0).to_string();
                prop_assert!(text.lines().all(|line| line.ends_with(')')), "{}", text);
                prop_assert!(Checked::of(&settings).is_ok());
            }
            Err(error) => prop_assert!(error.to_string().starts_with(&format!("{variable} is ")), "{}", error),
        }
    }

    #[test]
    fn a_secret_is_never_shown(variables in prop::collection::vec(secretive(), 1..6)) {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (Ok(said) | Err(said)) = configuration(&variables);
        prop_assert!(!said.contains(SECRET), "{}", said);
    }
}
