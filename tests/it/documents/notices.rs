//! THIRD-PARTY.txt: what is in the library and in the program beside their own code, and the
//! licences of it. It is derived from what cargo says is linked, and the licences of those crates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{is_written, repository};

const PROGRAM: [&str; 2] = ["--features", "cli"];
/// The other platforms have no crate that this one has not.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// Their packages lack the licence of their repository.
const WITHOUT_LICENCE: [&str; 2] = ["base64-simd", "vsimd"];

struct Crate {
    name: String,
    version: String,
    licence: String,
    source: String,
    directory: PathBuf,
    /// It is in the program, and not in the library.
    of_program: bool,
}

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(arguments)
        .args(["--locked", "--manifest-path"]);
    let output = command.arg(repository("Cargo.toml")).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The crates that are linked, by their names and versions.
fn linked(features: &[&str]) -> BTreeSet<(String, String)> {
    let tree = [
        "tree",
        "-e",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--target",
        PLATFORM,
    ];
    let tree = cargo(&[&tree, features].concat());
    let crates = tree.lines().filter_map(|line| {
        let (name, version) = line.split_once(" v")?;
        let version = version
            .split_once(' ')
            .map_or(version, |(version, _)| version);
        (name != env!("CARGO_PKG_NAME")).then(|| (name.to_owned(), version.to_owned()))
    });
    crates.collect()
}

fn crates() -> Vec<Crate> {
    let (library, program) = (linked(&[]), linked(&PROGRAM));
    assert!(
        library.is_subset(&program) && library.len() > 50,
        "{library:?}"
    );
    let metadata = [
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        PLATFORM,
    ];
    let metadata = cargo(&[&metadata[..], &PROGRAM].concat());
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let found = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|package| {
            let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
            let id = (text("name"), text("version"));
            program.contains(&id).then(|| Crate {
                of_program: !library.contains(&id),
                name: id.0,
                version: id.1,
                licence: text("license"),
                source: text("repository"),
                directory: Path::new(&text("manifest_path"))
                    .parent()
                    .unwrap()
                    .to_owned(),
            })
        });
    let mut found: Vec<_> = found.collect();
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    assert_eq!(found.len(), program.len());
    found
}

impl Crate {
    fn may_be_taken_under(&self, licence: &str) -> bool {
        let alternatives = self.licence.replace(" OR ", "/");
        let is_one = !alternatives.contains(" AND ");
        is_one && alternatives.split('/').any(|one| one == licence)
    }

    fn line(&self) -> String {
        let Self {
            name,
            version,
            licence,
            source,
            ..
        } = self;
        let program = if self.of_program { "  [program]" } else { "" };
        format!("  {name} {version}  ({licence})  {source}{program}\n")
    }

    /// The texts of the files whose names begin so, without what differs between copies of one
    /// text.
    fn texts(&self, prefixes: &[&str]) -> BTreeSet<String> {
        fn visit(directory: &Path, prefixes: &[&str], found: &mut BTreeSet<String>) {
            for entry in fs::read_dir(directory).unwrap() {
                let (path, name) = entry.map(|e| (e.path(), e.file_name())).unwrap();
                let name = name.to_str().unwrap().to_uppercase();
                if path.is_dir() {
                    visit(&path, prefixes, found);
                } else if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
                    let text = fs::read_to_string(&path).unwrap();
                    let lines = text
                        .trim()
                        .lines()
                        .map(|line| format!("{}\n", line.trim_end()));
                    found.insert(lines.collect());
                }
            }
        }
        let mut found = BTreeSet::new();
        visit(&self.directory, prefixes, &mut found);
        found
    }

    /// The texts of its licences: of one, if it may be chosen.
    fn licences(&self) -> BTreeSet<String> {
        let mit = self.texts(&["LICENSE-MIT"]);
        let found = if !mit.is_empty() && self.may_be_taken_under("MIT") {
            mit
        } else if WITHOUT_LICENCE.contains(&&*self.name) {
            [include_str!("nugine-simd-license.txt").to_owned()].into()
        } else {
            self.texts(&["LICENSE", "LICENCE", "COPYING"])
        };
        assert!(
            !found.is_empty(),
            "{} {} has no licence",
            self.name,
            self.version
        );
        found
    }
}

#[test]
fn the_notices_are_those_of_what_is_linked() {
    let rule = format!("{}\n", "=".repeat(80));
    let (apache, others): (Vec<_>, Vec<_>) =
        (crates().into_iter()).partition(|one| one.may_be_taken_under("Apache-2.0"));
    let mut page = include_str!("third-party.txt").to_owned();
    page.extend(apache.iter().map(Crate::line));
    for one in &apache {
        // Section 4(d) of the licence.
        for notice in one.texts(&["NOTICE"]) {
            page.extend(["\nNOTICE of ", &one.name, ":\n\n", &notice]);
        }
    }
    let mut by_licence = BTreeMap::<_, String>::new();
    for one in &others {
        by_licence
            .entry(one.licences())
            .or_default()
            .push_str(&one.line());
    }
    let mut by_licence: Vec<_> = by_licence.into_iter().collect();
    by_licence.sort_by(|(_, a), (_, b)| a.cmp(b));
    for (licences, crates) in by_licence {
        page.extend(["\n", &rule, &crates]);
        page.extend(licences.iter().flat_map(|licence| ["\n", licence]));
    }
    is_written("THIRD-PARTY.txt", &page);
}
