//! One reason refused again and again in one second does not fill the log.

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, NOW, SECRET, broker, token};
use jwt_auth::ffi::jwt_auth_status;
use jwt_auth::{Decision, Hooks, LogLevel, Permission, Reason, Verifier};
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier, Mutex};

/// Lets `count` clients come with a token that has expired.
fn expire(broker: &Broker, count: usize) {
    let expired = token(&json!({ "exp": 1 }));
    for _ in 0..count {
        broker.present(&expired).denied(Reason::Expired);
    }
}

/// Lets `count` clients come with a password.
fn malform(broker: &Broker, count: usize) {
    for _ in 0..count {
        broker.present("hunter2").denied(Reason::MalformedToken);
    }
}

fn at(broker: &Broker, level: LogLevel, part: &str) -> usize {
    let lines = broker.log();
    let lines = lines.iter().filter(|(its_level, line)| {
        *its_level == level as i32 && line.contains(part) && !line.contains(" more in ")
    });
    lines.count()
}

/// The lines that tell numbers.
fn told(broker: &Broker) -> Vec<String> {
    let lines = broker.log().into_iter();
    let told = lines.filter(|(_, line)| line.contains(" more in "));
    told.map(|(level, line)| {
        assert_eq!(level, LogLevel::Info as i32, "{line}");
        line
    })
    .collect()
}

fn number(reason: &str, number: usize, second: i64) -> String {
    format!("refused: {reason}: {number} more in the Unix second {second}, at level DEBUG")
}

fn good() -> String {
    token(&json!({ "exp": NOW + 1_000_000 }))
}

#[test]
fn ten_refusals_of_one_reason_in_a_second_are_told_and_the_rest_is_summed_up() {
    let broker = broker(json!({}));
    expire(&broker, 10);
    broker.set_time(NOW + 1);
    expire(&broker, 47);
    assert_eq!(at(&broker, LogLevel::Info, "refused: expired (exp "), 20);
    assert_eq!(at(&broker, LogLevel::Debug, "refused: expired (exp "), 37);
    assert_eq!(told(&broker), [""; 0]);
    broker.set_time(NOW + 2);
    broker.present(&good()).allowed();
    assert_eq!(told(&broker), [number("expired", 37, NOW + 1)]);
    // It is told before the line about the client, and once.
    let accepted = broker.log().pop().unwrap().1;
    assert!(accepted.starts_with("accepted: "), "{accepted}");
    broker.set_time(NOW + 3);
    expire(&broker, 10);
    assert_eq!(at(&broker, LogLevel::Info, "refused: expired (exp "), 30);
    assert_eq!(told(&broker).len(), 1);
}

#[test]
fn each_reason_is_counted_by_itself() {
    let broker = broker(json!({}));
    for _ in 0..11 {
        expire(&broker, 1);
        malform(&broker, 1);
        let client = crate::harness::Connect::default();
        broker.connect(client).ignored(Reason::MissingToken);
    }
    malform(&broker, 1);
    assert_eq!(at(&broker, LogLevel::Info, "refused: "), 20);
    broker.set_time(NOW + 60);
    expire(&broker, 1);
    assert_eq!(
        told(&broker),
        [number("malformed_token", 2, NOW), number("expired", 1, NOW)]
    );
    assert_eq!(at(&broker, LogLevel::Info, "refused: expired"), 11);
}

#[test]
fn whichever_call_comes_next_tells_the_number() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&good());
    expire(&broker, 11);
    session.may(PUBLISH, "t");
    assert_eq!(told(&broker).len(), 0);
    broker.set_time(NOW + 1);
    assert_eq!(session.may(PUBLISH, "t"), Permission::NoMatch);
    assert_eq!(told(&broker), [number("expired", 1, NOW)]);
    expire(&broker, 12);
    broker.set_time(NOW + 2);
    session.recheck();
    assert_eq!(told(&broker)[1..], [number("expired", 2, NOW + 1)]);
}

#[test]
fn a_reload_tells_the_number_at_once_even_one_that_fails() {
    let broker = broker(json!({}));
    expire(&broker, 15);
    assert!(broker.reload(&json!({ "secret": 1 })).is_err());
    assert_eq!(told(&broker), [number("expired", 5, NOW)]);
    // The second goes on.
    expire(&broker, 2);
    assert_eq!(at(&broker, LogLevel::Info, "refused: expired (exp "), 10);
    broker.reloaded(&json!({ "secret": SECRET }));
    assert_eq!(told(&broker)[1..], [number("expired", 2, NOW)]);
    expire(&broker, 3);
    // Not even text.
    assert!(broker.reload_text(b"\xff").is_err());
    assert_eq!(told(&broker)[2..], [number("expired", 3, NOW)]);
    expire(&broker, 4);
    broker.set_time(NOW + 1);
    assert!(broker.wait_ready(0));
    assert_eq!(told(&broker)[3..], [number("expired", 4, NOW)]);
    broker.present(&good()).allowed();
    assert_eq!(told(&broker).len(), 4);
}

#[test]
fn a_clock_that_is_set_back_begins_another_second_and_a_late_thread_does_not() {
    let broker = broker(json!({}));
    expire(&broker, 11);
    broker.set_time(NOW - 1);
    expire(&broker, 1);
    assert_eq!(at(&broker, LogLevel::Info, "refused: expired (exp "), 10);
    assert_eq!(told(&broker).len(), 0);
    broker.set_time(NOW - 3_600);
    expire(&broker, 11);
    assert_eq!(told(&broker), [number("expired", 2, NOW)]);
    assert_eq!(at(&broker, LogLevel::Info, "refused: expired (exp "), 20);
    broker.set_time(NOW);
    broker.present(&good()).allowed();
    assert_eq!(told(&broker)[1..], [number("expired", 1, NOW - 3_600)]);
}

#[test]
fn odd_clocks_count_as_well() {
    let broker = broker(json!({}));
    for now in [0, i64::MAX - 1, i64::MAX] {
        broker.set_time(now);
        malform(&broker, 12);
    }
    // Beyond the year 36812 all seconds are one.
    assert_eq!(told(&broker), [number("malformed_token", 2, 0)]);
    assert_eq!(at(&broker, LogLevel::Info, "refused: "), 20);
    broker.set_time(-1);
    assert_eq!(broker.present("x").status, jwt_auth_status::Internal);
    broker.set_time(NOW);
    broker.present(&good()).allowed();
    assert_eq!(
        told(&broker)[1..],
        [number("malformed_token", 14, (1 << 40) - 1)]
    );
}

type Lines = Arc<Mutex<Vec<(LogLevel, String)>>>;

/// A verifier with this clock and its log.
fn verifier() -> (Verifier, Arc<AtomicI64>, Lines) {
    let (now, lines) = (Arc::new(AtomicI64::new(NOW)), Lines::default());
    let (clock, sink) = (Arc::clone(&now), Arc::clone(&lines));
    let hooks = Hooks {
        log: Some(Box::new(move |level, line| {
            sink.lock().unwrap().push((level, line));
        })),
        clock: Some(Box::new(move || clock.load(Ordering::Relaxed))),
    };
    let config = json!({ "secret": SECRET }).to_string();
    (Verifier::new(&config, hooks).unwrap(), now, lines)
}

fn refuse(verifier: &Verifier, password: &str) {
    let client = jwt_auth::Client {
        password: Some(password.as_bytes()),
        ..jwt_auth::Client::default()
    };
    assert_eq!(verifier.decide(&client).unwrap().decision, Decision::Deny);
}

#[test]
fn free_tells_the_number_of_the_last_second() {
    let (verifier, _, lines) = verifier();
    for _ in 0..13 {
        refuse(&verifier, "hunter2");
    }
    drop(verifier);
    let last = lines.lock().unwrap().pop().unwrap();
    assert_eq!(last, (LogLevel::Info, number("malformed_token", 3, NOW)));
}

#[test]
fn threads_lose_no_refusal_and_tell_none_twice() {
    const THREADS: usize = 4;
    const SECONDS: usize = 40;
    const EACH: usize = 50;
    let (verifier, now, lines) = verifier();
    let expired = token(&json!({ "exp": 1 }));
    let barrier = Barrier::new(THREADS);
    let work = || {
        for _ in 0..SECONDS {
            for turn in 0..EACH {
                refuse(&verifier, if turn % 2 == 0 { &expired } else { "x" });
            }
            if barrier.wait().is_leader() {
                now.fetch_add(1, Ordering::Relaxed);
            }
            barrier.wait();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    drop(verifier);
    let lines = std::mem::take(&mut *lines.lock().unwrap());
    for reason in ["expired", "malformed_token"] {
        let rest = THREADS * EACH / 2 - 10;
        let expected: Vec<_> = (NOW..)
            .take(SECONDS)
            .map(|second| number(reason, rest, second))
            .collect();
        let start = format!("refused: {reason}");
        let of_reason = lines.iter().filter(|(_, line)| line.starts_with(&start));
        let (told, each): (Vec<_>, Vec<_>) =
            of_reason.partition(|(_, line)| line.contains(" more in "));
        let told: Vec<_> = told.into_iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(told, expected);
        let at_debug = each.iter().filter(|(level, _)| *level == LogLevel::Debug);
        assert_eq!(
            (each.len(), at_debug.count()),
            (SECONDS * (rest + 10), SECONDS * rest)
        );
    }
}
