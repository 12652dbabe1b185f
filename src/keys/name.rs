//! The name by which the key of a token is chosen.

use serde::Deserialize;

use crate::client::Client;

/// Where that name comes from: the option `kid_from`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum KidFrom {
    /// From the token's header: its `kid`.
    #[default]
    Header,
    /// From the client: its identifier.
    ClientId,
    /// From the client: its user name.
    Username,
}

/// The name of a token's key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyName<'n> {
    /// The `kid` of the keys that are meant, if any is named.
    pub(crate) kid: Option<&'n str>,
    /// It is the client's, and no other key will do. Else it is the token's own: keys without a `kid` stand in
    /// for one that no key has, and where none is named all keys are meant.
    pub(crate) is_clients: bool,
}

impl KidFrom {
    /// The name of the key of a token whose header has this `kid`, if this client presents it.
    #[inline]
    pub(crate) fn name<'n>(self, kid: Option<&'n str>, client: &Client<'n>) -> KeyName<'n> {
        match self {
            Self::Header => KeyName {
                kid,
                is_clients: false,
            },
            Self::ClientId => KeyName::of_client(client.client_id),
            Self::Username => KeyName::of_client(client.username),
        }
    }
}

impl<'n> KeyName<'n> {
    /// What a client sent as its name, if it is one.
    #[inline(never)]
    fn of_client(sent: Option<&'n [u8]>) -> Self {
        let name = sent.and_then(|sent| str::from_utf8(sent).ok());
        Self {
            kid: name.filter(|name| !name.is_empty()),
            is_clients: true,
        }
    }

    /// The name for a refusal. What the client is called is told elsewhere, if it may be told.
    #[inline]
    pub(super) fn told(self) -> Option<String> {
        self.kid.filter(|_| !self.is_clients).map(str::to_owned)
    }
}
