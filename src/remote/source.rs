//! Where something is fetched from, and how.

use super::discovery::Discovery;
use super::headers::Headers;
use super::pace::Pace;
use super::proxy::Proxy;
use super::tls::Tls;
use super::url::Url;

/// Where it comes from. A change of any of it makes another endpoint.
#[derive(PartialEq)]
pub(crate) struct Source {
    pub(crate) url: Url,
    pub(crate) tls: Tls,
    /// None: servers are asked directly.
    pub(crate) proxy: Option<Proxy>,
    /// None: a discovery document is not followed.
    pub(crate) discovery: Option<Discovery>,
}

/// The options about an endpoint.
pub(crate) struct Settings {
    pub(crate) source: Source,
    pub(crate) terms: Terms,
}

impl Settings {
    /// The option that holds the URL.
    pub(crate) fn option(&self) -> &str {
        &self.terms.option
    }

    /// All of the URL that may stand in a log line.
    pub(crate) fn origin(&self) -> String {
        self.source.url.origin()
    }
}

/// How it is asked. Another configuration may change that while fetching goes on.
pub(crate) struct Terms {
    /// The option that holds the URL, which names the endpoint in log lines.
    pub(crate) option: String,
    pub(crate) headers: Headers,
    pub(crate) pace: Pace,
}
