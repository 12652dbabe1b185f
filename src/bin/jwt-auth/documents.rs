//! `schema`, `completions` and `man`: what is printed as it is.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::manual;
use crate::output::{Outcome, Output};

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

pub(crate) fn schema(output: &mut Output) -> Outcome {
    output.raw(include_str!("../../../include/jwt_auth.schema.json"));
    Outcome::Fine
}

pub(crate) fn completions(
    arguments: &Completions,
    mut program: Command,
    output: &mut Output,
) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "jwt-auth", &mut script);
    print(&script, output)
}

pub(crate) fn man(program: Command, output: &mut Output) -> Outcome {
    output.raw(&manual::page(program));
    Outcome::Fine
}

fn print(text: &[u8], output: &mut Output) -> Outcome {
    output.raw(&String::from_utf8_lossy(text));
    Outcome::Fine
}
