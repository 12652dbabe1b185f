//! The schema of `acl`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::OperatorAcl;
use crate::config::verify_claims::VerifyClaims;

impl JsonSchema for OperatorAcl {
    fn schema_name() -> Cow<'static, str> {
        "OperatorAcl".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let claims = generator.subschema_for::<VerifyClaims>();
        let topic = json!({ "type": "string", "minLength": 1 });
        let pattern = json!({ "type": "string", "minLength": 1 });
        let nothing = json!({ "const": null });
        let qos = json!({ "enum": [0, 1, 2, "0", "1", "2"] });
        json_schema!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "claims": { "allOf": [claims, { "minProperties": 1, "minItems": 1 }] },
                    "permission": { "enum": ["allow", "deny"] },
                    "action": { "enum": ["pub", "publish", "sub", "subscribe", "all"] },
                    "topic": { "anyOf": [topic, nothing] },
                    "topics": {
                        "anyOf": [{ "type": "array", "items": topic }, nothing],
                    },
                    "qos": {
                        "anyOf": [
                            qos,
                            { "type": "array", "items": qos, "minItems": 1 },
                            { "type": "string", "pattern": "^[012](,[012])*$" },
                            nothing,
                        ],
                    },
                    "retain": {
                        "enum": [true, false, 0, 1, "true", "false", "0", "1", "all", null],
                    },
                    "clientid": { "type": "string" },
                    "username": { "type": "string" },
                    "clientid_re": pattern,
                    "username_re": pattern,
                    "ipaddr": { "type": "string", "minLength": 1 },
                },
                "required": ["permission", "action"],
                "anyOf": [{ "required": ["topic"] }, { "required": ["topics"] }],
                "additionalProperties": false,
            },
        })
    }
}
