//! `keygen`: a key of every algorithm.

use crate::harness::{Place, parsed};

#[test]
fn a_token_of_every_algorithm_is_issued_and_accepted() {
    let names = "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA ML-DSA-44 \
                 ML-DSA-65 ML-DSA-87";
    assert_eq!(
        names.split_whitespace().count(),
        jwt_auth::Algorithm::ALL.len()
    );
    for name in names.split_whitespace() {
        let place = Place::new();
        place.run(0, &["keygen", "--alg", name, "-o", "k"]);
        let is_secret = name.starts_with("HS");
        let key = if is_secret { "k.jwks.json" } else { "k.pem" };
        assert_eq!(place.mode(key), 0o600, "{name}");
        let files: &[_] = if is_secret {
            &["k.jwks.json"]
        } else {
            &["k.jwks.json", "k.pem", "k.pub.pem"]
        };
        assert_eq!(place.files(), files, "{name}");
        let issue = [
            "issue",
            "--key",
            key,
            "--alg",
            name,
            "--subject",
            "alice",
            "--expires-in",
            "1h",
        ];
        let answer = place.accepts("k.jwks.json", &place.run(0, &issue));
        assert_eq!(answer["decision"], "allow", "{name}");
        assert_eq!(answer["claims"]["sub"], "alice", "{name}");
        if !is_secret {
            // The same key by way of `jwks` has the same name.
            let again = parsed(&place.run(0, &["jwks", "--alg", name, "k.pub.pem"]));
            let made = parsed(&place.read("k.jwks.json"));
            assert_eq!(again, made, "{name}");
        }
    }
}

#[test]
fn a_key_that_is_there_is_not_overwritten() {
    let place = Place::new();
    place.write("es256.jwks.json", "precious");
    let error = place.fails(&["keygen", "--alg", "ES256"]);
    assert_eq!(
        error,
        "error: es256.jwks.json: the file cannot be made: File exists (os error 17)\n"
    );
    assert_eq!(place.files(), ["es256.jwks.json"]);
    assert_eq!(place.read("es256.jwks.json"), "precious");
}
