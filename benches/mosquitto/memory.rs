//! How much of the broker's memory a client takes that is connected. It is the same in every round,
//! so there is one.

use crate::broker::{Broker, Installation};
use crate::load::Side;
use crate::table;
use crate::tokens::Issuer;

/// What the plugin and the library may add, in bytes.
const MOST: f64 = 1200.0;

pub(crate) fn report(on: &Installation<'_>, clients: usize) {
    let issuer = Issuer::new("HS256");
    let anonymous = Side::new(Broker::start(on, None, 0), None).bytes_each(clients);
    // Mosquitto keeps user name and password, which is none of ours.
    let sent = Side::new(Broker::start(on, None, 0), Some(&issuer)).bytes_each(clients);
    let plugin = Broker::start(on, Some(&issuer.config()), 0);
    let accepted = Side::new(plugin, Some(&issuer)).bytes_each(clients);
    let ours = accepted - sent;
    println!("\nBytes of the broker for each of {clients} clients that are connected");
    table::count("anonymous", anonymous, "", None);
    table::count("anonymous, but with the token", sent, "", None);
    table::count("accepted by the plugin", accepted, "", None);
    let target = format!("<= {MOST}");
    table::count("what the plugin adds", ours, &target, Some(ours <= MOST));
}
