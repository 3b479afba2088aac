//! A worker's post: whenever a worker fails, another one takes its place.

use std::error::Error;
use std::time::Duration;

use apalis_core::error::WorkerError;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::process::TIME_TO_STOP;

/// How long it is empty. What a worker fails of, a database that restarts, takes a moment.
const PAUSE: Duration = Duration::from_secs(1);

/// Has a worker of a new name at it until told to stop. Back ends remember a name beyond its worker's end, even that of its
/// process, and let nobody else have it meanwhile.
pub(super) async fn occupy<W>(post: &str, stop: &CancellationToken, worker: impl Fn(String) -> W)
where
    W: Future<Output = Result<(), WorkerError>> + Send + 'static,
{
    while !stop.is_cancelled() {
        let mut working = JoinSet::new();
        working.spawn(worker(format!("{post}:{}", Uuid::new_v4())));
        tokio::select! {
            Some(ended) = working.join_next() => report(post, &ended),
            () = async { stop.cancelled().await; sleep(TIME_TO_STOP).await; } => working.shutdown().await,
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(PAUSE) => {}
        }
    }
}

fn report(post: &str, ended: &Result<Result<(), WorkerError>, JoinError>) {
    let error: &dyn Error = match ended {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error,
        Err(panic) => panic,
    };
    tracing::error!(post, error, "a worker failed, another one takes its place");
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use apalis_core::error::WorkerError;
    use tokio_util::sync::CancellationToken;

    use super::occupy;

    #[tokio::test]
    async fn a_worker_that_fails_has_a_successor_of_another_name() {
        let (stop, begun) = (CancellationToken::new(), AtomicUsize::new(0));
        let names = std::sync::Mutex::new(Vec::new());
        occupy("post", &stop, |name| {
            names.lock().unwrap().push(name);
            let (number, stop) = (begun.fetch_add(1, Ordering::Relaxed), stop.clone());
            async move {
                match number {
                    0 => Err(WorkerError::BackendError("it restarts".into())),
                    1 => panic!("on purpose"),
                    _ => {
                        stop.cancel();
                        Ok(())
                    }
                }
            }
        })
        .await;
        let mut names = names.into_inner().unwrap();
        assert!(names.iter().all(|name| name.starts_with("post:")), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[tokio::test]
    async fn one_that_does_not_stop_is_left() {
        let stop = CancellationToken::new();
        stop.cancel();
        occupy("post", &stop, |_| async { std::future::pending().await }).await;
        let stop = CancellationToken::new();
        let stopping = async { stop.cancel() };
        let occupied = occupy("post", &stop, |_| async { std::future::pending().await });
        tokio::join!(occupied, stopping);
    }
}
