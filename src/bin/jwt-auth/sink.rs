//! Where `issue` writes many tokens: nobody sees them until they are all there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::output::Failure;
use crate::replacement::{PRIVATE, Replacement};

/// Where the tokens go, which is seen by nobody until they are all there.
pub(crate) enum Sink {
    File(BufWriter<Replacement>),
    /// A file without a name, to be copied to standard output.
    Spool(BufWriter<File>),
}

impl Sink {
    /// Tokens are passwords, so others may not read the file.
    pub(crate) fn open(target: Option<&Path>) -> Result<Self, Failure> {
        Ok(match target {
            Some(target) => Self::File(BufWriter::new(Replacement::begin(target, PRIVATE)?)),
            None => Self::Spool(BufWriter::new(nameless().map_err(|error| {
                Failure::about(
                    std::env::temp_dir().display(),
                    format!("a temporary file: {error}"),
                )
            })?)),
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match self {
            Self::File(file) => file.write_all(bytes),
            Self::Spool(file) => file.write_all(bytes),
        };
        written.map_err(|error| Failure::about("the tokens cannot be written", error))
    }

    pub(crate) fn finish(self) -> Result<(), Failure> {
        let unwritten = |error: io::Error| Failure::about("the tokens cannot be written", error);
        match self {
            Self::File(file) => file
                .into_inner()
                .map_err(|error| unwritten(error.into_error()))?
                .commit(),
            Self::Spool(file) => {
                let mut file = file
                    .into_inner()
                    .map_err(|error| unwritten(error.into_error()))?;
                file.rewind().map_err(unwritten)?;
                match io::copy(&mut file, &mut io::stdout().lock()) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    copied => copied.map(|_| ()).map_err(unwritten),
                }
            }
        }
    }
}

/// A file that has lost its name, and so goes with the program.
fn nameless() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("jwt-auth.{}.tmp", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}
