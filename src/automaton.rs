//! Patterns of the configuration: compiled once, and searched for at each check.
//!
//! A pattern becomes a nondeterministic automaton that is simulated (Thompson's algorithm, as Pike's virtual machine
//! runs it): the time is at most that of the text's length times that of the automaton, whatever the text is. The
//! sets of states that the simulation needs are those of the thread, and the same for all patterns, so a search
//! allocates nothing.

use std::cell::Cell;

use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::nfa::thompson::{BuildError, Compiler, Config, NFA, WhichCaptures};
use regex_syntax::hir::Hir;

/// The largest automaton, in bytes, as `size_limit` of `regex` counts them.
const LARGEST: usize = 1 << 21;

/// A compiled pattern. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Automaton(PikeVM);

thread_local! {
    static STATES: Cell<Option<Box<Cache>>> = const { Cell::new(None) };
}

impl Automaton {
    /// Compiles an expression by the syntax of the crate `regex`.
    pub(crate) fn new(expression: &str) -> Result<Self, &'static str> {
        Self::built(Compiler::new().configure(config()).build(expression))
    }

    /// Compiles an expression that sees bytes.
    pub(crate) fn of_bytes(expression: &Hir) -> Result<Self, &'static str> {
        let config = config().utf8(false);
        Self::built(Compiler::new().configure(config).build_from_hir(expression))
    }

    fn built(automaton: Result<NFA, BuildError>) -> Result<Self, &'static str> {
        automaton
            .and_then(PikeVM::new_from_nfa)
            .map(Self)
            .map_err(|error| match error.size_limit() {
                Some(_) => "an expression that compiles to more than 2 MiB",
                None => "no regular expression",
            })
    }

    /// Whether it is found in a text.
    pub(crate) fn is_found_in(&self, text: &[u8]) -> bool {
        let Self(automaton) = self;
        let lent = STATES.try_with(Cell::take).ok().flatten();
        let mut states = lent.unwrap_or_else(|| Box::new(automaton.create_cache()));
        states.reset(automaton);
        let is_match = automaton.is_match(&mut states, text);
        let _ = STATES.try_with(|cell| cell.set(Some(states)));
        is_match
    }
}

fn config() -> Config {
    Config::new()
        .nfa_size_limit(Some(LARGEST))
        .which_captures(WhichCaptures::None)
}
