//! Which vector instructions a kernel is compiled for, and which the processor has.

#![allow(
    unsafe_code,
    reason = "a function for certain processors is safe to call on those only, which no type says"
)]

use std::sync::OnceLock;

use super::Scalar;

/// A set of vector instructions.
///
/// It is named by a trait that others can see through, but its module is private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of the target has.
    Baseline,
    /// AVX2 with fused multiplications.
    Avx2,
    /// AVX-512 with its extensions for double words and for short vectors.
    Avx512,
}

impl Level {
    /// The best one of this processor.
    #[inline]
    pub(super) fn detected() -> Level {
        static DETECTED: OnceLock<Level> = OnceLock::new();
        #[cfg(test)]
        if let Some(level) = FORCED.get() {
            return level;
        }
        *DETECTED.get_or_init(Level::detect)
    }

    #[cfg(target_arch = "x86_64")]
    fn detect() -> Level {
        let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        match (has_avx2, has_avx512) {
            (true, true) => Level::Avx512,
            (true, false) => Level::Avx2,
            (false, _) => Level::Baseline,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detect() -> Level {
        Level::Baseline
    }
}

/// How the code of one [`Level`] is written where the vectorizer does not find it by itself.
pub(super) trait Instructions {
    /// Whether a multiplication and an addition are one instruction.
    const FUSED: bool;

    /// a * b + c, with one rounding where that is faster and with two where one would be a call.
    #[inline(always)]
    fn mul_add<T: Scalar>(a: T, b: T, c: T) -> T {
        if Self::FUSED { a.fused(b, c) } else { a * b + c }
    }
}

/// The instructions of [`Level::Baseline`].
pub(super) struct Plain;
/// The instructions of [`Level::Avx2`] and [`Level::Avx512`].
pub(super) struct Fused;

impl Instructions for Plain {
    const FUSED: bool = false;
}

impl Instructions for Fused {
    const FUSED: bool = true;
}

/// Defines a function whose body is compiled for each [`Level`]; a call runs the one for this processor.
///
/// `fn name<T, I>(..)` is generic over a `T: Scalar` and the `I: Instructions` of the level. What the body calls must be
/// `#[inline(always)]` to be compiled for the level, too. The compiler cleans the vector registers behind a function
/// for AVX, so nothing that runs later is slowed down.
macro_rules! vectorized {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident<$t:ident, $i:ident>($($argument:ident: $type:ty),* $(,)?) $(-> $output:ty)? $body:block)*) => {$(
        $(#[$meta])*
        $vis fn $name<$t: $crate::kernels::Scalar>($($argument: $type),*) $(-> $output)? {
            #[inline(always)]
            #[allow(clippy::extra_unused_type_parameters, reason = "not every body multiplies")]
            fn body<$t: $crate::kernels::Scalar, $i: $crate::kernels::level::Instructions>($($argument: $type),*) $(-> $output)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
            fn avx512<$t: $crate::kernels::Scalar>($($argument: $type),*) $(-> $output)? {
                body::<$t, $crate::kernels::level::Fused>($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2<$t: $crate::kernels::Scalar>($($argument: $type),*) $(-> $output)? {
                body::<$t, $crate::kernels::level::Fused>($($argument),*)
            }

            match $crate::kernels::level::Level::detected() {
                // SAFETY: the processor has these instructions, as the level says.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code, reason = "the level proves what the compiler cannot know")]
                $crate::kernels::level::Level::Avx512 => unsafe { avx512($($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code, reason = "the level proves what the compiler cannot know")]
                $crate::kernels::level::Level::Avx2 => unsafe { avx2($($argument),*) },
                _ => body::<$t, $crate::kernels::level::Plain>($($argument),*),
            }
        }
    )*};
}
pub(super) use vectorized;

/// An expression in which a width from 1 to 8 is a constant, so that arrays in registers have it as their length.
macro_rules! with_width {
    ($width:expr, $n:ident => $call:expr) => {
        with_width!(@arms $width, $n, $call, 1 2 3 4 5 6 7)
    };
    (@arms $width:expr, $n:ident, $call:expr, $($known:literal)*) => {
        match $width {
            $($known => {
                const $n: usize = $known;
                $call
            })*
            _ => {
                const $n: usize = 8;
                $call
            }
        }
    };
}
pub(super) use with_width;

#[cfg(test)]
thread_local! {
    static FORCED: std::cell::Cell<Option<Level>> = const { std::cell::Cell::new(None) };
}

/// Runs a test once for each level that this processor has.
#[cfg(test)]
pub(super) fn at_each_level(mut test: impl FnMut(Level)) {
    for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
        if level <= Level::detect() {
            FORCED.set(Some(level));
            test(level);
            FORCED.set(None);
        }
    }
}
