//! The commands in `docs/operating.md` answer what it says.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::Place;

/// A command of a document, and what stands below it.
struct Example {
    command: String,
    output: String,
}

/// The commands in the blocks of the language `console`, in order. Each begins with `$ `, and goes
/// on in the next line after a backslash.
fn examples(document: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut indent, mut goes_on) = (None, false);
    for line in document.lines() {
        let Some(columns) = indent else {
            let is_console = line.trim_start() == "```console";
            indent = is_console.then(|| line.len() - line.trim_start().len());
            continue;
        };
        let line = line.get(columns..).unwrap_or_default();
        if line == "```" {
            indent = None;
        } else if let Some(command) = line.strip_prefix("$ ") {
            let (command, output) = (command.to_owned(), String::new());
            goes_on = command.ends_with('\\');
            examples.push(Example { command, output });
        } else {
            let example = examples.last_mut().unwrap();
            if goes_on {
                example.command += "\n";
                example.command += line;
                goes_on = line.ends_with('\\');
            } else {
                example.output += line;
                example.output += "\n";
            }
        }
    }
    examples
}

/// Whether a text is this pattern, in which `...` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split("...");
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap()) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

/// The commands of the document are run in one directory, one after the other. `cat` of a file that
/// is not there yet is how the document gives it.
#[test]
fn the_commands_of_the_document_answer_what_it_says() {
    let place = Place::new();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_jwt-auth"));
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let examples = examples(include_str!("../../docs/operating.md"));
    for Example { command, output } in &examples {
        let file = command.strip_prefix("cat ");
        if let Some(file) = file.filter(|file| !place.0.join(file).exists()) {
            place.write(file, output);
        }
        let told = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .env("PATH", &path)
            .current_dir(&place.0)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(
            is_like(&told, output),
            "$ {command}\n{told}\n--- expected:\n{output}"
        );
    }
    for name in [
        "check", "explain", "inspect", "lint", "issue", "keygen", "jwks", "revoke",
    ] {
        let start = format!("jwt-auth {name} ");
        let is_shown = examples
            .iter()
            .any(|example| example.command.starts_with(&start));
        assert!(is_shown, "no example of {name}");
    }
}

#[test]
fn what_a_document_says_is_compared_with_what_is_left_out_of_it() {
    for (pattern, is_it) in [
        ("a b c", true),
        ("a...c", true),
        ("...", true),
        ("a ... b ... c", false),
        ("a ...b...", true),
        ("a b", false),
        ("b c", false),
        ("a...d", false),
        ("a b c...c", false),
    ] {
        assert_eq!(is_like("a b c", pattern), is_it, "{pattern}");
    }
}
