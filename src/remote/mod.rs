//! What comes from an http or https URL.
//!
//! One thread per endpoint fetches it, at once and then again and again. What it holds is
//! published as a whole, so that checks read it without a lock and never wait.
//!
//! Without the feature `endpoint`, `absent` stands in the place of this module.

mod answer;
mod awaited;
mod bearer;
mod connector;
mod course;
mod discovery;
mod endpoint_status;
mod failure;
mod fetch;
mod first_answer;
mod gated_clock;
mod headers;
pub(crate) mod limits;
mod listed;
mod pace;
mod proxy;
mod proxy_refusal;
mod published;
mod refresher;
mod server_verifier;
mod source;
mod status;
mod tls;
mod tls_failure;
mod tunnel;
mod unverified;
mod url;
mod wiped;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;
use ureq::Agent;

use crate::host::clock::Clock;
use crate::host::gate::Gate;
use crate::host::log::Log;
use crate::host::thread::Background;
use published::Published;
use refresher::Refresher;

pub(crate) use awaited::Awaited;
pub(crate) use discovery::{Discovery, discovery_url};
pub(crate) use endpoint_status::EndpointStatus;
pub(crate) use fetch::Fetcher;
pub(crate) use headers::Headers;
pub(crate) use pace::Pace;
pub(crate) use proxy::Proxy;
pub(crate) use published::{Content, Words};
pub(crate) use source::{Settings, Source, Terms};
pub(crate) use tls::{Authorities, ClientCertificate, Sni, Tls, certificates};
pub(crate) use url::Url;

/// An endpoint whose content is being fetched, until it is dropped or stopped.
pub(crate) struct Endpoint<T> {
    source: Arc<Source>,
    published: Arc<Published<T>>,
    agent: Agent,
    background: Background,
    clock: Gate<Clock>,
}

impl<T: Content> Endpoint<T> {
    /// Whether an endpoint of the configuration before goes on for these settings, so that nothing can fail.
    pub(crate) fn goes_on(settings: &Settings, before: Option<&Arc<Self>>) -> bool {
        before
            .is_some_and(|before| *before.source == settings.source && before.background.is_here())
    }

    /// Starts to fetch for these settings. An endpoint that fetches from the same source already, for
    /// the configuration before, goes on with what it holds; if a `fork` has left its thread behind,
    /// another takes over what it held.
    pub(crate) fn start(
        settings: Settings,
        before: Option<&Arc<Self>>,
        log: &Log,
        clock: &Clock,
    ) -> Result<Arc<Self>, String> {
        let status = before.map(|before| before.published.status.of_next());
        match before.filter(|before| *before.source == settings.source) {
            Some(before) if before.background.is_here() => {
                before.adopt(settings);
                Ok(Arc::clone(before))
            }
            before => {
                let held = before.and_then(|before| before.content().clone());
                let published = Published::new(held, settings.terms, status.unwrap_or_default());
                Self::spawn(settings.source, published, log, clock).map(Arc::new)
            }
        }
    }

    /// Starts a thread that fetches, and writes the log lines about it.
    fn spawn(
        source: Source,
        published: Published<T>,
        log: &Log,
        clock: &Clock,
    ) -> Result<Self, String> {
        let source = Arc::new(source);
        let published = Arc::new(published);
        let gate = Gate::new(clock.clone());
        let clock = gate.clock();
        let fetcher = Fetcher::new::<T>(Arc::clone(&source));
        let agent = fetcher.agent();
        let shared = Arc::clone(&published);
        let background = Background::start(T::WORDS.thread, log, |stop, log| {
            Refresher::new(fetcher, shared, stop, log, clock).run();
        })
        .map_err(|error| {
            let words = T::WORDS.plural;
            format!("the thread that fetches {words} cannot be started: {error}")
        })?;
        Ok(Self {
            source,
            published,
            agent,
            background,
            clock: gate,
        })
    }

    /// Goes on with what else these settings say. With other headers it asks again soon: they may be
    /// what was missing.
    fn adopt(&self, settings: Settings) {
        if self.published.adopt(settings.terms) {
            self.request_refresh();
        }
        self.background.wake();
    }
}

impl<T> Endpoint<T> {
    /// What is held now; none: nothing has come yet, or it was dropped.
    pub(crate) fn content(&self) -> Guard<Option<Arc<T>>> {
        self.published.content.load()
    }

    /// Requests an early refresh, because a token's key or the list of revocations is not there. It may
    /// come later, or be the one that others have requested.
    pub(crate) fn request_refresh(&self) {
        if self.published.request_refresh() {
            self.background.wake();
        }
    }

    /// Whether a refresh was requested that no fetch has answered.
    #[cfg(test)]
    pub(crate) fn is_refresh_requested(&self) -> bool {
        self.published.is_refresh_requested()
    }

    /// How it fares.
    pub(crate) fn status(&self) -> EndpointStatus {
        self.published.status.now()
    }

    /// Cuts a fetch in progress, and stops. What is held stays readable.
    pub(crate) fn stop(&self) {
        if self.background.stop() {
            self.clock.close();
            self.agent.clone().shutdown();
            // Nothing will come any more.
            self.published.first_answer.set();
        }
    }
}

impl<T> Awaited for Endpoint<T> {
    fn wait_for_answer(&self, time: Duration) {
        if self.background.is_here() {
            self.published.first_answer.wait(time);
        }
    }

    fn has_content(&self) -> bool {
        self.published.is_held()
    }
}

impl<T> Drop for Endpoint<T> {
    fn drop(&mut self) {
        self.stop();
    }
}
