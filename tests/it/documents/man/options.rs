//! The options of the configuration, by its JSON Schema.

use serde_json::Value;

use super::super::configurations;
use super::super::tables::values;
use super::mdoc::{self, Names};
use super::read;

/// The parts of the page, by their names in the frame.
pub(super) fn parts() -> [(&'static str, String); 5] {
    let schema: Value = serde_json::from_str(&read("include/jwt_auth.schema.json")).unwrap();
    let of = |name: &str| options(&schema["$defs"][name], &schema);
    [
        ("options", options(&schema, &schema)),
        ("issuers", of("IssuerOptions")),
        ("ssl", of("Ssl")),
        ("revocations", of("RevocationsEndpoint")),
        ("examples", examples()),
    ]
}

/// The options of an object. Those without a description mean what they mean at the top level.
fn options(object: &Value, schema: &Value) -> String {
    let names = Names::default();
    let (mut described, mut others) = (Vec::new(), Vec::new());
    for (name, option) in object["properties"].as_object().unwrap() {
        let Some(meaning) = option["description"].as_str() else {
            others.push(format!("`{name}`"));
            continue;
        };
        let default = match &option["default"] {
            Value::Null => String::new(),
            default => format!("; default: {default}"),
        };
        let values = values(option, schema).replace('`', "");
        let text = format!("{meaning} Value: {values}{default}.");
        described.push((format!("Cm {}", mdoc::argument(name)), names.text(&text)));
    }
    let mut page = mdoc::list(described.into_iter());
    if !others.is_empty() {
        let others = format!("As at the top level: {}.", others.join(", "));
        page.extend([".Pp\n", &names.text(&others)]);
    }
    page
}

/// The configurations that users copy, each with a word on what it is for.
fn examples() -> String {
    let page = read("docs/configuration.md");
    let mut examples = configurations::ALL.map(|name| {
        let (before, _) = page.split_once(&format!("\n<!-- {name} -->")).unwrap();
        let (_, title) = before.rsplit_once("\n**").unwrap();
        let (title, _) = title.split_once("**").unwrap();
        let text = Names::default().text(&format!("{title}:"));
        let code = read(&format!("{}{name}", configurations::DIRECTORY));
        (before.len(), format!("{text}{}", mdoc::code(&code)))
    });
    examples.sort();
    examples.map(|(_, example)| example).join(".Pp\n")
}
