//! Keys that come from an http or https URL.
//!
//! One thread per endpoint fetches the set, at once and then again and again. What it holds is
//! published as a whole, so that checks read it without a lock and never wait. The thread is told to
//! stop, and not waited for: it may be asking for an address, which nobody can hurry. So it owns
//! whatever it touches, and reaches the caller's log through a [`Gate`] that is closed first.

mod connector;
mod failure;
mod fetch;
mod gate;
mod headers;
mod pace;
mod refresher;
mod tls;
mod unverified;
mod url;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use ureq::Agent;

use super::index::KeyIndex;
use crate::ffi::signals::without_signals;
use crate::log::Log;
use fetch::Fetcher;
use gate::Gate;
use refresher::Refresher;

pub(crate) use headers::Headers;
pub(crate) use pace::Pace;
pub(crate) use tls::{Authorities, Client, Sni, Tls, certificates};
pub(crate) use url::Url;

/// Where keys come from. A change of any of it makes another endpoint.
#[derive(PartialEq)]
pub(crate) struct Source {
    pub(crate) url: Url,
    pub(crate) tls: Tls,
}

/// The options about an endpoint.
pub(crate) struct Settings {
    pub(crate) source: Source,
    pub(crate) headers: Headers,
    pub(crate) pace: Pace,
}

/// An endpoint whose keys are being fetched, until it is dropped or stopped.
pub(crate) struct Endpoint {
    source: Arc<Source>,
    shared: Arc<Shared>,
    gate: Gate,
    agent: Agent,
    /// The process that has the thread. A child made by `fork` has not, and must not touch the locks
    /// that the thread may have held at that moment.
    process: u32,
}

/// What the thread and the others both see. Nothing here ever blocks.
struct Shared {
    keys: ArcSwapOption<KeyIndex>,
    headers: ArcSwap<Headers>,
    pace: ArcSwap<Pace>,
    wanted: AtomicBool,
    stopped: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Endpoint {
    /// Starts to fetch. Log lines come from the thread that does.
    pub(crate) fn start(settings: Settings, log: &Log) -> Result<Self, String> {
        let source = Arc::new(settings.source);
        let shared = Arc::new(Shared {
            keys: ArcSwapOption::empty(),
            headers: ArcSwap::from_pointee(settings.headers),
            pace: ArcSwap::from_pointee(settings.pace),
            wanted: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            thread: OnceLock::new(),
        });
        let gate = Gate::new(log.clone());
        let fetcher = Fetcher::new(Arc::clone(&source));
        let agent = fetcher.agent();
        let refresher = Refresher::new(fetcher, Arc::clone(&shared), gate.log());
        // Of a longer name the system would keep 15 bytes.
        let thread = without_signals(|| {
            thread::Builder::new()
                .name("jwt_auth_jwks".to_owned())
                .spawn(move || refresher.run())
        });
        let thread = thread.map_err(|error| {
            format!("the thread that fetches the keys cannot be started: {error}")
        })?;
        let _ = shared.thread.set(thread.thread().clone());
        Ok(Self {
            source,
            shared,
            gate,
            agent,
            process: std::process::id(),
        })
    }

    /// Whether these settings ask for what this endpoint fetches, so that it may go on with its keys.
    pub(crate) fn serves(&self, settings: &Settings) -> bool {
        *self.source == settings.source
    }

    /// Goes on with what else these settings say. With other headers it asks again soon: they may be
    /// what was missing.
    pub(crate) fn adopt(&self, settings: Settings) {
        self.shared.pace.store(Arc::new(settings.pace));
        if **self.shared.headers.load() != settings.headers {
            self.shared.headers.store(Arc::new(settings.headers));
            self.want_refresh();
        }
        self.shared.wake();
    }

    /// The keys that are held now; none: no set has come yet, or it was dropped.
    pub(super) fn keys(&self) -> Guard<Option<Arc<KeyIndex>>> {
        self.shared.keys.load()
    }

    /// Asks for an early refresh, because a token's key is not there. It may come later, or be the
    /// one that others have asked for.
    pub(super) fn want_refresh(&self) {
        let wanted = &self.shared.wanted;
        if !wanted.load(Ordering::Relaxed) && !wanted.swap(true, Ordering::Relaxed) {
            self.shared.wake();
        }
    }

    /// Cuts a fetch in progress and closes the way to the log; waits for no more than a log hook that
    /// is running. The keys stay readable.
    pub(crate) fn stop(&self) {
        if std::process::id() != self.process {
            return;
        }
        self.shared.stopped.store(true, Ordering::Release);
        self.gate.close();
        self.agent.clone().shutdown();
        self.shared.wake();
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Sleeps until somebody wakes the thread, or for this long, or for no reason.
    fn sleep(time: Duration) {
        thread::park_timeout(time);
    }
}
