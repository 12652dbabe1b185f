//! What comes in: tokens, configurations, keys.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::output::{Failure, note};

/// The largest file that is read whole, in bytes.
const LARGEST: u64 = 16 << 20;

/// Where the token comes from.
#[derive(Args)]
pub(crate) struct TokenSource {
    /// The file with the token; without it, or with -, standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The token itself. Others on this machine may see it: prefer a file
    #[arg(long, value_name = "TOKEN", conflicts_with = "file")]
    token: Option<String>,
}

impl TokenSource {
    /// The token, without the newline that ends a file.
    pub(crate) fn read(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if let Some(token) = &self.token {
            return Ok(Zeroizing::new(token.clone().into_bytes()));
        }
        if self.file.as_deref().is_none_or(is_standard_input) && io::stdin().is_terminal() {
            note("paste the token, and end it with Enter and Control-D");
        }
        let mut text = match &self.file {
            Some(file) => read(file)?,
            None => read(Path::new("-"))?,
        };
        for end in [b'\n', b'\r'] {
            if text.last() != Some(&end) {
                break;
            }
            text.pop();
        }
        Ok(text)
    }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// How messages call a file.
pub(crate) fn name(path: &Path) -> String {
    if is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Whether a file holds blocks of PEM (RFC 7468).
pub(crate) fn is_pem(content: &[u8]) -> bool {
    content.windows(10).any(|window| window == b"-----BEGIN")
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if is_standard_input(path) {
        return Ok(Box::new(io::stdin()));
    }
    let unreadable =
        |error| Failure::about(name(path), format!("the file cannot be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(Failure::about(name(path), "a directory, not a file"));
    }
    Ok(Box::new(file))
}

/// Reads a whole file, or standard input for `-`, into memory that is wiped.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Room for most keys and tokens from the start: a buffer that grows leaves copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(1 << 16));
    let file = open(path)?;
    let read = file
        .take(LARGEST.saturating_add(1))
        .read_to_end(&mut content);
    match read {
        Ok(len) if len as u64 <= LARGEST => Ok(content),
        Ok(_) => Err(Failure::about(
            name(path),
            format!("larger than {LARGEST} bytes"),
        )),
        Err(error) => Err(Failure::about(
            name(path),
            format!("the file cannot be read: {error}"),
        )),
    }
}

/// Reads a whole file of text, without the byte order mark that some editors put in front.
pub(crate) fn read_text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut content = read(path)?;
    match String::from_utf8(std::mem::take(&mut *content)) {
        Ok(text) => {
            let mut text = Zeroizing::new(text);
            if text.starts_with('\u{feff}') {
                text.remove(0);
            }
            Ok(text)
        }
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(Failure::about(name(path), "the file is not UTF-8"))
        }
    }
}
