//! What a check costs beside the signature that it verifies, through the C functions: the table
//! that docs/performance.md quotes from.
//!
//! ```text
//! cargo bench --bench check                 # all of it, in about two minutes
//! cargo bench --bench check -- cached bad   # the parts of these names
//! ```
//!
//! Every token of a row is different, 256 of them in turn. A ratio is taken in each round between
//! slices that ran one after the other; a row shows the median of the rounds, and their quartiles.
//! The rows about remembered tokens need the option `cache_capacity`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that panics fails, and that is all"
)]
#![allow(
    unsafe_code,
    reason = "the C interface is called as C does, and its heap is counted"
)]

mod bad_tokens;
mod broker;
mod devices;
mod first_sight;
mod fleet;
mod heap;
mod hostile;
mod issuers;
mod memory;
mod operate;
mod peer;
mod rounds;
mod sessions;
mod sizes;
mod table;
mod threads;
mod tokens;

fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with('-'))
        .collect();
    let parts: [(&str, fn()); 13] = [
        ("sessions", sessions::report),
        ("first", first_sight::report),
        ("cached", first_sight::report_cached),
        ("fleet", fleet::report),
        ("allocations", memory::report),
        ("threads", threads::report),
        ("keys", sizes::report_keys),
        ("issuers", issuers::report),
        ("sizes", sizes::report),
        ("operate", operate::report),
        ("bad", bad_tokens::report),
        ("hostile", hostile::report),
        ("devices", devices::report),
    ];
    println!("{} rounds; figures are medians", rounds::ROUNDS);
    if !broker::has_cache() {
        println!("this version has no cache_capacity: every check is one of first sight");
    }
    for (name, report) in parts {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            report();
        }
    }
}
