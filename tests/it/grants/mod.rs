//! What an accepted client keeps.

mod sessions;
