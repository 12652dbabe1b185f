//! What the program prints about itself: the schema, the manual page, help and completions.

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
    assert!(man.contains(".TH jwt-auth 1"), "{man}");
    for command in &commands {
        let name = command.to_uppercase();
        assert!(
            man.contains(&format!(".SH JWT\\-AUTH {name}\n")),
            "{command}"
        );
        let help = place.run(0, &[command, "--help"]);
        fits_a_terminal(&help);
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.run(0, &["completions", shell]);
        let missing = commands.iter().find(|command| !script.contains(**command));
        assert_eq!(missing, None, "{shell}");
    }
}
