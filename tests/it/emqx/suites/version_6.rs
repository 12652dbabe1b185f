//! `emqx_authn_jwt_SUITE` of EMQX 6. The client is `myuser`.

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
            peer_certificate: None,
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
    let broker = Broker::new(&json!({"secret": "abcdef", "verify_claims": {"cl": "${clientid}"}}));
    let token = token("abcdef", &json!({"cl": "mycl"}));
    let connect = |client_id: &str| {
        broker.connect(Connect {
            client_id: Some(client_id.as_bytes()),
            username: Some(b"myuser"),
            password: Some(token.as_bytes()),
            peer_address: None,
            peer_certificate: None,
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
