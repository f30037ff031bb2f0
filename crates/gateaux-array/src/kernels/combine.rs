//! Linear combinations of a few vectors in one sweep.

use super::level::vectorized;

/// How many vectors are combined at once.
pub const COMBINED: usize = 4;

vectorized! {
    /// The sum of the first `count` vectors times their numbers, stored in the result or added to it.
    ///
    /// # Shapes
    /// These vectors have the length of the result; what stands behind them is not read.
    pub fn combine<T, I>(numbers: &[T; COMBINED], vectors: &[&[T]; COMBINED], count: usize, adds: bool, out: &mut [T]) {
        let ([a, b, c, d], [x, y, z, w]) = (*numbers, *vectors);
        let n = out.len();
        let start = |out: &T| if adds { *out } else { T::ZERO };
        match count {
            0 if !adds => out.fill(T::ZERO),
            0 => {}
            1 => {
                let x = &x[..n];
                out.iter_mut().zip(x).for_each(|(out, &x)| *out = I::mul_add(a, x, start(out)));
            }
            2 => {
                let (x, y) = (&x[..n], &y[..n]);
                for i in 0..n {
                    out[i] = I::mul_add(a, x[i], I::mul_add(b, y[i], start(&out[i])));
                }
            }
            3 => {
                let (x, y, z) = (&x[..n], &y[..n], &z[..n]);
                for i in 0..n {
                    out[i] = I::mul_add(a, x[i], I::mul_add(b, y[i], I::mul_add(c, z[i], start(&out[i]))));
                }
            }
            _ => {
                let (x, y, z, w) = (&x[..n], &y[..n], &z[..n], &w[..n]);
                for i in 0..n {
                    let pair = I::mul_add(c, z[i], d * w[i]);
                    out[i] = I::mul_add(a, x[i], I::mul_add(b, y[i], pair)) + start(&out[i]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{COMBINED, combine};

    #[test]
    fn combinations_are_sums_of_multiples() {
        for n in [0, 1, 7, 16, 33] {
            let vector = |k: usize| -> Vec<f64> { (0..n).map(|i| (i * 3 + k) as f64).collect() };
            let vectors: [Vec<f64>; COMBINED] = std::array::from_fn(vector);
            let numbers = [2.0, -1.0, 0.5, 4.0];
            for count in 0..=COMBINED {
                for adds in [false, true] {
                    let mut out = vec![10.0; n];
                    combine(&numbers, &vectors.each_ref().map(Vec::as_slice), count, adds, &mut out);
                    for (i, found) in out.iter().enumerate() {
                        let terms = numbers.iter().zip(&vectors).take(count);
                        let sum: f64 = terms.map(|(number, vector)| number * vector[i]).sum();
                        assert_eq!(*found, sum + if adds { 10.0 } else { 0.0 });
                    }
                }
            }
        }
    }
}
