//! What the topic permissions of one token may cost: a client sends an id and a user name of its choice, and
//! whoever has tokens issued the claim.

/// The longest value that is filled in for a placeholder, and the longest client id or user name in which a
/// pattern is searched, in bytes.
pub(super) const LONGEST_VALUE: usize = 1_024;

/// How many bytes of values are filled in for the placeholders of a claim.
pub(super) const MOST_FILLED_IN: usize = 1 << 16;

/// As how many bytes each value of a claim counts at least: with lists of empty texts a short topic would
/// become very many filters.
pub(super) const LEAST_FILLED_IN: usize = 8;

/// How many patterns a claim may have.
pub(super) const MOST_PATTERNS: usize = 32;

/// The longest pattern, in bytes.
pub(super) const LONGEST_PATTERN: usize = 1 << 12;

/// How deep groups, repetitions, alternatives and concatenations may be nested in a pattern. It is compiled
/// recursively, and a level takes about a kilobyte of the calling thread's stack.
pub(super) const DEEPEST_PATTERN: u32 = 32;

/// The largest automaton that one pattern may become, in bytes, as `size_limit` of `regex` counts them.
pub(super) const LARGEST_PATTERN: usize = 1 << 14;

/// The largest automata that all patterns of a claim may become, in bytes of memory.
pub(super) const LARGEST_PATTERNS: usize = 1 << 16;

/// How many filters the topics of a rule with `${claims.NAME}` may become, or one such topic of the map form.
pub(super) const MOST_MULTIPLIED: usize = 64;

/// How many parts, between dots, all the different names in `${claims.NAME}` of a claim may have: for each part
/// the members of the token are searched once.
pub(super) const MOST_NAME_PARTS: usize = 128;

/// How many dots one of these names may have, as a name in the configuration may.
pub(super) const MOST_DOTS: usize = 32;
