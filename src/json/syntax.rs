//! What is there where a text stops being JSON, in words.

use std::fmt;

use super::grammar::INVALID;

/// Where a text stops being JSON, and what is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    line: usize,
    /// In bytes, from 1; 0 where the text is empty.
    column: usize,
    words: &'static str,
}

/// The words hold nothing of the text but its punctuation.
impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            words,
        } = self;
        write!(f, "{INVALID} at line {line} column {column}: {words}")
    }
}

impl SyntaxError {
    /// Looks at the text where `serde_json` stopped. Its position counts the bytes that it had read, the
    /// one that does not fit among them.
    #[cold]
    pub(super) fn find(text: &str, error: &serde_json::Error) -> Self {
        let lines = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1));
        let read = lines
            .map(str::len)
            .fold(error.column(), usize::saturating_add);
        let read = text.as_bytes().get(..read).unwrap_or(text.as_bytes());
        let before = read.split_last().map_or(read, |(_, before)| before);
        let mut lines = before.rsplit(|byte| *byte == b'\n');
        let line = lines.next().unwrap_or_default();
        let there = read.len().saturating_sub(before.len());
        Self {
            column: line.len().saturating_add(there),
            line: lines.count().saturating_add(1),
            words: words(text, before, error),
        }
    }
}

/// What `serde_json` says of a string and of a number, whatever byte it stopped at.
const IN_A_STRING_OR_NUMBER: [(&str, &str); 7] = [
    ("EOF while parsing a string", "a string has no end"),
    (
        "control character",
        "a control character in a string, where a newline is written \\n and a tab \\t",
    ),
    (
        "invalid escape",
        "a \\ that begins no escape; a \\ itself is written \\\\",
    ),
    ("lone leading surrogate", HALF_OF_A_PAIR),
    ("unexpected end of hex escape", HALF_OF_A_PAIR),
    ("number out of range", "a number that is too large"),
    ("EOF", "the text ends too early"),
];

const HALF_OF_A_PAIR: &str = "one half of a surrogate pair";

/// What people write that has no meaning anywhere in JSON, by its first character.
const FOREIGN: [(&[char], &str); 4] = [
    (&['/', '#'], "a comment, which JSON does not have"),
    (
        &['\'', '`', '‘', '’', '“', '”', '„', '«'],
        "a quotation mark that is not \"",
    ),
    (&['<'], "a <, as in HTML or XML"),
    (&['\u{a0}', '\u{feff}'], "a blank that is not a space"),
];

/// What else `serde_json` says, and the first character of what it is about.
const OUT_OF_PLACE: [(&str, &[char], &str); 8] = [
    ("trailing comma", &['}'], "a comma before }"),
    ("trailing comma", &[']'], "a comma before ]"),
    ("trailing characters", &[], "text behind the end"),
    ("invalid number", &[], "a number that JSON does not have"),
    ("key must be a string", &[','], NO_VALUE),
    (
        "key must be a string",
        &[],
        "a name without quotation marks",
    ),
    ("expected `:`", &[], "no colon behind a name"),
    (
        "expected `,` or",
        &[],
        "no comma between two values, or a quotation mark in a string without a \\",
    ),
];

const NO_VALUE: &str = "no value before it";

/// Says what comes behind `before`.
fn words(text: &str, before: &[u8], error: &serde_json::Error) -> &'static str {
    if text.trim_ascii().is_empty() {
        return "there is nothing";
    }
    let there = text.get(before.len()..).unwrap_or_default();
    // One of its fixed texts: no value was read yet that it could quote.
    let cause = error.to_string();
    let begin = |starts: &[char]| there.starts_with(starts);
    let in_a_string_or_number = IN_A_STRING_OR_NUMBER
        .iter()
        .find_map(|(start, words)| cause.starts_with(start).then_some(*words));
    let foreign = || {
        FOREIGN
            .iter()
            .find_map(|(starts, words)| begin(starts).then_some(*words))
    };
    let out_of_place = || {
        OUT_OF_PLACE.iter().find_map(|(start, starts, words)| {
            (cause.starts_with(start) && (starts.is_empty() || begin(starts))).then_some(*words)
        })
    };
    let no_value = || begin(&['}', ']', ',', ':']).then_some(NO_VALUE);
    in_a_string_or_number
        .or_else(foreign)
        .or_else(out_of_place)
        .or_else(no_value)
        .unwrap_or("a value without quotation marks that is no number, true, false or null")
}

#[cfg(test)]
mod tests {
    use super::super::Json;

    #[track_caller]
    fn says(text: &str, line: usize, column: usize, words: &str) {
        let error = Json::parse(text)
            .map(|_| ())
            .map_err(|error| error.to_string());
        let expected = format!("not valid JSON at line {line} column {column}: {words}");
        assert_eq!(error, Err(expected), "{text}");
    }

    #[test]
    fn what_people_write_is_said_in_words() {
        const NOTHING: &str = "there is nothing";
        const EARLY: &str = "the text ends too early";
        const COMMENT: &str = "a comment, which JSON does not have";
        const QUOTE: &str = "a quotation mark that is not \"";
        const BLANK: &str = "a blank that is not a space";
        const UNQUOTED_NAME: &str = "a name without quotation marks";
        const UNQUOTED: &str =
            "a value without quotation marks that is no number, true, false or null";
        const CONTROL: &str =
            "a control character in a string, where a newline is written \\n and a tab \\t";
        const ESCAPE: &str = "a \\ that begins no escape; a \\ itself is written \\\\";
        const COMMA: &str =
            "no comma between two values, or a quotation mark in a string without a \\";
        const NUMBER: &str = "a number that JSON does not have";
        for (text, line, column, words) in [
            ("", 1, 0, NOTHING),
            (" \n\n", 2, 1, NOTHING),
            ("{", 1, 1, EARLY),
            ("{\"a\":1", 1, 6, EARLY),
            ("[1,", 1, 3, EARLY),
            ("{\"a\":tru", 1, 8, EARLY),
            ("{\"a\":\"hunter2", 1, 13, "a string has no end"),
            ("{\"a\":1,}", 1, 8, "a comma before }"),
            ("[1,\n2,\n]", 3, 1, "a comma before ]"),
            ("{,\"a\":1}", 1, 2, "no value before it"),
            ("{\"a\":}", 1, 6, "no value before it"),
            ("[,1]", 1, 2, "no value before it"),
            ("{ // of 2026\n}", 1, 3, COMMENT),
            ("{\"a\":1 /* of 2026 */}", 1, 8, COMMENT),
            ("# of 2026\n{}", 1, 1, COMMENT),
            ("{} // of 2026", 1, 4, COMMENT),
            ("{'a':1}", 1, 2, QUOTE),
            ("{\"a\":'hunter2'}", 1, 6, QUOTE),
            ("{\n\u{201c}a\u{201d}: 1}", 2, 1, QUOTE),
            ("{\n\u{a0}\"a\":1}", 2, 1, BLANK),
            ("{} \u{feff}", 1, 4, BLANK),
            ("{hunter2:1}", 1, 2, UNQUOTED_NAME),
            ("{1:1}", 1, 2, UNQUOTED_NAME),
            ("{\"a\":1, hunter2:1}", 1, 9, UNQUOTED_NAME),
            ("hunter2", 1, 1, UNQUOTED),
            ("{\"a\": hunter2}", 1, 7, UNQUOTED),
            ("{\"a\": True}", 1, 7, UNQUOTED),
            ("{\"a\": trve}", 1, 9, UNQUOTED),
            ("[NaN]", 1, 2, UNQUOTED),
            ("{} x", 1, 4, "text behind the end"),
            ("{\"a\" 1}", 1, 6, "no colon behind a name"),
            ("{\"a\":1 \"b\":2}", 1, 8, COMMA),
            ("{\"a\":\"x\"y\"}", 1, 9, COMMA),
            ("[1 2]", 1, 4, COMMA),
            ("{\"a\":\"x\ny\"}", 1, 8, CONTROL),
            ("{\n\"a\":\"x\ty\"}", 2, 7, CONTROL),
            ("{\"a\":\"C:\\keys\"}", 1, 10, ESCAPE),
            ("{\"a\":\"\\ud800\"}", 1, 13, "one half of a surrogate pair"),
            ("{\"a\":\"\\udc00\"}", 1, 12, "one half of a surrogate pair"),
            ("{\"a\":01}", 1, 7, NUMBER),
            ("{\"a\":-}", 1, 7, NUMBER),
            ("{\"a\":1.}", 1, 8, NUMBER),
            ("{\"a\":+1}", 1, 6, UNQUOTED),
            ("[1e400]", 1, 6, "a number that is too large"),
            ("<html></html>", 1, 1, "a <, as in HTML or XML"),
        ] {
            says(text, line, column, words);
        }
    }
}
