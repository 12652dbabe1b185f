//! Tokens that are refused, and what they do to those that are not.

use jwt_auth::Reason;
use serde_json::json;

use crate::broker::{Broker, Cache};
use crate::rounds::{interleave, slice, timed};
use crate::table::{Target, heading, row, single};
use crate::tokens::{ALGORITHMS, Issuer, TOKENS, Token, bare};

pub(crate) fn report() {
    flood();
    trials();
    eviction();
    expired();
}

/// The same claims, each with a signature of the right form that is not its own.
fn forged(tokens: &[Token]) -> Vec<Token> {
    let next = tokens.iter().cycle().skip(1);
    let forge = |(token, next): (&Token, &Token)| token.with_signature(&next.parts().1);
    tokens.iter().zip(next).map(forge).collect()
}

/// Signatures as long as raw ones that are ASN.1 as well: they could be tried in both forms.
fn ambiguous(tokens: &[Token], len: usize) -> Vec<Token> {
    // SEQUENCE { INTEGER, INTEGER }, with positive numbers shorter than the curve's order.
    let number = |number: usize, len: usize| {
        let mut integer = vec![2, u8::try_from(len).unwrap()];
        integer.extend(number.to_be_bytes().iter().cycle().take(len));
        integer[2] = 0x11;
        integer
    };
    let forge = |(seed, token): (usize, &Token)| {
        let body = len - 6;
        let (r, s) = (
            number(seed + 1, body / 2),
            number(seed + 9, body - body / 2),
        );
        let mut signature = vec![0x30, u8::try_from(len - 2).unwrap()];
        signature.extend(r.iter().chain(&s));
        token.with_signature(&signature)
    };
    tokens.iter().enumerate().map(forge).collect()
}

fn flood() {
    heading(
        "different tokens with bad signatures, with the cache on",
        "good",
    );
    for name in ALGORITHMS {
        let issuer = Issuer::new(name);
        let tokens = issuer.tokens(TOKENS);
        let bad = forged(&tokens);
        let both = if name == "ES256" {
            ambiguous(&tokens, 64)
        } else {
            vec![]
        };
        let off = Broker::new(issuer.config(), Cache::Off);
        let on = Broker::new(issuer.config(), Cache::Default);
        let refuse = |bad: &'_ [Token], number: usize| {
            on.expect(&bad[number % TOKENS], Reason::BadSignature);
        };
        let mut slices = vec![
            slice(|number| off.accept(&tokens[number % TOKENS])),
            slice(|number| refuse(&bad, number)),
        ];
        if !both.is_empty() {
            slices.push(slice(|number| refuse(&both, number)));
        }
        let figures = interleave(&mut slices);
        let target = Target::RatioAtMost(1.05);
        row(name, &figures[1], &figures[0], target);
        if let Some(both) = figures.get(2) {
            row(
                "  raw signatures that are ASN.1 as well",
                both,
                &figures[0],
                target,
            );
        }
    }
}

/// A token that no key signed, among more and more keys that fit it.
fn trials() {
    heading(
        "ES512, forged, with a kid that no key has, beside keys without one",
        "8 keys",
    );
    let issuer = Issuer::new("ES512");
    let bad = forged(&issuer.tokens(TOKENS));
    let mut jwk = issuer.jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    let sizes = [8, 1, 9, 1_000];
    let brokers = sizes.map(|size| {
        let keys = vec![jwk.clone(); size];
        let broker = Broker::new(json!({"jwks": {"keys": keys}}), Cache::Default);
        let reason = if size > 8 {
            Reason::AmbiguousKey
        } else {
            Reason::BadSignature
        };
        (broker, reason)
    });
    let mut slices: Vec<_> = brokers
        .iter()
        .map(|(broker, reason)| slice(|number| broker.expect(&bad[number % TOKENS], *reason)))
        .collect();
    let figures = interleave(&mut slices);
    for (size, figure) in sizes.iter().zip(&figures) {
        let target = Target::RatioAtMost(1.05);
        row(&format!("{size} key(s)"), figure, &figures[0], target);
    }
}

/// More bad tokens than may be remembered, and then the good ones again.
fn eviction() {
    const FLOOD: usize = 100_000;
    heading("RS256, 256 good tokens, once each", "bare");
    let issuer = Issuer::new("RS256");
    let tokens = issuer.tokens(TOKENS);
    let on = Broker::new(issuer.config(), Cache::Default);
    let again = || timed(TOKENS, |number| on.accept(&tokens[number]));
    let floor = bare(&issuer, &tokens)();
    again();
    let known = again();
    let mut signature = tokens[0].parts().1;
    timed(FLOOD, |number| {
        signature[100..108].copy_from_slice(&number.to_be_bytes());
        on.expect(&tokens[0].with_signature(&signature), Reason::BadSignature);
    });
    row("seen before", &[known], &[floor], Target::None);
    row(
        &format!("after {FLOOD} different bad ones"),
        &[again()],
        &[floor],
        Target::RatioAtMost(0.2),
    );
}

fn expired() {
    heading(
        "an honest client with an expired token, again and again",
        "good",
    );
    for name in ALGORITHMS {
        let issuer = Issuer::new(name);
        let tokens = issuer.tokens(TOKENS);
        let late = |number| issuer.token_until(number, 1_700_000_100);
        let expired: Vec<Token> = (0..TOKENS).map(late).collect();
        let on = Broker::new(issuer.config(), Cache::Default);
        let figures = interleave(&mut [
            slice(|number| on.accept(&tokens[number % TOKENS])),
            slice(|number| on.expect(&expired[number % TOKENS], Reason::Expired)),
        ]);
        row(name, &figures[1], &figures[0], Target::RatioAtMost(1.1));
        single("  by itself", &figures[1], Target::TimeAtMost(0.35));
    }
}
