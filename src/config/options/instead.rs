//! Options that people try, because other programs have them or a token does, and what to write instead.

/// Leave it out: the keys that are given decide.
const KEYS_DECIDE: &str = "leave it out: the keys that are given decide";

/// Paths of options that there are not, with what to do.
const INSTEAD: [(&[&str], &str); 24] = [
    // Claims of a token, and what RabbitMQ calls them.
    (
        &["iss", "issuer", "verify_iss", "authority"],
        r#"write "verify_claims": {"iss": ...}, or `issuers` for keys of each"#,
    ),
    (
        &["aud", "audience", "verify_aud", "resource_server_id"],
        r#"write "verify_claims": {"aud": ...}"#,
    ),
    (
        &[
            "sub",
            "subject",
            "jwt_validate_sub_match_username",
            "jwt_userfield",
        ],
        r#"write "verify_claims": {"sub": "%u"}"#,
    ),
    (
        &["claims", "required_claims", "verify_payload"],
        "write `verify_claims`",
    ),
    (
        &["exp", "verify_exp", "jwt_validate_exp"],
        "write `require_exp`",
    ),
    (&["iat", "verify_iat"], "write `check_iat`"),
    (&["clock_skew", "clock_tolerance", "skew"], "write `leeway`"),
    // Where keys are.
    (
        &[
            "jwks_uri",
            "jwks_url",
            "jwks_endpoint",
            "jwk_set_uri",
            "url",
            "uri",
        ],
        "write `endpoint`",
    ),
    (
        &[
            "key",
            "secret_key",
            "jwt_secret",
            "hmac_secret",
            "shared_secret",
            "jwt_sec_env",
        ],
        "write `secret` or `secret_file`",
    ),
    (
        &["jwt_sec_file", "key_file"],
        "write `secret_file` for an HMAC key, `public_key` for a public one",
    ),
    (
        &[
            "secret_base64",
            "base64",
            "base64_encoded",
            "jwt_sec_base64",
        ],
        "write `secret_base64_encoded`",
    ),
    (
        &[
            "public_key_file",
            "pubkey_file",
            "pem",
            "cert",
            "certificate",
        ],
        "write `public_key`: it takes PEM text or the path of a file",
    ),
    (
        &["signing_keys", "keys"],
        r#"write "jwks": {"keys": [...]}"#,
    ),
    // EMQX.
    (&["mechanism", "use_jwks", "type", "backend"], KEYS_DECIDE),
    (
        &["enable", "enabled"],
        "leave it out: the configuration is in force while the broker has it",
    ),
    (
        &["algorithm", "alg", "jwt_alg"],
        r#"leave it out: the keys that are given decide; "algorithms": ["..."] allows fewer"#,
    ),
    (&["pool_size"], "leave it out: one thread fetches the keys"),
    (
        &["ssl.enable", "ssl.enabled"],
        "leave it out: the URL of `endpoint` decides, by https or http",
    ),
    (
        &[
            "ssl.ciphers",
            "ssl.versions",
            "ssl.depth",
            "ssl.reuse_sessions",
            "ssl.secure_renegotiate",
            "ssl.hibernate_after",
            "ssl.log_level",
            "ssl.user_lookup_fun",
            "ssl.middlebox_comp_mode",
            "ssl.partial_chain",
            "ssl.verify_peer_ext_key_usage",
        ],
        "leave it out: it cannot be set",
    ),
    (
        &["ssl.password"],
        "leave it out: the key of `ssl.keyfile` is without a passphrase",
    ),
    (
        &["ssl.cafile", "ssl.ca", "ssl.cacerts"],
        "write `ssl.cacertfile`",
    ),
    (
        &[
            "verify",
            "cacertfile",
            "certfile",
            "keyfile",
            "server_name_indication",
            "ssl.verify",
            "ssl.cacertfile",
            "ssl.certfile",
            "ssl.keyfile",
            "ssl.server_name_indication",
        ],
        r#"write it in the object `ssl`: "ssl": {...}"#,
    ),
    // What the token is in, and what it grants.
    (&["field", "token_field", "jwt_field"], "write `from`"),
    (
        &["acl_claim", "acl_claims", "permissions_claim"],
        "write `acl_claim_name`",
    ),
];

/// What to write instead of an unknown option at this path. An issuer has options as the top level has.
pub(crate) fn instead(path: &str) -> Option<&'static str> {
    let of_issuer = path
        .strip_prefix("issuers[")
        .and_then(|path| path.split_once("]."));
    let path = of_issuer.map_or(path, |(_, option)| option);
    INSTEAD
        .iter()
        .find_map(|(paths, words)| paths.contains(&path).then_some(*words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_option_that_there_is_is_answered_with_another() {
        let schema = include_str!("../../../include/jwt_auth.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap_or_default();
        let options = schema.get("properties").and_then(|all| all.as_object());
        assert!(options.is_some_and(|options| options.contains_key("secret")));
        for option in options.into_iter().flat_map(serde_json::Map::keys) {
            assert_eq!(instead(option), None, "{option}");
        }
    }
}
