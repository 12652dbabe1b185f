//! EMQX's own test suites, replayed: each test has the name of the case it replays. Where the
//! outcome is not EMQX's, a comment begins with "Differs".
//!
//! Not here: the cases about topic permissions, which are in `acl_suites.rs`, about fetching key
//! sets (`t_keys_update` and most of `t_jwks_*`), and those about EMQX itself
//! (`t_check_compatibility`, `t_redact_hmac_state`, `t_clientid_override`).

mod version_4;
mod version_6;

use crate::harness::{
    Answer, Broker, Connect, HS256_HEADER, NOW, hs256, jwk, signed, vector_path, vector_text,
};
use jsonwebtoken::Algorithm;
use jwt_auth::Reason;
use serde_json::{Value, json};

/// A token with these claims.
fn token(secret: &str, claims: &Value) -> String {
    hs256(secret, HS256_HEADER, claims.to_string())
}

fn rs256(claims: &Value) -> String {
    signed(Algorithm::RS256, "rsa2048", None, claims)
}

/// A client with this user name and this password.
fn connect(broker: &Broker, username: &str, password: &str) -> Answer {
    broker.connect(Connect {
        username: Some(username.as_bytes()),
        password: Some(password.as_bytes()),
        ..Connect::default()
    })
}

/// The configuration is an error that names the option.
#[track_caller]
fn bad_config(config: &Value, option: &str) {
    let error = Broker::refused(config);
    let rest = error.strip_prefix(&format!("`{option}"));
    assert!(
        rest.is_some_and(|rest| rest.starts_with(['`', '.', '['])),
        "{error}"
    );
}
