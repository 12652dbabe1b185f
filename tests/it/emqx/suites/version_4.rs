//! `emqx_auth_jwt_SUITE` of the JWT plugin, EMQX 4.2, and of EMQX 4.4.19. The client is `plain`.

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
            peer_certificate: None,
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
