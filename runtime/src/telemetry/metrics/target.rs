//! What the metrics are of: the resource, and spanweave itself.

use std::collections::BTreeMap;
use std::fmt;

use opentelemetry_sdk::Resource;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use crate::names::TARGET;

/// `target_info`, by which a query joins the resource to any metric, and `spanweave_build_info`.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, resource: &Resource) -> fmt::Result {
    let help = "The resource, by the OpenTelemetry convention.";
    let labels: Vec<_> = labels(resource).into_iter().collect();
    encoder.encode_descriptor(TARGET, help, None, MetricType::Info)?.encode_info(&labels)?;
    let help = "The version of spanweave.";
    let labels = [("version", env!("CARGO_PKG_VERSION"))];
    encoder.encode_descriptor("spanweave_build", help, None, MetricType::Info)?.encode_info(&labels)
}

/// Of attributes whose names differ only in what a label's cannot have, one is shown.
fn labels(resource: &Resource) -> BTreeMap<String, String> {
    resource.iter().map(|(key, value)| (label_name(key.as_str()), value.to_string())).collect()
}

/// `service_name` for `service.name`.
fn label_name(key: &str) -> String {
    let name: String =
        key.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect();
    if name.starts_with(|char: char| char.is_ascii_alphabetic()) { name } else { format!("key_{name}") }
}

#[cfg(test)]
mod tests {
    use super::label_name;

    #[test]
    fn any_key_is_a_labels_name() {
        let names = ["service.name", "a-b/é", "1st", "_x", ""].map(label_name);
        assert_eq!(names, ["service_name", "a_b__", "key_1st", "key__x", "key_"]);
    }
}
