//! Explaining logs nothing and counts nothing.

use super::{presenting, says};
use crate::harness::{
    Broker, HS256_HEADER, NOW, base64url, broker, sign, signed, token, valid_claims,
};
use jsonwebtoken::Algorithm;
use jwt_auth::Reason;
use serde_json::json;

#[test]
fn nothing_is_logged_or_counted() {
    let broker = broker(json!({ "signature_format": "der" }));
    let before = broker.log();
    let bad = sign(
        &format!("{}.{}", base64url(HS256_HEADER), base64url("{}")),
        "other",
    );
    let never = token(&json!({ "acl": { "pub": ["a/#/b"] } }));
    for token in [bad.as_str(), never.as_str(), "hunter2"] {
        for _ in 0..20 {
            broker.explain(presenting(token));
        }
    }
    assert_eq!(broker.log(), before);
    // Ten refusals of one reason in a second are told, and the next is not.
    for refusals in 1..=11 {
        broker.present("hunter2").denied(Reason::MalformedToken);
        broker.explain(presenting("hunter2"));
        let (level, _) = broker.log().pop().unwrap();
        assert_eq!(level, if refusals <= 10 { 3 } else { 4 });
    }
    // Explaining does not tell the number, and the next check does.
    let lines = broker.log().len();
    broker.set_time(NOW + 1);
    broker.explain(presenting("hunter2"));
    assert_eq!(broker.log().len(), lines);
    broker.present(&never).allowed();
    // The number, the filters that never match, and the client that is accepted.
    assert_eq!(broker.log().len(), lines + 3);
}

#[test]
fn a_wrong_encoding_is_still_warned_of_once_by_the_check() {
    let pem = crate::harness::vector_text("keys/p256.pub.pem");
    let broker = Broker::new(&json!({ "public_key": pem }));
    let raw = signed(Algorithm::ES256, "p256", None, &valid_claims());
    let words = ("signature", "`signature_format`");
    says(&broker, &raw, "++++++++-.........", words);
    assert_eq!(broker.warnings(), [""; 0]);
    broker.present(&raw).denied(Reason::SignatureFormat);
    assert_eq!(broker.warnings().len(), 1);
}
