//! The option `issuers`.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{FailCount, Interval, Lifetime, Ssl, SuperuserClaimName};
use crate::algorithm::Algorithm;
use crate::config::acl::OperatorAcl;
use crate::config::token_type::TokenTypes;
use crate::config::verify_claims::VerifyClaims;
use crate::json::Json;
use crate::keys::SignatureFormat;

/// An issuer of tokens, with keys and conditions of its own. Options that are not described here mean the
/// same as at the top level.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::schema::between_options_of_issuer))]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerOptions<'a> {
    /// The exact `iss` of its tokens. Without a source of keys it must be an http or https URL, and the
    /// keys are discovered: `/.well-known/openid-configuration` below it says where they are.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) issuer: String,

    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub(crate) secret: Option<Zeroizing<String>>,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) secret_file: Option<String>,

    #[serde(default)]
    pub(crate) secret_base64_encoded: bool,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) public_key: Option<String>,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) pubkey: Option<String>,

    #[serde(borrow, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<super::schema::KeySet>"))]
    pub(crate) jwks: Option<Json<'a>>,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) jwks_file: Option<String>,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) endpoint: Option<String>,

    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Interval", extend("default" = Interval::default().0)))]
    pub(crate) refresh_interval: Option<Interval>,

    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, String>>"))]
    pub(crate) headers: Option<BTreeMap<String, Zeroizing<String>>>,

    pub(crate) ssl: Option<Ssl>,

    #[serde(default)]
    #[cfg_attr(test, schemars(with = "FailCount", extend("default" = FailCount::default().0)))]
    pub(crate) max_fail_count: Option<FailCount>,

    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub(crate) proxy: Option<Zeroizing<String>>,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) bearer_token_file: Option<String>,

    /// In the place of the top level's.
    pub(crate) signature_format: Option<SignatureFormat>,

    /// The algorithms that are allowed; the top level's `algorithms` must allow them as well.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) algorithms: Option<Vec<Algorithm>>,

    /// What the token's `typ` must be; the top level's `token_type` must allow it as well.
    #[serde(skip_serializing)]
    pub(crate) token_type: Option<TokenTypes>,

    /// In the place of the top level's.
    pub(crate) max_lifetime: Option<Lifetime>,

    /// What claims must say, beside what the top level's `verify_claims` asks for.
    #[serde(default, skip_serializing)]
    pub(crate) verify_claims: VerifyClaims,

    /// Topic permissions that come after those of the top level's `acl`, and before those of a token.
    #[serde(default, skip_serializing)]
    pub(crate) acl: OperatorAcl,

    /// In the place of the top level's.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) username_claim: Option<String>,

    /// In the place of the top level's.
    pub(crate) superuser_claim_name: Option<SuperuserClaimName>,

    /// In the place of the top level's.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) acl_claim_name: Option<String>,
}
