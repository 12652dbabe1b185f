//! The schema of `verify_claims`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::VerifyClaims;
use crate::conditions::Condition;

/// A text in which only known placeholders stand.
const TEXT: &str = r"^(?:[^$]|\$+[^${]|\$+\{(?:username|clientid|\$)\})*\$*$";

/// A name with up to 32 dots.
pub(in crate::config) const NAME: &str = r"^[^.]+$|^[^.]*(?:\.[^.]*){1,32}$";

impl JsonSchema for VerifyClaims {
    fn schema_name() -> Cow<'static, str> {
        "VerifyClaims".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let condition = generator.subschema_for::<Condition>();
        json_schema!({
            "anyOf": [
                {
                    "type": "object",
                    "propertyNames": { "pattern": NAME },
                    "additionalProperties": condition,
                },
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": { "type": "string", "pattern": NAME },
                            "value": condition,
                        },
                        "required": ["name", "value"],
                        "additionalProperties": false,
                    },
                },
            ],
        })
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let value = json!({ "type": ["string", "number", "boolean"], "pattern": TEXT });
        let word = json!({ "type": "string", "minLength": 1, "pattern": TEXT });
        let is_absent = json!({
            "properties": { "exists": { "const": false } },
            "required": ["exists"],
        });
        let members = json!({
            "type": "object",
            "properties": {
                "has": { "anyOf": [word, { "type": "array", "minItems": 1, "items": word }] },
                "matches": { "type": "string", "minLength": 1 },
                "exists": { "type": "boolean" },
            },
            "minProperties": 1,
            "additionalProperties": false,
            "if": is_absent,
            "then": { "maxProperties": 1 },
        });
        json_schema!({
            "anyOf": [
                value,
                members,
                { "type": "array", "minItems": 1, "items": { "anyOf": [value, members] } },
            ],
        })
    }
}
