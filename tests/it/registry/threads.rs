//! Any number of threads at once.

use super::{ends_after, named, publisher, with};
use crate::harness::session::PUBLISH;
use crate::harness::{NOW, broker};
use jwt_auth::{Permission, State};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};

/// Each thread has connections of its own, whose answers are the same as if it were alone, while
/// others share their client identifiers and a timer runs.
#[test]
fn what_one_is_told_does_not_depend_on_the_others() {
    let broker = broker(json!({}));
    let table = broker.table(10_000, 1);
    let (good, other, late) = (publisher("a"), publisher("b"), ends_after(-1));
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4_u64)
            .map(|thread| {
                let (table, good, other, late) = (&table, &good, &other, &late);
                scope.spawn(move || {
                    for round in 0..2_000_u64 {
                        let connection = thread * 100 + round % 7;
                        let id = format!("c{}", thread * 10 + round % 3);
                        table.admit(connection, with(&id, good));
                        assert_eq!(
                            table.may(connection, named(&id), PUBLISH, "a"),
                            Permission::Allow
                        );
                        table.admit(connection, with(&id, other));
                        assert_eq!(
                            table.may(connection, named(&id), PUBLISH, "a"),
                            Permission::Deny
                        );
                        let offline = round % 2 == 0;
                        assert!(table.disconnect(connection, offline));
                        let state = if offline {
                            State::Offline
                        } else {
                            State::Absent
                        };
                        assert_eq!(table.state(connection, named(&id)), state);
                        table.connect(connection, with(&id, late));
                        assert_eq!(table.state(connection, named(&id)), State::Absent);
                    }
                })
            })
            .collect();
        let timer = scope.spawn(|| {
            let mut now = NOW;
            while !is_done.load(Ordering::Relaxed) {
                now = (now + 1).min(NOW + 900);
                broker.set_time(now);
                assert_eq!(table.next_over(), None);
            }
        });
        let failed: Vec<_> = workers
            .into_iter()
            .filter_map(|worker| worker.join().err())
            .collect();
        is_done.store(true, Ordering::Relaxed);
        timer.join().unwrap();
        assert!(failed.is_empty());
    });
    assert_eq!(table.counts(), (0, 0));
}
