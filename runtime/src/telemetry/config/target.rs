//! Where spans go over OTLP, as the environment says it.

use std::time::Duration;

use super::error::Refused;
use super::otlp::Otlp;
use super::setting::Setting;
use super::variables::{
    COMPRESSIONS, ENDPOINT, EXPORTER, HEADERS, PROTOCOLS, TIMEOUTS, TRACES_ENDPOINT, TRACES_URL, Variables,
};
use super::{compression, endpoint, headers, protocol, token, values};
use crate::telemetry::otlp::Protocol;

const EXPORTERS: &str = "`otlp` or `none`";
const UNSET: &str = "neither OBS_TRACES_URL nor OTEL_EXPORTER_OTLP_ENDPOINT is set";

/// What the environment says of the export.
pub(super) struct Target {
    endpoint: Endpoint,
    headers: Option<Setting<Vec<(String, String)>>>,
    timeout: Option<Setting<Duration>>,
    gzip: Option<Setting<bool>>,
}

enum Endpoint {
    Set(Box<Otlp>),
    /// Nothing is exported, for a reason that this variable is; not to where code says, either.
    Off {
        why: &'static str,
        variable: &'static str,
    },
    /// Not mentioned.
    Unset,
}

impl Target {
    pub(super) fn read(variables: &Variables<'_>) -> Target {
        let url = variables.one(TRACES_URL, endpoint::url);
        let of_opentelemetry = opentelemetrys(variables);
        let headers = variables.first(HEADERS, headers::list);
        // Credentials go to nobody but whom they are for.
        let are_for_another = url.is_some() && of_opentelemetry.is_some();
        Target {
            endpoint: Endpoint::read(variables, url, of_opentelemetry),
            headers: headers.filter(|_| !are_for_another),
            timeout: variables.first(TIMEOUTS, values::millis),
            gzip: variables.first(COMPRESSIONS, compression::parse),
        }
    }

    /// Overrides what code has said. Where nothing is exported after that, says why.
    pub(super) fn apply(self, to: &mut Setting<Option<Otlp>>) -> Option<&'static str> {
        let mut reason = None;
        match self.endpoint {
            Endpoint::Set(otlp) => *to = Setting { origin: otlp.url.origin, value: Some(*otlp) },
            Endpoint::Off { why, variable } => {
                *to = Setting::of_variable(None, variable);
                reason = Some(why);
            }
            Endpoint::Unset => reason = Some(UNSET),
        }
        let Some(otlp) = &mut to.value else { return reason };
        otlp.timeout.give_way(self.timeout);
        otlp.gzip.give_way(self.gzip);
        if let Some(Setting { value: headers, origin }) = self.headers {
            for value in headers {
                otlp.set_header(Setting { value, origin });
            }
        }
        None
    }
}

impl Endpoint {
    /// `OBS_TRACES_URL` is the whole story where it is set. A token is only sent where it belongs to.
    fn read(
        variables: &Variables<'_>,
        url: Option<Setting<String>>,
        of_opentelemetry: Option<Otlp>,
    ) -> Endpoint {
        let token = token::read(variables);
        let exports = variables.one(EXPORTER, exporter).is_none_or(|exports| exports.value);
        match (url, of_opentelemetry) {
            _ if !exports => Endpoint::Off { why: "OTEL_TRACES_EXPORTER is `none`", variable: EXPORTER },
            (Some(url), _) => match token {
                Some(token) => {
                    let otlp = Otlp::new(url, Setting::of_default(Protocol::HttpProtobuf));
                    Endpoint::Set(Box::new(Otlp { token: Some(token), ..otlp }))
                }
                None => Endpoint::Off { why: "OBS_INGEST_TOKEN is not set", variable: TRACES_URL },
            },
            (None, Some(otlp)) => Endpoint::Set(Box::new(otlp)),
            (None, None) => Endpoint::Unset,
        }
    }
}

/// Where OpenTelemetry's own variables point to.
fn opentelemetrys(variables: &Variables<'_>) -> Option<Otlp> {
    let protocol = variables.first(PROTOCOLS, protocol::parse);
    let protocol = protocol.unwrap_or(Setting::of_default(Protocol::HttpProtobuf));
    let of_traces = variables.one(TRACES_ENDPOINT, endpoint::url);
    let of_all = variables.one(ENDPOINT, |endpoint| {
        endpoint::url(endpoint).map(|endpoint| endpoint::of_traces(&endpoint, protocol.value))
    });
    of_traces.or(of_all).map(|url| Otlp::new(url, protocol))
}

fn exporter(value: &str) -> Result<bool, Refused> {
    match &*value.to_ascii_lowercase() {
        "otlp" => Ok(true),
        "none" => Ok(false),
        _ => Err(Refused::showing(value, EXPORTERS)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::otlp::Otlp;
    use super::super::setting::Setting;
    use super::super::tests::{read, refused};

    /// Where spans go, given what code has said before; or why they go nowhere.
    fn export(variables: &[(&str, &str)], code: Option<Otlp>) -> Result<String, &'static str> {
        let mut code = Setting::of_code(code);
        match read(variables).unwrap().target.apply(&mut code) {
            Some(reason) => Err(reason),
            None => Ok(format!("{:?}", code.value.unwrap())),
        }
    }

    const URL: (&str, &str) = ("OBS_TRACES_URL", "http://ingest/v1/traces");
    const TOKEN: (&str, &str) = ("OBS_INGEST_TOKEN", "hunter2");
    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");

    #[test]
    fn without_a_url_or_its_token_nothing_is_exported() {
        assert_eq!(export(&[], None), Err(super::UNSET));
        assert_eq!(export(&[TOKEN], None), Err(super::UNSET));
        assert_eq!(export(&[URL], None), Err("OBS_INGEST_TOKEN is not set"));
        assert_eq!(export(&[URL, ENDPOINT], None), Err("OBS_INGEST_TOKEN is not set"));
        let none = ("OTEL_TRACES_EXPORTER", "None");
        assert_eq!(export(&[URL, TOKEN, none], None), Err("OTEL_TRACES_EXPORTER is `none`"));
        assert_eq!(export(&[none], Some(Otlp::http("http://code"))), Err("OTEL_TRACES_EXPORTER is `none`"));
    }

    #[test]
    fn the_reference_systems_url_comes_before_opentelemetrys() {
        let both = export(&[URL, TOKEN, ENDPOINT, ("OTEL_EXPORTER_OTLP_TIMEOUT", "250")], None).unwrap();
        assert_eq!(
            both,
            "Otlp { url: \"`http://ingest/v1/traces`\", protocol: HttpProtobuf, token: Some(***), headers: [], \
             timeout: 250ms, gzip: false }"
        );
    }

    #[test]
    fn headers_for_one_collector_are_not_sent_to_another() {
        let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2");
        let both = export(&[URL, TOKEN, ENDPOINT, headers], None).unwrap();
        assert!(both.contains("headers: []"), "{both}");
        let one = export(&[URL, TOKEN, headers], None).unwrap();
        assert!(one.contains("headers: [\"api-key\"]"), "{one}");
    }

    #[test]
    fn opentelemetrys_endpoints_need_no_token_and_get_none() {
        let shown = |url| {
            format!(
                "Otlp {{ url: \"`{url}`\", protocol: HttpProtobuf, token: None, headers: [], timeout: 10s, gzip: false }}"
            )
        };
        let all = export(&[ENDPOINT, TOKEN], None).unwrap();
        assert_eq!(all, shown("http://collector:4318/v1/traces"));
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector/mine");
        assert_eq!(export(&[ENDPOINT, traces], None).unwrap(), shown("http://collector/mine"));
    }

    #[test]
    fn what_belongs_to_no_endpoint_is_said_to_the_one_that_code_names() {
        let code =
            Otlp::http("http://code").bearer_token("hunter2").header("X-Tenant", "a").header("x-zone", "b");
        let variables = [
            ("OTEL_EXPORTER_OTLP_HEADERS", "ignored=1"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-tenant=c"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ];
        assert_eq!(
            export(&variables, Some(code)).unwrap(),
            "Otlp { url: \"`http://code`\", protocol: HttpProtobuf, token: Some(***), \
             headers: [\"x-zone\", \"x-tenant\"], timeout: 1ms, gzip: false }"
        );
    }

    #[test]
    fn times_and_exporters_that_there_are_not_are_refused() {
        for variable in ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"] {
            for value in ["0", "-1", "10s", "3600001", "99999999999999999999"] {
                let expected = "milliseconds, a whole number from 1 to 3600000";
                refused(variable, value, &format!("`{value}`; expected {expected}"));
            }
        }
        for value in ["console", "otlp,none"] {
            refused("OTEL_TRACES_EXPORTER", value, &format!("`{value}`; expected `otlp` or `none`"));
        }
    }
}
