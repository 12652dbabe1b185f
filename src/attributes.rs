//! `client_attrs`: what a token tells the broker to remember of a client (EMQX 5.7).

use crate::json::tape::Object;

/// Names and values, in the order of the token.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Box<[(Box<str>, Box<str>)]>);

impl Attributes {
    /// Reads the claim. Strings, numbers and booleans are taken as text, and anything else is left
    /// out.
    pub(crate) fn read(claim: Object<'_>) -> Self {
        let members = claim.iter().filter_map(|(name, value)| {
            let (name, text) = (std::str::from_utf8(&name).ok()?, value.to_text()?);
            Some((name.into(), text.as_ref().into()))
        });
        Self(members.collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}
