//! Links between the documents lead to files and headings that exist.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use regex::Regex;

use super::{documents, has_extension, is_fence, read, repository};

/// A document without its blocks of code.
fn prose(document: &str) -> String {
    let mut in_code = false;
    let mut prose = String::new();
    for line in read(document).lines() {
        if is_fence(line) {
            in_code = !in_code;
        } else if !in_code {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// Where the links of a document lead, without those to other sites.
fn links(document: &str) -> Vec<String> {
    // What looks like a link in `code` is none.
    let prose = Regex::new("`[^`\n]*`")
        .unwrap()
        .replace_all(&prose(document), "")
        .into_owned();
    let link = Regex::new(r"\[[^\]]*\]\(([^)\s]+)\)").unwrap();
    link.captures_iter(&prose)
        .map(|found| found[1].to_owned())
        .filter(|target| !target.contains("://"))
        .collect()
}

/// The names that GitHub gives to the headings of a document.
fn anchors(document: &str) -> BTreeSet<String> {
    let mut times: HashMap<String, usize> = HashMap::new();
    let mut anchors = BTreeSet::new();
    for line in prose(document).lines() {
        let heading = line.trim_start_matches('#');
        if heading == line || !heading.starts_with(' ') {
            continue;
        }
        let slug: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let before = times.entry(slug.clone()).or_default();
        anchors.insert(match *before {
            0 => slug,
            again => format!("{slug}-{again}"),
        });
        *before += 1;
    }
    anchors
}

/// The file that a link in a document leads to, from the root of the repository, and the heading.
fn resolved(document: &str, link: &str) -> (String, Option<String>) {
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (link, None),
    };
    if path.is_empty() {
        return (document.to_owned(), anchor);
    }
    let mut whole = PathBuf::new();
    let directory = Path::new(document).parent().unwrap();
    for part in directory.join(path).components() {
        match part {
            Component::ParentDir => {
                assert!(whole.pop(), "{document}: {link} leaves the repository");
            }
            Component::Normal(name) => whole.push(name),
            _ => panic!("{document}: {link} is no relative path"),
        }
    }
    (whole.to_str().unwrap().to_owned(), anchor)
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut dead = Vec::new();
    let mut count = 0;
    for document in documents() {
        for link in links(&document) {
            count += 1;
            let (path, anchor) = resolved(&document, &link);
            let is_there = repository(&path).exists();
            let has_anchor =
                || anchor.is_none_or(|anchor| is_there && anchors(&path).contains(&anchor));
            let is_good = is_there && has_anchor();
            if !is_good {
                dead.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(count > 50, "only {count} links were found");
    assert!(dead.is_empty(), "dead links: {dead:#?}");
}

#[test]
fn every_document_is_reached_from_the_readme() {
    let mut reached = BTreeSet::new();
    let mut next = vec!["README.md".to_owned()];
    while let Some(document) = next.pop() {
        let is_new = has_extension(&document, &["md"])
            && repository(&document).exists()
            && reached.insert(document.clone());
        if is_new {
            next.extend(
                links(&document)
                    .iter()
                    .map(|link| resolved(&document, link).0),
            );
        }
    }
    let all: BTreeSet<_> = documents().into_iter().collect();
    assert_eq!(all.difference(&reached).collect::<Vec<_>>(), [""; 0]);
}
