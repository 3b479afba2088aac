//! The kinds of servers, and what they differ in.

use super::programs::{self, Programs};

/// How a kind of server is installed, started and reached. `{folder}` stands for the folder that is the instance's
/// own, `{port}` for its port.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The environment variable that tells tests the URL.
    pub(crate) variable: &'static str,
    /// What is said where the programs are not found.
    pub(crate) missing: &'static str,
    /// The account that Debian's package makes: no server runs as root.
    pub(super) account: &'static str,
    /// The program that prepares the data, with its arguments, if there is anything to prepare.
    pub(super) initialise: Option<(&'static str, &'static str)>,
    pub(super) serve: &'static str,
    pub(super) serve_arguments: &'static str,
    /// The signal that ends it without delay.
    pub(super) ends_at: &'static str,
    /// What the server logs once it takes connections.
    pub(super) ready: &'static str,
    pub(super) url: &'static str,
}

/// Nothing is kept, so nothing is synchronised with a disk.
pub(crate) const POSTGRES: Kind = Kind {
    name: "postgres",
    variable: "SPANWEAVE_TEST_POSTGRES",
    missing: "`apt-get install --no-install-recommends postgresql` installs it",
    account: "postgres",
    initialise: Some(("initdb", "-D {folder}/data -U postgres -A trust -E UTF8 --locale=C --no-sync")),
    serve: "postgres",
    serve_arguments: "-D {folder}/data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
                      -c fsync=off -c full_page_writes=off",
    ends_at: "QUIT",
    ready: "ready to accept connections",
    url: "postgres://postgres@127.0.0.1:{port}/postgres",
};

pub(crate) const MYSQL: Kind = Kind {
    name: "mysql",
    variable: "SPANWEAVE_TEST_MYSQL",
    missing: "`apt-get install --no-install-recommends mariadb-server` installs it",
    account: "mysql",
    initialise: Some((
        "mariadb-install-db",
        "--no-defaults --datadir={folder}/data --auth-root-authentication-method=normal",
    )),
    serve: "mariadbd",
    serve_arguments: "--no-defaults --datadir={folder}/data --socket={folder}/socket --port={port} \
                      --bind-address=127.0.0.1 --character-set-server=utf8mb4 \
                      --innodb-flush-log-at-trx-commit=0",
    ends_at: "QUIT",
    ready: "ready for connections",
    url: "mysql://root@127.0.0.1:{port}/test",
};

pub(crate) const REDIS: Kind = Kind {
    name: "redis",
    variable: "SPANWEAVE_TEST_REDIS",
    missing: "`apt-get install --no-install-recommends redis-server` installs it",
    account: "redis",
    initialise: None,
    serve: "redis-server",
    serve_arguments: "--port {port} --bind 127.0.0.1 --dir {folder} --appendonly no",
    // It has no answer to `QUIT`, which a shell has what it starts in the background ignore.
    ends_at: "TERM",
    ready: "Ready to accept connections",
    url: "redis://127.0.0.1:{port}",
};

impl Kind {
    pub(super) fn programs(&self) -> Option<Programs> {
        let initialise = match self.initialise {
            Some((program, _)) => Some(programs::find(program)?),
            None => None,
        };
        Some(Programs { initialise, serve: programs::find(self.serve)? })
    }
}
