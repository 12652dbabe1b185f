//! The thread that looks for changes of a revocations file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, Guard};

use super::Revocations;
use super::file::{FileStamp, FileVersion, RevocationsFile, read};
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
            last_read: Some(file.version),
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
    last_read: Option<FileVersion>,
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
            if catch_unwind(AssertUnwindSafe(|| self.look(Instant::now(), log))).is_err() {
                log.write(LogLevel::Error, || {
                    "`revocations_file`: the library failed to read it".to_owned()
                });
            }
        }
    }

    /// Reads the file if it may not be the one that was read before.
    fn look(&mut self, now: Instant, log: &Log) {
        match self.changed(now) {
            Ok(None) => {}
            Ok(Some((version, revocations))) => {
                self.last_read = Some(version);
                let count = revocations.len();
                self.current.store(Arc::new(revocations));
                self.last_logged = None;
                log.write(LogLevel::Info, || {
                    format!("`revocations_file`: changed; it has {count} revocation(s)")
                });
            }
            Err(problem) => {
                // Until it has been read, it is read again and again.
                self.last_read = None;
                if self.last_logged.as_ref() != Some(&problem) {
                    log.write(LogLevel::Warn, || {
                        format!("`revocations_file`: {problem}; what it said before stays in force")
                    });
                }
                self.last_logged = Some(problem);
            }
        }
    }

    /// What the file says; none: what it said before.
    fn changed(&mut self, now: Instant) -> Result<Option<(FileVersion, Revocations)>, String> {
        let stamp =
            FileStamp::of(&self.path).map_err(|error| file::unreadable(&self.path, error))?;
        let last_read = self.last_read.as_mut();
        if last_read.is_some_and(|version| version.is_known_by(stamp)) {
            return Ok(None);
        }
        let content = read(&self.path)?;
        let last_read = self.last_read.as_mut();
        if last_read.is_some_and(|version| version.is_again(stamp, now, &content)) {
            return Ok(None);
        }
        let revocations = Revocations::parse(&content)?;
        let version = FileVersion::new(stamp, now, &content);
        Ok(Some((version, revocations)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use super::*;
    use crate::revocations::Issued;

    /// Whether a token with this id is revoked.
    fn revokes(watcher: &Watcher, id: &str) -> bool {
        let token = Issued {
            id: Some(id.into()),
            issuer: None,
            subject: None,
            at: None,
        };
        watcher.current.load().revoke(&token, None)
    }

    #[test]
    fn a_second_change_within_one_tick_is_seen_and_told_once() {
        let name = format!("jwt_auth-{}-revocations.json", std::process::id());
        let path = std::env::temp_dir().join(name).display().to_string();
        let write = |id: &str| assert!(fs::write(&path, format!(r#"{{"jti":["{id}"]}}"#)).is_ok());
        let lines = Arc::new(Mutex::new(0));
        let count = Arc::clone(&lines);
        let log = Log::new(Some(Box::new(move |_, _| {
            if let Ok(mut count) = count.lock() {
                *count += 1;
            }
        })));

        let start = Instant::now();
        write("a");
        let file = RevocationsFile::read(path.clone());
        let Ok(file) = file else {
            unreachable!("it was written")
        };
        let mut watcher = Watcher {
            path: path.clone(),
            last_read: Some(file.version),
            last_logged: None,
            current: Arc::new(ArcSwap::from_pointee(file.revocations)),
        };
        write("b");
        // As if the clock of the file system stood still between the two.
        if let (Ok(stamp), Some(version)) = (FileStamp::of(&path), &mut watcher.last_read) {
            version.set_stamp(stamp);
        }
        for seconds in 1..5 {
            watcher.look(start + seconds * INTERVAL, &log);
            assert!(revokes(&watcher, "b") && !revokes(&watcher, "a"));
        }
        assert_eq!(lines.lock().map(|lines| *lines).ok(), Some(1));
        assert!(fs::remove_file(&path).is_ok());
    }
}
