//! The published JSON Schema, which every configuration of every test is compared with: what the
//! library accepts it accepts too, and what the library refuses it refuses, as far as a schema can.

use std::sync::OnceLock;

use regex::{Regex, RegexSet};
use serde_json::{Map, Value};

/// How the errors begin that no schema can find.
const ONLY_OF_THE_LIBRARY: &[&str] = &[
    // A reader of JSON that keeps one of two members.
    "(`.*`|the configuration): `.*` is given twice at line ",
    // 1.0 is an integer to a schema.
    "`.*`: expected a whole number from ",
    // What is in a text or a file, or in what a URL means.
    "`(secret|secret_file|public_key|pubkey|jwks|jwks_file|revocations_file)`: ",
    "`(endpoint|url|headers|proxy|bearer_token_file|ssl|ssl\\.\\w+)`: ",
    "`algorithms`: no configured key can verify ",
    "`(algorithms|token_type)`: the top level's `\\w+` allows none of them",
    "`token_type`: a type is (named twice|empty)",
    "`issuer`: ",
    "`verify_claims.*`: the placeholders are ",
    "`verify_claims`: a claim is named twice",
    "`verify_claims.*`: a number this large ",
    "`acl\\[\\d+\\]\\.claims.*`: the placeholders are ",
    "`acl\\[\\d+\\]\\.claims`: a claim is named twice",
    // Topics, addresses, what is null.
    "`acl\\[\\d+\\]`: (a topic that |a placeholder that |a name of more |more than 1 MiB )",
    "`acl\\[\\d+\\]`: (ipaddr is |both topic|neither topic)",
    // Expressions.
    "`acl\\[\\d+\\]`: (clientid_re or username_re is no |an expression that |no regular expression)",
    "`acl\\[\\d+\\]\\.claims.*matches`: (no regular expression|an expression that )",
    "`verify_claims.*matches`: (no regular expression|an expression that )",
];

/// A contradiction between options is not among them, whatever option it is about.
const CONTRADICTION: &str = "` is given as well|there is no `|` is missing$|, which is given";

/// The schema and the library are of one mind about a configuration: `error` is what the library
/// says.
#[track_caller]
pub(super) fn agrees(config: &[u8], error: &str) {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    static ONLY: OnceLock<[RegexSet; 2]> = OnceLock::new();
    let config = config.strip_prefix(b"\xef\xbb\xbf").unwrap_or(config);
    let Ok(config) = serde_json::from_slice(config) else {
        return;
    };
    let schema = SCHEMA.get_or_init(|| {
        let text = include_str!("../../../include/jwt_auth.schema.json");
        serde_json::from_str(text).unwrap()
    });
    let [only, contradiction] = ONLY.get_or_init(|| {
        let start = |error: &&str| format!("^{error}");
        [
            RegexSet::new(ONLY_OF_THE_LIBRARY.iter().map(start)).unwrap(),
            RegexSet::new([CONTRADICTION]).unwrap(),
        ]
    });
    let accepts = Schema(schema).accepts(schema, &config);
    if error.is_empty() {
        assert!(
            accepts,
            "the schema refuses what the library accepts: {config}"
        );
        return;
    }
    // An issuer is a configuration for itself, and what says how revocations are fetched.
    let error = Regex::new(r"`(issuers\[\d+\]|revocations_endpoint)\.")
        .unwrap()
        .replace_all(error, "`");
    let error = error.as_ref();
    assert!(
        !accepts || (only.is_match(error) && !contradiction.is_match(error)),
        "the schema accepts what the library refuses. Can no schema find it? {error}: {config}"
    );
}

/// The whole schema, to which a `$ref` refers.
struct Schema<'s>(&'s Value);

impl Schema<'_> {
    /// Whether a part of the schema accepts a value.
    fn accepts(&self, part: &Value, value: &Value) -> bool {
        match part {
            Value::Bool(accepts) => *accepts,
            Value::Object(keywords) => keywords
                .iter()
                .all(|(keyword, argument)| self.allows(keywords, keyword, argument, value)),
            _ => panic!("no schema: {part}"),
        }
    }

    /// Whether a keyword allows a value. It speaks of values of its own type only.
    fn allows(
        &self,
        beside: &Map<String, Value>,
        keyword: &str,
        argument: &Value,
        value: &Value,
    ) -> bool {
        let accepts = |part: &Value| self.accepts(part, value);
        let parts = || argument.as_array().unwrap().iter();
        let members = || value.as_object().into_iter().flatten();
        let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
        let has_all = |names: &Value| names.as_array().unwrap().iter().all(has);
        match keyword {
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" | "writeOnly"
            | "then" => true,
            "$ref" => {
                let pointer = argument.as_str().unwrap().strip_prefix('#').unwrap();
                accepts(self.0.pointer(pointer).unwrap())
            }
            "type" => match argument {
                Value::Array(types) => types.iter().any(|name| is_of_type(value, name)),
                name => is_of_type(value, name),
            },
            "enum" => parts().any(|one| one == value),
            "const" => argument == value,
            "anyOf" => parts().any(accepts),
            "allOf" => parts().all(accepts),
            "oneOf" => parts().filter(|part| accepts(part)).count() == 1,
            "not" => !accepts(argument),
            "if" => !accepts(argument) || accepts(&beside["then"]),
            "properties" => members().all(|(name, member)| {
                argument
                    .get(name)
                    .is_none_or(|part| self.accepts(part, member))
            }),
            "additionalProperties" => members().all(|(name, member)| {
                let is_known = beside
                    .get("properties")
                    .is_some_and(|known| known.get(name).is_some());
                is_known || self.accepts(argument, member)
            }),
            "propertyNames" => {
                members().all(|(name, _)| self.accepts(argument, &name.as_str().into()))
            }
            "required" => !value.is_object() || has_all(argument),
            "dependentRequired" => argument
                .as_object()
                .unwrap()
                .iter()
                .all(|(name, needs)| value.get(name).is_none() || has_all(needs)),
            "uniqueItems" => value.as_array().is_none_or(|items| {
                let mut pairs = items.iter().enumerate();
                pairs.all(|(index, item)| !items[..index].contains(item))
            }),
            "items" => value
                .as_array()
                .into_iter()
                .flatten()
                .all(|item| self.accepts(argument, item)),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() >= count(argument)),
            "minProperties" => value
                .as_object()
                .is_none_or(|members| members.len() as f64 >= number(argument)),
            "maxProperties" => value
                .as_object()
                .is_none_or(|members| members.len() as f64 <= number(argument)),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.chars().count() >= count(argument)),
            "pattern" => value.as_str().is_none_or(|text| {
                Regex::new(argument.as_str().unwrap())
                    .unwrap()
                    .is_match(text)
            }),
            "minimum" => value.as_f64().is_none_or(|value| value >= number(argument)),
            "maximum" => value.as_f64().is_none_or(|value| value <= number(argument)),
            _ => panic!("a keyword that is not known here: {keyword}"),
        }
    }
}

fn count(argument: &Value) -> usize {
    usize::try_from(argument.as_u64().unwrap()).unwrap()
}

fn number(argument: &Value) -> f64 {
    argument.as_f64().unwrap()
}

/// A number without a fraction is an integer, however it is written.
fn is_of_type(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("no type: {other}"),
    }
}
