//! The file that says what is revoked, as it was read.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant, SystemTime};

use aws_lc_rs::digest::{self, Digest};
use zeroize::Zeroizing;

use super::Revocations;
use crate::host::file;

/// The largest file that is read, in bytes: room for a million tokens.
const LARGEST: u64 = 1 << 26;

/// How long a stamp may stay the same while the file changes. File systems write times in ticks, of a few
/// milliseconds mostly and of two seconds at most (FAT).
const TICK: Duration = Duration::from_secs(2);

/// A `revocations_file` and what it said when it was read.
pub(crate) struct RevocationsFile {
    pub(super) path: String,
    pub(super) version: FileVersion,
    pub(super) revocations: Revocations,
}

/// A content of the file, and how to find out whether it is still there.
pub(super) struct FileVersion {
    stamp: FileStamp,
    /// When the stamp was seen first.
    since: Instant,
    /// Whether the content was read when no further change could have this stamp.
    is_settled: bool,
    digest: Digest,
}

/// What changes when a file does, unless two changes fall into one tick of the file system's clock.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct FileStamp {
    modified: SystemTime,
    /// Its status change, in seconds and nanoseconds: whoever sets the other time back changes it.
    changed: (i64, i64),
    len: u64,
    inode: u64,
}

impl RevocationsFile {
    /// Reads the file of this path.
    ///
    /// # Errors
    ///
    /// What is wrong with it. No value of it is quoted.
    pub(crate) fn read(path: String) -> Result<Self, String> {
        let now = Instant::now();
        // What is written while we read leaves another stamp, or is found when the tick is over.
        let stamp = FileStamp::of(&path).map_err(|error| file::unreadable(&path, error))?;
        let content = read(&path)?;
        Ok(Self {
            path,
            version: FileVersion::new(stamp, now, &content),
            revocations: Revocations::parse(&content)?,
        })
    }
}

impl FileVersion {
    /// A content that was read at this time, after the stamp was.
    pub(super) fn new(stamp: FileStamp, now: Instant, content: &[u8]) -> Self {
        Self {
            stamp,
            since: now,
            is_settled: false,
            digest: digest::digest(&digest::SHA256, content),
        }
    }

    #[cfg(test)]
    pub(super) fn set_stamp(&mut self, stamp: FileStamp) {
        self.stamp = stamp;
    }

    /// Whether a file with this stamp has this content, without reading it.
    pub(super) fn is_known_by(&self, stamp: FileStamp) -> bool {
        self.is_settled && self.stamp == stamp
    }

    /// Whether this is the content, which was read again at this time, after the stamp was.
    pub(super) fn is_again(&mut self, stamp: FileStamp, now: Instant, content: &[u8]) -> bool {
        if digest::digest(&digest::SHA256, content).as_ref() != self.digest.as_ref() {
            return false;
        }
        if self.stamp == stamp {
            self.is_settled = now.saturating_duration_since(self.since) >= TICK;
        } else {
            (self.stamp, self.since, self.is_settled) = (stamp, now, false);
        }
        true
    }
}

impl FileStamp {
    pub(super) fn of(path: &str) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            modified: metadata.modified()?,
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            len: metadata.len(),
            inode: metadata.ino(),
        })
    }
}

pub(super) fn read(path: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    file::read(path, LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_read_again_until_its_tick_is_over() {
        let stamp = FileStamp {
            modified: SystemTime::UNIX_EPOCH,
            changed: (0, 0),
            len: 1,
            inode: 1,
        };
        let later = FileStamp {
            changed: (0, 1),
            ..stamp
        };
        let start = Instant::now();
        let mut version = FileVersion::new(stamp, start, b"a");
        assert!(!version.is_known_by(stamp));
        assert!(version.is_again(stamp, start + TICK / 2, b"a"));
        assert!(!version.is_known_by(stamp));
        assert!(!version.is_again(stamp, start + TICK, b"b"));
        assert!(version.is_again(stamp, start + TICK, b"a"));
        assert!(version.is_known_by(stamp));
        assert!(!version.is_known_by(later));
        assert!(version.is_again(later, start + TICK, b"a"));
        assert!(!version.is_known_by(later));
        assert!(version.is_again(later, start + 2 * TICK, b"a"));
        assert!(version.is_known_by(later));
    }
}
