//! The published JSON Schema of the configuration, `include/jwt_auth.schema.json`: derived from the
//! types that read it, and compared with the committed file.

use std::borrow::Cow;

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde_json::{Value, json};

use super::{Options, SuperuserClaimName, Whole};
use crate::config::verify_claims::schema::NAME;

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> JsonSchema for Whole<MIN, MAX, DEFAULT> {
    fn schema_name() -> Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

impl JsonSchema for SuperuserClaimName {
    fn schema_name() -> Cow<'static, str> {
        "SuperuserClaimName".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let none = "No token makes a superuser.";
        json_schema!({ "anyOf": [
            { "type": "string", "pattern": NAME },
            { "type": "null", "description": none },
        ] })
    }
}

/// A JSON Web Key Set. What is in its keys is for the library to see.
#[derive(serde::Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub(super) struct KeySet {
    #[schemars(length(min = 1))]
    keys: Vec<Value>,
}

const KEY_SOURCES: [&str; 7] = [
    "secret",
    "secret_file",
    "public_key",
    "pubkey",
    "jwks",
    "jwks_file",
    "endpoint",
];

/// The options that are about an endpoint.
const OF_ENDPOINT: [&str; 6] = [
    "refresh_interval",
    "headers",
    "ssl",
    "max_fail_count",
    "proxy",
    "bearer_token_file",
];

/// One of these options, at least.
fn any_of(options: &[&str]) -> Value {
    let one = |option: &&str| json!({ "required": [option] });
    options.iter().map(one).collect()
}

/// What holds between the options of the top level.
pub(super) fn between_options(schema: &mut Schema) {
    /// Names the schema, in whatever place it is.
    const ID: &str = "urn:libjwt-auth:configuration";
    schema.insert("$id".to_owned(), ID.into());
    // A configuration without a key is of no use.
    let mut sources = any_of(&KEY_SOURCES);
    if let Some(sources) = sources.as_array_mut() {
        sources.push(json!({
            "properties": { "issuers": { "minItems": 1 } },
            "required": ["issuers"],
        }));
    }
    schema.insert("anyOf".to_owned(), sources);
    let need_endpoint: Value = OF_ENDPOINT
        .map(|option| (option.to_owned(), json!(["endpoint"])))
        .into_iter()
        .collect();
    schema.insert("dependentRequired".to_owned(), need_endpoint);
    let mut rules = contradictions();
    if let Some(rules) = rules.as_array_mut() {
        // The user name cannot be the token and the name of its key.
        let user_name = json!({ "const": "username" });
        rules.push(json!({
            "not": {
                "properties": { "from": user_name, "kid_from": user_name },
                "required": ["from", "kid_from"],
            },
        }));
    }
    schema.insert("allOf".to_owned(), rules);
}

/// What holds between the options of an issuer. One without a key source has an endpoint all the same.
pub(super) fn between_options_of_issuer(schema: &mut Schema) {
    let mut rules = contradictions();
    if let Some(rules) = rules.as_array_mut() {
        rules.push(json!({
            "if": { "anyOf": any_of(&OF_ENDPOINT) },
            "then": {
                "anyOf": [
                    { "required": ["endpoint"] },
                    { "not": { "anyOf": any_of(&KEY_SOURCES) } },
                ],
            },
        }));
    }
    schema.insert("allOf".to_owned(), rules);
}

/// What holds between the options of `revocations_endpoint`.
pub(super) fn between_options_of_revocations(schema: &mut Schema) {
    schema.insert("allOf".to_owned(), json!([half_a_certificate()]));
}

/// A client certificate has its key.
fn half_a_certificate() -> Value {
    json!({
        "properties": {
            "ssl": { "dependentRequired": { "certfile": ["keyfile"], "keyfile": ["certfile"] } },
        },
    })
}

/// What the options about keys cannot be, wherever they are written.
fn contradictions() -> Value {
    let not_both = |one: &str, other: &str| json!({ "not": { "required": [one, other] } });
    let base64_of_nothing = json!({
        "if": {
            "properties": { "secret_base64_encoded": { "const": true } },
            "required": ["secret_base64_encoded"],
        },
        "then": { "anyOf": any_of(&["secret", "secret_file"]) },
    });
    json!([
        not_both("secret", "secret_file"),
        not_both("public_key", "pubkey"),
        base64_of_nothing,
        half_a_certificate(),
    ])
}

/// An option that is left out has no value; null is not another way to leave it out. Where it has a meaning
/// of its own, it has a description.
fn without_null(schema: &mut Schema) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(alternatives) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        alternatives.retain(|alternative| *alternative != json!({ "type": "null" }));
        if let [Value::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (name, value) in only {
                schema.insert(name, value);
            }
        }
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

#[test]
fn the_published_schema_is_that_of_the_code() {
    const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include/jwt_auth.schema.json");
    let mut schema = schema_for!(Options<'_>);
    RecursiveTransform(without_null).transform(&mut schema);
    let derived = format!("{:#}\n", schema.as_value());
    if std::env::var_os("JWT_AUTH_BLESS").is_some() {
        assert!(std::fs::write(PUBLISHED, &derived).is_ok());
    }
    let published = std::fs::read_to_string(PUBLISHED).unwrap_or_default();
    assert!(
        published == derived,
        "include/jwt_auth.schema.json is out of date; JWT_AUTH_BLESS=1 cargo test writes it anew"
    );
}

/// What an issuer's options about keys may be is what those of the top level may be; and so are those about
/// a list of revocations, as far as they are about fetching it.
#[test]
fn options_of_one_name_are_the_same_wherever_they_are_written() {
    let schema = schema_for!(Options<'_>);
    let schema = schema.as_value();
    let at = |pointer: &str| {
        let mut option = schema.pointer(pointer).cloned().unwrap_or_default();
        if let Some(option) = option.as_object_mut() {
            option.remove("description");
        }
        option
    };
    for option in KEY_SOURCES
        .iter()
        .chain(&OF_ENDPOINT)
        .chain(&["secret_base64_encoded"])
    {
        let top = at(&format!("/properties/{option}"));
        let own = at(&format!("/$defs/IssuerOptions/properties/{option}"));
        assert!(!top.is_null() && top == own, "{option}: {top} and {own}");
    }
    for option in ["headers", "ssl", "proxy", "bearer_token_file"] {
        let top = at(&format!("/properties/{option}"));
        let own = at(&format!("/$defs/RevocationsEndpoint/properties/{option}"));
        assert!(!top.is_null() && top == own, "{option}: {top} and {own}");
    }
}
