//! What README says is what the published files say: the tables are derived from the C header and
//! the JSON Schema, and the C example compiles.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]

mod harness;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{broker, with_payload};
use serde_json::{Value, json};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap()
}

/// The table between `<!-- NAME -->` and `<!-- /NAME -->` is this one, or becomes it.
#[track_caller]
fn has_table(name: &str, rows: &[String]) {
    let readme = read("README.md");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = readme.split_once(&begin).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    let expected = rows.concat();
    if std::env::var_os("JWT_AUTH_BLESS").is_some() {
        let blessed = format!("{before}{begin}{expected}{end}{after}");
        fs::write(repository("README.md"), blessed).unwrap();
    } else {
        assert!(
            found == expected,
            "the table `{name}` is out of date; JWT_AUTH_BLESS=1 cargo test writes it anew"
        );
    }
}

/// The enumerators of a C enumeration with their numbers and comments.
fn enumeration(name: &str) -> Vec<(String, String, String)> {
    let header = read("include/jwt_auth.h");
    let start = header.find(&format!("typedef enum {name} {{")).unwrap();
    let body = header.get(start..).unwrap();
    let (body, _) = body.split_once(&format!("}} {name};")).unwrap();
    let prefix = format!("{}_", name.to_uppercase());
    let mut comment = String::new();
    let mut found = Vec::new();
    for line in body.lines().skip(1).map(str::trim) {
        if let Some(text) = line.strip_prefix("// ") {
            comment = format!("{comment} {text}");
        } else {
            let (enumerator, number) = line.trim_end_matches(',').split_once(" = ").unwrap();
            let enumerator = enumerator.strip_prefix(&prefix).unwrap().to_lowercase();
            found.push((number.to_owned(), enumerator, std::mem::take(&mut comment)));
        }
    }
    found
}

fn enumeration_rows(name: &str) -> Vec<String> {
    let rows = enumeration(name);
    let rows = rows
        .iter()
        .map(|(number, name, text)| format!("| {number} | `{name}` |{text} |\n"));
    [
        "| number | name | meaning |\n".to_owned(),
        "|---|---|---|\n".to_owned(),
    ]
    .into_iter()
    .chain(rows)
    .collect()
}

#[test]
fn the_tables_are_those_of_the_header_and_the_schema() {
    for name in ["decision", "reason", "status", "permission"] {
        has_table(name, &enumeration_rows(&format!("jwt_auth_{name}")));
    }
    has_table("options", &option_rows());
}

fn option_rows() -> Vec<String> {
    let schema: Value = serde_json::from_str(&read("include/jwt_auth.schema.json")).unwrap();
    let mut rows = vec!["| option | value | default | meaning |\n".to_owned()];
    rows.push("|---|---|---|---|\n".to_owned());
    for (name, option) in schema["properties"].as_object().unwrap() {
        let default = match &option["default"] {
            Value::Null => "none".to_owned(),
            default => format!("`{default}`"),
        };
        let meaning = option["description"].as_str().unwrap().replace('\n', " ");
        rows.push(format!(
            "| `{name}` | {} | {default} | {meaning} |\n",
            values(option, &schema)
        ));
    }
    rows
}

/// What an option may be, in a few words.
fn values(option: &Value, schema: &Value) -> String {
    if let Some(reference) = option["$ref"].as_str() {
        return values(
            schema
                .pointer(reference.strip_prefix('#').unwrap())
                .unwrap(),
            schema,
        );
    }
    let constants = option["oneOf"]
        .as_array()
        .map(|any| any.iter().map(|one| &one["const"]));
    let names: Vec<_> = match (constants, option["enum"].as_array()) {
        (Some(constants), _) => constants.collect(),
        (None, Some(names)) => names.iter().collect(),
        (None, None) => Vec::new(),
    };
    if !names.is_empty() {
        return names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
    }
    match option["type"].as_str() {
        Some("integer") => format!("{} to {}", option["minimum"], option["maximum"]),
        Some("boolean") => "`true`, `false`".to_owned(),
        Some("array") => format!("list of {}", values(&option["items"], schema)),
        Some(other) => other.to_owned(),
        None => {
            let forms: Vec<_> = option["anyOf"].as_array().unwrap().iter().collect();
            let forms = forms
                .iter()
                .map(|form| form["type"].as_str().unwrap().replace("array", "list"));
            forms.collect::<Vec<_>>().join(" or ")
        }
    }
}

#[test]
fn the_examples_of_topic_permissions_are_accepted() {
    let readme = read("README.md");
    let examples: Vec<_> = readme
        .split("```json\n")
        .skip(1)
        .map(|rest| rest.split_once("```").unwrap().0)
        .filter(|example| example.starts_with(r#"{"acl""#))
        .collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        broker(json!({})).present(&with_payload(example)).allowed();
    }
}

#[test]
fn the_c_example_compiles_without_a_warning() {
    let readme = read("README.md");
    let (_, rest) = readme.split_once("```c\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.c");
    fs::write(&source, example).unwrap();
    let output = Command::new("cc")
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-fsyntax-only",
            "-I",
        ])
        .arg(repository("include"))
        .arg(&source)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_changelog_has_an_entry_and_an_abi_line_for_this_version() {
    let changelog = read("CHANGELOG.md");
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    let (_, entry) = changelog.split_once(&heading).unwrap();
    let entry = entry.split("\n## ").next().unwrap();
    assert!(entry.contains("\nABI: "), "{entry}");
}
