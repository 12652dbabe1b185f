//! Patterns: what `matches` expects.
//!
//! A pattern is compiled when the configuration is read, into a nondeterministic automaton that is simulated
//! (Thompson's algorithm, as Pike's virtual machine runs it): the time is at most that of the text's length times
//! that of the automaton, whatever the text is. The sets of states that the simulation needs are those of the
//! thread, and the same for all patterns, so a check allocates nothing.

use std::cell::Cell;

use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};

/// The largest automaton, in bytes, as `size_limit` of `regex` counts them.
const LARGEST: usize = 1 << 21;

/// An expression that whole texts are compared with. Clones share the automaton.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(PikeVM);

thread_local! {
    static STATES: Cell<Option<Box<Cache>>> = const { Cell::new(None) };
}

impl Pattern {
    /// Compiles an expression by the syntax of the crate `regex`.
    pub(crate) fn new(expression: &str) -> Result<Self, &'static str> {
        if expression.is_empty() {
            return Err("the expression is empty");
        }
        // Alone first: `a)|(b` is none, though it would be one in parentheses.
        compile(expression)?;
        compile(&format!(r"\A(?:{expression})\z")).map(Self)
    }

    /// Whether it matches the whole of a text.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let Self(automaton) = self;
        let lent = STATES.try_with(Cell::take).ok().flatten();
        let mut states = lent.unwrap_or_else(|| Box::new(automaton.create_cache()));
        states.reset(automaton);
        let is_match = automaton.is_match(&mut states, text);
        let _ = STATES.try_with(|cell| cell.set(Some(states)));
        is_match
    }
}

fn compile(expression: &str) -> Result<PikeVM, &'static str> {
    let config = Config::new()
        .nfa_size_limit(Some(LARGEST))
        .which_captures(WhichCaptures::None);
    Compiler::new()
        .configure(config)
        .build(expression)
        .and_then(PikeVM::new_from_nfa)
        .map_err(|error| match error.size_limit() {
            Some(_) => "an expression that compiles to more than 2 MiB",
            None => "no regular expression",
        })
}
