//! What an endpoint's thread and everybody else both see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::first_answer::FirstAnswer;
use super::source::Terms;
use super::status::Status;
use crate::host::log::Log;

/// What can be fetched from an endpoint.
pub(crate) trait Content: Sized + Send + Sync + 'static {
    /// How log lines speak of it.
    const WORDS: Words;

    /// The media types that are asked for.
    const ACCEPT: &'static str;

    /// The largest answer, in bytes.
    const LARGEST: u64;

    /// Reads the body of an answer. The log tells what is skipped in it, under the name of the option.
    ///
    /// # Errors
    ///
    /// Why the whole of it is of no use, in words that quote nothing of it.
    fn read(body: &[u8], option: &str, log: &Log) -> Result<Self, String>;

    /// How much it is, for the log.
    fn summary(&self) -> String;
}

/// How log lines speak of what is fetched.
pub(crate) struct Words {
    /// One of it: `key set`.
    pub(crate) singular: &'static str,
    /// What is in it: `the keys`.
    pub(crate) plural: &'static str,
    /// The thread that fetches it, in at most 15 bytes.
    pub(crate) thread: &'static str,
    /// What follows while there is none.
    pub(crate) none_held: &'static str,
}

/// What was fetched last, and what the next fetch goes by. Nothing that a check asks here ever blocks.
pub(super) struct Published<T> {
    /// None: nothing has come yet, or it was dropped.
    pub(super) content: ArcSwapOption<T>,
    pub(super) terms: ArcSwap<Terms>,
    pub(super) status: Status,
    refresh_requested: AtomicBool,
    pub(super) first_answer: FirstAnswer,
}

impl<T> Published<T> {
    /// What is held already, the rest of the settings, and where fetches are counted.
    pub(super) fn new(held: Option<Arc<T>>, terms: Terms, status: Status) -> Self {
        Self {
            content: ArcSwapOption::new(held),
            terms: ArcSwap::from_pointee(terms),
            status,
            refresh_requested: AtomicBool::new(false),
            first_answer: FirstAnswer::default(),
        }
    }

    /// Takes over what may change while fetching goes on. True: the headers did.
    pub(super) fn adopt(&self, terms: Terms) -> bool {
        let before = self.terms.swap(Arc::new(terms));
        before.headers != self.terms.load().headers
    }

    pub(super) fn is_held(&self) -> bool {
        self.content.load().is_some()
    }

    /// Requests an early refresh. False: one was requested already.
    pub(super) fn request_refresh(&self) -> bool {
        let requested = &self.refresh_requested;
        !requested.load(Relaxed) && !requested.swap(true, Relaxed)
    }

    pub(super) fn is_refresh_requested(&self) -> bool {
        self.refresh_requested.load(Relaxed)
    }

    /// Answers all requests that were made until now.
    pub(super) fn answer_requests(&self) {
        self.refresh_requested.store(false, Relaxed);
    }
}
