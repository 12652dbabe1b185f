//! Text with placeholders for what is known of a client: `%u`, `%c`, `${username}`, `${clientid}`, and
//! in topics `${client_attrs.NAME}` and `${claims.NAME}` as well.

use crate::bytes::{Block16, Hits};
use crate::client::Client;

/// An expected text, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template(Box<[Part]>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(Box<str>),
    Username,
    ClientId,
}

/// A piece of a text.
#[derive(Clone, Copy)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    Placeholder(Placeholder<'t>),
}

/// What stands in a text for something of the client's or its token's.
#[derive(Clone, Copy)]
pub(crate) enum Placeholder<'t> {
    Username,
    ClientId,
    /// The client attribute of this name.
    Attribute(&'t str),
    /// The claim of this name, which may lead to a nested member by its dots.
    Claim(&'t str),
}

impl<'t> Placeholder<'t> {
    /// The placeholder at the beginning of a text, and what follows it.
    fn strip(text: &'t str) -> Option<(Self, &'t str)> {
        if let Some(after) = text.strip_prefix("%u") {
            return Some((Self::Username, after));
        }
        if let Some(after) = text.strip_prefix("%c") {
            return Some((Self::ClientId, after));
        }
        let (name, after) = text.strip_prefix("${")?.split_once('}')?;
        let placeholder = match name {
            "username" => Self::Username,
            "clientid" => Self::ClientId,
            _ => match name.split_once('.')? {
                (_, "") => return None,
                ("client_attrs", name) => Self::Attribute(name),
                ("claims", name) => Self::Claim(name),
                _ => return None,
            },
        };
        Some((placeholder, after))
    }
}

/// The pieces of a text: `%%` stands for `%`, `${$}` for `$`. None: a `${...}` that is not known.
#[derive(Clone)]
pub(crate) struct Pieces<'t>(pub(crate) &'t str);

impl<'t> Iterator for Pieces<'t> {
    type Item = Option<Piece<'t>>;

    fn next(&mut self) -> Option<Option<Piece<'t>>> {
        let rest = self.0;
        if rest.is_empty() {
            return None;
        }
        let piece = if let Some((placeholder, after)) = Placeholder::strip(rest) {
            self.0 = after;
            Piece::Placeholder(placeholder)
        } else if let Some(after) = rest.strip_prefix("%%") {
            self.0 = after;
            Piece::Text("%")
        } else if let Some(after) = rest.strip_prefix("${$}") {
            self.0 = after;
            Piece::Text("$")
        } else if rest.starts_with("${") {
            return Some(None);
        } else {
            // To the next mark that is not this one.
            let end = rest
                .char_indices()
                .skip(1)
                .find_map(|(at, c)| matches!(c, '%' | '$').then_some(at))
                .unwrap_or(rest.len());
            let (text, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.0 = after;
            Piece::Text(text)
        };
        Some(Some(piece))
    }
}

impl Template {
    /// Reads an expected value.
    pub(crate) fn new(text: &str) -> Result<Self, &'static str> {
        let part = |piece| match piece? {
            Piece::Text(text) => Some(Part::Text(text.into())),
            Piece::Placeholder(Placeholder::Username) => Some(Part::Username),
            Piece::Placeholder(Placeholder::ClientId) => Some(Part::ClientId),
            Piece::Placeholder(Placeholder::Attribute(_) | Placeholder::Claim(_)) => None,
        };
        let parts = Pieces(text).map(part).collect::<Option<_>>();
        parts.map(Self).ok_or(
            "the placeholders are %u, %c, ${username} and ${clientid}; \
             a literal $ before { is written ${$}",
        )
    }

    /// The text, if it is the same for every client.
    pub(crate) fn literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(&**text),
                Part::Username | Part::ClientId => None,
            })
            .collect()
    }

    /// The text for this client, if it sent each field that there is a placeholder for.
    pub(crate) fn filled(&self, client: &Client<'_>) -> Option<Vec<u8>> {
        let text = |part: &'_ Part| match part {
            Part::Text(text) => Some(text.as_bytes().to_vec()),
            Part::Username => client.username.map(<[u8]>::to_vec),
            Part::ClientId => client.client_id.map(<[u8]>::to_vec),
        };
        let parts: Option<Vec<_>> = self.0.iter().map(text).collect();
        parts.map(|parts| parts.concat())
    }

    /// Whether it depends on who the client is.
    pub(crate) fn names_client(&self) -> bool {
        let is_placeholder = |part: &Part| matches!(part, Part::Username | Part::ClientId);
        self.0.iter().any(is_placeholder)
    }

    /// Whether it is empty whatever the client sends.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the client sent each field that it has a placeholder for.
    pub(crate) fn is_known(&self, client: &Client<'_>) -> bool {
        self.0.iter().all(|part| match part {
            Part::Text(_) => true,
            Part::Username => client.username.is_some(),
            Part::ClientId => client.client_id.is_some(),
        })
    }

    /// Whether `value` is this text for this client. A placeholder whose field the client did not
    /// send matches nothing, not even an empty value.
    pub(crate) fn matches(&self, value: &[u8], client: &Client<'_>) -> bool {
        let mut rest = value;
        for part in &self.0 {
            let expected = match part {
                Part::Text(text) => Some(text.as_bytes()),
                Part::Username => client.username,
                Part::ClientId => client.client_id,
            };
            match expected.and_then(|expected| rest.strip_prefix(expected)) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

/// Hits `%` and `$`: a text without them has no placeholder and no escape.
#[inline]
pub(crate) fn marks(block: Block16) -> Hits {
    block.is(b'%') | block.is(b'$')
}

/// Why a text could not be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfilled {
    /// A placeholder is not known.
    Unknown,
    /// A placeholder has no value, or the text would be longer than `longest`.
    NoValue,
}

/// Writes a text with its placeholders replaced by values into `filled`, over what that holds. It stops at the
/// first placeholder that is not known or has no value.
pub(crate) fn fill<'t, 'v>(
    pieces: impl Iterator<Item = Option<Piece<'t>>>,
    longest: usize,
    value: impl Fn(Placeholder<'t>) -> Option<&'v str>,
    filled: &mut String,
) -> Result<(), Unfilled>
where
    't: 'v,
{
    filled.clear();
    let mut result = Ok(());
    for piece in pieces {
        let value = match piece.ok_or(Unfilled::Unknown)? {
            Piece::Text(text) => text,
            Piece::Placeholder(placeholder) => value(placeholder).ok_or(Unfilled::NoValue)?,
        };
        if filled.len() <= longest {
            filled.push_str(value);
        } else {
            result = Err(Unfilled::NoValue);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client<'_> = Client {
        client_id: Some(b"c1"),
        username: Some(b"u1"),
        password: None,
        peer_address: None,
        peer_certificate: None,
    };

    #[track_caller]
    fn matches(template: &str, value: &str, client: &Client<'_>, expected: bool) {
        let parsed = Template::new(template);
        assert_eq!(
            parsed.map(|t| t.matches(value.as_bytes(), client)),
            Ok(expected),
            "{template} / {value}"
        );
    }

    #[test]
    fn placeholders_stand_anywhere() {
        matches("%u", "u1", &CLIENT, true);
        matches("%c", "c1", &CLIENT, true);
        matches("${username}-${clientid}", "u1-c1", &CLIENT, true);
        matches("x-%u-y", "x-u1-y", &CLIENT, true);
        matches("x-%u-y", "x-u1-y!", &CLIENT, false);
        matches("x-%u-y", "x-u1-", &CLIENT, false);
        matches("plain", "plain", &CLIENT, true);
        matches("plain", "Plain", &CLIENT, false);
        matches("", "", &CLIENT, true);
        matches("", "x", &CLIENT, false);
    }

    #[test]
    fn escapes_and_lone_marks_are_literal() {
        matches("%%u", "%u", &CLIENT, true);
        matches("%%%u", "%u1", &CLIENT, true);
        matches("${$}{username}", "${username}", &CLIENT, true);
        matches("100%", "100%", &CLIENT, true);
        matches("%x $5 {username}", "%x $5 {username}", &CLIENT, true);
    }

    #[test]
    fn any_other_placeholder_is_an_error() {
        for text in [
            "${foo}",
            "${}",
            "${username",
            "a${Username}",
            "${",
            "${client_id}",
            "${client_attrs.group}",
        ] {
            assert!(Template::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_that_was_not_sent_matches_nothing() {
        let nobody = Client::default();
        matches("%u", "", &nobody, false);
        matches("%u", "undefined", &nobody, false);
        matches("%u", "%u", &nobody, false);
        matches("%u-%c", "-", &nobody, false);
    }

    #[test]
    fn a_field_that_was_sent_empty_is_empty() {
        let client = Client {
            username: Some(b""),
            ..CLIENT
        };
        matches("%u", "", &client, true);
        matches("%u-%c", "-c1", &client, true);
    }

    #[test]
    fn what_a_client_sends_is_never_itself_a_template() {
        let client = Client {
            username: Some(b"%c"),
            ..CLIENT
        };
        matches("%u", "c1", &client, false);
        matches("%u", "%c", &client, true);
    }
}
