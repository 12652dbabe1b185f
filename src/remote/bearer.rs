//! The option `bearer_token_file`: a file that holds a token (RFC 6750), which somebody replaces from time to
//! time, as Kubernetes does.

use bytes::Bytes;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

use crate::host::file;

/// The largest file that is read, in bytes: far more than servers take in a header.
const LARGEST: u64 = 65_536;

/// A value that nothing shows and that is wiped.
pub(super) fn sensitive(value: Zeroizing<Vec<u8>>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The path of a file with a token.
#[derive(PartialEq, Eq)]
pub(crate) struct BearerTokenFile(String);

impl BearerTokenFile {
    /// A file from which a token can be read now.
    ///
    /// # Errors
    ///
    /// Why it cannot, in words that quote nothing of it.
    pub(crate) fn new(path: String) -> Result<Self, String> {
        let file = Self(path);
        file.read().map(|_| file)
    }

    /// The value of `Authorization` as the file has it now.
    pub(super) fn read(&self) -> Result<HeaderValue, String> {
        let content = file::read(&self.0, LARGEST)?;
        let token = token(&content)?;
        let mut value = Zeroizing::new(Vec::with_capacity(token.len().saturating_add(7)));
        value.extend(b"Bearer ");
        value.extend(token);
        sensitive(value).ok_or_else(|| "the file is no token".to_owned())
    }
}

/// What a file holds but a byte order mark in front and one end of a line behind, which editors write. Neither
/// can be in a token.
fn token(content: &[u8]) -> Result<&[u8], &'static str> {
    let content = file::without_byte_order_mark(content);
    let line = content.strip_suffix(b"\n").unwrap_or(content);
    let token = line.strip_suffix(b"\r").unwrap_or(line);
    if token.is_empty() {
        return Err("the file is empty");
    }
    if token.iter().any(|byte| b"\r\n".contains(byte)) {
        return Err("the file has several lines; it holds one token");
    }
    if !token.iter().all(u8::is_ascii_graphic) {
        return Err("the file has a blank or a character that is not ASCII, which no token has");
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_one_token() {
        let lines = "the file has several lines; it holds one token";
        let empty = "the file is empty";
        let other = "the file has a blank or a character that is not ASCII, which no token has";
        for (content, expected) in [
            ("a.b-c_d~e+f/g==", Ok("a.b-c_d~e+f/g==")),
            ("a\n", Ok("a")),
            ("a\r\n", Ok("a")),
            ("a\r", Ok("a")),
            ("\u{feff}a\n", Ok("a")),
            ("", Err(empty)),
            ("\n", Err(empty)),
            ("\r\n", Err(empty)),
            ("\u{feff}", Err(empty)),
            ("a\n\n", Err(lines)),
            ("\na", Err(lines)),
            ("a\nb\n", Err(lines)),
            ("a\rb", Err(lines)),
            ("a b", Err(other)),
            (" a", Err(other)),
            ("a\t", Err(other)),
            ("a\0", Err(other)),
            ("\u{feff}\u{feff}a", Err(other)),
            ("\u{e9}", Err(other)),
        ] {
            assert_eq!(
                token(content.as_bytes()),
                expected.map(str::as_bytes),
                "{content:?}"
            );
        }
    }
}
