//! The page of the library: what the C header says, in mdoc(7).

use super::header::{Declaration, Header, Kind, paragraphs};
use super::mdoc::{self, Names};

/// What the paragraphs of the manual that are about a process are headed by.
const PROCESS: [&str; 4] = ["Threads.", "Stack.", "dlclose.", "fork."];
const SECRETS: &str = "Secrets.";
/// These have sections of their own.
const STATUS: &str = "jwt_auth_status";
const REASON: &str = "jwt_auth_reason";

struct Library {
    header: Header,
    names: Names,
}

/// The parts of the page, by their names in the frame.
pub(super) fn parts(header: &str) -> [(&'static str, String); 10] {
    let header = Header::parse(header);
    let names = names(&header);
    let library = Library { header, names };
    let functions = || library.header.of(Kind::Function);
    let all = [Kind::Constant, Kind::Enumeration, Kind::Type];
    let types = all.into_iter().flat_map(|kind| library.header.of(kind));
    let types = types.filter(|one| one.name != STATUS && one.name != REASON);
    let names: Vec<_> = functions().map(|one| format!(".Nm {}", one.name)).collect();
    [
        ("names", names.join(" ,\n") + "\n"),
        ("synopsis", functions().map(prototype).collect()),
        (
            "rules",
            library.rules(|rule| !is_process(rule) && !rule.starts_with(SECRETS)),
        ),
        (
            "types",
            types.map(|one| library.type_section(one)).collect(),
        ),
        (
            "functions",
            functions().map(|one| library.function(one)).collect(),
        ),
        ("process", library.rules(is_process)),
        ("status", library.section(STATUS)),
        ("examples", library.examples()),
        ("reasons", library.section(REASON)),
        ("secrets", library.rules(|rule| rule.starts_with(SECRETS))),
    ]
}

fn names(header: &Header) -> Names {
    let named = |kind| header.of(kind).map(|one| one.name.clone());
    let mut constants: Vec<_> = named(Kind::Constant).chain(["NULL".to_owned()]).collect();
    for enumeration in header.of(Kind::Enumeration) {
        let prefix = format!("{}_", enumeration.name.to_uppercase());
        for (member, _) in enumeration.members() {
            let (constant, _) = member.split_once(" = ").unwrap();
            // In a text the name of a status is often without its prefix.
            let short = constant.strip_prefix(&prefix).unwrap();
            constants.extend([constant, short].map(str::to_owned));
        }
    }
    Names {
        functions: named(Kind::Function).collect(),
        types: named(Kind::Type).chain(named(Kind::Enumeration)).collect(),
        constants: constants.into_iter().collect(),
    }
}

fn prototype(function: &Declaration) -> String {
    let (result, arguments) = function.prototype();
    let arguments = arguments
        .iter()
        .map(|argument| format!(".Fa \"{argument}\"\n"));
    let arguments: String = arguments.collect();
    format!(".Ft \"{result}\"\n.Fo {}\n{arguments}.Fc\n", function.name)
}

fn is_process(rule: &str) -> bool {
    PROCESS.iter().any(|head| rule.starts_with(head))
}

/// The arguments that a paragraph describes, `NAME, NAME: what it is` and the lines that go on.
fn described_arguments(function: &Declaration, paragraph: &str) -> Vec<(String, String)> {
    let (_, arguments) = function.prototype();
    let names = arguments
        .iter()
        .filter_map(|one| one.rsplit([' ', '*']).next());
    let names: Vec<_> = names
        .map(|name| name.split('[').next().unwrap_or(name))
        .collect();
    let mut described: Vec<(String, String)> = Vec::new();
    for line in paragraph.lines() {
        let head = line.split_once(": ");
        match head.filter(|(heads, _)| heads.split(", ").all(|head| names.contains(&head))) {
            Some((heads, text)) => described.push((heads.replace(',', " ,"), text.to_owned())),
            None => match described.last_mut() {
                Some((_, text)) => text.extend(["\n", line]),
                None => break,
            },
        }
    }
    described
}

impl Library {
    /// The rules that are about this.
    fn rules(&self, is_about: impl Fn(&str) -> bool) -> String {
        let rules = self.header.rules().filter(|rule| is_about(rule));
        let rules = rules.map(|rule| {
            let (head, text) = rule.split_once(". ").unwrap();
            format!(".Sy {} .\n{}", mdoc::argument(head), self.names.text(text))
        });
        rules.collect::<Vec<_>>().join(".Pp\n")
    }

    fn examples(&self) -> String {
        let examples = self.header.examples().into_iter().map(|(heading, code)| {
            let (first, rest) = heading.split_at(1);
            format!(".Ss {first}{}\n{}", rest.to_lowercase(), mdoc::code(&code))
        });
        examples.collect()
    }

    fn section(&self, name: &str) -> String {
        let mut declarations = self.header.declarations.iter();
        self.described(declarations.find(|one| one.name == name).unwrap())
    }

    fn type_section(&self, one: &Declaration) -> String {
        format!(".Ss {}\n{}", one.name, self.described(one))
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
        let mut page = format!(".Ss {}\n{}", one.name, prototype(one));
        for paragraph in paragraphs(&one.comment) {
            let arguments = described_arguments(one, paragraph);
            if arguments.is_empty() {
                page.extend([".Pp\n", &self.names.text(paragraph)]);
            } else {
                let items = arguments.into_iter();
                page.push_str(&mdoc::list(
                    items.map(|(head, text)| (format!("Fa {head}"), self.names.text(&text))),
                ));
            }
        }
        page
    }
}
