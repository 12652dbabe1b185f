//! Many keys, long tokens, many claims and many rules.

use jwt_auth::Reason;
use serde_json::{Value, json};

use crate::broker::{Broker, Cache};
use crate::rounds::{interleave, ratio, slice, spread};
use crate::table::{Target, heading, line, row};
use crate::tokens::{Issuer, LATER, TOKENS, Token};

/// Key sets of different sizes, the token's key the last of each.
pub(crate) fn report_keys() {
    heading("HS256 in key sets of different sizes, with kid", "1 key");
    let sets = [1, 10, 1_000].map(|size| {
        let issuers: Vec<Issuer> = (0..size).map(Issuer::numbered).collect();
        let keys: Vec<Value> = issuers.iter().map(Issuer::jwk).collect();
        let tokens = issuers[size - 1].tokens(TOKENS);
        let broker = Broker::new(json!({"jwks": {"keys": keys}}), Cache::Off);
        (size, broker, tokens)
    });
    let mut slices: Vec<_> = sets
        .iter()
        .map(|(_, broker, tokens)| slice(|number| broker.accept(&tokens[number % TOKENS])))
        .collect();
    let figures = interleave(&mut slices);
    for ((size, ..), figure) in sets.iter().zip(&figures) {
        row(
            &format!("{size} keys"),
            figure,
            &figures[0],
            Target::RatioAtMost(1.1),
        );
    }
}

/// Tokens that grow in one respect.
pub(crate) fn report() {
    let padded = |bytes: usize| {
        // Three quarters of a token are claims, but for the header and the signature.
        let pad = (bytes - 100) * 3 / 4 - 60;
        json!({"exp": LATER, "sub": "alice", "pad": "x".repeat(pad)})
    };
    grow(
        "token size in bytes",
        &[512, 1024, 2048, 4096, 8192, 16384],
        padded,
    );
    let many = |count: usize| {
        let mut claims = json!({"exp": LATER, "sub": "alice"});
        for number in 2..count {
            claims[format!("claim-{}", number * 7919 % 1000)] = "value".into();
        }
        claims
    };
    grow("claims", &[5, 10, 20, 50, 100, 200, 500], many);
    let filter = |number: usize| match number % 3 {
        0 => format!("plant/{number}/machine/+/state"),
        1 => format!("plant/{number}/alarm"),
        _ => format!("plant/{number}/log/#"),
    };
    let rules = |count: usize| {
        let rule =
            |number| json!({"permission": "allow", "action": "all", "topic": filter(number)});
        json!({"exp": LATER, "sub": "alice", "acl": (0..count).map(rule).collect::<Vec<_>>()})
    };
    grow(
        "ACL rules",
        &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
        rules,
    );
}

/// By how much more a step may cost than in proportion.
const LINEAR: f64 = 1.25;

/// The ratio is what a step costs beside the one before, in proportion: 1 is linear, less is
/// better.
fn grow(title: &str, steps: &[usize], claims: impl Fn(usize) -> Value) {
    let issuer = Issuer::new("HS256");
    let config = json!({"jwks": {"keys": [issuer.jwk()]}, "max_token_size": 1 << 20});
    let (broker, bare) = (Broker::new(config, Cache::Off), issuer.bare());
    let client = |step: &usize| Token::new("c1", &issuer.sign(&claims(*step).to_string()));
    let tokens: Vec<Token> = steps.iter().map(client).collect();
    let pairs: Vec<_> = tokens.iter().map(Token::parts).collect();
    for sessions in [false, true] {
        let kept = if sessions { ", with a session" } else { "" };
        heading(
            &format!("{title}{kept}: the ratio is to linear growth"),
            "bare",
        );
        let mut slices = vec![];
        for (token, pair) in tokens.iter().zip(&pairs) {
            slices.push(slice(|_| bare.verify(&pair.0, &pair.1)));
            slices.push(if sessions {
                slice(|_| drop(broker.admit(token)))
            } else {
                slice(|_| broker.expect(token, Reason::Accepted))
            });
        }
        let figures = interleave(&mut slices);
        for number in 0..steps.len() {
            let (floor, cost) = (&figures[2 * number], &figures[2 * number + 1]);
            let before = number.saturating_sub(1);
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let step = steps[number] as f64 / steps[before] as f64;
            let linear: Vec<f64> = figures[2 * before + 1]
                .iter()
                .map(|one| one * step)
                .collect();
            let growth = ratio(cost, &linear);
            let label = format!(
                "{}, token of {} bytes",
                steps[number],
                tokens[number].text().len()
            );
            let beside = Some((spread(floor), growth));
            line(&label, spread(cost), beside, Target::RatioAtMost(LINEAR));
        }
    }
}
