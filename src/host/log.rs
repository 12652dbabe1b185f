//! Where log lines go: to the caller's hook, or nowhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::bytes::{self, Block16};

/// How much a log line matters.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// The library cannot do its work.
    Error = 1,
    /// It works, and something should be changed: a weak secret, a key that was skipped, keys that
    /// cannot be fetched, a client about whose topics nobody says anything but the broker.
    Warn = 2,
    /// What was loaded or fetched, and every client refused, with the reason; of one reason in one second ten
    /// clients, and then the number of the others. Topic permissions that never match.
    Info = 3,
    /// Every client accepted or left to the next authenticator, those others, topics that are denied, and
    /// failures that were told before.
    Debug = 4,
}

impl LogLevel {
    /// The level of this number.
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        let mut levels = [Self::Error, Self::Warn, Self::Info, Self::Debug].into_iter();
        levels.find(|level| *level as i32 == number)
    }
}

/// A function that takes log lines, from any thread.
pub type LogHook = Box<dyn Fn(LogLevel, String) + Send + Sync>;

/// Writes log lines for one verifier. There is no global logger: two verifiers do not meet.
#[derive(Clone)]
pub(crate) struct Log(Option<Arc<Listener>>);

struct Listener {
    hook: LogHook,
    /// The number of the last level that it is given.
    level: AtomicU8,
}

impl Log {
    /// A log that writes lines of every level.
    pub(crate) fn new(hook: Option<LogHook>) -> Self {
        Self(hook.map(|hook| {
            let level = AtomicU8::new(LogLevel::Debug as u8);
            Arc::new(Listener { hook, level })
        }))
    }

    /// From now on writes lines of this level and of those before it.
    pub(crate) fn set_level(&self, level: LogLevel) {
        // Callers may say so again and again: a store would take the cache line from all other threads.
        if let Some(listener) = &self.0
            && listener.level.load(Relaxed) != level as u8
        {
            listener.level.store(level as u8, Relaxed);
        }
    }

    /// Whether somebody listens to lines of this level.
    #[inline]
    pub(crate) fn takes(&self, level: LogLevel) -> bool {
        let listener = self.0.as_ref();
        listener.is_some_and(|listener| level as u8 <= listener.level.load(Relaxed))
    }

    /// Whether there is a hook.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Writes one line; `line` is called only when somebody listens.
    ///
    /// Control characters are escaped here, once for all, so that no token or configuration can
    /// forge a second line or speak to a terminal.
    pub(crate) fn write(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if let Some(listener) = self.0.as_ref().filter(|_| self.takes(level)) {
            let mut line = line();
            // A line about each client goes this way, and next to none has one. C2 begins those that
            // are not ASCII.
            let suspect = |block: Block16| block.less(b' ') | block.is(0x7F) | block.is(0xC2);
            if bytes::find(line.as_bytes(), 0, suspect) < line.len() {
                line = escaped(&line);
            }
            (listener.hook)(level, line);
        }
    }
}

fn escaped(line: &str) -> String {
    line.chars()
        .flat_map(|c| {
            let (escaped, plain) = if c.is_control() {
                (Some(c.escape_default()), None)
            } else {
                (None, Some(c))
            };
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let log = Log::new(Some(Box::new(move |level, line| {
            if let Ok(mut lines) = sink.lock() {
                lines.push((level, line));
            }
        })));
        log.write(LogLevel::Warn, || {
            "key \"k\nforged\0\u{1b}[2J\u{7f}\u{85}\" \u{e9}".to_owned()
        });
        let lines = lines.lock().map(|lines| lines.clone()).unwrap_or_default();
        let expected = "key \"k\\nforged\\u{0}\\u{1b}[2J\\u{7f}\\u{85}\" \u{e9}".to_owned();
        assert_eq!(lines, [(LogLevel::Warn, expected)]);
    }

    #[test]
    fn lines_behind_the_level_are_not_even_made() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let log = Log::new(Some(Box::new(move |level, _| {
            if let Ok(mut lines) = sink.lock() {
                lines.push(level);
            }
        })));
        let levels = [
            LogLevel::Error,
            LogLevel::Warn,
            LogLevel::Info,
            LogLevel::Debug,
        ];
        for set in levels {
            log.set_level(set);
            for level in levels {
                assert_eq!(log.takes(level), level <= set);
                log.write(level, || {
                    assert!(level <= set, "{level:?} at {set:?}");
                    String::new()
                });
            }
            let written = lines.lock().map(|mut lines| std::mem::take(&mut *lines));
            let expected: Vec<_> = levels.into_iter().filter(|level| *level <= set).collect();
            assert_eq!(written.unwrap_or_default(), expected);
        }
    }
}
