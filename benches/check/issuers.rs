//! Ten issuers with a hundred keys each, beside one issuer and beside none.

use serde_json::{Value, json};

use crate::broker::{Broker, Cache};
use crate::rounds::{interleave, slice};
use crate::table::{Target, heading, row};
use crate::tokens::{Issuer, LATER, TOKENS, Token, client};

const ISSUERS: usize = 10;
const KEYS: usize = 100;

pub(crate) fn report() {
    for (cache, seen) in [(Cache::Off, "first sight"), (Cache::Default, "seen before")] {
        for name in ["HS256", "ES256"] {
            heading(&format!("{name} by issuer, {seen}"), "1 issuer with 1 key");
            measure(name, cache);
        }
    }
}

fn measure(name: &'static str, cache: Cache) {
    let signer = Issuer::new(name);
    let tokens: Vec<Token> = (0..TOKENS).map(|number| token(&signer, number)).collect();
    let none = Broker::new(json!({ "jwks": { "keys": [signer.jwk()] } }), cache);
    let one = Broker::new(json!({ "issuers": [issuer(0, &[signer.jwk()])] }), cache);
    let many = (0..ISSUERS).map(|number| {
        let others = (1..KEYS).map(|key| Issuer::numbered(number * KEYS + key).jwk());
        issuer(number, &others.chain([signer.jwk()]).collect::<Vec<_>>())
    });
    let many = Broker::new(json!({ "issuers": many.collect::<Vec<_>>() }), cache);
    let cases = [&one, &many, &none];
    for broker in cases {
        for token in &tokens {
            broker.accept(token);
        }
    }
    let mut slices: Vec<_> = (cases.iter())
        .map(|broker| slice(|number| broker.accept(&tokens[number % TOKENS])))
        .collect();
    let [one, many, none] = interleave(&mut slices).try_into().unwrap();
    let label = format!("{ISSUERS} issuers x {KEYS} keys");
    row(&label, &many, &one, Target::RatioAtMost(1.05));
    row("no issuers, 1 key", &none, &one, Target::None);
}

fn name(number: usize) -> String {
    format!("https://id.example/realms/{number}")
}

fn issuer(number: usize, keys: &[Value]) -> Value {
    json!({ "issuer": name(number), "jwks": { "keys": keys } })
}

/// A token of the first issuer.
fn token(signer: &Issuer, number: usize) -> Token {
    let client = client(number);
    let claims = json!({
        "iss": name(0), "sub": client, "clientid": client, "username": "alice",
        "iat": 1_700_000_000, "exp": LATER, "aud": "mqtt", "roles": ["operator", "viewer"],
    });
    Token::new(&client, &signer.sign(&claims.to_string()))
}
