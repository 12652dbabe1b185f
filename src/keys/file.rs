//! Key files.

use std::fs::File;
use std::io::Read;

use zeroize::Zeroizing;

/// The largest file that is read, in bytes: room for a thousand keys.
const LARGEST: u64 = 1 << 20;

/// Reads a whole file into memory that is wiped. The error names no path: it may be a secret that
/// was put in the wrong place.
pub(crate) fn read(path: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let problem = |error: std::io::Error| format!("the file cannot be read: {error}");
    // Asked before it is opened: a pipe or a terminal would keep us waiting.
    let metadata = std::fs::metadata(path).map_err(problem)?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    // With room for all of it from the start, no copy is left behind by a growing buffer; and with
    // too little room, std would read through a buffer of its own.
    let room = metadata.len().clamp(64, LARGEST).saturating_add(64);
    let mut content = Zeroizing::new(Vec::with_capacity(
        usize::try_from(room).unwrap_or_default(),
    ));
    let file = File::open(path).map_err(problem)?;
    let read = file
        .take(LARGEST.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(problem)?;
    if read as u64 > LARGEST {
        return Err(format!("the file is larger than {LARGEST} bytes"));
    }
    Ok(content)
}
