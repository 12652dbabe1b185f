//! The option `superuser_claim_name`.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::token::ClaimPath;

/// The claim that makes superusers; none: no token makes one.
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct SuperuserClaimName(pub(crate) Option<Box<str>>);

impl Default for SuperuserClaimName {
    fn default() -> Self {
        Self(Some("is_superuser".into()))
    }
}

impl<'de> Deserialize<'de> for SuperuserClaimName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrNull;

        impl Visitor<'_> for NameOrNull {
            type Value = Option<Box<str>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or null")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
                match ClaimPath::defect(name) {
                    Some(defect) => Err(E::custom(defect)),
                    None => Ok(Some(name.into())),
                }
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }

        deserializer.deserialize_any(NameOrNull).map(Self)
    }
}
