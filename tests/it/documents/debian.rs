//! Debian's packages have the version of Cargo.toml.

use super::read;

#[test]
fn the_version_in_debian_changelog_is_that_of_the_package() {
    let changelog = read("debian/changelog");
    let entry = format!("libjwt-auth ({}) ", env!("CARGO_PKG_VERSION"));
    assert!(changelog.starts_with(&entry), "not at its start: {entry}");
}
