//! What the environment and code say, and what becomes of it; what a process says about it when it starts.

use std::ffi::OsString;
use std::process::{Command, Output};
use std::time::Duration;

use spanweave::testing::{KeptSpans, span_tree};
use spanweave::{Ctx, Keep, Otlp, Sampler, SpanLimits, Telemetry, TelemetryBuilder};

pub fn export_once(environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_export-once"));
    command.env_clear().envs(environment.iter().copied());
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_the_variables_it_runs_and_says_so_once() {
    let output = export_once(&[]);
    assert!(output.status.success());
    let said = stderr(&output);
    assert_eq!(
        said.matches(
            "traces are not exported, because neither OBS_TRACES_URL nor OTEL_EXPORTER_OTLP_ENDPOINT is set"
        )
        .count(),
        1,
        "{said}"
    );
}

#[test]
fn a_bad_value_is_a_start_up_error_that_names_its_variable() {
    for (variable, value, error) in [
        (
            "OTEL_TRACES_SAMPLER_ARG",
            "abc",
            "error: OTEL_TRACES_SAMPLER_ARG is `abc`; expected a number from 0.0 to 1.0\n",
        ),
        (
            "OBS_TRACES_URL",
            "ingest.example/v1/traces",
            "error: OBS_TRACES_URL is a text without `://` (not shown: it may be a secret); expected a URL that starts with `http://` or `https://`\n",
        ),
    ] {
        let output = export_once(&[(variable, value)]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output), error);
    }
}

#[test]
fn all_bad_values_are_one_start_up_error() {
    let output = export_once(&[("DEBUG", "maybe"), ("OTEL_TRACES_SAMPLER_ARG", "abc")]);
    assert_eq!(
        stderr(&output),
        "error: 2 settings cannot be used:\n  \
         DEBUG is `maybe`; expected `true` or `false` (or 1, yes, on; 0, no, off)\n  \
         OTEL_TRACES_SAMPLER_ARG is `abc`; expected a number from 0.0 to 1.0\n"
    );
}

#[test]
fn who_has_an_exporter_is_not_told_that_nothing_is_exported() {
    let built = |builder: TelemetryBuilder| {
        crate::log::of(|| drop(builder.env_from(|_| None).unwrap().build().unwrap()))
    };
    assert!(built(Telemetry::builder()).contains("traces are not exported"));
    assert_eq!(built(Telemetry::builder().exporter(KeptSpans::new())), "");
}

#[test]
fn all_that_code_has_wrong_is_one_error() {
    let otlp = Otlp::http("htp://collector").bearer_token("to\nken").header("x key", "");
    let builder = Telemetry::builder().sampling_ratio(7.0).keep(Keep::nothing().errors(3.0)).otlp(otlp);
    assert_eq!(
        builder.build().unwrap_err().to_string(),
        "5 settings cannot be used:\n  \
         Keep::errors is `3`; expected a number from 0.0 to 1.0\n  \
         Sampler::ratio is `7`; expected a number from 0.0 to 1.0\n  \
         Otlp::header is a header whose name is none (not shown); expected a name that HTTP allows\n  \
         Otlp::bearer_token is a text with blanks or other characters that a token cannot have (not shown); \
         expected the token alone, without `Bearer`\n  \
         Otlp::http is `htp://collector`; expected a URL that starts with `http://` or `https://`"
    );
}

/// An environment of one variable.
fn variable(name: &'static str, value: &'static str) -> impl Fn(&'static str) -> Option<OsString> {
    move |asked| (asked == name).then(|| value.into())
}

#[test]
fn what_is_set_before_the_environment_gives_way_to_it_and_what_is_set_after_wins() {
    let named = |builder: TelemetryBuilder| {
        let spans = KeptSpans::new();
        let configuration = builder.exporter(spans).build().unwrap().configuration().to_string();
        configuration.lines().find(|line| line.starts_with("service_name")).unwrap().to_owned()
    };
    let before = || Telemetry::builder().service_name("before");
    let environment = variable("OTEL_SERVICE_NAME", "environment");
    assert_eq!(named(Telemetry::builder()), "service_name = unknown_service (default)");
    assert_eq!(named(before()), "service_name = before (code)");
    let read = || before().env_from(&environment).unwrap();
    assert_eq!(named(read()), "service_name = environment (OTEL_SERVICE_NAME)");
    assert_eq!(named(read().service_name("after")), "service_name = after (code)");
    let attribute = |builder: TelemetryBuilder| builder.resource_attribute("service.name", "attribute");
    assert_eq!(named(attribute(read())), "service_name = attribute (code)");
    let read = attribute(Telemetry::builder()).env_from(&environment).unwrap();
    assert_eq!(named(read), "service_name = environment (OTEL_SERVICE_NAME)");
}

#[test]
fn of_a_resource_attribute_that_is_set_twice_the_last_one_is_shown() {
    let read = variable("OTEL_RESOURCE_ATTRIBUTES", "region=us,team=care");
    let builder = Telemetry::builder().resource_attribute("region", "before").env_from(read).unwrap();
    let telemetry = builder.resource_attribute("region", "eu").build().unwrap();
    let configuration = telemetry.configuration().to_string();
    let resource: Vec<_> = configuration.lines().filter(|line| line.starts_with("resource.")).collect();
    assert_eq!(resource, ["resource.team = care (OTEL_RESOURCE_ATTRIBUTES)", "resource.region = eu (code)"]);
}

#[test]
fn a_disabled_handle_records_nothing_and_measures_all_the_same() {
    let kept = KeptSpans::new();
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone());
    let telemetry = builder.env_from(variable("OTEL_SDK_DISABLED", "true")).unwrap().build().unwrap();
    let recorded = telemetry.root("root").in_scope(Ctx::is_recording);
    assert!(!recorded && telemetry.flush(Duration::from_secs(30)) && kept.spans().is_empty());
    assert!(!telemetry.metrics_text().contains("spanweave_spans_exported_total{"));
}

#[test]
fn a_span_says_no_more_than_its_limits_allow() {
    let kept = KeptSpans::new();
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone());
    let limits = SpanLimits::default().attributes(3).attribute_length(4);
    let telemetry = builder.limits(limits).build().unwrap();
    telemetry.root("root").in_scope(|ctx| {
        for key in ["first", "second", "third", "fourth"] {
            ctx.set(key, "a long text");
        }
    });
    assert!(telemetry.flush(Duration::from_secs(30)));
    let spans = kept.spans();
    let dropped = usize::try_from(spans[0].dropped_attributes_count).unwrap();
    assert_eq!(spans[0].attributes.len(), 3);
    assert!(dropped >= 2, "{dropped}");
    assert!(spans[0].attributes.iter().all(|attribute| attribute.value.as_str().chars().count() <= 4));
}

#[test]
fn what_code_sets_is_refused_when_the_handle_is_built() {
    let error = |otlp| Telemetry::builder().otlp(otlp).build().unwrap_err().to_string();
    for (otlp, message) in [
        (
            Otlp::http("ftp://user:hunter2@host"),
            "Otlp::http is `ftp://***@host`; expected a URL that starts with `http://` or `https://`",
        ),
        (
            Otlp::grpc("collector:4317"),
            "Otlp::grpc is a text without `://` (not shown: it may be a secret); expected a URL that starts with `http://` or `https://`",
        ),
        (
            Otlp::http("http://host").bearer_token("Bearer hunter2"),
            "Otlp::bearer_token is a text with blanks or other characters that a token cannot have (not shown); \
             expected the token alone, without `Bearer`",
        ),
        (
            Otlp::http("http://host").header("x-key", "hunter2\n"),
            "Otlp::header is `x-key` with a value that cannot be sent (not shown); \
             expected a value of visible ASCII characters",
        ),
        (
            Otlp::http("http://host").timeout(Duration::ZERO),
            "Otlp::timeout is `0ns`; expected from a millisecond to an hour",
        ),
    ] {
        assert!(!format!("{otlp:?}").contains("hunter2"));
        assert_eq!(error(otlp), message);
    }
    let error = Telemetry::builder().export_interval(Duration::ZERO).build().unwrap_err();
    let message = "TelemetryBuilder::export_interval is `0ns`; expected from a millisecond to an hour";
    assert_eq!(error.to_string(), message);
    let error = Telemetry::builder().queue_bytes((1 << 20) - 1).build().unwrap_err();
    let message = "TelemetryBuilder::queue_bytes is `1048575`; expected 1048576 bytes (a mebibyte) or more";
    assert_eq!(error.to_string(), message);
    let second = Duration::from_secs(1);
    for (first, most) in [(Duration::ZERO, second), (second, Duration::MAX)] {
        let error = Telemetry::builder().retry_backoff(first, most).build().unwrap_err().to_string();
        assert!(error.starts_with("TelemetryBuilder::retry_backoff is `"), "{error}");
        assert!(error.ends_with("`; expected from a millisecond to an hour"), "{error}");
    }
}

#[test]
fn a_main_that_returns_the_error_prints_the_message() {
    let environment = variable("DEBUG", "express:*");
    let error: Box<dyn std::error::Error> = Telemetry::builder().env_from(environment).unwrap_err().into();
    let message = "DEBUG is `express:*`; expected `true` or `false` (or 1, yes, on; 0, no, off)";
    assert_eq!(format!("{error:?}"), message);
}

#[test]
fn names_of_roots_may_be_made_at_run_time() {
    let kept = KeptSpans::new();
    let telemetry = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone()).build().unwrap();
    for queue in ["mail", "push"] {
        telemetry.root(format!("drain {queue}")).in_scope(|_: Ctx| {});
    }
    assert!(telemetry.flush(Duration::from_secs(30)));
    assert_eq!(span_tree(&kept.spans(), &[]), "drain mail\ndrain push\n");
}

#[test]
fn a_part_that_cannot_be_is_refused_when_the_handle_is_built() {
    let message = |builder: TelemetryBuilder| builder.build().unwrap_err().to_string();
    let keep = |keep| message(Telemetry::builder().keep(keep));
    assert_eq!(
        message(Telemetry::builder().sampling_ratio(10.0)),
        "Sampler::ratio is `10`; expected a number from 0.0 to 1.0"
    );
    assert_eq!(
        message(Telemetry::builder().sampler(Sampler::ratio(f64::NAN))),
        "Sampler::ratio is `NaN`; expected a number from 0.0 to 1.0"
    );
    assert_eq!(
        keep(Keep::default().root("GET /", Keep::nothing().errors(-0.5))),
        "Keep::errors is `-0.5`; expected a number from 0.0 to 1.0"
    );
    assert_eq!(
        message(Telemetry::builder().sampler(Sampler::default().root("poll", 2.0))),
        "Sampler::root is `2`; expected a number from 0.0 to 1.0"
    );
}

#[test]
fn rules_of_a_root_that_would_mean_nothing_are_refused() {
    for (rules, held) in [
        (Keep::default().per_second(100), "a limit per second for \"GET /\""),
        (Keep::default().root("poll", Keep::nothing()), "rules for other roots for \"GET /\""),
    ] {
        let built = Telemetry::builder().keep(Keep::default().root("GET /", rules)).build();
        let expected = "rules without a limit, and roots, of their own";
        assert_eq!(
            built.unwrap_err().to_string(),
            format!("Keep::root is given {held}; expected {expected}")
        );
    }
}
