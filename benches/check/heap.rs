//! Counts what is asked of the C library's heap, by the library and by AWS-LC inside it alike: the
//! functions of C are replaced, and Rust's allocator calls them as well. glibc only.

use std::cell::Cell;
use std::ffi::{c_int, c_void};

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn __libc_free(memory: *mut c_void);
    fn malloc_usable_size(memory: *mut c_void) -> usize;
}

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread has taken memory so far. `realloc` counts, `free` does not.
pub(crate) fn calls() -> usize {
    CALLS.get()
}

/// The bytes that this thread has taken and not given back, with what the heap adds to round up.
pub(crate) fn held() -> usize {
    HELD.get()
}

fn size(memory: *mut c_void) -> usize {
    // SAFETY: it is from the heap, or NULL, of which the size is 0.
    unsafe { malloc_usable_size(memory) }
}

fn take(memory: *mut c_void) -> *mut c_void {
    CALLS.set(CALLS.get().wrapping_add(1));
    HELD.set(HELD.get().wrapping_add(size(memory)));
    memory
}

fn give_back(memory: *mut c_void) {
    HELD.set(HELD.get().wrapping_sub(size(memory)));
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    // SAFETY: the caller's promise, here and below.
    take(unsafe { __libc_malloc(size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: as above.
    take(unsafe { __libc_calloc(count, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    give_back(memory);
    // SAFETY: as above.
    take(unsafe { __libc_realloc(memory, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(
    memory: *mut *mut c_void,
    alignment: usize,
    size: usize,
) -> c_int {
    // SAFETY: as above.
    unsafe { *memory = take(__libc_memalign(alignment, size)) };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(memory: *mut c_void) {
    give_back(memory);
    // SAFETY: as above.
    unsafe { __libc_free(memory) };
}
