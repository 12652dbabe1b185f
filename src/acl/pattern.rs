//! Patterns: `clientid_re` and `username_re`.
//!
//! A pattern of a token is compiled for each client that connects, and searched for once, mostly in a short text. So it
//! becomes no more than the nondeterministic automaton that `regex` too begins with; what `regex` builds beside
//! it to search long texts faster takes longer to build than the search takes. The bounded backtracker tries
//! each state of the automaton at most once for each byte of the text. Both are limited, so the search is too.

use std::borrow::Cow;

use regex_automata::nfa::thompson::backtrack::BoundedBacktracker;
use regex_automata::nfa::thompson::{Compiler, Config};
use regex_syntax::ast::Ast;
use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::TranslatorBuilder;

use super::Defect;
use super::about::About;
use super::limits::{
    DEEPEST_PATTERN, LARGEST_PATTERN, LARGEST_PATTERNS, LONGEST_PATTERN, LONGEST_VALUE,
    MOST_PATTERNS,
};
use super::unicode::asks_for_tables;
use crate::automaton::Automaton;
use crate::json::tape::Value;

/// The patterns of one claim that have been read.
#[derive(Default)]
pub(super) struct Patterns {
    count: usize,
    /// What they count as together, in bytes.
    size: usize,
}

/// By how much a byte of a pattern counts at least. Some take longer to parse than their automaton is large.
const SIZE_OF_BYTE: usize = LARGEST_PATTERN / LONGEST_PATTERN;

impl Patterns {
    /// Whether a pattern is found anywhere in the field, which must have been sent. As in EMQX, where patterns
    /// see bytes: `.` is one of them, and `\w` and `\d` are ASCII.
    pub(super) fn like(&mut self, value: Value<'_>, field: Option<&[u8]>) -> Result<About, Defect> {
        let pattern = self.compile(&text(value)?)?;
        Ok(match field {
            None => About::Another,
            Some(field) if field.len() > LONGEST_VALUE => About::Unknown,
            Some(field) => pattern
                .try_is_match(&mut pattern.create_cache(), field)
                .map_or(About::Unknown, About::from),
        })
    }

    fn compile(&mut self, pattern: &str) -> Result<BoundedBacktracker, Defect> {
        self.count = self.count.saturating_add(1);
        if self.count > MOST_PATTERNS {
            return Err("more than 32 clientid_re and username_re");
        }
        if pattern.len() > LONGEST_PATTERN {
            return Err("a clientid_re or username_re of more than 4,096 bytes");
        }
        let compiled = compile(pattern)?;
        let size = compiled.get_nfa().memory_usage();
        let least = pattern.len().saturating_mul(SIZE_OF_BYTE);
        self.size = self.size.saturating_add(size.max(least));
        if self.size > LARGEST_PATTERNS {
            return Err("clientid_re and username_re that compile to more than 64 KiB together");
        }
        Ok(compiled)
    }
}

const NO_EXPRESSION: Defect = "clientid_re or username_re is no regular expression";

/// Compiles a pattern with the defaults of `regex::bytes`, but for Unicode.
fn compile(pattern: &str) -> Result<BoundedBacktracker, Defect> {
    let parsed = ParserBuilder::new()
        .nest_limit(DEEPEST_PATTERN)
        .build()
        .parse(pattern)
        .map_err(|_| NO_EXPRESSION)?;
    if asks_for_tables(&parsed) {
        return Err("a clientid_re or username_re with classes or case of Unicode");
    }
    let expression = translate(pattern, &parsed)?;
    let limited = Config::new()
        .utf8(false)
        .nfa_size_limit(Some(LARGEST_PATTERN));
    Compiler::new()
        .configure(limited)
        .build_from_hir(&expression)
        .and_then(BoundedBacktracker::new_from_nfa)
        .map_err(|error| match error.size_limit() {
            Some(_) => "a clientid_re or username_re that compiles to more than 16 KiB",
            None => NO_EXPRESSION,
        })
}

fn translate(pattern: &str, parsed: &Ast) -> Result<Hir, Defect> {
    TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .translate(pattern, parsed)
        .map_err(|_| NO_EXPRESSION)
}

/// A pattern of the operator's, compiled once.
#[derive(Debug)]
pub(super) struct OperatorPattern(Automaton);

impl OperatorPattern {
    pub(super) fn new(value: Value<'_>) -> Result<Self, Defect> {
        let pattern = text(value)?;
        let parsed = ParserBuilder::new().build().parse(&pattern);
        let expression = translate(&pattern, &parsed.map_err(|_| NO_EXPRESSION)?)?;
        Automaton::of_bytes(&expression).map(Self)
    }

    /// As for a pattern of a token: also here a client chooses how long the field is.
    pub(super) fn like(&self, field: Option<&[u8]>) -> About {
        match field {
            None => About::Another,
            Some(field) if field.len() > LONGEST_VALUE => About::Unknown,
            Some(field) => About::from(self.0.is_found_in(field)),
        }
    }
}

fn text(value: Value<'_>) -> Result<Cow<'_, str>, Defect> {
    value
        .as_str()
        .filter(|pattern| !pattern.is_empty())
        .ok_or("clientid_re or username_re is not a pattern")
}
