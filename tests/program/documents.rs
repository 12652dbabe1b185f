//! What the program prints about itself: the schema, the manual page, help and completions.

use std::fs;

use crate::harness::{Place, fits_a_terminal};

#[test]
fn the_documents_are_printed() {
    let place = Place::new();
    assert_eq!(
        place.run(0, &["schema"]),
        include_str!("../../include/jwt_auth.schema.json")
    );
    let help = place.run(0, &["--help"]);
    let names = help
        .split("Commands:")
        .nth(1)
        .unwrap()
        .split("Options:")
        .next()
        .unwrap();
    let commands: Vec<_> = names
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(
        commands.starts_with(&["check"]) && commands.ends_with(&["man"]),
        "{commands:?}"
    );
    let man = place.run(0, &["man"]);
    for command in &commands {
        assert!(man.contains(&format!("\n.Ss {command}\n")), "{command}");
        let help = place.run(0, &[command, "--help"]);
        fits_a_terminal(&help);
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.run(0, &["completions", shell]);
        let missing = commands.iter().find(|command| !script.contains(**command));
        assert_eq!(missing, None, "{shell}");
    }
}

#[test]
fn the_manual_page_is_what_the_program_prints() {
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/man/jwt-auth.1");
    let man = Place::new().run(0, &["man"]);
    if std::env::var_os("JWT_AUTH_BLESS").is_some() {
        fs::write(PAGE, &man).unwrap();
    }
    assert!(
        fs::read_to_string(PAGE).unwrap_or_default() == man,
        "docs/man/jwt-auth.1 is out of date; JWT_AUTH_BLESS=1 writes it anew"
    );
}

/// What docs/operating.md shows is run by `examples.rs`.
#[test]
fn the_examples_of_the_manual_page_are_among_those_that_are_run() {
    let man = Place::new().run(0, &["man"]);
    let (_, examples) = man.split_once("\n.Bd -literal").unwrap();
    let examples = examples
        .replace("\\e", "\\")
        .replace("\\-", "-")
        .replace("\\(aq", "'");
    let examples = examples.lines().skip(1).take_while(|line| *line != ".Ed");
    let examples: Vec<_> = examples.collect();
    assert!(examples.len() > 3, "{examples:?}");
    for example in examples {
        let line = format!("\n{example}\n");
        assert!(
            include_str!("../../docs/operating.md").contains(&line),
            "{example}"
        );
    }
}
