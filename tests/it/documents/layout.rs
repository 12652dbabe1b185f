//! How long lines are: prose at most 120 columns, code and comments at most 100.

use super::{documents, files, has_extension, is_fence, read};

const PROSE: usize = 120;
const CODE: usize = 100;

/// Comments here are not wrapped yet.
const WIDE: [&str; 2] = ["include/", "src/"];

/// A line that can be broken and is longer.
fn is_too_long(line: &str, limit: usize) -> bool {
    line.chars().count() > limit && line.trim().contains(' ')
}

#[test]
fn lines_of_documents_are_wrapped() {
    let mut long = Vec::new();
    for document in documents() {
        let mut in_code = false;
        for (line, number) in read(&document).lines().zip(1..) {
            in_code ^= is_fence(line);
            let limit = if in_code { CODE } else { PROSE };
            // A row of a table cannot be broken.
            let is_row = !in_code && line.trim_start().starts_with('|');
            if !is_row && is_too_long(line, limit) {
                long.push(format!("{document}:{number}"));
            }
        }
        assert!(!in_code, "{document}: a block of code is not closed");
    }
    assert!(long.is_empty(), "too long: {long:#?}");
}

#[test]
fn comments_in_sources_are_wrapped() {
    let mut long = Vec::new();
    for source in files() {
        let markers: &[&str] = if has_extension(&source, &["rs", "c", "h", "cpp"]) {
            &["//"]
        } else if has_extension(&source, &["erl"]) {
            &["%"]
        } else if has_extension(&source, &["sh", "py"]) {
            &["#"]
        } else {
            continue;
        };
        if source.starts_with("tests/vectors/") {
            continue;
        }
        let limit = if WIDE.iter().any(|wide| source.starts_with(wide)) {
            PROSE
        } else {
            CODE
        };
        for (line, number) in read(&source).lines().zip(1..) {
            let is_comment = markers
                .iter()
                .any(|marker| line.trim_start().starts_with(marker));
            if is_comment && is_too_long(line, limit) {
                long.push(format!("{source}:{number}"));
            }
        }
    }
    assert!(long.is_empty(), "too long: {long:#?}");
}
