//! EMQX's own test suites, replayed: each test has the name of the case it replays. Where the
//! outcome is not EMQX's, a comment begins with "Differs".
//!
//! Not here: the cases about topic permissions, which are in `acl_suites.rs`, about fetching key
//! sets (`t_keys_update` and most of `t_jwks_*`), and those about EMQX itself
//! (`t_check_compatibility`, `t_redact_hmac_state`, `t_clientid_override`).

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

/// `emqx_auth_jwt_SUITE` of the JWT plugin, EMQX 4.2, and of EMQX 4.4.19. The client is `plain`.
mod version_4 {
    use super::*;

    fn expecting(verify_claims: &Value) -> Broker {
        Broker::new(&json!({"secret": "emqxsecret", "verify_claims": verify_claims}))
    }

    fn present(broker: &Broker, claims: &Value) -> Answer {
        connect(broker, "plain", &token("emqxsecret", claims))
    }

    #[test]
    fn t_check_auth() {
        // 3 seconds in 4.2, 2 in 4.4.
        for seconds in [3, 2] {
            let broker = expecting(&json!({}));
            let claims = json!({"clientid": "client1", "username": "plain", "exp": NOW + seconds});
            let answer = present(&broker, &claims);
            answer.allowed();
            assert_eq!(answer.result.expires_at, NOW + seconds);
            assert_eq!(answer.claims, Some(claims.to_string().into_bytes()));

            broker.set_time(NOW + 3);
            present(&broker, &claims).denied(Reason::Expired);
            connect(&broker, "plain", &token("secret", &claims)).denied(Reason::BadSignature);
            // Differs from 4.x's ignore: a field that holds no token is refused.
            connect(&broker, "plain", "asd").denied(Reason::MalformedToken);
        }
    }

    #[test]
    fn t_check_claims() {
        let broker = expecting(&json!({"sub": "value"}));
        let claims =
            json!({"clientid": "client1", "username": "plain", "sub": "value", "exp": NOW + 3});
        present(&broker, &claims).allowed();
        let claims = json!({"clientid": "client1", "username": "plain"});
        connect(&broker, "plain", &token("secret", &claims)).denied(Reason::BadSignature);
        present(&broker, &claims).denied(Reason::MissingClaim);
    }

    #[test]
    fn t_check_claims_clientid() {
        let broker = expecting(&json!({"clientid": "%c"}));
        let present = |secret, claims: &Value| {
            broker.connect(Connect {
                client_id: Some(b"client23"),
                username: Some(b"plain"),
                password: Some(token(secret, claims).as_bytes()),
                peer_address: None,
            })
        };
        let claims = json!({"clientid": "client23", "username": "plain", "exp": NOW + 3});
        present("emqxsecret", &claims).allowed();
        present("secret", &claims).denied(Reason::BadSignature);
        present("emqxsecret", &json!({"clientid": "client1"})).denied(Reason::ClaimMismatch);
    }

    #[test]
    fn t_check_claims_username() {
        let broker = expecting(&json!({"username": "%u"}));
        let claims = json!({"clientid": "client23", "username": "plain", "exp": NOW + 3});
        present(&broker, &claims).allowed();
        connect(&broker, "plain", &token("secret", &claims)).denied(Reason::BadSignature);
        present(&broker, &json!({"username": "other"})).denied(Reason::ClaimMismatch);
    }

    #[test]
    fn t_check_claims_kid_in_header() {
        let header = r#"{"alg":"HS256","kid":"a_kid_str","typ":"JWT"}"#;
        let claims = json!({"clientid": "client23", "username": "plain", "exp": NOW + 3});
        connect(
            &expecting(&json!({})),
            "plain",
            &hs256("emqxsecret", header, claims.to_string()),
        )
        .allowed();
    }

    #[test]
    fn t_check_nbf() {
        let broker = expecting(&json!({}));
        let claims = json!({"clientid": "client1", "username": "plain", "nbf": NOW + 3});
        present(&broker, &claims).denied(Reason::NotYetValid);
        broker.set_time(NOW + 3);
        present(&broker, &claims).allowed();
    }

    #[test]
    fn t_check_iat() {
        let claims = json!({"clientid": "client1", "username": "plain", "iat": NOW + 3});
        // Differs from 4.4: as in EMQX since 5.8, iat is compared on request only.
        present(&expecting(&json!({})), &claims).allowed();

        let broker = Broker::new(&json!({"secret": "emqxsecret", "check_iat": true}));
        present(&broker, &claims).denied(Reason::IssuedInFuture);
        broker.set_time(NOW + 3);
        present(&broker, &claims).allowed();
    }

    #[test]
    fn t_check_auth_invalid_exp() {
        for exp in [json!({"foo": "bar"}), json!("foobar")] {
            present(&expecting(&json!({})), &json!({"exp": exp})).denied(Reason::MalformedClaims);
        }
    }

    #[test]
    fn t_check_auth_str_exp() {
        let broker = expecting(&json!({}));
        let exp = |text: String| present(&broker, &json!({"exp": text}));
        let answer = exp((NOW + 3).to_string());
        assert_eq!(answer.allowed().result.expires_at, NOW + 3);
        exp("0".to_owned()).denied(Reason::Expired);
        let answer = exp(format!("{}.5", NOW + 3));
        assert_eq!(answer.allowed().result.expires_at, NOW + 4);
    }

    #[test]
    fn t_check_auth_float_exp() {
        let broker = expecting(&json!({}));
        let exp = |number: String| {
            let payload = format!(r#"{{"exp":{number}}}"#);
            connect(
                &broker,
                "plain",
                &hs256("emqxsecret", HS256_HEADER, payload),
            )
        };
        let answer = exp(format!("{}.5", NOW + 3));
        assert_eq!(answer.allowed().result.expires_at, NOW + 4);
        exp("1.5".to_owned()).denied(Reason::Expired);
    }
}

/// `emqx_authn_jwt_SUITE` of EMQX 6. The client is `myuser`.
mod version_6 {
    use super::*;

    fn expecting(verify_claims: &Value) -> Broker {
        Broker::new(&json!({"secret": "abcdef", "verify_claims": verify_claims}))
    }

    fn present(broker: &Broker, claims: &Value) -> Answer {
        connect(broker, "myuser", &token("abcdef", claims))
    }

    #[test]
    fn t_hmac_based() {
        let broker = expecting(&json!({"username": "${username}"}));
        let present = |claims: &Value| present(&broker, claims);
        let good = json!({"username": "myuser", "exp": NOW + 60});
        assert_eq!(present(&good).allowed().result.superuser, 0);
        let superuser = json!({"username": "myuser", "is_superuser": true, "exp": NOW + 60});
        assert_eq!(present(&superuser).allowed().result.superuser, 1);

        // Differs from EMQX's ignore, three times: what is no good token is refused.
        connect(&broker, "myuser", &token("bad_secret", &good)).denied(Reason::BadSignature);
        let unsecured = hs256("abcdef", r#"{"alg":"none"}"#, good.to_string());
        connect(&broker, "myuser", &unsecured).denied(Reason::UnsupportedAlgorithm);
        connect(&broker, "myuser", &rs256(&good)).denied(Reason::NoKey);

        connect(&broker, "otheruser", &token("abcdef", &good)).denied(Reason::ClaimMismatch);
        for (dates, expected) in [
            (json!({"exp": NOW - 60}), Err(Reason::Expired)),
            (json!({"exp": NOW + 60}), Ok(())),
            (json!({"iat": NOW - 60, "exp": NOW + 60}), Ok(())),
            (json!({"iat": NOW + 60}), Ok(())),
            (json!({"nbf": NOW - 60, "exp": NOW + 60}), Ok(())),
            (
                json!({"nbf": NOW + 60, "exp": NOW + 60}),
                Err(Reason::NotYetValid),
            ),
        ] {
            let mut claims = dates;
            claims["username"] = json!("myuser");
            let answer = present(&claims);
            match expected {
                Ok(()) => answer.allowed(),
                Err(reason) => answer.denied(reason),
            };
        }
    }

    #[test]
    fn t_hmac_based_with_a_secret_in_base64() {
        let broker = Broker::new(&json!({"secret": "YWJjZGVm", "secret_base64_encoded": true}));
        let claims = json!({"username": "myuser", "exp": NOW + 60});
        connect(&broker, "myuser", &token("abcdef", &claims)).allowed();
        connect(&broker, "myuser", &token("YWJjZGVm", &claims)).denied(Reason::BadSignature);
        bad_config(
            &json!({"secret": "emqxsecret", "secret_base64_encoded": true}),
            "secret",
        );
    }

    #[test]
    fn t_on_missing_jwt() {
        let connect = |config| {
            Broker::new(&config).connect(Connect {
                username: Some(b"myuser"),
                ..Connect::default()
            })
        };
        connect(json!({"secret": "abcdef"})).ignored(Reason::MissingToken);
        connect(json!({"secret": "abcdef", "on_missing": "ignore"})).ignored(Reason::MissingToken);
        connect(json!({"secret": "abcdef", "on_missing": "deny"})).denied(Reason::MissingToken);
    }

    #[test]
    fn t_public_key() {
        let broker = Broker::new(&json!({
            "public_key": vector_path("keys/rsa2048.pub.pem"),
            "verify_claims": {"username": "${username}"},
        }));
        let claims = json!({"username": "myuser"});
        connect(&broker, "myuser", &rs256(&claims)).allowed();
        // Differs from EMQX's ignore: a password is no token, and an RSA key serves no HS256.
        connect(&broker, "myuser", "badpassword").denied(Reason::MalformedToken);
        let forged = token(&vector_text("keys/rsa2048.pub.pem"), &claims);
        connect(&broker, "myuser", &forged).denied(Reason::NoKey);
    }

    #[test]
    fn t_invalid_signature_legacy_ignores() {
        // Differs, as the name says: a bad signature is refused, whatever is ignored besides.
        let broker = Broker::new(&json!({
            "secret": "abcdef",
            "on_missing": "ignore", "on_malformed": "ignore", "on_unknown_key": "ignore",
        }));
        let forged = token("bad_secret", &json!({"username": "myuser"}));
        connect(&broker, "myuser", &forged).denied(Reason::BadSignature);
    }

    #[test]
    fn t_invalid_signature_hardened_denies() {
        let broker = Broker::new(&json!({"secret": "abcdef"}));
        let forged = token("bad_secret", &json!({"username": "myuser"}));
        connect(&broker, "myuser", &forged).denied(Reason::BadSignature);
    }

    #[test]
    fn t_bad_public_keys() {
        for public_key in [
            json!("bad_public_key"),
            json!(vector_path("keys/no_such_file.pem")),
            json!(vector_path("tokens.json")),
        ] {
            bad_config(&json!({"public_key": public_key}), "public_key");
        }
    }

    #[test]
    fn t_jwt_in_username() {
        let broker = Broker::new(&json!({"secret": "abcdef", "from": "username"}));
        let token = token("abcdef", &json!({"exp": NOW + 60}));
        let answer = broker.connect(Connect {
            username: Some(token.as_bytes()),
            ..Connect::default()
        });
        answer.allowed();
        // A token in the other field counts for nothing.
        let answer = broker.connect(Connect {
            username: None,
            password: Some(token.as_bytes()),
            ..Connect::default()
        });
        answer.ignored(Reason::MissingToken);
    }

    #[test]
    fn t_complex_template() {
        let broker = Broker::new(&json!({
            "secret": "abcdef",
            "verify_claims": {"id": "${username}-${clientid}"},
        }));
        let present = |username: Option<&str>, id| {
            broker.connect(Connect {
                client_id: Some(b"myclient"),
                username: username.map(str::as_bytes),
                password: Some(token("abcdef", &json!({"id": id})).as_bytes()),
                peer_address: None,
            })
        };
        present(Some("myuser"), "myuser-myclient").allowed();
        // Differs from EMQX, which admits this client: what was not sent never matches.
        present(None, "-myclient").denied(Reason::ClaimMismatch);
        present(Some(""), "-myclient").allowed();
    }

    #[test]
    fn t_verify_claims() {
        present(&expecting(&json!({"foo": "bar"})), &json!({"foo": "bar"})).allowed();

        let broker = expecting(&json!({"foo": "${username}"}));
        let exp = NOW + 60;
        present(&broker, &json!({"exp": exp})).denied(Reason::MissingClaim);
        present(&broker, &json!({"exp": exp, "foo": "notmyuser"})).denied(Reason::ClaimMismatch);
        present(&broker, &json!({"exp": exp, "foo": "myuser"})).allowed();
        let answer = present(&broker, &json!({"foo": "myuser"}));
        assert_eq!(answer.allowed().result.expires_at, 0);
    }

    /// EMQX crashes where `disconnect_after_expire` is on.
    #[test]
    fn t_verify_claims_with_a_float_exp() {
        let payload = format!(r#"{{"foo":"myuser","exp":{}.5}}"#, NOW + 10);
        let token = hs256("abcdef", HS256_HEADER, payload);
        for (disconnect, expires_at) in [(false, 0), (true, NOW + 11)] {
            let broker = Broker::new(&json!({
                "secret": "abcdef",
                "verify_claims": {"foo": "${username}"},
                "disconnect_after_expire": disconnect,
            }));
            let answer = connect(&broker, "myuser", &token);
            assert_eq!(answer.allowed().result.expires_at, expires_at);
        }
    }

    #[test]
    fn t_verify_claim_clientid() {
        let broker =
            Broker::new(&json!({"secret": "abcdef", "verify_claims": {"cl": "${clientid}"}}));
        let token = token("abcdef", &json!({"cl": "mycl"}));
        let connect = |client_id: &str| {
            broker.connect(Connect {
                client_id: Some(client_id.as_bytes()),
                username: Some(b"myuser"),
                password: Some(token.as_bytes()),
                peer_address: None,
            })
        };
        connect("mycl").allowed();
        connect("othercl").denied(Reason::ClaimMismatch);
    }

    #[test]
    fn t_verify_claim_aud() {
        let broker = expecting(&json!({"aud": "myapp"}));
        present(&broker, &json!({"aud": "myapp"})).allowed();
        present(&broker, &json!({"aud": "otherapp"})).denied(Reason::ClaimMismatch);
        present(&broker, &json!({"aud": ["myapp", "otherapp"]})).allowed();
        present(&broker, &json!({"aud": ["otherapp", "myapp"]})).allowed();
        present(&broker, &json!({"aud": ["app1", "app2"]})).denied(Reason::ClaimMismatch);
        present(&broker, &json!({"aud": ""})).denied(Reason::ClaimMismatch);
        present(&broker, &json!({"aud": []})).denied(Reason::ClaimMismatch);
        present(&broker, &json!({})).denied(Reason::MissingClaim);

        let broker = expecting(&json!({"aud": "${username}"}));
        present(&broker, &json!({"aud": "myuser"})).allowed();
        present(&broker, &json!({"aud": ["myuser", "otheruser"]})).allowed();
        present(&broker, &json!({"aud": ["otheruser"]})).denied(Reason::ClaimMismatch);
    }

    #[test]
    fn t_jwt_not_allow_empty_claim_name() {
        let config = |verify_claims| json!({"secret": "abcdef", "verify_claims": verify_claims});
        bad_config(&config(json!({"": ""})), "verify_claims");
        bad_config(&config(json!([{"name": "", "value": ""}])), "verify_claims");
        present(&expecting(&json!({"key": ""})), &json!({"key": ""})).allowed();
    }

    #[test]
    fn t_schema() {
        for good in [
            json!([{"name": "foo", "value": "bar"}]),
            json!({"foo": "bar"}),
        ] {
            let broker = expecting(&good);
            present(&broker, &json!({"foo": "bar"})).allowed();
            present(&broker, &json!({"foo": "baz"})).denied(Reason::ClaimMismatch);
        }
        for bad in [
            json!([{"key": "foo", "value": "bar"}]),
            json!(["foo"]),
            json!([{}]),
            json!([[]]),
            json!("val"),
            // Differs from EMQX, which compares the literal text: a misspelt placeholder is found
            // when it is written, not when nobody can connect.
            json!({"foo": "${foo}"}),
        ] {
            let config = json!({"secret": "abcdef", "verify_claims": bad});
            bad_config(&config, "verify_claims");
        }
    }

    /// With the key set inline.
    #[test]
    fn t_jwks_renewal() {
        let broker = Broker::new(&json!({
            "jwks": {"keys": [jwk(Algorithm::RS256, "rsa2048")]},
            "verify_claims": {"foo": "${username}"},
        }));
        connect(&broker, "myuser", &rs256(&json!({"foo": "myuser"}))).allowed();
        let mismatch = rs256(&json!({"foo": "notmyuser"}));
        connect(&broker, "myuser", &mismatch).denied(Reason::ClaimMismatch);
        // Differs from EMQX's ignore: an RSA key serves no HS256.
        let pem = vector_text("keys/rsa2048.pub.pem");
        let forged = token(&pem, &json!({"foo": "myuser"}));
        connect(&broker, "myuser", &forged).denied(Reason::NoKey);
    }
}
