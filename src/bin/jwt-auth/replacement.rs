//! Files that are written whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use crate::output::Failure;
use crate::signals;

/// The mode of a file that nobody but its owner reads.
pub(crate) const PRIVATE: u32 = 0o600;
pub(crate) const PUBLIC: u32 = 0o644;

/// What is to take the place of a file. Until then it is a temporary file beside it, which is removed when
/// this is dropped, and by SIGINT and SIGTERM.
pub(crate) struct Replacement {
    target: PathBuf,
    temporary: PathBuf,
    file: File,
}

impl Replacement {
    /// Begins to write the file of this path, which others may read as `mode` says.
    pub(crate) fn begin(target: &Path, mode: u32) -> Result<Self, Failure> {
        // Through a link, not in its place.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let Some(name) = target.file_name() else {
            return Err(Failure::about(target.display(), "not the name of a file"));
        };
        if target.is_dir() {
            return Err(Failure::about(target.display(), "a directory, not a file"));
        }
        let hidden = format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id());
        let temporary = target.with_file_name(hidden);
        signals::remove_when_interrupted(&temporary);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary);
        match file {
            Ok(file) => Ok(Self {
                target,
                temporary,
                file,
            }),
            Err(error) => {
                signals::forget();
                Err(unwritable(&target, &error))
            }
        }
    }

    /// Takes over mode and owner.
    pub(crate) fn resemble(&self, before: &Metadata) -> Result<(), Failure> {
        let own = self.file.metadata();
        let owner = |metadata: &Metadata| (metadata.uid(), metadata.gid());
        own.and_then(|own| {
            if owner(&own) != owner(before) {
                fchown(&self.file, Some(before.uid()), Some(before.gid()))?;
            }
            self.file.set_permissions(before.permissions())
        })
        .map_err(|error| {
            Failure::about(
                self.target.display(),
                format!("its mode and owner cannot be kept: {error}"),
            )
        })
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        self.file
            .write_all(text.as_bytes())
            .map_err(|error| unwritable(&self.target, &error))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.temporary
    }

    /// Takes the place of the file, once it is on the disk.
    pub(crate) fn commit(mut self) -> Result<(), Failure> {
        let written = self.file.flush().and_then(|()| self.file.sync_all());
        let renamed = written
            .and_then(|()| signals::uninterrupted(|| fs::rename(&self.temporary, &self.target)));
        renamed.map_err(|error| unwritable(&self.target, &error))?;
        sync_directory(&self.target).map_err(|error| unwritable(&self.target, &error))
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After a rename it is not there any more.
        let _ = fs::remove_file(&self.temporary);
        signals::forget();
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::about(
        path.display(),
        format!("the file cannot be written: {error}"),
    )
}

/// The directory that a file is in.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// The name in the directory must survive a loss of power as well.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(directory(path))?.sync_all()
}

/// Writes a file with this text, which others may read as `mode` says.
pub(crate) fn write(path: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let mut replacement = Replacement::begin(path, mode)?;
    replacement.put(text)?;
    replacement.commit()
}

/// Replaces a file that others may be changing too: one after the other, as the lock on its directory says.
/// `change` makes the new text of the old one; none: there is no such file.
pub(crate) fn change(
    path: &Path,
    mode: u32,
    change: impl FnOnce(Option<&str>) -> Result<String, Failure>,
    accept: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let lock = File::open(directory(path)).and_then(|lock| lock.lock().map(|()| lock));
    let _locked = lock.map_err(|error| {
        Failure::about(
            directory(path).display(),
            format!("the directory cannot be locked: {error}"),
        )
    })?;
    let before = match fs::metadata(path) {
        Ok(metadata) => Some((metadata, crate::input::read_text(path)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::about(path.display(), error)),
    };
    let text = change(before.as_ref().map(|(_, text)| text.as_str()))?;
    if before.as_ref().is_some_and(|(_, before)| **before == text) {
        return Ok(());
    }
    let mut replacement = Replacement::begin(path, mode)?;
    if let Some((metadata, _)) = &before {
        replacement.resemble(metadata)?;
    }
    replacement.put(&text)?;
    accept(replacement.path())?;
    replacement.commit()
}
