//! The file that says what is revoked, looked at again and again.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::{ArcSwap, Guard};

use super::Revocations;
use crate::host::file;
use crate::host::log::{Log, LogLevel};
use crate::host::thread::{Background, StopSign};

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// The largest file that is read, in bytes: room for a million tokens.
const LARGEST: u64 = 1 << 26;

/// What a `revocations_file` says now.
pub(crate) struct RevocationsFile {
    path: String,
    /// The file that was read first.
    seen: Mark,
    current: Arc<ArcSwap<Revocations>>,
    background: Option<Background>,
}

/// By what a change of a file is seen.
#[derive(Clone, Copy, PartialEq)]
struct Mark {
    modified: SystemTime,
    /// Its status change, in seconds and nanoseconds: whoever sets the other time back changes it.
    changed: (i64, i64),
    len: u64,
    inode: u64,
}

impl RevocationsFile {
    pub(crate) fn read(path: String) -> Result<Self, String> {
        let seen = Mark::of(&path).map_err(|error| file::unreadable(&error))?;
        let current = Arc::new(ArcSwap::from_pointee(read(&path)?));
        Ok(Self {
            path,
            seen,
            current,
            background: None,
        })
    }

    /// Starts to look for changes.
    pub(crate) fn watch(&mut self, log: &Log) -> Result<(), String> {
        let watcher = Watcher {
            path: self.path.clone(),
            seen: Some(self.seen),
            told: None,
            current: Arc::clone(&self.current),
        };
        let background = Background::start("jwt_auth_revoke", log, |stop, log| {
            watcher.run(&stop, &log);
        });
        self.background = Some(background.map_err(|error| {
            format!("the thread that looks for changes cannot be started: {error}")
        })?);
        Ok(())
    }

    pub(crate) fn now(&self) -> Guard<Arc<Revocations>> {
        self.current.load()
    }

    /// Looks for no more changes.
    pub(crate) fn stop(&self) {
        if let Some(background) = &self.background {
            background.stop();
        }
    }
}

struct Watcher {
    path: String,
    /// None: the file could not be read.
    seen: Option<Mark>,
    /// What is wrong with the file, and was told.
    told: Option<String>,
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
        let read = match Mark::of(&self.path) {
            Ok(mark) if self.seen == Some(mark) => return,
            // What is written while we read leaves another mark, and is read the next time.
            Ok(mark) => read(&self.path).map(|revocations| (mark, revocations)),
            Err(error) => Err(file::unreadable(&error)),
        };
        // Until it has been read, it is read again and again.
        self.seen = None;
        match read {
            Ok((mark, revocations)) => {
                self.seen = Some(mark);
                let count = revocations.len();
                self.current.store(Arc::new(revocations));
                self.told = None;
                log.write(LogLevel::Info, || {
                    format!("`revocations_file`: changed; it has {count} revocation(s)")
                });
            }
            Err(problem) => {
                if self.told.as_ref() != Some(&problem) {
                    log.write(LogLevel::Warn, || {
                        format!("`revocations_file`: {problem}; what it said before stays in force")
                    });
                }
                self.told = Some(problem);
            }
        }
    }
}

impl Mark {
    fn of(path: &str) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            modified: metadata.modified()?,
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            len: metadata.len(),
            inode: metadata.ino(),
        })
    }
}

fn read(path: &str) -> Result<Revocations, String> {
    Revocations::parse(&file::read(path, LARGEST)?)
}
