//! How many bytes of the heap a session takes for as long as its client is connected.
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use super::{SAMPLE, admit, list, map, token, verifier};

struct Counting;

thread_local! {
    /// The bytes that this thread has taken and not given back.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

fn held() -> usize {
    HELD.with(Cell::get)
}

fn count(taken: usize, given_back: usize) {
    HELD.with(|held| held.set(held.get().wrapping_add(taken).wrapping_sub(given_back)));
}

// SAFETY: it is the system's, and the counter does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Prints what a kept session takes, as a broker in C holds it: behind one pointer.
pub(crate) fn report() {
    println!("\nbytes per session                 all   claims   beside them");
    let verifier = verifier();
    let rows = [
        ("the README's sample token", SAMPLE.to_owned()),
        ("map form, 10 topics", token(&map(10))),
        ("list form, 10 rules", token(&list(9))),
        ("list form, 100 rules", token(&list(99))),
        ("list form, 1000 rules", token(&list(999))),
    ];
    for (name, token) in &rows {
        // What it gives back is its own; what a check keeps for the next one is not.
        let session = Box::new(admit(&verifier, token));
        let claims = session.claims().len();
        let before = held();
        drop(session);
        let all = before.wrapping_sub(held());
        println!("{name:<28} {all:>8} {claims:>8} {:>13}", all - claims);
    }
}
