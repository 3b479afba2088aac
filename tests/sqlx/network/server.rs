//! The server that runs for the tests.

/// Its URL.
pub fn url(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: `cargo xtask test` starts a server and sets it"))
}
