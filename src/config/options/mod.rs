//! The options as they are written. Their names, where EMQX has the option too, are EMQX's own.
//!
//! The doc comments are published: the JSON Schema takes them over, and the table in
//! docs/configuration.md with it.

mod endpoint;
mod instead;
mod issuer;
mod keys;
mod revocations;
pub(crate) mod ssl;
mod superuser_claim;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use zeroize::Zeroizing;

use super::acl::OperatorAcl;
use super::token_type::TokenTypes;
use super::verify_claims::VerifyClaims;
use crate::algorithm::Algorithm;
use crate::certificate::CertificateBinding;
use crate::client::Field;
use crate::json::Json;
use crate::keys::{KidFrom, SignatureFormat};

pub(crate) use endpoint::EndpointOptions;
pub(crate) use instead::instead;
pub(crate) use issuer::IssuerOptions;
pub(crate) use keys::KeyOptions;
pub(crate) use revocations::RevocationsEndpoint;
pub(crate) use ssl::Ssl;
pub(crate) use superuser_claim::SuperuserClaimName;

/// The configuration of a verifier: one JSON object. At least one of `secret`, `secret_file`,
/// `public_key`, `jwks`, `jwks_file` and `endpoint` is required.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "libjwt_auth configuration", transform = schema::between_options))]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(crate) struct Options<'a> {
    /// The URL of the JSON Schema, for an editor. It is not looked at.
    #[serde(default, rename = "$schema", skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    #[expect(dead_code, reason = "it is there to be accepted")]
    pub(crate) schema: Ignored,

    /// The CONNECT field that carries the token.
    #[serde(default)]
    pub(crate) from: Field,

    /// The HMAC key for HS256, HS384 and HS512. Use at least 32 random bytes.
    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub(crate) secret: Option<Zeroizing<String>>,

    /// The path of a file that holds the HMAC key. One final newline is dropped; everything else is part of the
    /// key.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) secret_file: Option<String>,

    /// The HMAC key is written in base64, in the standard alphabet. Line breaks and missing padding are
    /// forgiven.
    #[serde(default)]
    pub(crate) secret_base64_encoded: bool,

    /// Public keys for RS*, PS*, ES*, `EdDSA` and ML-DSA-*: PEM text or the path of a PEM file, with one or
    /// more public keys (SPKI or PKCS#1) or X.509 certificates. Every block is trusted. One key or
    /// certificate may also be bare base64, and in a file DER.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) public_key: Option<String>,

    /// Another name of `public_key`. Give one of them.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) pubkey: Option<String>,

    /// A JSON Web Key Set (RFC 7517): an object with a list `keys`. Unusable keys are skipped with
    /// a warning.
    #[serde(borrow, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<schema::KeySet>"))]
    pub(crate) jwks: Option<Json<'a>>,

    /// The path of a file that holds a JSON Web Key Set.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) jwks_file: Option<String>,

    /// The http or https URL of a JSON Web Key Set, or of a discovery document that says where one
    /// is (`jwks_uri`). It is fetched in the background, again and again. Secrets in it (`oct`) are
    /// not used.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) endpoint: Option<String>,

    /// Seconds between two fetches of `endpoint`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Interval", extend("default" = Interval::default().0)))]
    pub(crate) refresh_interval: Option<Interval>,

    /// Request headers for `endpoint`, by name. They are sent to its own host only, not to one
    /// that it redirects to.
    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, String>>"))]
    pub(crate) headers: Option<BTreeMap<String, Zeroizing<String>>>,

    /// TLS with `endpoint`: `verify` (`verify_peer`, the default, or `verify_none`), `cacertfile`,
    /// `certfile`, `keyfile`, `server_name_indication`. Not given: the certificate must be good for
    /// the URL's host, and from an authority that the system trusts.
    pub(crate) ssl: Option<Ssl>,

    /// The HTTP proxy through which `endpoint` and whatever it leads to are reached:
    /// `http://host:port` or `http://user:password@host:port`, percent-encoded. Not given: none;
    /// the environment is not looked at.
    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub(crate) proxy: Option<Zeroizing<String>>,

    /// The path of a file with a token that is sent to `endpoint` as `Authorization: Bearer`, to its
    /// own host only, and read before each fetch. One final newline is dropped.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) bearer_token_file: Option<String>,

    /// After how many failed refreshes in a row the keys of `endpoint` are dropped. Retries in
    /// between do not bring that nearer. 0: never.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "FailCount", extend("default" = FailCount::default().0)))]
    pub(crate) max_fail_count: Option<FailCount>,

    /// Issuers of tokens, each with its own keys and conditions. The claim `iss` of a token chooses the one
    /// that has this name: its keys verify the token, and no others. What the top level asks for holds as
    /// well. A token of an issuer that is not listed is verified by the keys of the top level.
    #[serde(borrow, default, skip_serializing)]
    pub(crate) issuers: Vec<IssuerOptions<'a>>,

    /// How ECDSA signatures are encoded: `der` (ASN.1), `raw` (RFC 7518, what JWT libraries
    /// produce) or `auto` (either). It touches ES* only. Not given: `der` for keys from
    /// `public_key`, as in the module of EMQX 4.2, and `raw` for keys from `jwks`, `jwks_file` and
    /// `endpoint`. Once given, it applies to all.
    pub(crate) signature_format: Option<SignatureFormat>,

    /// The algorithms that are allowed. Not given: all that the keys can verify. `EdDSA` and `Ed25519` are two
    /// names of one.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) algorithms: Option<Vec<Algorithm>>,

    /// Where the name of a token's key comes from: `header`, the token's `kid`; or `client_id` or
    /// `username`, what the client is called, for a key for each device. Then the token's `kid` is not
    /// looked at, a client without a key of its name is refused, and keys without a `kid` serve nobody.
    #[serde(default)]
    pub(crate) kid_from: KidFrom,

    /// How many keys a token is tried with. If more fit its `alg`, because it has no `kid`, or one
    /// that no key has, or one that many share, it is refused with `ambiguous_key`, and none is
    /// tried.
    #[serde(default)]
    pub(crate) max_key_trials: KeyTrials,

    /// What a token must be: its header's `typ` must be this, or one of these, such as `at+jwt`. Case
    /// does not count, nor `application/` in front. Not given: anything, or no `typ` at all.
    #[serde(skip_serializing)]
    pub(crate) token_type: Option<TokenTypes>,

    /// What claims must say: an object of claim names and conditions, or a list of `{"name", "value"}`. A
    /// condition is a value that is expected, a list of which one must be met, or an object with `has`,
    /// `matches` or `exists`. A string may hold `%u` or `${username}`, and `%c` or `${clientid}`, for what
    /// the client sent; `%%` and `${$}` are a plain `%` and `$`. A number or a boolean is compared as it is.
    /// A name with dots also finds a nested member.
    #[serde(default, skip_serializing)]
    pub(crate) verify_claims: VerifyClaims,

    /// Whether a token that is bound to a TLS certificate (claim `cnf` with `x5t#S256`, RFC 8705) is
    /// good only for the client that connects with this certificate: `enforce`, or `ignore`, which
    /// looks at no `cnf`.
    #[serde(default)]
    pub(crate) certificate_binding: CertificateBinding,

    /// Seconds of clock skew that `exp`, `nbf` and `iat` are forgiven.
    #[serde(default)]
    pub(crate) leeway: Seconds,

    /// Refuse tokens without `exp`.
    #[serde(default)]
    pub(crate) require_exp: bool,

    /// Refuse tokens whose `iat` is yet to come.
    #[serde(default)]
    pub(crate) check_iat: bool,

    /// Seconds from `iat` to `exp` that a token may be good for. It must have both, and `iat` may not be
    /// yet to come. `leeway` makes it no longer.
    pub(crate) max_lifetime: Option<Lifetime>,

    /// Topic permissions that come before those of a token: a list of rules as in the list form of the claim. `claims`,
    /// with conditions as in `verify_claims`, makes a rule hold only for the tokens that meet them.
    #[serde(default, skip_serializing)]
    pub(crate) acl: OperatorAcl,

    /// The claim that says who the client is: its text is the user name of the session, which `%u` and
    /// `username` in topic permissions are about, and which the broker can be given. `verify_claims` is
    /// compared with what the client sent. Not given: what the client sent is its user name.
    #[cfg_attr(test, schemars(regex(pattern = super::verify_claims::schema::NAME)))]
    pub(crate) username_claim: Option<String>,

    /// The claim that makes its client a superuser, to whom every topic is allowed. `null`: no token makes
    /// one. A name with dots also finds a nested member.
    #[serde(default)]
    pub(crate) superuser_claim_name: SuperuserClaimName,

    /// The claim that holds topic permissions.
    #[serde(default = "default_acl_claim")]
    #[cfg_attr(test, schemars(regex(pattern = super::verify_claims::schema::NAME)))]
    pub(crate) acl_claim_name: String,

    /// A session ends when its token expires: `expires_at` is reported, and from then on every topic
    /// is denied. `false`: a client may stay, but what the ACL claim granted ends all the same.
    #[serde(default = "yes")]
    pub(crate) disconnect_after_expire: bool,

    /// The path of a JSON file of tokens that are no longer good: `{"jti": [ID, ...], "not_before":
    /// {"sub": {SUB: TIME, ...}, "kid": {KID: TIME, ...}, "*": TIME}}`. A token issued (`iat`) before
    /// such a time is refused, and one without `iat` always. `"issuers": {ISS: {...}}` holds such
    /// lists for one issuer each. The file is read again when it changes.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) revocations_file: Option<String>,

    /// Where the same list is fetched from, for many brokers at once: an object with `url` and, if they are
    /// needed, `refresh_interval`, `headers`, `ssl`, `proxy` and `bearer_token_file`. Until a first list
    /// has come, every token that is good otherwise is refused with `revocations_unavailable`. With
    /// `revocations_file` as well, a token is revoked if either says so.
    #[serde(skip_serializing)]
    pub(crate) revocations_endpoint: Option<RevocationsEndpoint>,

    /// What to decide when the client sent no token.
    #[serde(default = "ignore")]
    pub(crate) on_missing: Disposition,

    /// What to decide when the field holds something that is not a signed token, such as a plain
    /// password.
    #[serde(default)]
    pub(crate) on_malformed: Disposition,

    /// What to decide when no configured key can have signed the token. A bad signature is
    /// always denied.
    #[serde(default)]
    pub(crate) on_unknown_key: Disposition,

    /// The longest token that is looked at, in bytes.
    #[serde(default)]
    pub(crate) max_token_size: TokenSize,

    /// How many verified tokens are remembered, so that a token that comes again costs next to
    /// nothing. They take up to 1 KiB each, or 64 MiB by default. 0: none.
    #[serde(default)]
    pub(crate) cache_capacity: CacheCapacity,
}

/// What to do with a client whose token is not this verifier's business.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Disposition {
    /// Refuse the client.
    #[default]
    Deny,
    /// Let the broker's next authenticator decide.
    Ignore,
}

/// A string that is for others.
#[derive(Default)]
pub(crate) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|_| Self)
    }
}

fn default_acl_claim() -> String {
    "acl".to_owned()
}

fn yes() -> bool {
    true
}

fn ignore() -> Disposition {
    Disposition::Ignore
}

pub(crate) type Seconds = Whole<0, 3_600, 0>;
pub(crate) type Lifetime = Whole<1, { u32::MAX }, 1>;
pub(crate) type Interval = Whole<1, 2_592_000, 300>;
pub(crate) type FailCount = Whole<0, 1_000_000, 5>;
pub(crate) type KeyTrials = Whole<1, 64, 8>;
pub(crate) type CacheCapacity = Whole<0, 16_777_216, 65_536>;
pub(crate) type TokenSize = Whole<1, 1_048_576, 16_384>;

/// A whole number within a range, which the error and the schema name.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Whole<const MIN: u32, const MAX: u32, const DEFAULT: u32>(pub(crate) u32);

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Default for Whole<MIN, MAX, DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<'de, const MIN: u32, const MAX: u32, const DEFAULT: u32> Deserialize<'de>
    for Whole<MIN, MAX, DEFAULT>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InRange<const MIN: u32, const MAX: u32>;

        impl<const MIN: u32, const MAX: u32> Visitor<'_> for InRange<MIN, MAX> {
            type Value = u32;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from {MIN} to {MAX}")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<u32, E> {
                u32::try_from(number)
                    .ok()
                    .filter(|number| (MIN..=MAX).contains(number))
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }
        }

        deserializer.deserialize_u64(InRange::<MIN, MAX>).map(Self)
    }
}

#[cfg(test)]
mod schema;
