//! What a call leaves behind on the stack.

use std::hint::black_box;

use zeroize::Zeroize;

/// How many bytes below the caller are overwritten. Reading a configuration takes up to 19,000.
const DEPTH: usize = 32 << 10;

/// Runs what reads secrets, and overwrites the stack that it used. Code that hashes or decodes a secret
/// keeps copies of it in its frames, and does not wipe them: HMAC's padded key is one (RFC 2104).
pub(crate) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let result = called(work);
    overwrite();
    result
}

/// Not inlined, so that its frame begins where that of [`overwrite`] does.
#[inline(never)]
fn called<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[expect(clippy::large_stack_arrays, reason = "the stack is what it is about")]
#[inline(never)]
fn overwrite() {
    let mut frame = [0_u8; DEPTH];
    black_box(&mut frame).zeroize();
}
