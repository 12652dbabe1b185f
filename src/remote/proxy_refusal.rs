//! Why a proxy makes no connection.

use std::fmt;

/// What status 407 means.
pub(super) const NOT_AUTHENTICATED: &str =
    "the proxy asks for another user name and password; see `proxy`";

/// Why a proxy makes no connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Status(u16),
    NotHttp,
    Closed,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Tinyproxy says 401.
            Self::Status(401 | 407) => f.write_str(NOT_AUTHENTICATED),
            Self::Status(status) => write!(f, "the proxy makes no connection: status {status}"),
            Self::NotHttp => f.write_str("the proxy does not speak HTTP"),
            Self::Closed => f.write_str("the proxy closed the connection"),
        }
    }
}

impl std::error::Error for Refused {}
