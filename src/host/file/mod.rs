//! Files that hold a configuration, or that one names.

mod problem;

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

pub(crate) use problem::{Problem, unreadable};

/// The largest key file that is read, in bytes: room for a thousand keys.
const LARGEST_KEYS: u64 = 1 << 20;

/// Reads a file that holds keys.
pub(crate) fn read_keys(path: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    read(path, LARGEST_KEYS)
}

/// The byte order mark of UTF-8, which some editors write in front of a text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A text without the byte order mark that it may begin with.
pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// What those may do with a file who are neither its owner nor of its group.
#[derive(Clone, Copy)]
pub(crate) struct OthersMay {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

/// What others may do with the file of this path; none: nothing, or there is no such file.
pub(crate) fn others_may(path: &str) -> Option<OthersMay> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let [read, write] = [libc::S_IROTH, libc::S_IWOTH].map(|bit| mode & bit != 0);
    (read || write).then_some(OthersMay { read, write })
}

/// Reads a whole file of up to so many bytes into memory that is wiped.
pub(crate) fn read(path: &str, largest: u64) -> Result<Zeroizing<Vec<u8>>, String> {
    read_at(path.as_ref(), largest).map_err(|problem| problem.about(path))
}

/// The same, where the path is surely one, and told by the caller if something is wrong.
pub(crate) fn read_at(path: &Path, largest: u64) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let (file, metadata) = open(path)?;
    let file = file.take(largest.saturating_add(1));
    // With room for all of the file from the start; and std reads through a buffer of its own where there is
    // too little room.
    let room = metadata.len().clamp(64, largest).saturating_add(64);
    let room = usize::try_from(room).unwrap_or_default();
    let content = read_to_end(file, room).map_err(Problem::Unreadable)?;
    if content.len() as u64 > largest {
        return Err(Problem::TooLarge(largest));
    }
    Ok(content)
}

/// Reads all there is. A buffer that grows leaves copies behind, so where a file has grown since it was looked
/// at, what was read is moved to a larger one, and the smaller one is wiped.
fn read_to_end(mut from: impl Read, room: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    loop {
        let room = content.capacity().saturating_sub(content.len());
        let read = from.by_ref().take(room as u64).read_to_end(&mut content)?;
        if read < room {
            return Ok(content);
        }
        let twice = content.capacity().saturating_mul(2);
        let mut larger = Zeroizing::new(Vec::with_capacity(twice));
        larger.extend_from_slice(&content);
        content = larger;
    }
}

/// Opens a regular file, and does not wait for anybody.
fn open(path: &Path) -> Result<(File, Metadata), Problem> {
    // Looked at before it is opened: a device may do something when it is.
    regular(std::fs::metadata(path))?;
    // Whatever has taken its place since is opened without waiting, as for the writer of a pipe, and
    // looked at again.
    let file = File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(Problem::Unreadable)?;
    let metadata = regular(file.metadata())?;
    Ok((file, metadata))
}

fn regular(metadata: io::Result<Metadata>) -> Result<Metadata, Problem> {
    let metadata = metadata.map_err(Problem::Unreadable)?;
    if metadata.is_file() {
        Ok(metadata)
    } else {
        Err(Problem::NotRegular)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of so many bytes that is looked at when there is room for `room` of them.
    #[track_caller]
    fn is_read_whole(size: usize, room: usize) {
        let file: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
        let read = read_to_end(file.as_slice(), room);
        let read = read.unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!(*read, file, "{size} {room}");
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_is_read_whole() {
        for room in [64, 128] {
            for size in [0, 1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 100_000] {
                is_read_whole(size, room);
            }
        }
    }

    #[test]
    fn no_buffer_grows_in_its_place() {
        /// Writes down how large the buffer is that it is read into.
        struct Watched<'w>(&'w [u8], &'w mut Vec<usize>);
        impl Read for Watched<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.1.push(buffer.len());
                self.0.read(buffer)
            }
        }
        let mut rooms = Vec::new();
        let read = read_to_end(Watched(&[7; 300], &mut rooms), 100);
        assert_eq!(read.map(|read| read.len()).ok(), Some(300));
        // Of 100, then of 200 with 100 in it, then of 400 with 200.
        assert_eq!(rooms, [100, 100, 200, 100]);
    }
}
