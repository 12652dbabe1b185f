//! What a broker asks for: the session of each client, with a hook for the log.

use crate::broker::{Broker, Cache, Log};
use crate::rounds::{interleave, slice};
use crate::table::{Target, heading, row};
use crate::tokens::{ALGORITHMS, Issuer, TOKENS, bare};

pub(crate) fn report() {
    heading("with a session, first sight", "bare");
    for name in ALGORITHMS {
        let target = match name {
            "HS256" => Target::RatioAtMost(2.2),
            _ => Target::None,
        };
        measure(name, Cache::Off, target);
    }
    heading("with a session, seen before", "bare");
    for name in ALGORITHMS {
        let target = match name {
            "ML-DSA-44" => Target::None,
            _ => Target::TimeAtMost(0.35),
        };
        measure(name, Cache::Default, target);
    }
}

/// The tokens have an ACL claim of four topics.
fn measure(name: &'static str, cache: Cache, target: Target) {
    let issuer = Issuer::new(name);
    let tokens = issuer.tokens(TOKENS);
    let brokers =
        [Log::Info, Log::Debug, Log::None].map(|log| Broker::with_log(issuer.config(), cache, log));
    for token in &tokens {
        for broker in &brokers {
            // HMACs are remembered when they come twice.
            broker.accept(token);
            broker.accept(token);
        }
    }
    let mut slices = vec![bare(&issuer, &tokens)];
    for broker in &brokers {
        slices.push(slice(|number| drop(broker.admit(&tokens[number % TOKENS]))));
    }
    let figures = interleave(&mut slices);
    let label = format!("{name}, log hook at INFO");
    row(&label, &figures[1], &figures[0], target);
    row(
        "  log hook at DEBUG",
        &figures[2],
        &figures[0],
        Target::None,
    );
    row("  no log hook", &figures[3], &figures[0], Target::None);
}
