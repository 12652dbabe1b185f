//! Names in messages.

use std::fmt;

/// A name as it may appear in a message: between backticks, escaped, and not longer than a line. A backtick
/// in the name is escaped as well, so that the name ends where it seems to end.
pub(crate) fn quoted(name: &str) -> Quoted<'_> {
    Quoted(name)
}

/// See [`quoted`].
pub(crate) struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 48;
        let end = self.0.char_indices().nth(LONGEST);
        let (shown, rest) = end.map_or((self.0, ""), |(end, _)| self.0.split_at(end));
        f.write_str("`")?;
        // Most names need no escape, and one is written for each client.
        if shown
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            f.write_str(shown)?;
        } else {
            for (index, part) in shown.split('`').enumerate() {
                if index > 0 {
                    f.write_str("\\`")?;
                }
                write!(f, "{}", part.escape_debug())?;
            }
        }
        f.write_str(if rest.is_empty() { "`" } else { "...`" })
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
        let long = "x".repeat(48);
        assert_eq!(quoted(&long).to_string(), format!("`{long}`"));
        assert_eq!(
            quoted(&format!("{long}y")).to_string(),
            format!("`{long}...`")
        );
    }
}
