//! What an endpoint's thread and everybody else both see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::headers::Headers;
use super::pace::Pace;
use super::source::Settings;
use crate::host::log::Log;

/// What can be fetched from an endpoint.
pub(crate) trait Content: Sized + Send + Sync + 'static {
    /// Reads the body of an answer. The log tells what is skipped in it.
    ///
    /// # Errors
    ///
    /// Why the whole of it is of no use, in words that quote nothing of it.
    fn read(body: &[u8], log: &Log) -> Result<Self, String>;

    /// How much it is, for the log.
    fn summary(&self) -> String;
}

/// What was fetched last, and what the next fetch goes by. Nothing here ever blocks.
pub(super) struct Published<T> {
    /// None: nothing has come yet, or it was dropped.
    pub(super) content: ArcSwapOption<T>,
    pub(super) headers: ArcSwap<Headers>,
    pub(super) pace: ArcSwap<Pace>,
    refresh_requested: AtomicBool,
}

impl<T> Published<T> {
    /// What is held already, and the rest of the settings.
    pub(super) fn new(held: Option<Arc<T>>, headers: Headers, pace: Pace) -> Self {
        Self {
            content: ArcSwapOption::new(held),
            headers: ArcSwap::from_pointee(headers),
            pace: ArcSwap::from_pointee(pace),
            refresh_requested: AtomicBool::new(false),
        }
    }

    /// Takes over what may change while fetching goes on. True: the headers did.
    pub(super) fn adopt(&self, settings: Settings) -> bool {
        self.pace.store(Arc::new(settings.pace));
        let changed = **self.headers.load() != settings.headers;
        if changed {
            self.headers.store(Arc::new(settings.headers));
        }
        changed
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
