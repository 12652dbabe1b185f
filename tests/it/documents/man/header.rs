//! The C header: its manual and its declarations, each with the comment above it.

/// The heading of the manual's rules; what comes before is examples.
const RULES: &str = "WHAT HOLDS FOR ALL CALLS";

pub(super) struct Header {
    manual: String,
    pub(super) declarations: Vec<Declaration>,
}

pub(super) struct Declaration {
    pub(super) comment: String,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Constant,
    Enumeration,
    Function,
    Type,
}

/// The comment at the start of some lines, and what comes after it.
fn split_comment(text: &str) -> (String, &str) {
    let (mut comment, mut rest) = (String::new(), text);
    while let Some(line) = rest.trim_start().strip_prefix("//") {
        let (line, after) = line.split_once('\n').unwrap_or((line, ""));
        comment.push_str(line.strip_prefix(' ').unwrap_or(line));
        comment.push('\n');
        rest = after;
    }
    (comment, rest)
}

impl Declaration {
    fn parse(block: &str) -> Option<Self> {
        let (comment, code) = split_comment(block);
        let code = code.replace("struct jwt_auth", "jwt_auth");
        let code = code.replace("enum jwt_auth", "jwt_auth");
        let first = code.split(['{', ';']).next()?.trim();
        let (kind, before) = if comment.is_empty() {
            return None;
        } else if block.contains("\n#define") {
            (Kind::Constant, code.rsplit_once(' ')?.0)
        } else if block.contains("enum jwt_auth_") && code.contains('{') {
            (Kind::Enumeration, first.lines().next()?)
        } else if let Some((before, _)) = first.split_once(")(") {
            (Kind::Type, before)
        } else if code.starts_with("typedef") {
            (Kind::Type, first)
        } else {
            (Kind::Function, code.split_once('(')?.0)
        };
        let name = before.rsplit([' ', '*']).next()?.to_owned();
        Some(Self {
            comment,
            code,
            name,
            kind,
        })
    }

    /// The members of an enumeration or a struct, each with its comment.
    pub(super) fn members(&self) -> Vec<(String, String)> {
        let body = self.code.split_once('{').map_or("", |(_, body)| body);
        let body = body.split_once('}').map_or("", |(body, _)| body);
        let mut rest = body.trim_start_matches('\n');
        let mut members = Vec::new();
        while !rest.trim().is_empty() {
            let (comment, after) = split_comment(rest);
            let (member, after) = after.split_once('\n').unwrap();
            let member = member.trim().trim_end_matches([',', ';']);
            members.push((member.to_owned(), comment));
            rest = after;
        }
        members
    }

    /// The type and the arguments of a function.
    pub(super) fn prototype(&self) -> (String, Vec<String>) {
        let code = self.code.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, arguments) = code.split_once('(').unwrap();
        let result = before.strip_suffix(&self.name).unwrap().trim();
        let arguments = arguments.strip_suffix(");").unwrap();
        let arguments = arguments.split(", ").map(str::to_owned).collect();
        (result.to_owned(), arguments)
    }
}

impl Header {
    pub(super) fn parse(text: &str) -> Self {
        let (manual, rest) = split_comment(text);
        let declarations = rest.split("\n\n").filter_map(Declaration::parse).collect();
        Self {
            manual,
            declarations,
        }
    }

    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Declaration> {
        self.declarations.iter().filter(move |one| one.kind == kind)
    }

    /// The paragraphs of the manual that say what holds for all calls.
    pub(super) fn rules(&self) -> impl Iterator<Item = &str> {
        let (_, rules) = self.manual.split_once(&format!("{RULES}\n\n")).unwrap();
        paragraphs(rules)
    }

    /// The examples of the manual, each with its heading.
    pub(super) fn examples(&self) -> Vec<(&str, String)> {
        let (examples, _) = self.manual.split_once(RULES).unwrap();
        // The first paragraph is what the library is for.
        let examples: Vec<_> = paragraphs(examples).skip(1).collect();
        let is_heading = |text: &str| text.to_uppercase() == text;
        let parts = examples.chunk_by(|_, next| !is_heading(next));
        let parts = parts.map(|part| (part[0].trim(), part[1..].join("\n\n")));
        parts.collect()
    }
}

pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let paragraphs = text.split("\n\n").map(|text| text.trim_matches('\n'));
    paragraphs.filter(|text| !text.is_empty())
}
