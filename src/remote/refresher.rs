//! The thread that fetches keys.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rand;

use super::Shared;
use super::failure::Failure;
use super::fetch::Fetcher;
use super::pace::{EARLY_GAP, Pace};
use crate::host::log::{Log, LogLevel};
use crate::host::thread::StopSign;
use crate::json::Json;
use crate::keys::index::KeyIndex;
use crate::keys::jwk;

/// Fetches, publishes, waits.
pub(super) struct Refresher {
    fetcher: Fetcher,
    shared: Arc<Shared>,
    stop: StopSign,
    log: Log,
    /// The body that was read last, good or not, and what was wrong with it. It is not read twice,
    /// nor are its defects told twice.
    last_read: Option<(Digest, Option<Failure>)>,
    trouble: Option<Trouble>,
    last_early: Option<Instant>,
}

/// Failures in a row.
struct Trouble {
    since: Instant,
    failures: u32,
    /// The cause that was logged last.
    told: Failure,
}

impl Refresher {
    pub(super) fn new(fetcher: Fetcher, shared: Arc<Shared>, stop: StopSign, log: Log) -> Self {
        Self {
            fetcher,
            shared,
            stop,
            log,
            last_read: None,
            trouble: None,
            last_early: None,
        }
    }

    pub(super) fn run(mut self) {
        while !self.stop.is_up() {
            // A defect of a library below is a failed fetch, not the end of all fetches.
            let done = catch_unwind(AssertUnwindSafe(|| self.refresh()));
            let outcome = done.unwrap_or_else(|_| Err(Failure::new("the library failed")));
            if self.stop.is_up() {
                return;
            }
            let chance = chance();
            match outcome {
                Ok(max_age) => {
                    self.succeeded();
                    self.wait(|pace| pace.refresh(max_age, chance));
                }
                Err(failure) => {
                    let failures = self.failed(failure);
                    self.wait(|pace| pace.retry(failures, chance));
                }
            }
        }
    }

    /// Fetches once, and publishes what is new.
    fn refresh(&mut self) -> Result<Option<Duration>, Failure> {
        let headers = self.shared.headers.load_full();
        let fetched = self.fetcher.fetch(&headers)?;
        // Whoever asked, asked for what has come now; who misses a key in it asks again. But who gave
        // other headers meanwhile asked for a fetch with these.
        if Arc::ptr_eq(&headers, &self.shared.headers.load()) {
            self.shared.wanted.store(false, Ordering::Relaxed);
        }
        let max_age = fetched.max_age;
        if let Some(body) = &fetched.body {
            self.read(body)?;
        }
        self.fetcher.accept(fetched);
        Ok(max_age)
    }

    /// Publishes the keys of a body that is not the one read last.
    fn read(&mut self, body: &[u8]) -> Result<(), Failure> {
        let digest = digest::digest(&digest::SHA256, body);
        if let Some((last, defect)) = &self.last_read
            && last.as_ref() == digest.as_ref()
            && (defect.is_some() || self.holds_keys())
        {
            return defect.clone().map_or(Ok(()), Err);
        }
        let read = key_set(body, &self.log);
        self.last_read = Some((digest, read.as_ref().err().cloned()));
        let keys = read?;
        let how = if self.holds_keys() {
            "changed; it has"
        } else {
            "fetched:"
        };
        let count = keys.len();
        self.shared.keys.store(Some(Arc::new(keys)));
        self.log.write(LogLevel::Info, || {
            format!("`endpoint`: key set {how} {count} usable key(s)")
        });
        Ok(())
    }

    fn holds_keys(&self) -> bool {
        self.shared.keys.load().is_some()
    }

    fn succeeded(&mut self) {
        if let Some(trouble) = self.trouble.take() {
            self.log.write(LogLevel::Info, || {
                let failures = trouble.failures;
                format!("`endpoint`: fetched again after {failures} failure(s)")
            });
        }
    }

    /// Counts a failure, and tells what is new about it.
    fn failed(&mut self, failure: Failure) -> u32 {
        let is_news = self
            .trouble
            .as_ref()
            .is_none_or(|trouble| trouble.told != failure);
        let trouble = self.trouble.get_or_insert_with(|| Trouble {
            since: Instant::now(),
            failures: 0,
            told: failure.clone(),
        });
        trouble.failures = trouble.failures.saturating_add(1);
        trouble.told = failure;
        let (failures, since) = (trouble.failures, trouble.since.elapsed());
        let told = &trouble.told;
        let held = self.shared.keys.load().is_some();
        let dropped = held && self.shared.pace.load().is_over(failures, since);
        // The cause once, not with every retry; and once more when it ends the keys.
        let level = if is_news || dropped {
            LogLevel::Warn
        } else {
            LogLevel::Debug
        };
        self.log.write(level, || {
            let result = match (held, dropped) {
                (true, true) => format!("the keys are dropped after {failures} failure(s)"),
                (true, false) => "the keys fetched before stay in use".to_owned(),
                (false, _) => "no keys are held, and tokens that need them are refused".to_owned(),
            };
            format!("`endpoint`: the keys cannot be fetched: {told}; {result}")
        });
        if dropped {
            self.shared.keys.store(None);
            self.fetcher.forget();
        }
        failures
    }

    /// Waits for as long as `time` says, or until an early refresh is wanted and due.
    fn wait(&mut self, time: impl Fn(&Pace) -> Duration) {
        let start = Instant::now();
        while !self.stop.is_up() {
            let time = time(&self.shared.pace.load());
            let left = time.saturating_sub(start.elapsed());
            if left.is_zero() {
                return;
            }
            let mut until = left;
            if self.shared.wanted.load(Ordering::Relaxed) {
                let due = self.until_early();
                if due.is_zero() {
                    self.shared.wanted.store(false, Ordering::Relaxed);
                    self.last_early = Some(Instant::now());
                    return;
                }
                until = left.min(due);
            }
            StopSign::sleep(until);
        }
    }

    fn until_early(&self) -> Duration {
        self.last_early.map_or(Duration::ZERO, |last| {
            EARLY_GAP.saturating_sub(last.elapsed())
        })
    }
}

fn key_set(body: &[u8], log: &Log) -> Result<KeyIndex, Failure> {
    let no_set =
        |problem: &str| Failure::new(format!("the answer is no JSON Web Key Set: {problem}"));
    let text = std::str::from_utf8(body).map_err(|_| no_set("not UTF-8"))?;
    let json = Json::parse(text).map_err(|error| no_set(error.defect()))?;
    let keys = jwk::read_fetched_set(json, log).map_err(|problem| no_set(&problem))?;
    Ok(KeyIndex::new(keys))
}

/// A number from 0 to 1, by chance.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    let _ = rand::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}
