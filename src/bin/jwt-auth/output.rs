//! What a person or a program sees: tables that fit 80 columns, colours where a terminal is, JSON.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use clap::builder::styling::{AnsiColor, Style};
use serde_json::Value;

/// No line of a table is longer.
const COLUMNS: usize = 80;
/// Where the values of a table begin.
const VALUES: usize = 16;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const PLAIN: Style = Style::new();
const LABEL: Style = Style::new().dimmed();

/// What a command found out; the exit status 0 or 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Fine,
    Found,
}

impl Outcome {
    pub(crate) fn fine_if(fine: bool) -> Self {
        if fine { Self::Fine } else { Self::Found }
    }
}

/// Why a command could not do its work; the exit status 2.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(problem: impl Display) -> Self {
        Self(problem.to_string())
    }

    /// A defect of something that has a name: a file, a row, an option.
    pub(crate) fn about(name: impl Display, problem: impl Display) -> Self {
        Self(format!("{name}: {problem}"))
    }

    pub(crate) fn tell(&self) {
        tell("error", BAD, &self.0);
    }
}

/// Warns on standard error; what is asked for goes to standard output.
pub(crate) fn warn(text: &str) {
    tell("warning", WARNING, text);
}

/// Tells what was done, where the answer itself is a file.
pub(crate) fn note(text: &str) {
    tell("note", PLAIN, text);
}

fn tell(kind: &str, style: Style, text: &str) {
    let mut stderr = io::stderr().lock();
    let style = if has_colours(&stderr) { style } else { PLAIN };
    // Where standard error is closed nobody can be told.
    let _ = writeln!(stderr, "{style}{kind}:{style:#} {}", printable(text));
}

fn has_colours(stream: &impl IsTerminal) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    stream.is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// Standard output, written at the end: a failure leaves nothing half told.
pub(crate) struct Output {
    json: bool,
    colours: bool,
    text: String,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            colours: !json && has_colours(&io::stdout()),
            text: String::new(),
        }
    }

    /// Whether a program reads it.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Text as it is, which is not from outside or is to be kept to the byte.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn json(&mut self, value: &Value) {
        let text = format!("{value:#}");
        self.text.push_str(&text);
        self.text.push('\n');
    }

    /// A line of its own.
    pub(crate) fn line(&mut self, style: Style, text: &str) {
        self.wrapped("", style, text, 0);
    }

    /// A row of a table.
    pub(crate) fn row(&mut self, label: &str, style: Style, value: &str) {
        self.wrapped(label, style, value, VALUES);
    }

    fn wrapped(&mut self, label: &str, style: Style, text: &str, indent: usize) {
        let (label, text) = (printable(label), printable(text));
        let mut lines = wrap(&text, COLUMNS.saturating_sub(indent)).into_iter();
        let first = lines.next().unwrap_or_default();
        if indent > 0 {
            let label = format!("  {label}");
            let painted = self.painted(LABEL, &label);
            self.text.push_str(&painted);
            let width = label.chars().count();
            if width >= indent {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(indent));
            } else {
                self.text
                    .push_str(&" ".repeat(indent.saturating_sub(width)));
            }
        }
        let first = self.painted(style, &first);
        self.text.push_str(&first);
        self.text.push('\n');
        for line in lines {
            let line = self.painted(style, &line);
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    fn painted(&self, style: Style, text: &str) -> String {
        if self.colours {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Writes it all.
    pub(crate) fn flush(self) -> Result<(), Failure> {
        match io::stdout().write_all(self.text.as_bytes()) {
            // As of `jwt-auth man | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| Failure::about("standard output", error)),
        }
    }
}

/// A text that cannot speak to a terminal: control characters, and those that turn the direction of a text,
/// are escaped. A line break stays.
fn printable(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && (c.is_control() || turns(c)) {
            printable.extend(c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// Lines of at most so many characters, broken between words where there are some.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let mut word = word;
            let used = line.chars().count();
            if used > 0 && used.saturating_add(1).saturating_add(word.chars().count()) > columns {
                lines.push(std::mem::take(&mut line));
            } else if used > 0 {
                line.push(' ');
            }
            while let Some((end, _)) = word.char_indices().nth(columns) {
                let (head, rest) = word.split_at(end);
                lines.push(head.to_owned());
                word = rest;
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_80_columns_and_keeps_every_character() {
        let mut output = Output::new(true);
        let long = "x".repeat(200);
        output.row(
            "a label that is long",
            PLAIN,
            &format!("{long} {}", "ab ".repeat(60)),
        );
        assert!(
            output
                .text
                .lines()
                .all(|line| line.chars().count() <= COLUMNS)
        );
        let count = |text: &str, c| text.matches(c).count();
        assert_eq!(count(&output.text, 'x'), 200);
        assert_eq!(count(&output.text, 'b'), 61);
    }

    #[test]
    fn nothing_speaks_to_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\u{202e}\u{9b}b"),
            "a\\u{1b}[2J\\u{202e}\\u{9b}b"
        );
    }
}
