//! The pools that a telemetry handle watches, and what waiting for their connections took.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, OnceLock};

use opentelemetry::KeyValue;
use opentelemetry_semantic_conventions::attribute::{DB_NAMESPACE, SERVER_ADDRESS, SERVER_PORT};
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;

use super::driver::SqlxError;
use crate::clock::{self, Ticks};
use crate::core::{self, Core, Metric};
use crate::ctx::Ctx;
use crate::names;
use crate::outcome::Outcome;
use crate::sql::source;

/// The most pools that a handle watches.
const MAX_POOLS: usize = 64;
/// The label of all pools that nobody watches.
const UNWATCHED: &str = "unwatched";
/// How long the call waited for a connection, in seconds; named as the convention's metric.
const WAIT_TIME: &str = "db.client.connection.wait_time";

/// How a pool is asked.
pub trait PoolState: Send {
    /// `None` once it is closed.
    fn counts(&self) -> Option<PoolCounts>;
}

/// A pool's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolCounts {
    pub(crate) open: u64,
    pub(crate) idle: u64,
    pub(crate) max: u64,
}

/// Where a pool's connections lead.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// By the convention, as the statements have it.
    system: Cow<'static, str>,
    address: Option<Arc<str>>,
    /// If it is not the usual one.
    port: Option<u16>,
    namespace: Option<Arc<str>>,
}

/// Host, port and path of the URL to connect to.
type Url = (Option<String>, Option<u16>, String);

impl Server {
    /// Of a file there is no server, and its path is nobody's business: its URL is not asked for.
    pub(super) fn of(driver: &'static str, url: impl FnOnce() -> Option<Url>) -> Server {
        let system = source::system(driver);
        let usual_port = usual_port(&system);
        let Some((host, port, path)) = usual_port.and_then(|_| url()) else {
            return Server { system, ..Server::default() };
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Server {
            system,
            address: host.as_deref().map(decoded).map(Arc::from),
            port: port.filter(|port| Some(*port) != usual_port),
            namespace: Some(decoded(path.trim_start_matches('/')))
                .filter(|name| !name.is_empty())
                .map(Arc::from),
        }
    }
}

fn usual_port(system: &str) -> Option<u16> {
    match system {
        "postgresql" => Some(5432),
        "mysql" => Some(3306),
        _ => None,
    }
}

/// A pool with a name.
pub(crate) struct WatchedPool {
    pub(crate) name: String,
    wait: Metric,
    /// The number that tells the pool from all others while it is kept here; 0 once it is gone.
    id: AtomicUsize,
    behind: Mutex<Option<Behind>>,
    pub(crate) waiting: AtomicU64,
    pub(crate) timeouts: AtomicU64,
}

/// A pool, and where its connections lead.
struct Behind {
    server: Server,
    state: Box<dyn PoolState>,
}

impl WatchedPool {
    pub(crate) fn counts(&self) -> Option<PoolCounts> {
        self.behind.lock().as_ref()?.state.counts()
    }

    /// Where its connections lead, while it is open.
    fn server(&self) -> Option<Server> {
        let behind = self.behind.lock();
        behind.as_ref().filter(|behind| behind.state.counts().is_some()).map(|behind| behind.server.clone())
    }

    fn exchange(&self, id: usize, behind: Option<Behind>) {
        let before = std::mem::replace(&mut *self.behind.lock(), behind);
        self.id.store(id, Relaxed);
        // Closing a pool may take its time.
        drop(before);
    }
}

/// A handle's pools: few, and found without a lock.
pub(crate) struct Pools {
    places: [OnceLock<WatchedPool>; MAX_POOLS],
    /// One is watched after the other, so that none has two places.
    watching: Mutex<()>,
}

impl Pools {
    pub(crate) fn new() -> Pools {
        Pools { places: [const { OnceLock::new() }; MAX_POOLS], watching: Mutex::new(()) }
    }

    /// Watches a pool from here on; one that had its name before no longer. Says whether there was room.
    pub(crate) fn watch(&self, name: &str, id: usize, server: Server, state: Box<dyn PoolState>) -> bool {
        let _one_at_a_time = self.watching.lock();
        let behind = Some(Behind { server, state });
        if let Some(known) = self.iter().find(|pool| pool.name == name) {
            known.exchange(id, behind);
            return true;
        }
        let Some(place) = self.places.iter().find(|place| place.get().is_none()) else { return false };
        place.get_or_init(|| WatchedPool {
            name: name.to_owned(),
            wait: Metric::of(&names::POOL_WAITS, Box::new([name.to_owned()])),
            id: AtomicUsize::new(id),
            behind: Mutex::new(behind),
            waiting: AtomicU64::new(0),
            timeouts: AtomicU64::new(0),
        });
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &WatchedPool> {
        self.places.iter().map_while(OnceLock::get)
    }

    fn find(&self, id: usize) -> Option<&WatchedPool> {
        self.iter().find(|pool| id != 0 && pool.id.load(Relaxed) == id)
    }

    /// Lets the pools go.
    pub(crate) fn release(&self) {
        self.iter().for_each(|pool| pool.exchange(0, None));
    }

    /// Where the statements of a system go to, if there is one pool of it only.
    pub(crate) fn server_of(&'static self, system: &str) -> impl Iterator<Item = KeyValue> {
        let mut of_system =
            self.iter().filter_map(WatchedPool::server).filter(|server| server.system == system);
        let only = of_system.next().filter(|_| of_system.next().is_none());
        only.into_iter().flat_map(|server| {
            let address = server.address.map(|address| KeyValue::new(SERVER_ADDRESS, address));
            let port = server.port.map(|port| KeyValue::new(SERVER_PORT, i64::from(port)));
            let name = server.namespace.map(|name| KeyValue::new(DB_NAMESPACE, name));
            [address, port, name].into_iter().flatten()
        })
    }
}

/// The waiting for a connection, from its first poll on. It is measured when it is dropped: there is a connection, or nobody
/// waits any more.
pub(crate) struct Waiting {
    /// The span that waits.
    ctx: Ctx,
    pool: Option<&'static WatchedPool>,
    started: Ticks,
}

impl Waiting {
    pub(crate) fn start(ctx: Ctx, pool: usize) -> Waiting {
        let pool = Core::of(ctx.key).and_then(|core| core.pools.find(pool));
        if let Some(pool) = pool {
            pool.waiting.fetch_add(1, Relaxed);
        }
        Waiting { ctx, pool, started: Ticks::now() }
    }

    /// There is a connection, or there will be none.
    pub(super) fn end<C, E: SqlxError>(self, acquired: &Result<C, E>) {
        if let (Some(pool), Err(error)) = (self.pool, acquired)
            && error.is_pool_timeout()
        {
            pool.timeouts.fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        static UNWATCHED_WAIT: LazyLock<Metric> =
            LazyLock::new(|| Metric::of(&names::POOL_WAITS, Box::new([UNWATCHED.to_owned()])));
        let ticks = Ticks::now().since(self.started);
        let metric = self.pool.map_or(*UNWATCHED_WAIT, |pool| pool.wait);
        core::measure(self.ctx.key, metric, ticks, Outcome::Ok);
        #[expect(clippy::cast_precision_loss, reason = "a hundred days of nanoseconds are exact")]
        self.ctx.set(WAIT_TIME, clock::nanos(ticks) as f64 / 1e9);
        if let Some(pool) = self.pool {
            pool.waiting.fetch_sub(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PoolCounts, PoolState, Pools, Server};

    struct Fixed(u64);

    impl PoolState for Fixed {
        fn counts(&self) -> Option<PoolCounts> {
            Some(PoolCounts { open: self.0, idle: 0, max: 10 })
        }
    }

    fn server(system: &'static str) -> Server {
        Server::of(system, || Some((Some("db".to_owned()), Some(5433), "/app".to_owned())))
    }

    fn server_of(pools: &'static Pools, system: &str) -> String {
        let shown: Vec<String> =
            pools.server_of(system).map(|pair| format!("{}={}", pair.key, pair.value)).collect();
        shown.join(" ")
    }

    #[test]
    fn a_name_has_one_pool() {
        let pools = Pools::new();
        assert!(pools.watch("main", 1, server("PostgreSQL"), Box::new(Fixed(1))));
        assert!(pools.watch("main", 2, server("PostgreSQL"), Box::new(Fixed(2))));
        assert_eq!(pools.iter().filter_map(|pool| Some(pool.counts()?.open)).collect::<Vec<_>>(), [2]);
        assert!(pools.find(1).is_none());
        pools.release();
        assert!(pools.find(2).is_none());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let pools = Pools::new();
        for id in 0..super::MAX_POOLS {
            assert!(pools.watch(&id.to_string(), id, Server::default(), Box::new(Fixed(0))));
        }
        assert!(!pools.watch("one more", 100, Server::default(), Box::new(Fixed(0))));
    }

    #[test]
    fn where_statements_go_is_told_if_there_is_one_way() {
        let pools: &'static Pools = Box::leak(Box::new(Pools::new()));
        pools.watch("main", 1, server("PostgreSQL"), Box::new(Fixed(1)));
        pools.watch("local", 2, server("SQLite"), Box::new(Fixed(1)));
        assert_eq!(server_of(pools, "postgresql"), "server.address=db server.port=5433 db.namespace=app");
        assert_eq!(server_of(pools, "sqlite"), "");
        pools.watch("replica", 3, server("PostgreSQL"), Box::new(Fixed(1)));
        assert_eq!(server_of(pools, "postgresql"), "");
    }
}
