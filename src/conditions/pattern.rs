//! Patterns: what `matches` expects.

use crate::automaton::Automaton;

/// An expression that whole texts are compared with. Clones share the automaton.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Automaton);

impl Pattern {
    /// Compiles an expression by the syntax of the crate `regex`.
    pub(crate) fn new(expression: &str) -> Result<Self, &'static str> {
        if expression.is_empty() {
            return Err("the expression is empty");
        }
        // Alone first: `a)|(b` is none, though it would be one in parentheses.
        Automaton::new(expression)?;
        Automaton::new(&format!(r"\A(?:{expression})\z")).map(Self)
    }

    /// Whether it matches the whole of a text.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        self.0.is_found_in(text)
    }
}
