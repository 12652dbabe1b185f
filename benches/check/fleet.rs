//! As many devices as a broker has: what is remembered of them no longer fits the processor's
//! caches.

use std::hint::black_box;

use crate::broker::{Broker, Cache, Session, has_cache};
use crate::heap;
use crate::rounds::{Random, Slice, interleave, slice, spread, timed};
use crate::table::{Target, count, heading, line, row};
use crate::tokens::{Issuer, TOKENS, bare};

/// How many sessions are made without remembering, to know how large one is.
const FEW: usize = 10_000;

pub(crate) fn report() {
    // Without a cache it takes too long, and says nothing.
    let devices = if has_cache() { 200_000 } else { 20_000 };
    heading(&format!("ES256, {devices} tokens in random order"), "bare");
    let issuer = Issuer::new("ES256");
    let mut tokens = issuer.tokens(devices);

    let off = Broker::new(issuer.config(), Cache::Off);
    let few: Vec<&_> = tokens.iter().take(FEW).collect();
    let alone = held_by(|| few.iter().map(|token| off.admit(token)).collect::<Vec<_>>()).0;
    let alone = alone / few_as_f64(FEW);

    let on = Broker::new(issuer.config(), Cache::Of(1 << 18));
    let first = timed(devices, |number| drop(on.admit(&tokens[number])));

    // Not the order in which they were remembered.
    Random(7).shuffle(&mut tokens);
    let figures = interleave(&mut [
        bare(&issuer, &tokens[..TOKENS]),
        slice(|number| on.accept(&tokens[number % devices])),
        slice(|number| on.accept(&tokens[number % TOKENS])),
        chase(),
    ]);
    line(
        "seen for the first time, with a session",
        spread(&[first]),
        None,
        Target::None,
    );
    row(
        "seen before",
        &figures[1],
        &figures[0],
        Target::TimeAtMost(1.5),
    );
    row(
        "seen before, 256 of them in turn",
        &figures[2],
        &figures[0],
        Target::None,
    );
    heading("the same, in accesses that wait for memory", "1 access");
    let most = Target::RatioAtMost(12.0);
    row("seen before", &figures[1], &figures[3], most);

    let sessions: Vec<Session> = tokens.iter().map(|token| on.admit(token)).collect();
    // What the sessions share with what is remembered stays when that goes.
    let entry = let_go_by(|| drop(on)) / few_as_f64(devices);
    let session = let_go_by(|| drop(sessions)) / few_as_f64(devices);
    let met = has_cache().then_some(entry <= 200.0);
    // The list of sessions is 8 bytes for each, which is the caller's.
    let rows = [
        ("bytes per session, nothing remembered", alone - 8.0),
        ("bytes per session of a token seen before", session - 8.0),
    ];
    for (label, bytes) in rows {
        count(label, bytes, "", None);
    }
    count(
        "bytes per token beside what sessions share",
        entry,
        "<= 200",
        met,
    );
}

/// One access to memory that waits for the one before it, and misses the caches of the processor
/// and of its page table: a step of a walk that comes to each of very many cache lines once.
fn chase<'a>() -> Slice<'a> {
    /// A cache line.
    #[derive(Clone, Copy)]
    #[repr(align(64))]
    struct Step(usize);
    const STEPS: usize = 1 << 22;
    // One cycle through all of them (Sattolo's algorithm).
    let mut steps: Vec<Step> = (0..STEPS).map(Step).collect();
    let mut random = Random(11);
    for end in (1..STEPS).rev() {
        steps.swap(end, random.below(end));
    }
    let mut at = 0;
    slice(move |_| at = black_box(steps[at].0))
}

/// The bytes that this gives back.
fn let_go_by(work: impl FnOnce()) -> f64 {
    let before = heap::held();
    work();
    few_as_f64(before.wrapping_sub(heap::held()))
}

/// The bytes that something holds.
fn held_by<T>(make: impl FnOnce() -> T) -> (f64, T) {
    let before = heap::held();
    let kept = make();
    (few_as_f64(heap::held().wrapping_sub(before)), kept)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn few_as_f64(number: usize) -> f64 {
    number as f64
}
