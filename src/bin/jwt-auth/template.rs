//! JSON with places for what differs from token to token: the columns of a table, and the token's id.

use std::fmt::Write;

use csv::StringRecord;
use serde::de::IgnoredAny;
use serde_json::Value;

/// What the broker fills in, when it reads the topics of a token.
const OF_THE_BROKER: [&str; 4] = ["clientid", "username", "client_attrs.", "claims."];

/// A JSON object that is complete but for its places.
#[derive(Default)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
    /// Whether members were written.
    members: bool,
}

enum Piece {
    Text(String),
    /// A column, within a string.
    Column(usize),
    /// A column that holds JSON.
    Json(usize),
    Id,
}

/// The value of a member.
pub(crate) enum Member<'v> {
    /// A string, with places in it.
    Text(&'v str),
    /// The text of any JSON value, with places in its strings, or nothing but a place.
    Json(&'v str),
    /// The same, whose other places are the broker's.
    Permissions(&'v str),
    Number(i64),
    /// Random, for each token.
    Id,
}

impl Template {
    /// Adds a member to the object.
    pub(crate) fn add(
        &mut self,
        name: &str,
        member: &Member<'_>,
        columns: &StringRecord,
    ) -> Result<(), String> {
        let start = if self.members { "," } else { "{" };
        self.members = true;
        self.text(start);
        self.string(name);
        self.text(":");
        match member {
            Member::Text(text) => self.filled_string(text, columns, false),
            Member::Json(text) => match text
                .strip_prefix("${")
                .and_then(|text| text.strip_suffix('}'))
            {
                Some(name) if !name.contains('}') => {
                    let column = column(name, columns)?;
                    self.pieces.push(Piece::Json(column));
                    Ok(())
                }
                _ => self.value(&parse(text)?, columns, false),
            },
            Member::Permissions(text) => self.value(&parse(text)?, columns, true),
            Member::Number(number) => {
                self.text(&number.to_string());
                Ok(())
            }
            Member::Id => {
                self.text("\"");
                self.pieces.push(Piece::Id);
                self.text("\"");
                Ok(())
            }
        }
    }

    fn value(
        &mut self,
        value: &Value,
        columns: &StringRecord,
        for_broker: bool,
    ) -> Result<(), String> {
        match value {
            Value::String(text) => self.filled_string(text, columns, for_broker)?,
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.text(if index == 0 { "[" } else { "," });
                    self.value(element, columns, for_broker)?;
                }
                self.text(if elements.is_empty() { "[]" } else { "]" });
            }
            Value::Object(members) => {
                for (index, (name, member)) in members.iter().enumerate() {
                    self.text(if index == 0 { "{" } else { "," });
                    self.string(name);
                    self.text(":");
                    self.value(member, columns, for_broker)?;
                }
                self.text(if members.is_empty() { "{}" } else { "}" });
            }
            plain => self.text(&plain.to_string()),
        }
        Ok(())
    }

    /// A string in which `${column}` stands for a column, and `${$}` for a dollar sign.
    fn filled_string(
        &mut self,
        text: &str,
        columns: &StringRecord,
        for_broker: bool,
    ) -> Result<(), String> {
        self.text("\"");
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            self.escaped(before);
            let Some((name, after)) = after.split_once('}') else {
                return Err("a `${` without its `}`; `${$}` stands for a dollar sign".to_owned());
            };
            match column(name, columns) {
                _ if name == "$" && !for_broker => self.text("$"),
                Ok(column) => self.pieces.push(Piece::Column(column)),
                Err(_) if for_broker && is_of_the_broker(name) => {
                    self.escaped(&format!("${{{name}}}"));
                }
                Err(problem) => return Err(problem),
            }
            rest = after;
        }
        self.escaped(rest);
        self.text("\"");
        Ok(())
    }

    fn string(&mut self, text: &str) {
        self.text("\"");
        self.escaped(text);
        self.text("\"");
    }

    fn escaped(&mut self, text: &str) {
        let mut escaped = String::new();
        escape(text, &mut escaped);
        self.text(&escaped);
    }

    fn text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// Ends the object.
    pub(crate) fn finish(mut self) -> Self {
        self.text(if self.members { "}" } else { "{}" });
        self
    }

    /// Writes the object for one row. `id` makes the token's id.
    pub(crate) fn fill(
        &self,
        row: &StringRecord,
        columns: &StringRecord,
        id: impl Fn() -> Result<String, String>,
        to: &mut String,
    ) -> Result<(), String> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => to.push_str(text),
                Piece::Column(column) => escape(cell(row, columns, *column)?, to),
                Piece::Json(column) => {
                    let text = cell(row, columns, *column)?.trim();
                    if serde_json::from_str::<IgnoredAny>(text).is_err() {
                        let name = columns.get(*column).unwrap_or_default();
                        return Err(format!("column `{name}` does not hold JSON"));
                    }
                    to.push_str(text);
                }
                Piece::Id => to.push_str(&id()?),
            }
        }
        Ok(())
    }
}

fn is_of_the_broker(name: &str) -> bool {
    name == "$"
        || OF_THE_BROKER
            .iter()
            .any(|known| match known.strip_suffix('.') {
                Some(_) => name.starts_with(known),
                None => name == *known,
            })
}

fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|_| {
        "not JSON; a text is written with its quotation marks, as in --claim 'site=\"north\"'"
            .to_owned()
    })
}

/// The index of a column.
fn column(name: &str, columns: &StringRecord) -> Result<usize, String> {
    let index = columns.iter().position(|column| column == name);
    index.ok_or_else(|| {
        if columns.is_empty() {
            return format!(
                "`${{{name}}}` stands for a column, and there is no table: see --for-each"
            );
        }
        let columns: Vec<_> = columns.iter().collect();
        format!("there is no column `{name}`, but {}", columns.join(", "))
    })
}

/// A field that a token is made of. An empty one would make a token for nobody, or for everybody.
fn cell<'r>(
    row: &'r StringRecord,
    columns: &StringRecord,
    column: usize,
) -> Result<&'r str, String> {
    let name = columns.get(column).unwrap_or_default();
    let value = row.get(column).unwrap_or_default();
    if value.is_empty() {
        return Err(format!("column `{name}` is empty"));
    }
    Ok(value)
}

/// Writes what stands between the quotation marks of a string in JSON (RFC 8259 section 7).
fn escape(text: &str, to: &mut String) {
    let mut plain = text;
    let needs_escape = |c: char| c == '"' || c == '\\' || c < ' ';
    while let Some((before, after)) = plain
        .find(needs_escape)
        .and_then(|at| plain.split_at_checked(at))
    {
        to.push_str(before);
        let mut characters = after.chars();
        match characters.next() {
            Some('"') => to.push_str("\\\""),
            Some('\\') => to.push_str("\\\\"),
            Some(control) => {
                // A String takes everything.
                let _ = write!(to, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        plain = characters.as_str();
    }
    to.push_str(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn filled(member: &Member<'_>, row: &[&str]) -> Result<String, String> {
        let columns = StringRecord::from(vec!["id", "n"]);
        let mut template = Template::default();
        template.add("a", member, &columns)?;
        let mut text = String::new();
        let row = StringRecord::from(row.to_vec());
        template
            .finish()
            .fill(&row, &columns, || Ok("i".to_owned()), &mut text)?;
        Ok(text)
    }

    #[test]
    fn what_a_column_holds_stays_within_its_string() {
        let row = ["x\",\"admin\":\"\\\n", "7"];
        let text = filled(&Member::Text("s-${id}"), &row);
        assert_eq!(text.as_deref(), Ok(r#"{"a":"s-x\",\"admin\":\"\\\u000a"}"#));
        let text = filled(&Member::Json(r#"{"k": ["${id}", 1, {}]}"#), &["x", "7"]);
        assert_eq!(text.as_deref(), Ok(r#"{"a":{"k":["x",1,{}]}}"#));
    }

    #[test]
    fn a_value_that_is_a_column_alone_is_json() {
        assert_eq!(
            filled(&Member::Json("${n}"), &["x", " 7 "]).as_deref(),
            Ok(r#"{"a":7}"#)
        );
        let refused = filled(&Member::Json("${n}"), &["x", "7,\"b\":1"]);
        assert_eq!(
            refused.err().as_deref(),
            Some("column `n` does not hold JSON")
        );
    }

    #[test]
    fn what_is_no_column_is_refused_unless_it_is_the_brokers() {
        let refused = filled(&Member::Text("${x}"), &["1", "2"]);
        assert_eq!(
            refused.err().as_deref(),
            Some("there is no column `x`, but id, n")
        );
        assert!(filled(&Member::Text("${id"), &["1", "2"]).is_err());
        assert_eq!(
            filled(&Member::Text("${$}"), &["1", "2"]).as_deref(),
            Ok(r#"{"a":"$"}"#)
        );
        let topics = Member::Permissions(r#"["${clientid}/${id}/${claims.x}/${$}"]"#);
        let kept = r#"{"a":["${clientid}/1/${claims.x}/${$}"]}"#;
        assert_eq!(filled(&topics, &["1", "2"]).as_deref(), Ok(kept));
        assert!(filled(&Member::Permissions(r#"["${site}"]"#), &["1", "2"]).is_err());
        assert_eq!(
            filled(&Member::Text("${id}"), &["", "2"]).err().as_deref(),
            Some("column `id` is empty")
        );
    }
}
