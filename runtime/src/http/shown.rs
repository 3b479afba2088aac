//! What of a request is shown on its span only where that was asked for, as clients and users write it.

use http::Request;
use http::header::USER_AGENT;
use opentelemetry_semantic_conventions::attribute::{
    SERVER_ADDRESS, SERVER_PORT, URL_PATH, USER_AGENT_ORIGINAL,
};

use super::address::Address;
use super::protocol::Protocol;
use crate::ctx::Ctx;

/// The most of a path that is shown, in bytes.
const MAX_PATH: usize = 1_024;
/// The most of a user agent that is shown, in bytes.
const MAX_USER_AGENT: usize = 256;

/// The path of a request, without its query, for those who asked for it.
pub(super) fn path<B>(request: &Request<B>) -> &str {
    let path = request.uri().path();
    &path[..path.floor_char_boundary(MAX_PATH)]
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    pub(super) path: bool,
    pub(super) host: bool,
    pub(super) user_agent: bool,
}

impl Shown {
    pub(super) fn is_any(self) -> bool {
        self.path || self.host || self.user_agent
    }

    /// Sets the attributes of a request, which is of this protocol.
    pub(super) fn set<B>(self, ctx: Ctx, request: &Request<B>, protocol: Protocol, trusts_forwarded: bool) {
        if self.path {
            ctx.set(URL_PATH, path(request));
        }
        if self.host
            && let Some(Address { host, port }) = Address::of(request, trusts_forwarded)
        {
            ctx.set(SERVER_ADDRESS, host);
            ctx.set(SERVER_PORT, port.filter(|port| *port != protocol.usual_port()));
        }
        if self.user_agent {
            let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
            // Of visible characters of ASCII, so that any byte is a boundary.
            ctx.set(USER_AGENT_ORIGINAL, agent.map(|agent| &agent[..agent.len().min(MAX_USER_AGENT)]));
        }
    }
}
