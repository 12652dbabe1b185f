//! The tables of the documents are derived from the C header and the JSON Schema.

use serde_json::Value;

use super::{has_block, read};
use crate::harness::CHECKS;

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
        let rows = enumeration_rows(&format!("jwt_auth_{name}"));
        has_block("docs/decisions.md", name, &rows.concat());
    }
    has_block("docs/configuration.md", "options", &option_rows().concat());
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
pub(super) fn values(option: &Value, schema: &Value) -> String {
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
fn every_reason_is_in_the_table_of_causes() {
    let page = read("docs/configuration.md");
    let (_, table) = page
        .split_once("\n## From a log line to its cause\n")
        .unwrap();
    let lines: String = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" "))
        .collect();
    for (_, reason, _) in enumeration("jwt_auth_reason") {
        let named = |c: &str| lines.contains(&format!("`{reason}{c}"));
        assert!(named("`") || named(" ("), "`{reason}` is not in the table");
    }
}

#[test]
fn every_reason_has_what_to_look_at_and_the_checks_that_give_it() {
    let page = read("docs/operating.md");
    let (_, table) = page
        .split_once("\n### What to look at, by reason\n")
        .unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let mut in_table: Vec<_> = rows
        .map(|row| {
            let mut cells = row.split(" | ");
            let mut codes = || cells.next().unwrap().split('`').skip(1).step_by(2);
            let reason = codes().next().unwrap().to_owned();
            (codes().map(str::to_owned).collect::<Vec<_>>(), reason)
        })
        .collect();
    let checks = |reason: &str| {
        let checks = CHECKS.iter().filter(|(_, gives)| gives.contains(&reason));
        let named = checks.map(|(check, _)| match *check {
            "claim" => "claim NAME".to_owned(),
            check => check.to_owned(),
        });
        named.collect::<Vec<_>>()
    };
    let reasons = enumeration("jwt_auth_reason").into_iter();
    let mut expected: Vec<_> = reasons.map(|(_, name, _)| (checks(&name), name)).collect();
    expected.sort();
    in_table.sort();
    assert_eq!(in_table, expected);
}
