//! Text becomes mdoc(7).

use std::collections::BTreeSet;

/// No line of text is longer; mandoc complains about those over 80.
const WIDTH: usize = 78;
/// How much code a terminal has room for, beside the margins of a page.
const CODE: usize = 72;

/// The names that have a macro of their own in a text.
#[derive(Default)]
pub(super) struct Names {
    pub(super) functions: BTreeSet<String>,
    pub(super) types: BTreeSet<String>,
    pub(super) constants: BTreeSet<String>,
}

impl Names {
    fn macro_of(&self, name: &str) -> Option<&'static str> {
        let known = [
            ("Fn", &self.functions),
            ("Vt", &self.types),
            ("Dv", &self.constants),
        ];
        let found = known.into_iter().find(|(_, names)| names.contains(name));
        found.map(|(name, _)| name)
    }

    /// A text, a sentence on each line or more. What is between backquotes is literal.
    pub(super) fn text(&self, text: &str) -> String {
        let (mut lines, mut line) = (String::new(), String::new());
        let mut end_line = |line: &mut String| {
            if !line.is_empty() {
                lines.push_str(line);
                lines.push('\n');
                line.clear();
            }
        };
        for word in words(text) {
            let macro_line = self.macro_line(word);
            let word = guarded(&word.replace('\\', "\\e"));
            if macro_line.is_some() || line.len() + 1 + word.len() > WIDTH {
                end_line(&mut line);
            }
            if let Some(mut macro_line) = macro_line {
                end_line(&mut macro_line);
                continue;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
            if word.trim_end_matches(')').ends_with(['.', '?', '!']) {
                end_line(&mut line);
            }
        }
        end_line(&mut line);
        lines
    }

    /// The line of a macro for a name or something literal, with the punctuation around it.
    fn macro_line(&self, word: &str) -> Option<String> {
        let core = word.trim_start_matches(['(', '[']);
        let (opening, _) = word.split_at(word.len() - core.len());
        let name = core.trim_end_matches(['.', ',', ';', ':', '?', '!']);
        let name = match name.strip_suffix("()") {
            Some(_) => name,
            None => name.trim_end_matches([')', ']', '.', ',', ';', ':', '?', '!']),
        };
        let (_, closing) = core.split_at(name.len());
        let literal = (name.strip_prefix('`'))
            .and_then(|name| name.strip_suffix('`'))
            .filter(|literal| !literal.contains('`'));
        let (kind, name) = match (literal, name) {
            (Some(literal), _) => ("Ql", argument(literal)),
            (None, "docs/configuration.md") => ("Xr", "jwt_auth.json 5".to_owned()),
            (None, name) => match name.strip_suffix("()") {
                Some(function) => ("Fn", function.to_owned()),
                None => (self.macro_of(name)?, name.to_owned()),
            },
        };
        let arguments = (opening.chars().map(String::from))
            .chain([name])
            .chain(closing.chars().map(String::from));
        Some(format!(
            ".{kind} {}",
            arguments.collect::<Vec<_>>().join(" ")
        ))
    }

    /// Paragraphs of a comment: text, and code, which is indented.
    pub(super) fn paragraphs<'a>(&self, paragraphs: impl Iterator<Item = &'a str>) -> String {
        let mut page = String::new();
        for (number, paragraph) in paragraphs.enumerate() {
            if paragraph.starts_with(' ') {
                page.push_str(&code(paragraph));
            } else {
                page.push_str(if number == 0 { "" } else { ".Pp\n" });
                page.push_str(&self.text(paragraph));
            }
        }
        page
    }
}

/// The words of a text. What is between backquotes is one word with what is beside it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let words = text.split(move |c: char| {
        quoted ^= c == '`';
        c.is_whitespace() && !quoted
    });
    words.filter(|word| !word.is_empty())
}

/// Not a macro, wherever it comes to stand.
fn guarded(word: &str) -> String {
    let guard = if word.starts_with(['.', '\'']) {
        "\\&"
    } else {
        ""
    };
    format!("{guard}{word}")
}

/// Something literal, as characters that a person can copy from the page.
fn literal(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// One argument of a macro.
pub(super) fn argument(text: &str) -> String {
    let text = literal(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = text.replace('"', "\\(dq");
    // Two or three letters may be the name of a macro, and punctuation alone has a meaning.
    let guard = if text.len() <= 3 { "\\&" } else { "" };
    let quote = if text.contains(' ') { "\"" } else { "" };
    format!("{quote}{guard}{text}{quote}")
}

/// Lines of code without the indentation that they have in common. A comment for which there is no
/// room behind the code comes to stand above it.
pub(super) fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let indent = lines.map(|line| line.len() - line.trim_start().len()).min();
    let mut page = ".Bd -literal -offset 2n\n".to_owned();
    let mut push = |line: &str| {
        page.push_str(&guarded(&literal(line)));
        page.push('\n');
    };
    for line in text.lines() {
        let line = line.get(indent.unwrap_or_default()..).unwrap_or_default();
        match line
            .split_once(" // ")
            .map(|(code, comment)| (code.trim_end(), comment))
        {
            Some((code, comment)) if line.len() > CODE => {
                let beside = format!("{code}  // {comment}");
                if beside.len() > CODE {
                    let before = code.len() - code.trim_start().len();
                    push(&format!("{}// {comment}", " ".repeat(before)));
                    push(code);
                } else {
                    push(&beside);
                }
            }
            _ => push(line),
        }
    }
    page + ".Ed\n"
}

/// A list of names, each with a text in mdoc.
pub(super) fn list(items: impl Iterator<Item = (String, String)>) -> String {
    let items = items.map(|(head, text)| format!(".It {head}\n{text}"));
    format!(".Bl -tag -width Ds\n{}.El\n", items.collect::<String>())
}
