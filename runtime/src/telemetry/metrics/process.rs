//! The process, as the client libraries of Prometheus name it. Read from `/proc`, so it is there on Linux.

use std::fmt;
use std::sync::LazyLock;

use procfs::process::{LimitValue, Process, Stat};
use procfs::{ProcResult, boot_time_secs, page_size, ticks_per_second};
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::names::OF_PROCESS;

/// What can be read: a process may not see all of its own `/proc`.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let Ok(process) = Process::myself() else { return Ok(()) };
    if let Ok(stat) = process.stat() {
        encode_stat(encoder, &stat)?;
    }
    if let Ok(open) = process.fd_count() {
        gauge(encoder, "open_fds", "Open file descriptors.", count(open))?;
    }
    if let Some(most) = max_fds(&process) {
        gauge(encoder, "max_fds", "The most file descriptors that may be open.", most)?;
    }
    Ok(())
}

/// What is resident, and all of it.
#[cfg(feature = "axum")]
pub(super) fn memory_bytes() -> Option<[u64; 2]> {
    let stat = Process::myself().ok()?.stat().ok()?;
    Some([resident_bytes(&stat), stat.vsize])
}

fn resident_bytes(stat: &Stat) -> u64 {
    stat.rss.saturating_mul(page_size())
}

fn encode_stat(encoder: &mut DescriptorEncoder<'_>, stat: &Stat) -> fmt::Result {
    let seconds = in_seconds(stat.utime + stat.stime);
    let cpu = ConstCounter::new(seconds);
    let (name, help) =
        (format!("{OF_PROCESS}cpu_seconds"), "Time that the process used a processor, in user and system.");
    let metric = encoder.encode_descriptor(&name, help, None, cpu.metric_type())?;
    cpu.encode(metric)?;
    gauge(encoder, "virtual_memory_bytes", "Virtual memory.", stat.vsize)?;
    let resident = resident_bytes(stat);
    gauge(encoder, "resident_memory_bytes", "Memory that is resident.", resident)?;
    gauge(encoder, "threads", "Threads.", u64::try_from(stat.num_threads).unwrap_or(0))?;
    if let Some(started) = *STARTED {
        gauge(encoder, "start_time_seconds", "When the process started, by Unix time.", started)?;
    }
    Ok(())
}

/// Found once, as the time of the machine's start changes with every correction of the clock.
static STARTED: LazyLock<Option<f64>> = LazyLock::new(|| started().ok());

fn started() -> ProcResult<f64> {
    let since_boot = in_seconds(Process::myself()?.stat()?.starttime);
    #[expect(clippy::cast_precision_loss, reason = "seconds of Unix time are far below 2^52")]
    Ok(boot_time_secs()? as f64 + since_boot)
}

#[expect(clippy::cast_precision_loss, reason = "hundredths of seconds are far below 2^52")]
fn in_seconds(ticks: u64) -> f64 {
    ticks as f64 / ticks_per_second() as f64
}

fn max_fds(process: &Process) -> Option<u64> {
    match process.limits().ok()?.max_open_files.soft_limit {
        LimitValue::Value(most) => Some(most),
        LimitValue::Unlimited => None,
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn gauge<V>(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: V) -> fmt::Result
where
    ConstGauge<V>: EncodeMetric,
{
    let gauge = ConstGauge::new(value);
    let name = format!("{OF_PROCESS}{name}");
    let metric = encoder.encode_descriptor(&name, help, None, gauge.metric_type())?;
    gauge.encode(metric)
}
