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
    let (hmac, ecdsa) = (Issuer::new("HS256"), Issuer::new("ES256"));
    let plain = Side::new(Broker::start(on, None, 0), None);
    let hmac = Side::new(Broker::start(on, Some(&hmac.config()), 0), Some(&hmac));
    let ecdsa = Side::new(Broker::start(on, Some(&ecdsa.config()), 0), Some(&ecdsa));
    hmac.must_decide();
    ecdsa.must_decide();
    let many = Issuer::new("HS256");
    let many = Side::new(
        Broker::start(on, Some(&many.config()), size.offline),
        Some(&many),
    );
    many.fill(size.offline);

    let figures = rounds::interleave(&mut [
        plain.connects(size.connects, true),
        hmac.connects(size.connects, true),
        ecdsa.connects(size.connects, true),
        ecdsa.connects(size.connects, false),
        plain.publishes(size.publishes),
        hmac.publishes(size.publishes),
        many.publishes(size.publishes),
    ]);
    let [
        anonymous,
        first_hmac,
        first,
        again,
        publish,
        under_acl,
        beside,
    ] = &figures[..]
    else {
        unreachable!("one for each slice")
    };
    table::heading("Processor time of the broker", "anonymous");
    let row = table::row;
    row(
        "a connect, HS256",
        first_hmac,
        anonymous,
        Target::RatioAtMost(1.1),
    );
    row("a connect, ES256", first, anonymous, Target::None);
    row(
        "a connect, ES256, seen before",
        again,
        anonymous,
        Target::RatioAtMost(1.2),
    );
    row(
        "a publish with QoS 0, under ACL",
        under_acl,
        publish,
        Target::RatioAtMost(1.5),
    );
    table::heading(
        "The same, beside a broker whose plugin remembers nobody",
        "nobody",
    );
    let name = format!("a publish, {} clients being offline", size.offline);
    row(&name, beside, under_acl, Target::RatioAtMost(1.1));
}
