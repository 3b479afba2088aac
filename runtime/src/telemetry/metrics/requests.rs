//! The requests that are being served.

use std::fmt;

use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use crate::http::ActiveRequests;
use crate::names::ACTIVE_REQUESTS;

/// Named as the convention's.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, requests: &ActiveRequests) -> fmt::Result {
    let active: Vec<_> = requests.by_method().collect();
    if active.is_empty() {
        return Ok(());
    }
    let help = "Requests that are being served.";
    let mut metric = encoder.encode_descriptor(ACTIVE_REQUESTS, help, None, MetricType::Gauge)?;
    for (method, requests) in active {
        metric.encode_family(&[("method", method)])?.encode_gauge(&requests)?;
    }
    Ok(())
}
