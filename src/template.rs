//! Text with placeholders for what is known of a client: `%u`, `%c`, `${username}`, `${clientid}`, and
//! in topics `${client_attrs.NAME}` as well.

use crate::client::Client;

/// A text, taken apart.
#[derive(Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

/// What stands in a text for something of the client's.
#[derive(Debug, PartialEq)]
pub(crate) enum Placeholder {
    Username,
    ClientId,
    /// The client attribute of this name.
    Attribute(String),
}

impl Placeholder {
    /// The placeholder at the beginning of a text, and what follows it.
    fn strip(text: &str) -> Option<(Self, &str)> {
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
            _ => match name.strip_prefix("client_attrs.")? {
                "" => return None,
                name => Self::Attribute(name.to_owned()),
            },
        };
        Some((placeholder, after))
    }
}

impl Template {
    /// Reads an expected value: `%%` stands for `%`, `${$}` for `$`, and any other `${...}` is an
    /// error.
    pub(crate) fn for_value(text: &str) -> Result<Self, &'static str> {
        let knows = |piece: &Piece| !matches!(piece, Piece::Placeholder(Placeholder::Attribute(_)));
        Self::parse(text)
            .filter(|template| template.0.iter().all(knows))
            .ok_or(
                "the placeholders are %u, %c, ${username} and ${clientid}; \
                 a literal $ before { is written ${$}",
            )
    }

    /// Reads the topic of a permission in the same way.
    pub(crate) fn for_topic(text: &str) -> Result<Self, &'static str> {
        Self::parse(text).ok_or("a placeholder that is not known")
    }

    /// Whether a text may stand for another.
    pub(crate) fn is_needed(text: &str) -> bool {
        text.contains(['%', '$'])
    }

    /// None: there is a placeholder that is not known.
    fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let escaped = |mark| rest.strip_prefix(mark);
            if let Some((placeholder, after)) = Placeholder::strip(rest) {
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Placeholder(placeholder));
                rest = after;
            } else if let Some(after) = escaped("%%").or_else(|| escaped("${$}")) {
                literal.push(first);
                rest = after;
            } else if rest.starts_with("${") {
                return None;
            } else {
                literal.push(first);
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
        if !literal.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Some(Self(pieces))
    }

    /// Whether `value` is this text for this client. A placeholder whose field the client did not
    /// send matches nothing, not even an empty value.
    pub(crate) fn matches(&self, value: &str, client: &Client<'_>) -> bool {
        let mut rest = value.as_bytes();
        for piece in &self.0 {
            let expected = match piece {
                Piece::Text(text) => Some(text.as_bytes()),
                Piece::Placeholder(Placeholder::Username) => client.username,
                Piece::Placeholder(Placeholder::ClientId) => client.client_id,
                Piece::Placeholder(Placeholder::Attribute(_)) => None,
            };
            match expected.and_then(|expected| rest.strip_prefix(expected)) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }

    /// The text with values in the places of placeholders; none if one has no value, or if it would
    /// be much longer than `longest` bytes.
    pub(crate) fn fill<'v>(
        &self,
        longest: usize,
        value: impl Fn(&Placeholder) -> Option<&'v str>,
    ) -> Option<String> {
        let mut filled = String::new();
        for piece in &self.0 {
            filled.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Placeholder(placeholder) => value(placeholder)?,
            });
            if filled.len() > longest {
                return None;
            }
        }
        Some(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client<'_> = Client {
        client_id: Some(b"c1"),
        username: Some(b"u1"),
        password: None,
        peer_address: None,
    };

    #[track_caller]
    fn matches(template: &str, value: &str, client: &Client<'_>, expected: bool) {
        let parsed = Template::for_value(template);
        assert_eq!(
            parsed.map(|t| t.matches(value, client)),
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
            assert!(Template::for_value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_that_was_not_sent_matches_nothing() {
        let nobody = Client {
            client_id: None,
            username: None,
            password: None,
            peer_address: None,
        };
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
