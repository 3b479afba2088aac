//! The asynchronous runtime of one exporter, on its lane's own thread.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::task;

/// A runtime that may be dropped anywhere, also within another one. Whatever it still waits for it leaves behind.
#[derive(Debug)]
pub(super) struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    pub(super) fn new() -> io::Result<OwnRuntime> {
        Ok(OwnRuntime(Some(Builder::new_current_thread().enable_all().build()?)))
    }

    /// Runs `make` with the runtime at hand.
    #[cfg(feature = "grpc")]
    pub(super) fn within<R>(&self, make: impl FnOnce() -> R) -> R {
        let _entered = self.0.as_ref().map(Runtime::enter);
        make()
    }

    /// Runs a future to its end; `None` after the runtime's end.
    pub(super) fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let runtime = self.0.as_ref()?;
        Some(runtime.block_on(async {
            // Between two runs nobody looks at the connections: what they have to say comes first.
            task::yield_now().await;
            future.await
        }))
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(Runtime::shutdown_background);
    }
}
