//! The command line.

use std::path::PathBuf;

/// How much is done in a turn.
pub(crate) struct Size {
    pub(crate) connects: usize,
    pub(crate) publishes: usize,
    /// How many clients are offline beside a publish.
    pub(crate) offline: usize,
    /// How many clients are connected when memory is measured.
    pub(crate) clients: usize,
}

pub(crate) struct Options {
    pub(crate) size: Size,
    /// Where a Mosquitto is that is measured.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) plugin: PathBuf,
}

impl Options {
    pub(crate) fn read() -> Self {
        let mut size = Size {
            connects: 1000,
            publishes: 100_000,
            offline: 1_000_000,
            clients: 20_000.min(open_files() - 100),
        };
        let mut folders = Vec::new();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().unwrap().parse().unwrap();
            match argument.as_str() {
                // From cargo.
                "--bench" => {}
                "--short" => {
                    size = Size {
                        connects: 20,
                        publishes: 1000,
                        offline: 100,
                        clients: 100,
                    }
                }
                "--offline" => size.offline = number(),
                "--clients" => size.clients = number(),
                folder => folders.push(folder.into()),
            }
        }
        if folders.is_empty() {
            folders.push("/".into());
        }
        let plugin = std::env::var_os("JWT_AUTH_PLUGIN").unwrap().into();
        Self {
            size,
            folders,
            plugin,
        }
    }
}

/// How many files a process may have open, and so how many clients.
fn open_files() -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointer is good.
    let status = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    assert_eq!(status, 0);
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
}
