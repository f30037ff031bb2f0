//! How JavaScript calls the engine: it asks for room, writes a question there, and reads the reply where it is told.
//!
//! All memory belongs to this module, so that nothing here is `unsafe`: a call may only overwrite the question that
//! it wrote itself, and a reply stands until the next one.

#![expect(
    unsafe_code,
    reason = "an export needs a name of its own; nothing is done that is unsafe"
)]

use std::cell::RefCell;

thread_local! {
    static QUESTION: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REPLY: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Room for a question of so many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn question(length: usize) -> *mut u8 {
    QUESTION.with_borrow_mut(|question| {
        question.clear();
        question.resize(length, 0);
        question.as_mut_ptr()
    })
}

/// Answers the question that was written; the length of the reply in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> usize {
    let reply = QUESTION.with_borrow(|question| crate::answer(question));
    REPLY.with_borrow_mut(|last| {
        *last = reply;
        last.len()
    })
}

/// Where the reply stands.
#[unsafe(no_mangle)]
pub extern "C" fn reply() -> *const u8 {
    REPLY.with_borrow(|reply| reply.as_ptr())
}
