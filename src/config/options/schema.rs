//! The published JSON Schema of the configuration, `include/jwt_auth.schema.json`: derived from the
//! types that read it, and compared with the committed file.

use std::borrow::Cow;

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde_json::{Value, json};

use super::{Options, Whole};

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

/// A configuration without a key is of no use.
pub(super) fn key_sources() -> Value {
    [
        "secret",
        "secret_file",
        "public_key",
        "pubkey",
        "jwks",
        "jwks_file",
        "endpoint",
    ]
    .map(|source| json!({ "required": [source] }))
    .into_iter()
    .collect()
}

/// An option that is left out has no value; null is not another way to leave it out.
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
