//! `OTEL_EXPORTER_OTLP_PROTOCOL`.

use super::error::Refused;
use crate::telemetry::otlp::{self, Protocol};

const WITH_GRPC: &str = "`http/protobuf` or `grpc`";
const WITHOUT_GRPC: &str = "`http/protobuf`, or spanweave's feature `grpc`";

pub(super) fn parse(value: &str) -> Result<Protocol, Refused> {
    match &*value.to_ascii_lowercase() {
        "http/protobuf" => Ok(Protocol::HttpProtobuf),
        "grpc" => built(Protocol::Grpc),
        _ => Err(Refused::showing(value, allowed())),
    }
}

/// A protocol that the features of this build have.
pub(super) fn built(protocol: Protocol) -> Result<Protocol, Refused> {
    let is_built = protocol == Protocol::HttpProtobuf || otlp::HAS_GRPC;
    is_built.then_some(protocol).ok_or_else(|| Refused::showing(name(protocol), allowed()))
}

pub(super) fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::HttpProtobuf => "http/protobuf",
        Protocol::Grpc => "grpc",
    }
}

fn allowed() -> &'static str {
    if otlp::HAS_GRPC { WITH_GRPC } else { WITHOUT_GRPC }
}

#[cfg(test)]
mod tests {
    use super::super::tests::refused;
    use crate::telemetry::otlp;

    #[test]
    fn what_is_not_spoken_is_refused() {
        let not_built = if otlp::HAS_GRPC { "" } else { "grpc" };
        for variable in ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] {
            for value in ["http/json", "http", not_built].iter().filter(|value| !value.is_empty()) {
                refused(variable, value, &format!("`{value}`; expected {}", super::allowed()));
            }
        }
    }
}
