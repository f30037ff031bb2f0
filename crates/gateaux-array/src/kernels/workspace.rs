//! Scratch memory that kernels share.

/// The size of a cache line in bytes; of the widest vector register, too.
const LINE: usize = 64;

/// Scratch memory for kernels: it grows when one needs more than any before, and is never given back before it is
/// dropped.
///
/// Its contents mean nothing between two calls, so one workspace serves any sequence of kernels on one thread.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) doubles: Vec<f64>,
    pub(super) singles: Vec<f32>,
}

/// The given number of entries of a buffer, which grows if need be, from the start of a cache line on: a vector register
/// that is loaded across two lines costs twice.
pub(super) fn aligned<T: Copy + Default>(buffer: &mut Vec<T>, length: usize) -> &mut [T] {
    let slack = LINE / size_of::<T>();
    if buffer.len() < length + slack {
        buffer.resize(length + slack, T::default());
    }
    // The offset is a promise about speed only; where it is unknown the start serves.
    let offset = buffer.as_ptr().align_offset(LINE);
    let offset = if offset < slack { offset } else { 0 };
    &mut buffer[offset..offset + length]
}
