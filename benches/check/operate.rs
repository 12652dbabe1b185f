//! What the operator adds: rules about topics beside those of the token, and questions why.

use serde_json::{Value, json};

use crate::broker::{Broker, Cache};
use crate::rounds::{interleave, slice, spread};
use crate::table::{Target, heading, line, row};
use crate::tokens::{Issuer, LATER, TOKENS, Token, client};

const RULES: usize = 100;

/// Of the roles of a client so many are those of a rule.
const APPLYING: usize = 5;
const ROLES: usize = 50;

pub(crate) fn report() {
    let issuer = Issuer::new("HS256");
    let tokens: Vec<Token> = (0..TOKENS).map(|number| token(&issuer, number)).collect();
    let plain = Broker::new(issuer.config(), Cache::Off);
    let mut config = issuer.config();
    config["acl"] = (0..RULES).map(rule).collect();
    let ruling = Broker::new(config, Cache::Off);
    let mut slices = vec![
        slice(|number| drop(plain.admit(&tokens[number % TOKENS]))),
        slice(|number| drop(ruling.admit(&tokens[number % TOKENS]))),
        slice(|number| plain.accept(&tokens[number % TOKENS])),
        slice(|number| plain.explain(&tokens[number % TOKENS])),
    ];
    let figures = interleave(&mut slices);

    heading("HS256 with a session, by rules of the operator", "none");
    let added: Vec<f64> = (figures[1].iter().zip(&figures[0]))
        .map(|(with, without)| with - without)
        .collect();
    let label = format!("{RULES} rules, {ROLES} roles, {APPLYING} apply");
    row(&label, &figures[1], &figures[0], Target::None);
    line(
        "  what they add",
        spread(&added),
        None,
        Target::TimeAtMost(3.0),
    );

    heading("HS256 at first sight", "check");
    row(
        "explain",
        &figures[3],
        &figures[2],
        Target::RatioAtMost(20.0),
    );
}

fn rule(number: usize) -> Value {
    json!({
        "claims": {"roles": {"has": format!("role-{number}")}},
        "permission": "allow", "action": "all", "topic": format!("plant/{number}/+/state"),
    })
}

/// A token with more roles than there are rules for.
fn token(issuer: &Issuer, number: usize) -> Token {
    let client = client(number);
    let role = |role: usize| {
        let rule = RULES / APPLYING * role;
        let other = RULES + role;
        format!("role-{}", if role < APPLYING { rule } else { other })
    };
    let claims = json!({
        "sub": client, "clientid": client, "username": "alice", "iat": 1_700_000_000, "exp": LATER,
        "aud": "mqtt", "roles": (0..ROLES).map(role).collect::<Vec<_>>(),
    });
    Token::new(&client, &issuer.sign(&claims.to_string()))
}
