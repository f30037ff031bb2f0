//! Arrays in the memory of the caller.

use gateaux_eval::Layout;

/// An array to be read.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    pub(super) data: &'a [T],
    pub(super) shape: &'a [usize],
    pub(super) layout: Layout,
}

impl<'a, T> View<'a, T> {
    /// An array of this shape whose first index runs fastest.
    pub fn new(data: &'a [T], shape: &'a [usize]) -> View<'a, T> {
        View {
            data,
            shape,
            layout: Layout::ColumnMajor,
        }
    }

    /// An array of this shape whose last index runs fastest, as those of C and NumPy.
    pub fn row_major(data: &'a [T], shape: &'a [usize]) -> View<'a, T> {
        View {
            data,
            shape,
            layout: Layout::RowMajor,
        }
    }

    pub(super) fn is(&self, shape: &[usize], layout: Layout) -> bool {
        self.shape == shape && self.layout == layout && self.data.len() == shape.iter().product()
    }
}

/// An array to be written.
#[derive(Debug)]
pub struct ViewMut<'a, T> {
    pub(super) data: &'a mut [T],
    pub(super) shape: &'a [usize],
    pub(super) layout: Layout,
}

impl<'a, T> ViewMut<'a, T> {
    /// An array of this shape whose first index runs fastest.
    pub fn new(data: &'a mut [T], shape: &'a [usize]) -> ViewMut<'a, T> {
        ViewMut {
            data,
            shape,
            layout: Layout::ColumnMajor,
        }
    }

    /// An array of this shape whose last index runs fastest, as those of C and NumPy.
    pub fn row_major(data: &'a mut [T], shape: &'a [usize]) -> ViewMut<'a, T> {
        ViewMut {
            data,
            shape,
            layout: Layout::RowMajor,
        }
    }

    pub(super) fn is(&self, shape: &[usize], layout: Layout) -> bool {
        self.shape == shape && self.layout == layout && self.data.len() == shape.iter().product()
    }
}
