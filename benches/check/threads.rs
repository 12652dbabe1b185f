//! Two threads at once.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::broker::{Broker, Cache};
use crate::rounds::{ROUNDS, Spread, spread, timed};
use crate::table::{Target, heading, line};
use crate::tokens::{Issuer, TOKENS, Token};

pub(crate) fn report() {
    heading("two threads (us of each, beside one thread alone)", "alone");
    println!("  (by the clock on the wall the ratio needs two free processors)");
    for (name, cache, least) in [
        ("HS256", Cache::Off, 1.9),
        ("ES256", Cache::Off, 1.9),
        ("ES256", Cache::Default, 1.7),
    ] {
        let issuer = Issuer::new(name);
        let tokens = issuer.tokens(TOKENS);
        let broker = Broker::new(issuer.config(), cache);
        let label = match cache {
            Cache::Off => "first sight",
            _ => "cached",
        };
        for reloads in [false, true] {
            let during = if reloads { ", while reloads run" } else { "" };
            scale(
                &format!("{name}, {label}{during}"),
                &broker,
                &tokens,
                reloads,
                least,
            );
        }
    }
}

/// What some threads did in one slice: nanoseconds of processor time per check, of each, and checks
/// per nanosecond on the wall.
struct Done {
    costs: Vec<f64>,
    speed: f64,
}

impl Done {
    /// Checks per nanosecond, had every thread a processor of its own.
    fn processor_speed(&self) -> f64 {
        self.costs.iter().map(|cost| 1.0 / cost).sum()
    }
}

fn scale(label: &str, broker: &Broker, tokens: &[Token], reloads: bool, least: f64) {
    let warm = timed(4 * TOKENS, |number| broker.accept(&tokens[number % TOKENS]));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number"
    )]
    let checks = (15e6 / warm) as usize;
    let (mut alone, mut each, mut scaling, mut wall) = (vec![], vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        let one = || run(broker, tokens, 1, checks, false);
        let two = || run(broker, tokens, 2, checks, reloads);
        let (one, two) = if round % 2 == 0 {
            let one = one();
            (one, two())
        } else {
            let two = two();
            (one(), two)
        };
        alone.extend(&one.costs);
        each.extend(&two.costs);
        scaling.push(two.processor_speed() / one.processor_speed());
        wall.push(two.speed / one.speed);
    }
    let beside = |ratio: Spread| Some((spread(&alone), ratio));
    line(
        label,
        spread(&each),
        beside(spread(&scaling)),
        Target::RatioAtLeast(least),
    );
    line(
        "  on the wall",
        spread(&each),
        beside(spread(&wall)),
        Target::None,
    );
}

fn run(broker: &Broker, tokens: &[Token], threads: usize, checks: usize, reloads: bool) -> Done {
    let (start, over) = (Barrier::new(threads + 1), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let work = |thread: usize| {
            let (start, over) = (&start, &over);
            move || {
                start.wait();
                let cost = timed(checks, |number| {
                    broker.accept(&tokens[(number + thread * 101) % TOKENS]);
                });
                over.store(true, Ordering::Relaxed);
                cost
            }
        };
        let running: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(work(thread)))
            .collect();
        start.wait();
        let began = Instant::now();
        while reloads && !over.load(Ordering::Relaxed) {
            broker.reload();
            std::thread::sleep(Duration::from_millis(1));
        }
        let costs: Vec<f64> = running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let speed = (threads * checks) as f64 / began.elapsed().as_nanos() as f64;
        Done { costs, speed }
    })
}
