//! The pools that are watched, asked when the metrics are read.

use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use crate::names::{OF_POOLS, POOL_CONNECTIONS};
use crate::sql::{PoolCounts, Pools, WatchedPool};

/// The gauges and counters of all pools, named as the convention's.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, pools: &Pools) -> fmt::Result {
    let counted: Vec<(&WatchedPool, PoolCounts)> =
        pools.iter().filter_map(|pool| Some((pool, pool.counts()?))).collect();
    if counted.is_empty() {
        return Ok(());
    }
    encode_states(encoder, &counted)?;
    let help = "The most connections that a pool opens.";
    encode_gauge(encoder, "max", help, &counted, |_, counts| counts.max)?;
    let help = "How many wait for a connection.";
    encode_gauge(encoder, "pending_requests", help, &counted, |pool, _| pool.waiting.load(Relaxed))?;
    encode_timeouts(encoder, &counted)
}

fn encode_states(encoder: &mut DescriptorEncoder<'_>, counted: &[(&WatchedPool, PoolCounts)]) -> fmt::Result {
    let help = "Open connections of a pool, by state.";
    let mut metric = encoder.encode_descriptor(POOL_CONNECTIONS, help, None, MetricType::Gauge)?;
    for (pool, counts) in counted {
        let used = counts.open.saturating_sub(counts.idle);
        for (state, connections) in [("idle", counts.idle), ("used", used)] {
            let labels = [("pool", pool.name.as_str()), ("state", state)];
            metric.encode_family(&labels)?.encode_gauge(&connections)?;
        }
    }
    Ok(())
}

fn encode_gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    counted: &[(&WatchedPool, PoolCounts)],
    value: impl Fn(&WatchedPool, PoolCounts) -> u64,
) -> fmt::Result {
    let name = format!("{OF_POOLS}{name}");
    let mut metric = encoder.encode_descriptor(&name, help, None, MetricType::Gauge)?;
    for (pool, counts) in counted {
        let labels = [("pool", pool.name.as_str())];
        metric.encode_family(&labels)?.encode_gauge(&value(pool, *counts))?;
    }
    Ok(())
}

fn encode_timeouts(
    encoder: &mut DescriptorEncoder<'_>,
    counted: &[(&WatchedPool, PoolCounts)],
) -> fmt::Result {
    let help = "How often nobody got a connection in time.";
    let name = format!("{OF_POOLS}timeouts");
    let mut metric = encoder.encode_descriptor(&name, help, None, MetricType::Counter)?;
    for (pool, _) in counted {
        let (labels, timeouts) = ([("pool", pool.name.as_str())], pool.timeouts.load(Relaxed));
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&timeouts, None)?;
    }
    Ok(())
}
