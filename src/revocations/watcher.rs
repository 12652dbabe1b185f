//! The thread that looks for changes of a revocations file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};

use super::Revocations;
use super::file::{FileStamp, RevocationsFile, read};
use crate::host::file;
use crate::host::log::{Log, LogLevel};
use crate::host::thread::{Background, StopSign};

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// What a `revocations_file` says now.
pub(crate) struct WatchedRevocations {
    current: Arc<ArcSwap<Revocations>>,
    background: Background,
}

impl WatchedRevocations {
    /// Starts to look for changes of a file that was read.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    pub(crate) fn start(file: RevocationsFile, log: &Log) -> Result<Self, String> {
        let current = Arc::new(ArcSwap::from_pointee(file.revocations));
        let watcher = Watcher {
            path: file.path,
            last_read: Some(file.stamp),
            last_logged: None,
            current: Arc::clone(&current),
        };
        let background = Background::start("jwt_auth_revoke", log, |stop, log| {
            watcher.run(&stop, &log);
        })
        .map_err(|error| format!("the thread that looks for changes cannot be started: {error}"))?;
        Ok(Self {
            current,
            background,
        })
    }

    pub(crate) fn now(&self) -> Guard<Arc<Revocations>> {
        self.current.load()
    }

    /// Looks for no more changes.
    pub(crate) fn stop(&self) {
        self.background.stop();
    }
}

struct Watcher {
    path: String,
    /// The file whose content is in force; none: the last one could not be read.
    last_read: Option<FileStamp>,
    /// The defect of the file that was logged, so that it is logged once.
    last_logged: Option<String>,
    current: Arc<ArcSwap<Revocations>>,
}

impl Watcher {
    fn run(mut self, stop: &StopSign, log: &Log) {
        loop {
            StopSign::sleep(INTERVAL);
            if stop.is_up() {
                return;
            }
            // A defect of ours must not end the looking.
            if catch_unwind(AssertUnwindSafe(|| self.look(log))).is_err() {
                log.write(LogLevel::Error, || {
                    "`revocations_file`: the library failed to read it".to_owned()
                });
            }
        }
    }

    /// Reads the file if it is not the one that was read before.
    fn look(&mut self, log: &Log) {
        let read = match FileStamp::of(&self.path) {
            Ok(stamp) if self.last_read == Some(stamp) => return,
            // What is written while we read leaves another stamp, and is read the next time.
            Ok(stamp) => read(&self.path).map(|revocations| (stamp, revocations)),
            Err(error) => Err(file::unreadable(&error)),
        };
        // Until it has been read, it is read again and again.
        self.last_read = None;
        match read {
            Ok((stamp, revocations)) => {
                self.last_read = Some(stamp);
                let count = revocations.len();
                self.current.store(Arc::new(revocations));
                self.last_logged = None;
                log.write(LogLevel::Info, || {
                    format!("`revocations_file`: changed; it has {count} revocation(s)")
                });
            }
            Err(problem) => {
                if self.last_logged.as_ref() != Some(&problem) {
                    log.write(LogLevel::Warn, || {
                        format!("`revocations_file`: {problem}; what it said before stays in force")
                    });
                }
                self.last_logged = Some(problem);
            }
        }
    }
}
