//! A thread of a verifier's own.
//!
//! It is asked to stop and not joined: it may be in a system call that nothing interrupts, such as the
//! resolution of a host name. So it owns whatever it touches, and reaches the caller's log through a
//! [`Gate`] that is closed first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use super::gate::Gate;
use super::log::Log;
use super::signals::without_signals;

/// A thread that works until this is dropped or stopped.
pub(crate) struct Background {
    thread: Thread,
    stop: StopSign,
    gate: Gate<Log>,
    /// The process that has the thread. A child made by `fork` has not, and must not touch the locks
    /// that the thread may have held at that moment.
    process: u32,
}

/// The flag by which a thread is asked to stop.
#[derive(Clone, Default)]
pub(crate) struct StopSign(Arc<AtomicBool>);

impl StopSign {
    pub(crate) fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Parks the thread until it is woken, for at most this long; it may also wake spuriously.
    pub(crate) fn sleep(time: Duration) {
        thread::park_timeout(time);
    }
}

impl Background {
    /// Starts a thread, which is to return soon after the sign is up. Of a name longer than 15 bytes
    /// the system would keep the beginning.
    pub(crate) fn start(
        name: &str,
        log: &Log,
        work: impl FnOnce(StopSign, Log) + Send + 'static,
    ) -> io::Result<Self> {
        let stop = StopSign::default();
        let gate = Gate::new(log.clone());
        let (sign, log) = (stop.clone(), gate.log());
        let started = without_signals(|| {
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(sign, log))
        })?;
        Ok(Self {
            thread: started.thread().clone(),
            stop,
            gate,
            process: std::process::id(),
        })
    }

    /// Whether this process has the thread.
    pub(crate) fn is_here(&self) -> bool {
        std::process::id() == self.process
    }

    /// Ends the thread's sleep.
    pub(crate) fn wake(&self) {
        self.thread.unpark();
    }

    /// Closes the gate to the log and asks the thread to stop. Waits for a log hook that is running, and
    /// for nothing else. False: this process, a child, has no such thread.
    pub(crate) fn stop(&self) -> bool {
        let is_here = self.is_here();
        if is_here {
            self.stop.0.store(true, Ordering::Release);
            self.gate.close();
            self.wake();
        }
        is_here
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}
