//! `client_attrs`: what a token tells the broker to remember of a client (EMQX 5.7).

use crate::json::Json;

/// Names and values, in the order of the token.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Box<[(Box<str>, Box<str>)]>);

impl Attributes {
    /// Reads the claim. Strings, numbers and booleans are taken as text, and anything else is left
    /// out.
    pub(crate) fn read(claim: &Json<'_>) -> Self {
        let Json::Object(members) = claim else {
            return Self::default();
        };
        let read = |(name, value): (&str, &Json<'_>)| Some((name.into(), value.to_text()?));
        Self(members.iter().filter_map(read).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}
