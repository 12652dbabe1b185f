//! The manual page in mdoc(7): a frame, and in it what clap knows of each command.

use clap::builder::PossibleValue;
use clap::{Arg, Command};

/// No line of text is longer; mandoc complains about those over 80.
const WIDTH: usize = 78;

pub(crate) fn page(mut program: Command) -> String {
    program.build();
    let commands: String = program.get_subcommands_mut().map(section).collect();
    include_str!("manual.mdoc")
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@COMMANDS@\n", &commands)
}

fn section(command: &mut Command) -> String {
    let usage = command.render_usage().to_string();
    let usage = literal(&usage.trim_start_matches("Usage: ").replace(['<', '>'], ""));
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let about = text(&format!("{about}."));
    let arguments = command.get_arguments();
    // What every command has is told once, in the frame.
    let own = arguments.filter(|argument| !["json", "help"].contains(&argument.get_id().as_str()));
    let own: String = own.map(item).collect();
    let name = command.get_name();
    let mut section = format!(".Ss {name}\n.Dl {usage}\n.Pp\n{about}");
    if !own.is_empty() {
        section.extend([".Bl -tag -width Ds\n", &own, ".El\n"]);
    }
    section
}

/// An option or an argument, and what it is for.
fn item(argument: &Arg) -> String {
    let short = argument.get_short().map(|name| format!("Fl {name}"));
    let long = argument.get_long().map(|name| format!("Fl -{name}"));
    let names: Vec<_> = [short, long].into_iter().flatten().collect();
    let mut head = names.join(" , ");
    let mut help = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    if argument.get_action().takes_values() {
        for name in argument.get_value_names().unwrap_or_default() {
            head.extend([" Ar ", name]);
        }
        let values = argument.get_possible_values();
        let values: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
        if !values.is_empty() {
            help.extend([": ", &values.join(", ")]);
        }
        for default in argument.get_default_values() {
            help.extend(["; without it, ", &default.to_string_lossy()]);
        }
    }
    format!(".It {}\n{}", head.trim_start(), text(&format!("{help}.")))
}

/// Text in short lines, a sentence on each or more.
fn text(text: &str) -> String {
    let (mut page, mut line) = (String::new(), String::new());
    for word in text.split_whitespace().map(literal) {
        if line.ends_with('.') || line.len().saturating_add(word.len()) >= WIDTH {
            page.push_str(&line);
            page.push('\n');
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    format!("{page}{line}\n")
}

/// Text that is no request to the formatter, in characters that a person can copy from the page.
fn literal(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq");
    let guard = if text.starts_with('.') { "\\&" } else { "" };
    format!("{guard}{text}")
}
