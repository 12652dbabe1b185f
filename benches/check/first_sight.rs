//! A token that was never seen, and one that was.

use serde_json::json;

use crate::broker::{Broker, Cache};
use crate::peer::Peer;
use crate::rounds::{interleave, slice, spread};
use crate::table::{Target, heading, row};
use crate::tokens::{ALGORITHMS, Issuer, TOKENS, bare};

/// Fewer than a turn of the tokens, so that each was forgotten when it comes again.
const SMALL: usize = 16;

pub(crate) fn report() {
    heading("first sight", "bare");
    for name in ALGORITHMS {
        let issuer = Issuer::new(name);
        let tokens = issuer.tokens(TOKENS);
        let off = Broker::new(issuer.config(), Cache::Off);
        let small = Broker::new(issuer.config(), Cache::Of(SMALL));
        let peer = Peer::new(&issuer);
        let mut slices = vec![
            bare(&issuer, &tokens),
            slice(|number| off.accept(&tokens[number % TOKENS])),
            slice(|number| small.accept(&tokens[number % TOKENS])),
        ];
        if let Some(peer) = &peer {
            slices.push(slice(|number| peer.accept(&tokens[number % TOKENS])));
        }
        let figures = interleave(&mut slices);
        let target = match name {
            "HS256" => Target::RatioAtMost(2.0),
            "RS256" | "PS256" => Target::RatioAtMost(1.10),
            _ => Target::RatioAtMost(1.06),
        };
        let label = format!("{name}, {} bytes", tokens[0].text().len());
        row(&label, &figures[1], &figures[0], target);
        let label = "  remembering it in the place of another";
        assert!(
            name == "HS256" || spread(&figures[2]).median > spread(&figures[0]).median / 2.0,
            "with a cache of {SMALL}, {TOKENS} tokens in turn were not forgotten: this is not first sight"
        );
        row(label, &figures[2], &figures[0], target);
        if let Some(peer) = figures.get(3) {
            let target = match name {
                "HS256" => Target::RatioAtLeast(4.0),
                _ => Target::None,
            };
            row(
                "  jsonwebtoken::decode, beside the library",
                peer,
                &figures[1],
                target,
            );
        }
    }
}

pub(crate) fn report_cached() {
    heading("a token seen before, 256 in turn", "bare");
    for name in ALGORITHMS {
        // A signature of ML-DSA is remembered by its SHA-256.
        let target = Target::TimeAtMost(if name == "ML-DSA-44" { 0.5 } else { 0.35 });
        let issuer = Issuer::new(name);
        let tokens = issuer.tokens(TOKENS);
        let on = Broker::new(issuer.config(), Cache::Default);
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/bench_revocations.json");
        let revoked = json!({"jti": ["x"], "not_before": {"sub": {"x": 1}, "*": 1_600_000_000}});
        std::fs::write(path, revoked.to_string()).unwrap();
        let mut config = issuer.config();
        config["revocations_file"] = path.into();
        let revoking = Broker::new(config, Cache::Default);
        for token in &tokens {
            on.accept(token);
            revoking.accept(token);
        }
        let figures = interleave(&mut [
            bare(&issuer, &tokens),
            slice(|number| on.accept(&tokens[number % TOKENS])),
            slice(|number| revoking.accept(&tokens[number % TOKENS])),
        ]);
        row(name, &figures[1], &figures[0], target);
        row("  with revocations", &figures[2], &figures[0], target);
    }
}
