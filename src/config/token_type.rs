//! The option `token_type`: a type, or a list of them.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::token::TokenType;

/// At least one type, each once.
pub(crate) struct TokenTypes(pub(crate) Vec<TokenType>);

impl<'de> Deserialize<'de> for TokenTypes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = TokenTypes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<TokenTypes, E> {
                Ok(TokenTypes(vec![read(text)?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<TokenTypes, A::Error> {
                let mut types = Vec::new();
                while let Some(text) = texts.next_element::<String>()? {
                    let read = read(&text)?;
                    if types.contains(&read) {
                        return Err(de::Error::custom("a type is named twice"));
                    }
                    types.push(read);
                }
                if types.is_empty() {
                    return Err(de::Error::custom("the list is empty"));
                }
                Ok(TokenTypes(types))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

fn read<E: de::Error>(text: &str) -> Result<TokenType, E> {
    let read = TokenType::new(text);
    if read.is_empty() {
        return Err(E::custom("a type is empty"));
    }
    Ok(read)
}

#[cfg(test)]
impl schemars::JsonSchema for TokenTypes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TokenTypes".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = serde_json::json!({ "type": "string", "minLength": 1 });
        schemars::json_schema!({
            "anyOf": [
                one,
                { "type": "array", "minItems": 1, "uniqueItems": true, "items": one },
            ],
        })
    }
}
