//! Names in messages.

use std::fmt;

/// A name as it may appear in a message: between backticks, escaped, and of at most 128 characters, which a
/// claim that is named by a URL needs. A backtick in the name is escaped as well, so that the name ends where
/// it seems to end.
pub(crate) fn quoted(name: &str) -> Quoted<'_> {
    cut(name, 128)
}

/// The same, of at most so many characters.
pub(crate) fn cut(name: &str, longest: usize) -> Quoted<'_> {
    if name.len() <= longest {
        return Quoted {
            shown: name,
            is_cut: false,
        };
    }
    let end = name.char_indices().nth(longest);
    Quoted {
        shown: end.map_or(name, |(end, _)| name.split_at(end).0),
        is_cut: end.is_some(),
    }
}

/// See [`quoted`].
pub(crate) struct Quoted<'a> {
    shown: &'a str,
    is_cut: bool,
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl Quoted<'_> {
    /// What is shown of the name, before it is escaped.
    pub(crate) fn shown(&self) -> &str {
        self.shown
    }

    /// Writes it as [`fmt::Display`] does, without the cost of a [`fmt::Formatter`]: there is a line for each
    /// client.
    pub(crate) fn write_to(&self, to: &mut impl fmt::Write) -> fmt::Result {
        to.write_char('`')?;
        // Most names need no escape.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if self.shown.bytes().all(is_plain) {
            to.write_str(self.shown)?;
        } else {
            for (index, part) in self.shown.split('`').enumerate() {
                if index > 0 {
                    to.write_str("\\`")?;
                }
                write!(to, "{}", part.escape_debug())?;
            }
        }
        to.write_str(if self.is_cut { "...`" } else { "`" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_message_is_escaped_and_cut() {
        assert_eq!(quoted("a\n\u{1b}b").to_string(), "`a\\n\\u{1b}b`");
        assert_eq!(quoted("plain-1_a").to_string(), "`plain-1_a`");
        assert_eq!(quoted("`a`, token `\\").to_string(), r"`\`a\`, token \`\\`");
        assert_eq!(quoted("`").to_string(), r"`\``");
        for long in ["x".repeat(128), "\u{e9}".repeat(128)] {
            assert_eq!(quoted(&long).to_string(), format!("`{long}`"));
            assert_eq!(
                quoted(&format!("{long}y")).to_string(),
                format!("`{long}...`")
            );
        }
        assert_eq!(cut("abc", 3).to_string(), "`abc`");
        assert_eq!(cut("abcd", 3).to_string(), "`abc...`");
    }
}
