//! Fast kernels on plain slices of floats: what a compiled evaluation runs on.
//!
//! A matrix with m rows and n columns is a slice of m*n numbers, column by column: its entry (i, j) stands at i + j*m.
//! Nothing is padded, strided or reshaped here. Lengths that do not fit together are mistakes of the caller, so they
//! panic; what depends on the numbers is a result. **No kernel allocates** once the [`Workspace`] that it takes has grown
//! to the size of the problem.
//!
//! Each loop is compiled three times, for AVX-512, for AVX2 with FMA and for the baseline of the target; the processor is
//! asked once which one it can run. Results differ between them by rounding, never between two calls on one machine
//! with one number of threads.
//!
//! # Example
//! ```
//! use gateaux_array::Function;
//! use gateaux_array::kernels::{self, Operand, Unary};
//! // exp(A x) for a 2 by 2 matrix.
//! let (a, x) = ([1.0, 0.0, 2.0, 1.0], [1.0, -1.0]);
//! let mut y = [0.0; 2];
//! kernels::gemv(1.0, &a, (2, 2), &x, 0.0, &mut y);
//! kernels::unary_in_place(Unary::Apply(Function::Exp), &mut y);
//! assert!((kernels::sum(&y) - 2.0 * (-1f64).exp()).abs() < 1e-15);
//! ```

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(
        dead_code,
        unused_imports,
        reason = "some of what kernels share is for vector instructions alone"
    )
)]

mod blocked;
mod combine;
mod crew;
mod elementwise;
mod factorizations;
mod functions;
mod layout;
mod level;
mod matrix_vector;
mod products;
mod reductions;
mod streamed;
mod thin;
mod tile;
mod triangular;
mod workspace;

#[cfg(test)]
mod tests;

use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

pub use combine::{COMBINED, combine};
pub use crew::share;
pub use elementwise::{
    Binary, Operand, Unary, binary, binary_in_place, binary_into_right, multiply_add, scale, select, unary,
    unary_in_place,
};
pub use factorizations::{
    Pivot, cholesky, cholesky_inverse, cholesky_logdet, cholesky_solve, lu, lu_det, lu_inverse, lu_signed_logdet,
    lu_solve,
};
pub use layout::{add_transpose, permute, transpose};
pub use matrix_vector::{Rows, gemv, gemv_both, gemv_through, gemv_through_transposed, gemv_transposed, ger, outer};
pub use products::{gemm, symmetric_gemm, syrk};
pub use reductions::{dot, maximum, minimum, sum};
pub use triangular::triangular_solve;
pub use workspace::Workspace;

use crate::{Field, Real};

/// A float of the machine, `f64` or `f32`: the numbers for which there are fast kernels.
pub trait Scalar:
    Field
    + Real
    + Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + private::Machine
    + tile::Tile
{
}

impl Scalar for f64 {}
impl Scalar for f32 {}

/// What the kernels need of a float and nobody else; that other crates cannot name it closes [`Scalar`].
pub(crate) mod private {
    use super::Workspace;

    pub trait Machine: Sized {
        /// 0
        const ZERO: Self;
        /// 1
        const ONE: Self;
        /// The double next to it, which is itself.
        fn double(self) -> f64;
        /// The number of this type next to a double.
        fn nearest(double: f64) -> Self;
        /// self * factor + term with one rounding; fast only where the processor has it.
        fn fused(self, factor: Self, term: Self) -> Self;
        /// The square root.
        fn root(self) -> Self;
        /// The size without the sign.
        fn size(self) -> Self;
        /// Whether this is not a number.
        fn undefined(self) -> bool;
        /// The scratch of this type, of at least this length, beginning at a cache line.
        fn scratch(workspace: &mut Workspace, length: usize) -> &mut [Self];
    }

    macro_rules! machine {
        ($float:ty, $field:ident) => {
            impl Machine for $float {
                const ZERO: $float = 0.0;
                const ONE: $float = 1.0;

                #[inline(always)]
                fn double(self) -> f64 {
                    f64::from(self)
                }

                #[inline(always)]
                fn nearest(double: f64) -> $float {
                    double as $float
                }

                #[inline(always)]
                fn fused(self, factor: $float, term: $float) -> $float {
                    self.mul_add(factor, term)
                }

                #[inline(always)]
                fn root(self) -> $float {
                    <$float>::sqrt(self)
                }

                #[inline(always)]
                fn size(self) -> $float {
                    <$float>::abs(self)
                }

                #[inline(always)]
                fn undefined(self) -> bool {
                    self.is_nan()
                }

                fn scratch(workspace: &mut Workspace, length: usize) -> &mut [$float] {
                    super::workspace::aligned(&mut workspace.$field, length)
                }
            }
        };
    }

    machine!(f64, doubles);
    machine!(f32, singles);
}
