//! The numbers of Gateaux: dense arrays, number types, factorizations.
//!
//! This crate owns [`Array`], a dense array of any number of axes; the number types that can fill it (`f64`, `f32`, the
//! prime field [`Prime`], [`Complex`] and [`Dual`] numbers, [`DoubleDouble`], [`Wide`]); the linear algebra on them; the fast
//! [`kernels`] on slices of floats; and the bytes of `.npy` and `.npz` files.
//!
//! **It knows no symbols:** no expressions, names or dimensions that are not numbers. **It does no input or output:**
//! files are bytes that somebody else has read. **It is the only crate that may hold `unsafe`:** what is
//! there calls vector instructions that the processor was found to have, and lends the work of a caller to threads that
//! are there for the whole process ([`kernels::share`]). Nothing here recurses on its input, and every array size is
//! checked against [`MAX_ENTRIES`].
//!
//! Read [`Field`] first: it is the boundary through which an evaluator that is written once runs on every number type,
//! on `f64` through faer.
//!
//! # Example: one function, run on floats, exactly, and differentiated
//! ```
//! use gateaux_array::{Array, ArrayError, Dual, Field, Number, Prime};
//!
//! fn determinant_of_square<T: Field>(a: &Array<T>) -> Result<T, ArrayError> {
//!     T::det(&T::matmul(a, a)?)
//! }
//!
//! let a = Array::from_rows(&[vec![2, 1], vec![4, 3]])?;
//! assert_eq!(determinant_of_square(&a.map(|&entry| entry as f64))?, 4.0);
//! assert_eq!(determinant_of_square(&a.map(|&entry| Prime::from_i64(entry)))?, Prime::from_i64(4));
//!
//! // The derivative in the first entry is 2 det(A) times its cofactor 3.
//! let mut dual = a.map(|&entry| Dual::constant(Prime::from_i64(entry)));
//! dual.data_mut()[0] = Dual::variable(Prime::from_i64(2));
//! assert_eq!(determinant_of_square(&dual)?.slope, Prime::from_i64(12));
//! # Ok::<(), ArrayError>(())
//! ```

#![deny(unsafe_op_in_unsafe_fn)]

mod axes;
mod complex;
mod complex_field;
mod complex_function;
mod complex_matrix_function;
mod dense;
mod double_double;
mod dual;
mod dual_eigen;
mod eigen;
mod einsum;
pub mod elimination;
mod erf;
mod error;
mod exponent;
mod exponential;
#[cfg(not(target_family = "wasm"))]
pub mod factor;
mod field;
mod float;
mod function;
mod gamma;
pub mod kernels;
pub mod linear;
mod matrix_function;
pub mod maximum;
pub mod norm;
mod normal;
pub mod npy;
pub mod npz;
mod number;
mod prime;
#[cfg(target_family = "wasm")]
mod rounded;
mod schur;
#[cfg(any(test, target_family = "wasm"))]
mod tagged;
mod triangular;
mod vector_state;
mod wide;

pub use complex::Complex;
pub use dense::{Array, MAX_ENTRIES, entries};
pub use double_double::DoubleDouble;
pub use dual::Dual;
pub use eigen::Svd;
pub use einsum::einsum;
pub use error::ArrayError;
pub use field::Field;
pub use function::Function;
pub use matrix_function::MatrixFunction;
pub use number::{Number, Real};
pub use prime::Prime;
#[cfg(target_family = "wasm")]
pub use tagged::with_tags;
pub use wide::Wide;
