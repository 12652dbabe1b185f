//! Who is connecting.

pub(crate) mod template;

use serde::Deserialize;

/// The fields of a CONNECT packet (MQTT 5 section 3.1.3), and where it came from. None: not sent.
/// Empty: sent, and empty.
///
/// They are bytes: MQTT promises UTF-8 for two of them, and nothing here relies on it.
#[derive(Clone, Copy, Default)]
pub struct Client<'a> {
    /// The client identifier.
    pub client_id: Option<&'a [u8]>,
    /// The user name.
    pub username: Option<&'a [u8]>,
    /// The password.
    pub password: Option<&'a [u8]>,
    /// The address the client connects from, as text: what rules with `ipaddr` ask for.
    pub peer_address: Option<&'a [u8]>,
    /// The certificate of its TLS connection in DER: what tokens with `cnf` are bound to.
    pub peer_certificate: Option<&'a [u8]>,
}

/// The CONNECT field that carries the token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Field {
    #[default]
    Password,
    Username,
}

impl Field {
    /// The field's name, in the configuration and in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Username => "username",
        }
    }
}

impl<'a> Client<'a> {
    /// What the client sent in `field`.
    pub(crate) fn field(&self, field: Field) -> Option<&'a [u8]> {
        match field {
            Field::Password => self.password,
            Field::Username => self.username,
        }
    }
}
