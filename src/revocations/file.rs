//! The file that says what is revoked, as it was read.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use super::Revocations;
use crate::host::file;

/// The largest file that is read, in bytes: room for a million tokens.
const LARGEST: u64 = 1 << 26;

/// A `revocations_file` and what it said when it was read.
pub(crate) struct RevocationsFile {
    pub(super) path: String,
    pub(super) stamp: FileStamp,
    pub(super) revocations: Revocations,
}

/// What changes when a file does.
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
    /// What is wrong with it. Neither its path nor a value of it is quoted.
    pub(crate) fn read(path: String) -> Result<Self, String> {
        // What is written while we read leaves another stamp, and is read the next time.
        let stamp = FileStamp::of(&path).map_err(|error| file::unreadable(&error))?;
        let revocations = read(&path)?;
        Ok(Self {
            path,
            stamp,
            revocations,
        })
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

pub(super) fn read(path: &str) -> Result<Revocations, String> {
    Revocations::parse(&file::read(path, LARGEST)?)
}
