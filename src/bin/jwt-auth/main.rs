//! `jwt-auth`, a program for operators: what they would otherwise write scripts for.
//!
//! It uses the library as any Rust program does. Each command is a file; what they share is below.
//!
//! ```text
//! check explain inspect lint issue keygen jwks revoke documents   the commands
//! question                                                        a configuration, a client and its token
//! private_key public_key                                          keys to sign with, keys to publish
//! tokens template table batch sink                                tokens for the rows of a table
//! replacement signals                                             files that are written whole or not at all
//! input output time                                               what comes in, what a person sees
//! manual                                                          the manual page
//! ```

mod batch;
mod check;
mod documents;
mod explain;
mod input;
mod inspect;
mod issue;
mod jwks;
mod keygen;
mod lint;
mod manual;
mod output;
mod private_key;
mod public_key;
mod question;
mod replacement;
mod revoke;
mod signals;
mod sink;
mod table;
mod template;
mod time;
mod tokens;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use output::{Failure, Outcome, Output};

/// Checks, issues and revokes JSON Web Tokens of MQTT clients
#[derive(Parser)]
#[command(
    name = "jwt-auth",
    version,
    max_term_width = 80,
    disable_help_subcommand = true,
    after_help = "Exit status: 0 allowed or fine, 1 denied or something was found, 2 wrong usage or a failure."
)]
struct Arguments {
    /// Write JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Decide about one client, as a broker would be told
    Check(check::Arguments),
    /// Say which checks a client passes and which it fails
    Explain(explain::Arguments),
    /// Show what a token says, without verifying it
    Inspect(inspect::Arguments),
    /// Find what is wrong with a configuration, or should be changed
    Lint(lint::Arguments),
    /// Sign a token, or one for each row of a table
    Issue(Box<issue::Arguments>),
    /// Make a key, with its public half in PEM and as a JWK Set
    Keygen(keygen::Arguments),
    /// Make a JWK Set of public keys and certificates
    Jwks(jwks::Arguments),
    /// Revoke tokens in a revocations file
    Revoke(revoke::Arguments),
    /// Print the JSON Schema of the configuration
    Schema,
    /// Print completions for a shell
    Completions(documents::Completions),
    /// Print the manual page
    Man,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.json);
    match run(arguments.command, &mut output).and_then(|outcome| output.flush().map(|()| outcome)) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(failure) => {
            failure.tell();
            ExitCode::from(2)
        }
    }
}

fn run(command: Command, output: &mut Output) -> Result<Outcome, Failure> {
    match command {
        Command::Check(arguments) => check::run(&arguments, output),
        Command::Explain(arguments) => explain::run(&arguments, output),
        Command::Inspect(arguments) => inspect::run(&arguments, output),
        Command::Lint(arguments) => lint::run(&arguments, output),
        Command::Issue(arguments) => issue::run(&arguments, output),
        Command::Keygen(arguments) => keygen::run(&arguments, output),
        Command::Jwks(arguments) => jwks::run(&arguments, output),
        Command::Revoke(arguments) => revoke::run(&arguments, output),
        Command::Schema => Ok(documents::schema(output)),
        Command::Completions(arguments) => Ok(documents::completions(
            &arguments,
            Arguments::command(),
            output,
        )),
        Command::Man => Ok(documents::man(Arguments::command(), output)),
    }
}
