//! Tokens that are bound to the TLS certificate of their client, and clients with another one.

use jsonwebtoken::Algorithm::RS256;
use jwt_auth::Reason::CertificateMismatch;
use serde_json::{Value, json};

use crate::harness::{Broker, Connect, broker, certificate, key_path, signed, token, valid_claims};

/// The SHA-256 of `ed25519.crt.pem` in base64url, by `openssl x509 -outform DER` and
/// `openssl dgst -sha256 -binary`.
const DIGEST: &str = "TbPQPRO9nnKKnCkzwgvHYkDo98so1vYE5dXFMfDVCF8";

/// Claims that are bound to this.
fn bound(cnf: &Value) -> Value {
    let mut claims = valid_claims();
    claims["cnf"] = cnf.clone();
    claims
}

fn client<'a>(token: &'a str, shown: Option<&'a [u8]>) -> Connect<'a> {
    Connect {
        password: Some(token.as_bytes()),
        peer_certificate: shown,
        ..Connect::default()
    }
}

/// What the log says of the last client.
fn last_line(broker: &Broker) -> String {
    broker.log().pop().unwrap().1
}

#[track_caller]
fn refused(broker: &Broker, cnf: &Value, shown: Option<&[u8]>, problem: &str) {
    let token = token(&bound(cnf));
    let answer = broker.connect(client(&token, shown));
    answer.is_so(
        &cnf.to_string(),
        jwt_auth::Decision::Deny,
        CertificateMismatch,
    );
    let line = last_line(broker);
    let expected =
        format!("refused: certificate_mismatch ({problem}): client `c1`, user `u1`, token ");
    assert!(line.starts_with(&expected), "{cnf}: {line}");
}

const NONE: &str = "the client showed no certificate";
const OTHER: &str = "the client's certificate has another SHA-256";
const NO_DIGEST: &str = "x5t#S256 is not a SHA-256 in base64url";

#[test]
fn a_bound_token_is_good_for_the_client_with_its_certificate_and_for_no_other() {
    let broker = broker(json!({}));
    let (own, other) = (certificate("ed25519"), certificate("rsa2048"));
    let cnf = json!({ "x5t#S256": DIGEST });
    let token = token(&bound(&cnf));
    // The second time an HMAC is remembered.
    for _ in 0..3 {
        broker.connect(client(&token, Some(&own))).allowed();
        refused(&broker, &cnf, Some(&other), OTHER);
        refused(&broker, &cnf, None, NONE);
        refused(&broker, &cnf, Some(b""), NONE);
        refused(&broker, &cnf, Some(&own[..own.len() - 1]), OTHER);
        let decided = broker.decide(client(&token, Some(&other)));
        assert_eq!((decided.decision, decided.reason), (0, 25));
        let decided = broker.decide(client(&token, Some(&own)));
        assert_eq!((decided.decision, decided.reason), (1, 1));
    }
}

#[test]
fn the_certificate_is_compared_for_a_remembered_token_too() {
    let broker = Broker::new(&json!({ "public_key": key_path("rsa2048.pub.pem") }));
    let cnf = json!({ "x5t#S256": DIGEST, "jkt": "x" });
    let token = signed(RS256, "rsa2048", None, &bound(&cnf));
    let (own, other) = (certificate("ed25519"), certificate("rsa2048"));
    for _ in 0..3 {
        broker.connect(client(&token, Some(&own))).allowed();
        broker
            .connect(client(&token, Some(&other)))
            .denied(CertificateMismatch);
        broker
            .connect(client(&token, None))
            .denied(CertificateMismatch);
    }
}

#[test]
fn a_thumbprint_that_is_no_digest_fits_no_certificate() {
    let broker = broker(json!({}));
    let own = certificate("ed25519");
    let lower = json!({ "x5t#S256": DIGEST.to_lowercase() });
    refused(&broker, &lower, Some(&own), OTHER);
    for wrong in [
        json!(null),
        json!(7),
        json!([DIGEST]),
        json!({}),
        json!(""),
        json!(DIGEST[..42]),
        json!(format!("{DIGEST}=")),
        json!(format!("{DIGEST} ")),
        // The same in hexadecimal, and in the standard alphabet.
        json!("4db3d03d13bd9e728a9c2933c20bc76240e8f7cb28d6f604e5d5c531f0d5085f"),
        json!(DIGEST.replace('K', "+")),
        // The two bits behind the digest are zero, and nothing else.
        json!(DIGEST.replace("CF8", "CF9")),
    ] {
        refused(
            &broker,
            &json!({ "x5t#S256": wrong }),
            Some(&own),
            NO_DIGEST,
        );
    }
    for wrong in [json!(null), json!(7), json!([]), json!(DIGEST), json!(true)] {
        refused(&broker, &wrong, Some(&own), "cnf is not an object");
    }
}

#[test]
fn a_cnf_without_a_thumbprint_binds_nothing() {
    let broker = broker(json!({}));
    for cnf in [
        json!({}),
        json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }),
        json!({ "x5t": "x", "X5T#S256": "x", "x5t#s256": 7 }),
    ] {
        let token = token(&bound(&cnf));
        broker.connect(client(&token, None)).allowed();
        broker.connect(client(&token, Some(b"any"))).allowed();
    }
    let plain = token(&valid_claims());
    broker.connect(client(&plain, Some(b"any"))).allowed();
}

#[test]
fn a_binding_that_is_to_be_ignored_is() {
    let broker = broker(json!({ "certificate_binding": "ignore" }));
    for cnf in [
        json!(7),
        json!({ "x5t#S256": 7 }),
        json!({ "x5t#S256": DIGEST }),
    ] {
        let token = token(&bound(&cnf));
        broker.connect(client(&token, None)).allowed();
        broker.connect(client(&token, Some(b"any"))).allowed();
    }
    let reloaded = json!({ "secret": crate::harness::SECRET });
    broker.reloaded(&reloaded);
    let token = token(&bound(&json!(7)));
    broker
        .connect(client(&token, None))
        .denied(CertificateMismatch);
}

#[test]
fn the_binding_comes_after_the_claims_and_before_the_permissions() {
    let broker = broker(json!({ "verify_claims": { "sub": "%u" } }));
    let mut claims = bound(&json!({ "x5t#S256": DIGEST }));
    claims["acl"] = json!("malformed");
    let missing = token(&claims);
    broker
        .connect(client(&missing, None))
        .denied(jwt_auth::Reason::MissingClaim);
    claims["sub"] = json!("u1");
    let unbound = token(&claims);
    broker
        .connect(client(&unbound, None))
        .denied(CertificateMismatch);
    broker
        .connect(client(&unbound, Some(&certificate("ed25519"))))
        .denied(jwt_auth::Reason::BadAcl);
}

#[test]
fn the_option_has_two_values() {
    let error = "`certificate_binding`: expected `enforce` or `ignore`";
    for wrong in [json!("Enforce"), json!(""), json!("off")] {
        let config = json!({ "secret": crate::harness::SECRET, "certificate_binding": wrong });
        assert_eq!(Broker::refused(&config), error);
    }
    broker(json!({ "certificate_binding": "enforce" }));
}
