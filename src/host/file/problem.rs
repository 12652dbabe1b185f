//! Why a file could not be read: which file, and as which user.

use std::fmt;
use std::io;
use std::path::Path;

use nix::unistd::{Uid, User};

use crate::host::quote::quoted;

/// What is wrong with a file.
#[derive(Debug)]
pub(crate) enum Problem {
    Unreadable(io::Error),
    NotRegular,
    TooLarge(u64),
}

/// Says that the file of this path cannot be read.
pub(crate) fn unreadable(path: &str, error: io::Error) -> String {
    Problem::Unreadable(error).about(path)
}

impl Problem {
    /// A sentence about the file of this path.
    pub(super) fn about(self, path: &str) -> String {
        match shown(path) {
            Some(path) => format!("{self}: {}", quoted(&path)),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                write!(
                    f,
                    "the file cannot be read: permission denied for {}",
                    user()
                )
            }
            Self::Unreadable(error) => write!(f, "the file cannot be read: {error}"),
            Self::NotRegular => f.write_str("not a regular file"),
            Self::TooLarge(largest) => write!(f, "the file is larger than {largest} bytes"),
        }
    }
}

/// As whom this process reads files.
fn user() -> String {
    let uid = Uid::effective();
    match User::from_uid(uid) {
        Ok(Some(user)) => format!("user {} (uid {uid})", user.name),
        _ => format!("uid {uid}"),
    }
}

/// The absolute path, unless it may be a secret that was given as a path by mistake. It is a path beyond
/// doubt if there is such a file, or a directory that it begins with, or if it ends as files of keys do. The
/// root and the working directory say nothing: they are there whatever the text is.
fn shown(path: &str) -> Option<String> {
    const ENDINGS: [&str; 10] = [
        "cer", "crt", "der", "json", "jwk", "jwks", "key", "pem", "pub", "txt",
    ];
    let path = Path::new(path);
    let mut directories = path
        .ancestors()
        .skip(1)
        .filter(|directory| directory.parent().is_some());
    let is_path = path.symlink_metadata().is_ok()
        || directories.any(Path::is_dir)
        || path
            .extension()
            .is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    let absolute = std::path::absolute(path).ok()?;
    is_path.then(|| absolute.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_path_is_shown_as_an_absolute_one() {
        let here = env!("CARGO_MANIFEST_DIR");
        for (path, expected) in [
            ("/etc/hunter2", "/etc/hunter2".to_owned()),
            ("/etc/nowhere/hunter2", "/etc/nowhere/hunter2".to_owned()),
            ("/nowhere/keys.json", "/nowhere/keys.json".to_owned()),
            ("keys.pem", format!("{here}/keys.pem")),
            ("./hunter2", format!("{here}/hunter2")),
            ("src/hunter2", format!("{here}/src/hunter2")),
            ("Cargo.toml", format!("{here}/Cargo.toml")),
            ("/", "/".to_owned()),
        ] {
            assert_eq!(shown(path), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for text in [
            "",
            "hunter2",
            "hunter2.com",
            "/hunter2",
            "/nowhere/hunter2",
            "nowhere/hunter2",
            "aHVudGVyMi9/aHVudGVyMi+/==",
            "/HVudGVyMi9/aHVudGVyMi+/==",
            "-----BEGIN PRIVATE KEY-----\nMII/\n-----END PRIVATE KEY-----\n",
            r#"{"keys":[{"kty":"oct","k":"aHVudGVyMg"}]}"#,
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
