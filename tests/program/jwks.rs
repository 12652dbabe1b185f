//! `jwks`: a set of public keys.

use crate::harness::{Place, parsed};

#[test]
fn a_set_grows_and_keeps_its_names_apart() {
    let place = Place::new();
    place.run(0, &["keygen", "--alg", "ES256", "-o", "a"]);
    place.run(0, &["keygen", "--alg", "EdDSA", "-o", "b", "--kid", "b"]);
    place.run(0, &["jwks", "--add", "set.json", "a.pub.pem"]);
    place.run(0, &["jwks", "--add", "set.json", "a.pub.pem", "b.pub.pem"]);
    let set = parsed(&place.read("set.json"));
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    let before = place.read("set.json");
    let kid = set["keys"][0]["kid"].as_str().unwrap();
    let error = place.fails(&["jwks", "--add", "set.json", "--kid", kid, "b.pub.pem"]);
    assert!(
        error.contains(" is called ") && error.starts_with("error: set.json: "),
        "{error}"
    );
    assert_eq!(place.read("set.json"), before);
    place.write("junk", "junk");
    let error = place.fails(&["jwks", "junk"]);
    assert_eq!(
        error,
        "error: junk: neither a public key nor a certificate, in PEM or DER\n"
    );
}
