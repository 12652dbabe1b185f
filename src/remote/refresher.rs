//! The thread that fetches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rand;

use super::failure::Failure;
use super::fetch::Fetcher;
use super::pace::{EARLY_GAP, Pace};
use super::published::{Content, Published, Words};
use crate::host::clock::Clock;
use crate::host::log::{Log, LogLevel};
use crate::host::thread::StopSign;

/// Fetches, publishes what is new, and waits until the next fetch is due.
pub(super) struct Refresher<T> {
    fetcher: Fetcher,
    published: Arc<Published<T>>,
    stop: StopSign,
    log: Log,
    clock: Clock,
    /// The digest of the body that was read last, and what was wrong with it. The same body is not read
    /// again, so its defects are logged once.
    last_read: Option<(Digest, Option<Failure>)>,
    trouble: Option<Trouble>,
    /// When the server last said that what is held is current.
    last_success: Option<Instant>,
    last_early: Option<Instant>,
}

/// Failures in a row.
struct Trouble {
    since: Instant,
    failures: u32,
    last_logged: Failure,
}

impl<T: Content> Refresher<T> {
    pub(super) fn new(
        fetcher: Fetcher,
        published: Arc<Published<T>>,
        stop: StopSign,
        log: Log,
        clock: Clock,
    ) -> Self {
        Self {
            fetcher,
            published,
            stop,
            log,
            clock,
            last_read: None,
            trouble: None,
            last_success: None,
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
                    self.published.first_answer.set();
                    self.wait(None, |pace| pace.refresh(max_age, chance));
                }
                Err(failure) => {
                    let retry_after = failure.retry_after();
                    let failures = self.failed(failure);
                    self.published.first_answer.set();
                    self.wait(retry_after, |pace| pace.retry(failures, chance));
                }
            }
        }
    }

    /// Fetches once, and publishes what is new.
    fn refresh(&mut self) -> Result<Option<Duration>, Failure> {
        let terms = self.published.terms.load_full();
        let fetched = self.fetcher.fetch(&terms.headers)?;
        // A fetch answers all requests that were made before it came, unless the headers changed meanwhile:
        // then one of them was for a fetch with the new ones.
        if terms.headers == self.published.terms.load().headers {
            self.published.answer_requests();
        }
        let max_age = fetched.max_age;
        if let Some(body) = &fetched.body {
            self.read(body, &terms.option)?;
        }
        self.fetcher.accept(fetched);
        Ok(max_age)
    }

    /// Publishes a body, unless it is the one read last.
    fn read(&mut self, body: &[u8], option: &str) -> Result<(), Failure> {
        let digest = digest::digest(&digest::SHA256, body);
        if let Some((last, defect)) = &self.last_read
            && last.as_ref() == digest.as_ref()
            && (defect.is_some() || self.published.is_held())
        {
            return defect.clone().map_or(Ok(()), Err);
        }
        let read = T::read(body, option, &self.log).map_err(Failure::new);
        self.last_read = Some((digest, read.as_ref().err().cloned()));
        let content = read?;
        let how = if self.published.is_held() {
            "changed; it has"
        } else {
            "fetched:"
        };
        let summary = content.summary();
        self.published.content.store(Some(Arc::new(content)));
        self.log.write(LogLevel::Info, || {
            format!("`{option}`: {} {how} {summary}", T::WORDS.singular)
        });
        Ok(())
    }

    fn succeeded(&mut self) {
        self.published.status.succeeded(self.now());
        self.last_success = Some(Instant::now());
        if let Some(trouble) = self.trouble.take() {
            self.log.write(LogLevel::Info, || {
                let (option, failures) = (&self.published.terms.load().option, trouble.failures);
                format!("`{option}`: fetched again after {failures} failure(s)")
            });
        }
    }

    /// Counts a failure, and logs what is new about it. Returns how many there were in a row.
    fn failed(&mut self, failure: Failure) -> u32 {
        let is_news = self
            .trouble
            .as_ref()
            .is_none_or(|trouble| !trouble.last_logged.has_cause_of(&failure));
        let trouble = self.trouble.get_or_insert_with(|| Trouble {
            since: Instant::now(),
            failures: 0,
            last_logged: failure.clone(),
        });
        trouble.failures = trouble.failures.saturating_add(1);
        trouble.last_logged = failure;
        let (failures, since) = (trouble.failures, trouble.since.elapsed());
        let cause = &trouble.last_logged;
        self.published.status.failed(failures);
        let held = self.published.is_held();
        let dropped = held && self.published.terms.load().pace.is_over(failures, since);
        // A cause is a warning once, not with every retry; and once more when the keys are dropped.
        let level = if is_news || dropped {
            LogLevel::Warn
        } else {
            LogLevel::Debug
        };
        self.log.write(level, || {
            let option = &self.published.terms.load().option;
            let Words {
                plural, none_held, ..
            } = T::WORDS;
            let result = match (held, dropped) {
                (true, true) => format!("{plural} are dropped after {failures} failure(s)"),
                (true, false) => match self.last_success {
                    Some(last) => {
                        let age = last.elapsed().as_secs();
                        format!("{plural} fetched before stay in use, which were current {age} seconds ago")
                    }
                    None => format!("{plural} fetched before stay in use"),
                },
                (false, _) => none_held.to_owned(),
            };
            format!("`{option}`: {plural} cannot be fetched: {cause}; {result}")
        });
        if dropped {
            self.published.content.store(None);
            self.fetcher.forget();
        }
        failures
    }

    /// Waits for as long as `time` says, or until a requested refresh is due; in either case for as long as
    /// the server wants to be left alone.
    fn wait(&mut self, retry_after: Option<Duration>, time: impl Fn(&Pace) -> Duration) {
        let (start, start_second) = (Instant::now(), self.now());
        while !self.stop.is_up() {
            let pace = self.published.terms.load().pace;
            let alone = pace.leave_alone(retry_after);
            let left = time(&pace).max(alone).saturating_sub(start.elapsed());
            if left.is_zero() {
                return;
            }
            let mut until = left;
            if self.published.is_refresh_requested() {
                let due = self
                    .until_early()
                    .max(alone.saturating_sub(start.elapsed()));
                if due.is_zero() {
                    self.published.answer_requests();
                    self.last_early = Some(Instant::now());
                    return;
                }
                until = left.min(due);
            }
            let since_start = start.elapsed().saturating_add(until).as_secs();
            let next = start_second.saturating_add_unsigned(since_start);
            self.published.status.refreshes_at(next);
            StopSign::sleep(until);
        }
    }

    /// The Unix second; 0: the clock has failed.
    fn now(&self) -> i64 {
        self.clock.now().unwrap_or_default()
    }

    fn until_early(&self) -> Duration {
        self.last_early.map_or(Duration::ZERO, |last| {
            EARLY_GAP.saturating_sub(last.elapsed())
        })
    }
}

/// A number from 0 to 1, by chance.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    let _ = rand::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}
