//! Keys that come from an http or https URL.
//!
//! One thread per endpoint fetches the set, at once and then again and again. What it holds is
//! published as a whole, so that checks read it without a lock and never wait.

mod connector;
mod failure;
mod fetch;
mod headers;
mod pace;
mod refresher;
mod tls;
mod unverified;
mod url;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use ureq::Agent;

use crate::host::log::Log;
use crate::host::thread::Background;
use crate::keys::index::KeyIndex;
use fetch::Fetcher;
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
    agent: Agent,
    background: Background,
}

/// What the thread and the others both see. Nothing here ever blocks.
struct Shared {
    keys: ArcSwapOption<KeyIndex>,
    headers: ArcSwap<Headers>,
    pace: ArcSwap<Pace>,
    wanted: AtomicBool,
}

impl Endpoint {
    /// Starts to fetch, with the keys that are held already. Log lines come from the thread that
    /// does.
    pub(crate) fn start(
        settings: Settings,
        held: Option<Arc<KeyIndex>>,
        log: &Log,
    ) -> Result<Self, String> {
        let source = Arc::new(settings.source);
        let shared = Arc::new(Shared {
            keys: ArcSwapOption::new(held),
            headers: ArcSwap::from_pointee(settings.headers),
            pace: ArcSwap::from_pointee(settings.pace),
            wanted: AtomicBool::new(false),
        });
        let fetcher = Fetcher::new(Arc::clone(&source));
        let agent = fetcher.agent();
        let seen = Arc::clone(&shared);
        let background = Background::start("jwt_auth_jwks", log, |stop, log| {
            Refresher::new(fetcher, seen, stop, log).run();
        })
        .map_err(|error| format!("the thread that fetches the keys cannot be started: {error}"))?;
        Ok(Self {
            source,
            shared,
            agent,
            background,
        })
    }

    /// Whether these settings ask for what this endpoint fetches, so that it may go on with its keys.
    pub(crate) fn serves(&self, settings: &Settings) -> bool {
        *self.source == settings.source
    }

    /// Whether there is somebody to fetch.
    pub(crate) fn has_thread(&self) -> bool {
        self.background.is_here()
    }

    /// Goes on with what else these settings say. With other headers it asks again soon: they may be
    /// what was missing.
    pub(crate) fn adopt(&self, settings: Settings) {
        self.shared.pace.store(Arc::new(settings.pace));
        if **self.shared.headers.load() != settings.headers {
            self.shared.headers.store(Arc::new(settings.headers));
            self.want_refresh();
        }
        self.background.wake();
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
            self.background.wake();
        }
    }

    /// Cuts a fetch in progress, and stops. The keys stay readable.
    pub(crate) fn stop(&self) {
        if self.background.stop() {
            self.agent.clone().shutdown();
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stop();
    }
}
