//! Which topics of a session the log was told of.

use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use foldhash::fast::RandomState;

use super::request::Request;

/// So many topics of a session are told. A client can ask for any number of them.
const MOST: usize = 64;

/// The topics of one session that were told, each once: a hash table with linear probing that holds the hashes.
/// Nothing is taken out, so a client makes no more lines than it has room for.
#[derive(Debug, Default)]
pub(crate) struct ToldTopics(OnceLock<Box<Table>>);

#[derive(Debug)]
struct Table {
    hasher: RandomState,
    /// 0: free.
    hashes: [AtomicU64; MOST],
    is_full: AtomicBool,
}

impl ToldTopics {
    /// Whether it is the first time that this is asked of a request like it, and there is room to note that.
    pub(crate) fn is_first(&self, request: &Request<'_>) -> bool {
        let table = self.0.get_or_init(|| {
            Box::new(Table {
                hasher: RandomState::default(),
                hashes: [const { AtomicU64::new(0) }; MOST],
                is_full: AtomicBool::new(false),
            })
        });
        table.add(request)
    }
}

impl Table {
    fn add(&self, request: &Request<'_>) -> bool {
        // Nothing is told of such a session any more, so it need not be known which topics were.
        if self.is_full.load(Relaxed) {
            return false;
        }
        let hash = self.hasher.hash_one((request.action as u8, request.topic)) | 1;
        let start = (hash >> 32) as usize % MOST;
        let (before, after) = self.hashes.split_at_checked(start).unwrap_or_default();
        for entry in after.iter().chain(before) {
            let found = match entry.load(Relaxed) {
                0 => entry.compare_exchange(0, hash, Relaxed, Relaxed),
                other => Err(other),
            };
            match found {
                Ok(_) => return true,
                Err(other) if other == hash => return false,
                Err(_) => {}
            }
        }
        self.is_full.store(true, Relaxed);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::{Action, Qos};

    fn request(action: Action, topic: &str) -> Request<'_> {
        Request {
            action,
            topic: topic.as_bytes(),
            qos: Qos::AtMostOnce,
            retain: false,
        }
    }

    #[test]
    fn a_topic_is_first_once_for_each_action_and_in_each_session() {
        let (one, other) = (ToldTopics::default(), ToldTopics::default());
        for told in [&one, &other] {
            for action in [Action::Publish, Action::Subscribe] {
                for topic in ["", "a", "b"] {
                    assert!(told.is_first(&request(action, topic)));
                    assert!(!told.is_first(&request(action, topic)));
                }
            }
        }
    }

    #[test]
    fn sixty_four_topics_are_first_and_no_others() {
        let told = ToldTopics::default();
        let is_first = |n: usize| told.is_first(&request(Action::Publish, &n.to_string()));
        assert!((0..MOST).all(is_first));
        assert!(!(0..2 * MOST).any(is_first));
    }
}
