//! What the documents say is what the published files say: tables and configurations are derived
//! from them, examples are tried, and links lead somewhere.

mod configurations;
mod debian;
mod examples;
mod layout;
mod links;
mod man;
mod monitoring;
mod notices;
mod providers;
mod tables;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::harness::Scratch;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[track_caller]
fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The paths of all files of the repository, from its root, in order. What is hidden, and what a
/// build makes, is left out.
fn files() -> Vec<String> {
    fn visit(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let (path, name) = entry.map(|e| (e.path(), e.file_name())).unwrap();
            let is_built = name == "target" || path.join("CACHEDIR.TAG").exists();
            if name.to_string_lossy().starts_with('.') || is_built {
                continue;
            }
            if path.is_dir() {
                visit(&path, found);
            } else {
                let from_root = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
                found.push(from_root.to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    visit(&repository(""), &mut found);
    found.sort();
    found
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(path).extension().unwrap_or_default();
    extensions.iter().any(|known| extension == *known)
}

/// The paths of all documents.
fn documents() -> Vec<String> {
    let mut found = files();
    found.retain(|path| has_extension(path, &["md"]));
    assert!(found.contains(&"README.md".to_owned()));
    found
}

/// Whether a line of a document opens or closes a block of code.
fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// A block of code in a document.
struct Block {
    language: String,
    text: String,
}

/// The blocks of code of a document.
fn fenced(document: &str) -> impl Iterator<Item = Block> {
    let mut lines = document.lines();
    std::iter::from_fn(move || {
        let opening = lines.find(|line| is_fence(line))?;
        let mut text = String::new();
        for line in lines.by_ref().take_while(|line| !is_fence(line)) {
            text.push_str(line);
            text.push('\n');
        }
        let language = opening.trim().trim_start_matches('`').to_owned();
        Some(Block { language, text })
    })
}

/// What is in a file is this, or becomes it.
#[track_caller]
fn is_written(path: &str, expected: &str) {
    if std::env::var_os("JWT_AUTH_BLESS").is_some() {
        fs::write(repository(path), expected).unwrap();
    }
    assert!(
        fs::read_to_string(repository(path)).unwrap_or_default() == expected,
        "{path} is out of date; JWT_AUTH_BLESS=1 cargo test writes it anew"
    );
}

/// What stands between `<!-- NAME -->` and `<!-- /NAME -->` in a document is this, or becomes it.
#[track_caller]
fn has_block(document: &str, name: &str, expected: &str) {
    // One block after the other: two of them may be in one file.
    static WRITING: Mutex<()> = Mutex::new(());
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let guard = WRITING.lock();
    let text = read(document);
    let parts = text
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?)));
    let Some((before, (found, after))) = parts else {
        panic!("{document} has no block `{name}`");
    };
    if found != expected && std::env::var_os("JWT_AUTH_BLESS").is_some() {
        let blessed = format!("{before}{begin}{expected}{end}{after}");
        fs::write(repository(document), blessed).unwrap();
    } else {
        assert!(
            found == expected,
            "{document}: `{name}` is out of date; JWT_AUTH_BLESS=1 cargo test writes it anew"
        );
    }
    drop(guard);
}

#[test]
fn the_readme_is_short() {
    let len = read("README.md").len();
    assert!(len <= 8192, "README.md has {len} bytes");
}

#[test]
fn the_c_example_compiles_without_a_warning() {
    let readme = read("README.md");
    let examples = fenced(&readme).filter(|block| block.language == "c");
    let [example] = &examples.collect::<Vec<_>>()[..] else {
        panic!("not one example");
    };
    let source = Scratch::new("readme.c", &example.text);
    let output = Command::new("cc")
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-fsyntax-only",
            "-I",
        ])
        .arg(repository("include"))
        .arg(&source.0)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_changelog_has_an_entry_for_this_version_and_an_abi_line_in_each() {
    let changelog = read("CHANGELOG.md");
    let entries: Vec<_> = changelog.split("\n## ").skip(1).collect();
    let is_this = |entry: &&&str| entry.starts_with(env!("CARGO_PKG_VERSION"));
    assert_eq!(entries.iter().filter(is_this).count(), 1);
    for entry in entries {
        assert!(entry.contains("\nABI: "), "{entry}");
    }
}

/// But those that came with the first version, whose ABI line says that everything is new.
#[test]
fn the_changelog_names_every_function_that_was_added() {
    const FIRST: [&str; 5] = [
        "jwt_auth_abi_version",
        "jwt_auth_decision_str",
        "jwt_auth_reason_str",
        "jwt_auth_status_str",
        "jwt_auth_version",
    ];
    let (header, changelog) = (read("include/jwt_auth.h"), read("CHANGELOG.md"));
    let function = regex::Regex::new(r"\b(jwt_auth_\w+)\(").unwrap();
    let functions: BTreeSet<_> = (function.captures_iter(&header))
        .map(|found| found.extract::<1>().1[0])
        .collect();
    assert!(functions.len() > 20, "{functions:?}");
    let is_named = |name: &&str| changelog.contains(&format!("`{name}`"));
    let unnamed: Vec<_> = (functions.into_iter())
        .filter(|name| !FIRST.contains(name) && !is_named(name))
        .collect();
    assert_eq!(unnamed, [""; 0]);
}
