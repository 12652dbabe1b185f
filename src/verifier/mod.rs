//! One verifier: which configuration runs, and the line from a client to a verdict. What is asked of a client that
//! was accepted is in `session`.

mod check;
mod decision_line;
mod details;
mod explain;
mod file;
mod filters_line;
mod issuers;
mod renewal;
mod running;
mod scratch;
mod session;
mod stats;
mod throttle;
mod topic_line;
mod verdict;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use crate::acl::Need;
use crate::client::Client;
use crate::config::{Config, ConfigError};
use crate::grant::Grant;
use crate::host::clock::{Clock, ClockError, ClockHook};
use crate::host::log::{Log, LogHook, LogLevel};
use crate::host::stack;
use crate::policy::{Admission, Terms};
use crate::refusal::{Decision, Reason};
use crate::stats::Counters;
use crate::token::{SignatureBuffers, Verified};
use check::Question;
use decision_line::Occasion;
use renewal::same_client;
use running::Running;
use scratch::Scratch;
use stats::Reloads;
use throttle::Throttle;
use topic_line::OncePerMinute;

pub use verdict::{Connack, Verdict};

/// What a verifier may call: nothing by default.
#[derive(Default)]
pub struct Hooks {
    /// Takes log lines. None: nothing is logged.
    pub log: Option<LogHook>,
    /// Tells the time. None: the system clock does.
    pub clock: Option<ClockHook>,
}

/// A configuration that was read, or why it was not.
type ReadConfig = Result<Config, ConfigError>;

/// Decides about clients by one configuration at a time. May be shared between threads.
pub struct Verifier {
    running: ArcSwap<Running>,
    /// Whether the configuration in force revokes tokens. Where it does not, a question about a topic needs nothing
    /// of the configuration, and reading a flag costs less than holding on to that.
    revokes: AtomicBool,
    reloading: Mutex<()>,
    clock: Clock,
    log: Log,
    throttle: Throttle,
    counters: Counters,
    reloads: Reloads,
    /// When the log was told that the broker decides about a client.
    without_permissions: OncePerMinute,
}

impl Verifier {
    /// Reads a configuration, a JSON object, and the files it names.
    ///
    /// # Errors
    ///
    /// A sentence that names the offending option and quotes no value but the path of a file.
    pub fn new(config: &str, hooks: Hooks) -> Result<Self, ConfigError> {
        Self::start(hooks, |log| Config::parse(config, log))
    }

    fn start(hooks: Hooks, read: impl FnOnce(&Log) -> ReadConfig) -> Result<Self, ConfigError> {
        let log = Log::new(hooks.log);
        let config = stack::wiped(|| read(&log))?;
        let clock = Clock::new(hooks.clock);
        let running = Running::start(config, None, &log, &clock)?;
        Ok(Self {
            revokes: AtomicBool::new(running.revocations.is_some()),
            running: ArcSwap::from_pointee(running),
            reloading: Mutex::default(),
            reloads: Reloads::first(&clock),
            clock,
            log,
            throttle: Throttle::new(),
            counters: Counters::new(),
            without_permissions: OncePerMinute::new(),
        })
    }

    /// Reads a configuration as [`Verifier::new`] does, and then takes it in the place of the one
    /// before. Checks go on meanwhile, each by one of the two.
    ///
    /// # Errors
    ///
    /// As for [`Verifier::new`]; the configuration before stays.
    pub fn reload(&self, config: &str) -> Result<(), ConfigError> {
        self.replace(|log| Config::parse(config, log))
    }

    /// Counts a configuration that was not accepted.
    pub(crate) fn count_failed_reload(&self) {
        self.throttle.tell_all(&self.log);
        self.reloads.failed();
    }

    fn replace(&self, read: impl FnOnce(&Log) -> ReadConfig) -> Result<(), ConfigError> {
        let replaced = self.try_to_replace(read);
        replaced.inspect_err(|_| self.count_failed_reload())
    }

    fn try_to_replace(&self, read: impl FnOnce(&Log) -> ReadConfig) -> Result<(), ConfigError> {
        let _one_at_a_time = self
            .reloading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.throttle.tell_all(&self.log);
        let before = self.running.load_full();
        let config = stack::wiped(|| read(&self.log))?;
        let running = Running::start(config, Some(&before), &self.log, &self.clock)?;
        let running = Arc::new(running);
        let revokes = running.revocations.is_some();
        // Never false while a configuration is in force that revokes.
        self.revokes.fetch_or(revokes, Ordering::SeqCst);
        self.running.store(Arc::clone(&running));
        self.revokes.store(revokes, Ordering::SeqCst);
        self.reloads.succeeded(&self.clock);
        // By us, not by whichever check is the last to look at it.
        before.stop(&running);
        Ok(())
    }

    /// Waits until every endpoint of the configuration in force has answered once, well or not; for at most
    /// this time. Whether each of them has brought what it is for. A reload meanwhile changes which they are.
    #[must_use]
    pub fn wait_ready(&self, time: Duration) -> bool {
        if let Ok(now) = self.clock.now() {
            self.throttle.tell_of_past(now, &self.log);
        }
        let start = Instant::now();
        loop {
            let running = self.running.load_full();
            running.wait_for_answers(start, time);
            // A reload stops an endpoint after it has put another configuration in force.
            let in_force = self.running.load();
            if Arc::ptr_eq(&running, &in_force) || start.elapsed() >= time {
                return in_force.is_ready();
            }
        }
    }

    /// The time of its clock. As every call does, this lets the log be told of past refusals.
    pub(crate) fn now(&self) -> Result<i64, ClockError> {
        let now = self.clock.now()?;
        self.throttle.tell_of_past(now, &self.log);
        Ok(now)
    }

    /// Decides whether a client may connect, and makes its session if it may.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn check(&self, client: &Client<'_>) -> Result<Verdict, ClockError> {
        self.verdict(client, Need::Session, None, Grant::new, |grant| Some(grant))
    }

    /// Decides whether a client that is connected, by this session, may go on by the token that it sends
    /// now, and makes the session for that. It must be good for the client as at a check, and the same
    /// client's; no refusal is left to the broker's next authenticator.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn renew(&self, session: &Grant, client: &Client<'_>) -> Result<Verdict, ClockError> {
        let session = Some(session);
        self.verdict(client, Need::Session, session, Grant::new, |grant| {
            Some(grant)
        })
    }

    /// Decides whether a client may connect, and no more.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn decide(&self, client: &Client<'_>) -> Result<Verdict<Terms>, ClockError> {
        let terms =
            |admission: Admission<'_>, _: &Verified<'_>, _: &[u8], _: &mut _| admission.terms;
        self.verdict(client, Need::Decision, None, terms, |_| None)
    }

    /// Takes a client along the line, and writes the log line about it. `session` is the one that it renews, if
    /// it does. `answer` makes what is to be known of one that is accepted, and `grant` finds what it is
    /// granted in that, if it is there.
    fn verdict<T>(
        &self,
        client: &Client<'_>,
        need: Need,
        session: Option<&Grant>,
        answer: impl FnOnce(Admission<'_>, &Verified<'_>, &[u8], &mut SignatureBuffers) -> T,
        grant: impl Fn(&T) -> Option<&Grant>,
    ) -> Result<Verdict<T>, ClockError> {
        let now = self.clock.now().inspect_err(|error| {
            self.log
                .write(LogLevel::Error, || format!("refused, undecided: {error}"));
        })?;
        self.throttle.tell_of_past(now, &self.log);
        let running = &self.running.load();
        let rules = &running.rules;
        let log = &self.log;
        let mut decision = Decision::Deny;
        let outcome = Scratch::lend(|scratch| {
            let lane = self.counters.lane(&scratch.lane);
            let question = Question {
                client,
                now,
                need,
                log,
                lane,
            };
            let mut outcome = running.check(&question, scratch, answer);
            if let Some((session, renewed)) = session.zip(outcome.as_ref().ok().and_then(&grant))
                && let Err(refusal) = same_client(session, renewed)
            {
                outcome = Err(refusal);
            }
            let reason;
            (decision, reason) = match &outcome {
                Ok(_) => (Decision::Allow, Reason::Accepted),
                // The session was ours to decide about.
                Err(refusal) if session.is_some() => (Decision::Deny, refusal.reason()),
                Err(refusal) => (rules.dispositions.decide(refusal), refusal.reason()),
            };
            // While the thread has its lane.
            lane.check(decision, reason);
            outcome
        });
        let verdict = Verdict { decision, outcome };
        if log.is_open() {
            let level = self.level(&verdict, now);
            let grant = verdict.outcome.as_ref().ok().and_then(&grant);
            // A warning about a client without topic permissions names it as this line does.
            let is_named_later = grant.is_some_and(|grant| !grant.has_permissions());
            if log.takes(level) || is_named_later {
                let token = grant.map(|grant| &grant.remembered);
                let occasion = Occasion::of(session, client.field(rules.from));
                let (line, name) =
                    decision_line::line(occasion, client, rules.from, &verdict, token);
                if let (Some(grant), Some(name)) = (grant, line.get(name)) {
                    grant.log_notes(name, decision_line::signature(client, rules.from));
                }
                log.write(level, || line);
            }
        }
        Ok(verdict)
    }

    /// From now on gives the log hook lines of this level and of those before it. Before the first call it is
    /// given all.
    pub fn set_log_level(&self, level: LogLevel) {
        self.log.set_level(level);
    }

    /// What a check of this client would find, as a JSON object: the decision, and each check in order with the
    /// values that decide. All that is wrong is told, and not the first alone. Nobody is accepted by it, nothing is
    /// logged, counted or remembered, and no key is fetched.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn explain(&self, client: &Client<'_>) -> Result<String, ClockError> {
        let now = self.clock.now()?;
        Ok(self.running.load().explain(client, now))
    }

    /// A client that is denied is news, unless there are many; one that is accepted, or left to others, is
    /// not.
    fn level<T>(&self, verdict: &Verdict<T>, now: i64) -> LogLevel {
        match verdict.decision {
            Decision::Deny => self.throttle.level(verdict.reason(), now, &self.log),
            Decision::Allow | Decision::Ignore => LogLevel::Debug,
        }
    }
}

impl Drop for Verifier {
    /// Nobody else would tell of the last second.
    fn drop(&mut self) {
        self.throttle.tell_all(&self.log);
    }
}
