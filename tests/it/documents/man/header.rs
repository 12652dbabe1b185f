//! The C header: its manual and its declarations, each with the comment above it.

use super::mdoc::{self, Names};

/// What the paragraphs of the manual that are about a process are headed by.
const PROCESS: [&str; 4] = ["Threads.", "Stack.", "dlclose.", "fork."];
const SECRETS: &str = "Secrets.";
/// The heading of the manual's rules; what comes before is examples.
const RULES: &str = "WHAT HOLDS FOR ALL CALLS";

pub(super) struct Header {
    manual: String,
    declarations: Vec<Declaration>,
    names: Names,
}

struct Declaration {
    comment: String,
    /// On one line, if it is that of a function.
    code: String,
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
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
    fn members(&self) -> Vec<(String, String)> {
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
    fn prototype(&self) -> (String, Vec<String>) {
        let code = self.code.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, arguments) = code.split_once('(').unwrap();
        let result = before.strip_suffix(&self.name).unwrap().trim();
        let arguments = arguments.strip_suffix(");").unwrap();
        let arguments = arguments.split(", ").map(str::to_owned).collect();
        (result.to_owned(), arguments)
    }

    fn mdoc_prototype(&self) -> String {
        let (result, arguments) = self.prototype();
        let arguments = arguments
            .iter()
            .map(|argument| format!(".Fa \"{argument}\"\n"));
        let arguments: String = arguments.collect();
        format!(".Ft \"{result}\"\n.Fo {}\n{arguments}.Fc\n", self.name)
    }
}

impl Header {
    pub(super) fn parse(text: &str) -> Self {
        let (manual, rest) = split_comment(text);
        let declarations: Vec<_> = rest.split("\n\n").filter_map(Declaration::parse).collect();
        let named = |kind| {
            let those = declarations.iter().filter(move |one| one.kind == kind);
            those.map(|one| one.name.clone())
        };
        let enumerations = || {
            declarations
                .iter()
                .filter(|one| one.kind == Kind::Enumeration)
        };
        let mut constants: Vec<_> = named(Kind::Constant).chain(["NULL".to_owned()]).collect();
        for (enumeration, (member, _)) in enumerations()
            .flat_map(|one| one.members().into_iter().map(move |member| (one, member)))
        {
            let (constant, _) = member.split_once(" = ").unwrap();
            // In a text the name of a status is often without its prefix.
            let prefix = format!("{}_", enumeration.name.to_uppercase());
            constants
                .extend([constant, constant.strip_prefix(&prefix).unwrap()].map(str::to_owned));
        }
        let names = Names {
            functions: named(Kind::Function).collect(),
            types: named(Kind::Type).chain(named(Kind::Enumeration)).collect(),
            constants: constants.into_iter().collect(),
        };
        Self {
            manual,
            declarations,
            names,
        }
    }

    /// The parts of the page, by their names in the frame.
    pub(super) fn parts(&self) -> [(&'static str, String); 10] {
        let of = |kind| self.declarations.iter().filter(move |one| one.kind == kind);
        let members = |name: &str| {
            let found = self.declarations.iter().find(|one| one.name == name);
            self.described(found.unwrap())
        };
        let functions = of(Kind::Function).map(|one| format!(".Nm {} ,\n", one.name));
        let functions = functions.collect::<String>();
        let types = of(Kind::Constant)
            .chain(of(Kind::Enumeration))
            .chain(of(Kind::Type));
        // These have sections of their own.
        let types =
            types.filter(|one| !["jwt_auth_status", "jwt_auth_reason"].contains(&&*one.name));
        let type_section = |one: &Declaration| format!(".Ss {}\n{}", one.name, self.described(one));
        [
            (
                "names",
                functions.trim_end_matches(" ,\n").to_owned() + "\n",
            ),
            (
                "synopsis",
                of(Kind::Function)
                    .map(Declaration::mdoc_prototype)
                    .collect(),
            ),
            (
                "rules",
                self.rules(|rule| !is_process(rule) && !rule.starts_with(SECRETS)),
            ),
            ("types", types.map(type_section).collect()),
            (
                "functions",
                of(Kind::Function).map(|one| self.function(one)).collect(),
            ),
            ("process", self.rules(is_process)),
            ("status", members("jwt_auth_status")),
            ("examples", self.examples()),
            ("reasons", members("jwt_auth_reason")),
            ("secrets", self.rules(|rule| rule.starts_with(SECRETS))),
        ]
    }

    /// The paragraphs of the manual that say what holds for all calls, if they are about this.
    fn rules(&self, is_about: impl Fn(&str) -> bool) -> String {
        let (_, rules) = self.manual.split_once(&format!("{RULES}\n\n")).unwrap();
        let rules = paragraphs(rules).filter(|rule| is_about(rule));
        let rules = rules.map(|rule| {
            let (head, text) = rule.split_once(". ").unwrap();
            format!(".Sy {} .\n{}", mdoc::argument(head), self.names.text(text))
        });
        rules.collect::<Vec<_>>().join(".Pp\n")
    }

    fn examples(&self) -> String {
        let (examples, _) = self.manual.split_once(RULES).unwrap();
        // The first paragraph is what the library is for.
        let examples = paragraphs(examples).skip(1).collect::<Vec<_>>();
        let mut page = String::new();
        let is_heading = |text: &str| text.to_uppercase() == text;
        for part in examples.chunk_by(|_, next| !is_heading(next)) {
            let (heading, code) = part.split_first().unwrap();
            let heading = heading.trim();
            let (first, rest) = heading.split_at(1);
            page.push_str(&format!(".Ss {first}{}\n", rest.to_lowercase()));
            page.push_str(&mdoc::code(&code.join("\n\n")));
        }
        page
    }

    /// A type, with its members.
    fn described(&self, one: &Declaration) -> String {
        let mut page = self.names.paragraphs(paragraphs(&one.comment));
        let members = one.members();
        if one.code.contains(")(") || one.kind == Kind::Constant {
            page.push_str(&mdoc::code(&one.code));
        } else if !members.is_empty() {
            let items = members.iter().map(|(member, comment)| {
                let head = match member.split_once(" = ") {
                    Some((constant, number)) => format!("Dv {constant} No = {number}"),
                    None => format!("Fa \"{member}\""),
                };
                (head, self.names.paragraphs(paragraphs(comment)))
            });
            page.push_str(&mdoc::list(items));
        }
        page
    }

    fn function(&self, one: &Declaration) -> String {
        let mut page = format!(".Ss {}\n{}.Pp\n", one.name, one.mdoc_prototype());
        let (_, arguments) = one.prototype();
        let is_argument = |name: &str| {
            let name = name.trim();
            let mut names = arguments
                .iter()
                .filter_map(|one| one.rsplit([' ', '*']).next());
            names.any(|one| one == name || one.starts_with(&format!("{name}[")))
        };
        for (number, paragraph) in paragraphs(&one.comment).enumerate() {
            // `NAME, NAME: what it is`, and the lines that go on.
            let mut described: Vec<(&str, String)> = Vec::new();
            for line in paragraph.lines() {
                let head = line.split_once(": ");
                match head.filter(|(names, _)| names.split(',').all(is_argument)) {
                    Some((names, text)) => described.push((names, text.to_owned())),
                    None => match described.last_mut() {
                        Some((_, text)) => text.push_str(&format!("\n{line}")),
                        None => break,
                    },
                }
            }
            if described.is_empty() {
                page.push_str(if number == 0 { "" } else { ".Pp\n" });
                page.push_str(&self.names.text(paragraph));
            } else {
                let items = described.iter().map(|(names, text)| {
                    (
                        format!("Fa {}", names.replace(',', " ,")),
                        self.names.text(text),
                    )
                });
                page.push_str(&mdoc::list(items));
            }
        }
        page
    }
}

fn is_process(rule: &str) -> bool {
    PROCESS.iter().any(|head| rule.starts_with(head))
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let paragraphs = text.split("\n\n").map(|text| text.trim_matches('\n'));
    paragraphs.filter(|text| !text.is_empty())
}
