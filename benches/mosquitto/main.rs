//! What the plugin for Mosquitto costs the broker: processor time and memory, beside a broker
//! without a plugin whose clients are anonymous.
//!
//! ```text
//! sh benches/mosquitto/run.sh
//! ```
//!
//! All brokers run at the same time and take turns, in a new order each round. Time is the
//! processor time of the broker, so that it does not matter how fast the clients are.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that panics fails, and that is all"
)]
#![allow(unsafe_code, reason = "clocks are read")]

mod broker;
mod load;
mod memory;
mod mqtt;
mod options;
#[allow(dead_code, reason = "shared with another bench")]
#[path = "../check/rounds.rs"]
mod rounds;
#[allow(dead_code, reason = "shared with another bench")]
#[path = "../check/table.rs"]
mod table;
#[allow(dead_code, reason = "shared with another bench")]
#[path = "../check/tokens.rs"]
mod tokens;

use broker::{Broker, Installation};
use load::Side;
use options::{Options, Size};
use table::Target;
use tokens::Issuer;

fn main() {
    let options = Options::read();
    for folder in &options.folders {
        let installation = Installation::new(folder, &options.plugin);
        println!("\n{}, {}", folder.display(), installation.version());
        report_time(&installation, &options.size);
        memory::report(&installation, options.size.clients);
    }
}

fn report_time(on: &Installation<'_>, size: &Size) {
    let (hmac, ecdsa) = (&Issuer::new("HS256"), &Issuer::new("ES256"));
    let accepting = |issuer: &Issuer, offline| Broker::start(on, Some(&issuer.config()), offline);
    let anonymous = Side::new(Broker::start(on, None, 0), None);
    let unchecked = Side::new(Broker::start(on, None, 0), Some(hmac));
    let hs256 = Side::new(accepting(hmac, 0), Some(hmac));
    let es256 = Side::new(accepting(ecdsa, 0), Some(ecdsa));
    hs256.must_decide();
    es256.must_decide();
    let many = Side::new(accepting(hmac, size.offline), Some(hmac));
    many.fill(size.offline);

    let figures = rounds::interleave(&mut [
        anonymous.connects(size.connects, true),
        unchecked.connects(size.connects, true),
        hs256.connects(size.connects, true),
        es256.connects(size.connects, true),
        es256.connects(size.connects, false),
        anonymous.publishes(size.publishes),
        hs256.publishes(size.publishes),
        many.publishes(size.publishes),
    ]);
    let row = |name: &str, at: usize, beside: usize, target| {
        table::row(name, &figures[at], &figures[beside], target);
    };
    let at_most = Target::RatioAtMost;
    table::heading("Processor time of the broker", "anonymous");
    row("a connect with a token, unchecked", 1, 0, Target::None);
    row("a connect, HS256", 2, 0, at_most(1.1));
    row("a connect, ES256", 3, 0, Target::None);
    row("a connect, ES256, seen before", 4, 0, at_most(1.2));
    row("a publish with QoS 0, under ACL", 6, 5, at_most(1.5));
    table::heading("The same, beside a plugin that remembers nobody", "nobody");
    let name = format!("a publish, {} clients being offline", size.offline);
    row(&name, 7, 6, at_most(1.1));
}
