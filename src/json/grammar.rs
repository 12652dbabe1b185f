//! What both readers of JSON refuse, and what they say of it.

/// How many levels of objects and arrays a text may have, the outermost counted.
pub(super) const MAX_DEPTH: usize = 32;

/// What is said of a text that is not JSON.
pub(super) const INVALID: &str = "not valid JSON";

/// What is said of a text that is not even text.
pub(super) const NOT_UTF8: &str = "JSON that is not UTF-8";

/// What is said of an object with two members of one name.
pub(super) const DUPLICATE: &str = "a JSON member given twice";

/// What is said of a text that goes beyond [`MAX_DEPTH`].
pub(super) const NESTED: &str = "JSON nested more than 32 levels deep";
