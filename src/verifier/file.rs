//! A configuration that is in a file.

use std::path::Path;

use super::{Hooks, Verifier};
use crate::config::{Config, ConfigError};

impl Verifier {
    /// Reads a configuration from a file of at most 16 MiB, and does as [`Verifier::new`]. Relative paths in it
    /// start from the working directory.
    ///
    /// # Errors
    ///
    /// As for [`Verifier::new`]; the sentence begins with the path of the file.
    pub fn from_file(path: &Path, hooks: Hooks) -> Result<Self, ConfigError> {
        let made = Self::start(hooks, |log| Config::read(path, log));
        made.map_err(|error| error.in_file(path))
    }

    /// Reads a configuration from a file as [`Verifier::from_file`] does, and takes it as [`Verifier::reload`]
    /// does.
    ///
    /// # Errors
    ///
    /// As for [`Verifier::from_file`]; the configuration before stays.
    pub fn reload_file(&self, path: &Path) -> Result<(), ConfigError> {
        let replaced = self.replace(|log| Config::read(path, log));
        replaced.map_err(|error| error.in_file(path))
    }
}
