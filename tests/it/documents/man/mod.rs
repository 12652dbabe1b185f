//! The manual pages in docs/man are derived: each is a frame, written by hand in mdoc(7), whose
//! lines `@PART@` are replaced by what the header and the JSON Schema say.

mod header;
mod library;
mod mdoc;
mod options;

use super::{is_written, read};

/// The page that a frame becomes.
fn page(frame: &str, parts: &[(&str, String)]) -> String {
    let version = (
        "version",
        format!(".Os libjwt_auth {}\n", env!("CARGO_PKG_VERSION")),
    );
    let part = |name: &str| {
        let mut parts = parts.iter().chain([&version]);
        let found = parts.find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("no part {name}")).1.clone()
    };
    let lines = frame.lines().map(|line| {
        let name = line
            .strip_prefix('@')
            .and_then(|name| name.strip_suffix('@'));
        name.map_or_else(|| format!("{line}\n"), part)
    });
    lines.collect()
}

#[test]
fn the_page_of_the_library_is_that_of_the_header() {
    let parts = library::parts(&read("include/jwt_auth.h"));
    let page = page(include_str!("jwt_auth.3.in"), &parts);
    is_written("docs/man/jwt_auth.3", &page);
}

#[test]
fn the_page_of_the_library_names_every_function() {
    let (header, page) = (read("include/jwt_auth.h"), read("docs/man/jwt_auth.3"));
    let function = regex::Regex::new(r"(?m)^[^/\n]*\b(jwt_auth_\w+)\(").unwrap();
    let functions: Vec<_> = (function.captures_iter(&header))
        .map(|found| found.extract::<1>().1[0])
        .collect();
    assert!(functions.len() > 20, "{functions:?}");
    for name in functions {
        // What apropos finds; the prototype; what is said of it.
        for line in [
            format!("\n.Nm {name}"),
            format!("\n.Fo {name}\n"),
            format!("\n.Ss {name}\n"),
        ] {
            assert!(page.contains(&line), "{line}");
        }
    }
}

#[test]
fn the_page_of_the_configuration_is_that_of_the_schema() {
    let page = page(include_str!("jwt_auth.json.5.in"), &options::parts());
    is_written("docs/man/jwt_auth.json.5", &page);
}
