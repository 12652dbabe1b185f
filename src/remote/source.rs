//! Where something is fetched from, and how.

use super::headers::Headers;
use super::pace::Pace;
use super::tls::Tls;
use super::url::Url;

/// Where it comes from. A change of any of it makes another endpoint.
#[derive(PartialEq)]
pub(crate) struct Source {
    pub(crate) url: Url,
    pub(crate) tls: Tls,
}

/// The options about an endpoint.
pub(crate) struct Settings {
    pub(crate) source: Source,
    pub(crate) headers: Headers,
    pub(crate) pace: Pace,
}
