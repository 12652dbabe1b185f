//! `schema`, `completions` and `man`: what is printed as it is.

use std::io::{self, Write};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::output::{Failure, Outcome, Output};

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

/// One page: the program, and a section for each command.
pub(crate) fn man(mut program: Command, output: &mut Output) -> Result<Outcome, Failure> {
    program.build();
    let mut page = Vec::new();
    let rendered = render(&program, &mut page);
    rendered.map_err(|error| Failure::about("the manual page", error))?;
    Ok(print(&page, output))
}

fn render(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let program = Man::new(command.clone());
    program.render_title(page)?;
    program.render_name_section(page)?;
    program.render_synopsis_section(page)?;
    program.render_options_section(page)?;
    for part in command.get_subcommands() {
        // By its whole name, as it is called.
        let name = format!("jwt-auth {}", part.get_name());
        writeln!(page, ".SH {}", name.to_uppercase().replace('-', "\\-"))?;
        let man = Man::new(part.clone());
        man.render_description_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_options_section(page)?;
    }
    program.render_extra_section(page)
}

fn print(text: &[u8], output: &mut Output) -> Outcome {
    output.raw(&String::from_utf8_lossy(text));
    Outcome::Fine
}
