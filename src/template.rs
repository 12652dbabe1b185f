//! Text with placeholders for what the client sent: `%u`, `%c`, `${username}`, `${clientid}`.

use crate::client::Client;

/// An expected text, taken apart once when the configuration is read.
#[derive(Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Username,
    ClientId,
}

impl Template {
    /// Reads a template: `%%` stands for `%`, `${$}` for `$`, and any other `${...}` is an error.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const MARKS: [(&str, Piece); 6] = [
            ("%u", Piece::Username),
            ("%c", Piece::ClientId),
            ("${username}", Piece::Username),
            ("${clientid}", Piece::ClientId),
            ("%%", Piece::Text(String::new())),
            ("${$}", Piece::Text(String::new())),
        ];
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let mark = MARKS
                .into_iter()
                .find_map(|(mark, piece)| Some((piece, rest.strip_prefix(mark)?)));
            match mark {
                Some((Piece::Text(_), after)) => {
                    literal.push(first);
                    rest = after;
                }
                Some((placeholder, after)) => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut literal)));
                    }
                    pieces.push(placeholder);
                    rest = after;
                }
                None if rest.starts_with("${") => {
                    return Err("the placeholders are %u, %c, ${username} and ${clientid}; \
                                a literal $ before { is written ${$}");
                }
                None => {
                    literal.push(first);
                    rest = rest.strip_prefix(first).unwrap_or_default();
                }
            }
        }
        if !literal.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Self(pieces))
    }

    /// Whether `value` is this text for this client. A placeholder whose field the client did not
    /// send matches nothing, not even an empty value.
    pub(crate) fn matches(&self, value: &str, client: &Client<'_>) -> bool {
        let mut rest = value.as_bytes();
        for piece in &self.0 {
            let expected = match piece {
                Piece::Text(text) => Some(text.as_bytes()),
                Piece::Username => client.username,
                Piece::ClientId => client.client_id,
            };
            match expected.and_then(|expected| rest.strip_prefix(expected)) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client<'_> = Client {
        client_id: Some(b"c1"),
        username: Some(b"u1"),
        password: None,
    };

    #[track_caller]
    fn matches(template: &str, value: &str, client: &Client<'_>, expected: bool) {
        let parsed = Template::parse(template);
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
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_that_was_not_sent_matches_nothing() {
        let nobody = Client {
            client_id: None,
            username: None,
            password: None,
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
