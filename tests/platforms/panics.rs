//! Whether a panic is caught on a platform, in code in Rust that code in C calls. What the library
//! does with panics it does with `catch_unwind` too, and what finds the way back to that comes from
//! the compiler of the platform.

use std::hint::black_box;
use std::panic::catch_unwind;

/// 1: it came back.
#[unsafe(no_mangle)]
pub extern "C" fn panic_is_caught() -> i32 {
    i32::from(catch_unwind(|| black_box(None::<i32>).unwrap()).is_err())
}
