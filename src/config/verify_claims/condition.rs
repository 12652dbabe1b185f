//! A condition as it is written: a value, a list of which one must be met, or an object of `has`, `matches` and
//! `exists`.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::client::template::Template;
use crate::conditions::{Condition, ExpectedValue, Pattern};

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::Alone.deserialize(deserializer)
    }
}

/// Where a condition is written. There are no lists in lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Alone,
    InList,
}

impl<'de> DeserializeSeed<'de> for Written {
    type Value = Condition;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Condition, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Written {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alone => {
                "a string, a number, a boolean, an object with `has`, `matches` or `exists`, \
                 or a list of these"
            }
            Self::InList => {
                "a string, a number, a boolean, or an object with `has`, `matches` or `exists`"
            }
        })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Condition, E> {
        Ok(Condition::Equals(ExpectedValue::Text(template(text)?)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Condition, E> {
        Ok(Condition::Equals(ExpectedValue::Bool(value)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Condition, E> {
        Ok(Condition::Equals(ExpectedValue::Integer(number.into())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Condition, E> {
        Ok(Condition::Equals(ExpectedValue::Integer(number.into())))
    }

    /// Fractions are compared as doubles. From 2^53 on, integers that differ would be equal.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Condition, E> {
        const INEXACT: f64 = 9_007_199_254_740_992.0;
        if number.abs() < INEXACT {
            Ok(Condition::Equals(ExpectedValue::Float(number)))
        } else {
            Err(E::custom("a number this large cannot be compared exactly"))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Condition, A::Error> {
        if self == Self::InList {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        let mut any = Vec::new();
        while let Some(condition) = list.next_element_seed(Self::InList)? {
            any.push(condition);
        }
        if any.is_empty() {
            return Err(de::Error::custom("the list is empty"));
        }
        Ok(Condition::AnyOf(any.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Condition, A::Error> {
        Members::deserialize(MapAccessDeserializer::new(members))?.condition()
    }
}

/// An object, whose members must all be met.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    has: Option<Words>,
    matches: Option<Expression>,
    exists: Option<bool>,
}

impl Members {
    fn condition<E: de::Error>(self) -> Result<Condition, E> {
        let members = [
            self.exists.map(Condition::Exists),
            self.has.map(|Words(words)| Condition::Has(words.into())),
            self.matches
                .map(|Expression(pattern)| Condition::Matches(pattern)),
        ];
        let mut all: Vec<_> = members.into_iter().flatten().collect();
        if self.exists == Some(false) && all.len() > 1 {
            return Err(E::custom(
                "where `exists` is false, no other condition can be met",
            ));
        }
        match (all.pop(), all.is_empty()) {
            (None, _) => Err(E::custom("expected `has`, `matches` or `exists`")),
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                all.push(last);
                Ok(Condition::AllOf(all.into()))
            }
        }
    }
}

/// `has`: a word, or a list of them.
struct Words(Vec<Template>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words(vec![word(text)?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(Word(word)) = list.next_element()? {
                    words.push(word);
                }
                if words.is_empty() {
                    return Err(de::Error::custom("the list is empty"));
                }
                Ok(Words(words))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

struct Word(Template);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word(&String::deserialize(deserializer)?).map(Self)
    }
}

fn word<E: de::Error>(text: &str) -> Result<Template, E> {
    let word = template(text)?;
    if word.is_empty() {
        return Err(E::custom("a word is empty"));
    }
    Ok(word)
}

fn template<E: de::Error>(text: &str) -> Result<Template, E> {
    Template::new(text).map_err(E::custom)
}

/// `matches`.
struct Expression(Pattern);

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expression = String::deserialize(deserializer)?;
        Pattern::new(&expression)
            .map(Self)
            .map_err(de::Error::custom)
    }
}
