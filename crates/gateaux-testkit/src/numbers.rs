//! The numbers over which derivatives are checked: exact ones, and real and complex ones with 31 digits.

use gateaux_array::{Array, Complex, DoubleDouble, Field, Number, Prime, Real};

use crate::random::Random;

/// Where entries are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// Both signs, of size about 1.
    Signed,
    /// Between 0.2 and 0.9: inside the domain of every elementwise function.
    Positive,
    /// Small positive entries; square matrices with a large diagonal, so that their determinants are positive.
    Regular,
    /// Beyond 1, so that logarithms are positive; square matrices with a larger diagonal.
    Large,
}

impl Region {
    /// Every region, in the order in which they are tried.
    pub const ALL: [Region; 4] = [Region::Signed, Region::Positive, Region::Regular, Region::Large];
}

/// Numbers in which two ways to the same value can be compared.
pub trait Judge: Field + Copy {
    /// A random entry; a prime field has no regions.
    fn draw(region: Region, on_diagonal: bool, random: &mut Random) -> Self;

    /// Whether two values of one quantity agree.
    fn agree(a: &[Self], b: &[Self]) -> bool;

    /// Whether the values are good enough to be compared: finite, and not so large that digits are lost.
    fn is_usable(a: &[Self]) -> bool;

    /// The largest absolute value of an entry; of numbers without an order 0 or 1.
    fn size(a: &Array<Self>) -> f64 {
        a.data().iter().fold(0.0, |max, entry| entry.pivot_size().max(max))
    }

    /// Whether a symmetric positive definite matrix can be told from others.
    const IS_ORDERED: bool;
}

impl Judge for Prime {
    fn draw(_: Region, _: bool, random: &mut Random) -> Prime {
        Prime::new(random.bits())
    }

    fn agree(a: &[Prime], b: &[Prime]) -> bool {
        a == b
    }

    fn is_usable(_: &[Prime]) -> bool {
        true
    }

    const IS_ORDERED: bool = false;
}

/// Two values with 31 digits agree if they differ by less than this, relative to the larger: rounding is 1e-31, and
/// an ill-conditioned problem may lose half of the digits.
const TOLERANCE: f64 = 1e-15;
/// Values beyond this lie near a singularity or come from a tower of powers, and no digits are left.
const LARGEST: f64 = 1e9;

impl Judge for DoubleDouble {
    fn draw(region: Region, on_diagonal: bool, random: &mut Random) -> DoubleDouble {
        let entry = match region {
            Region::Signed if random.chance(0.5) => -random.uniform(0.4, 1.3),
            Region::Signed => random.uniform(0.4, 1.3),
            Region::Positive => random.uniform(0.2, 0.9),
            Region::Regular if on_diagonal => random.uniform(2.0, 3.0),
            Region::Regular => random.uniform(0.05, 0.3),
            Region::Large if on_diagonal => random.uniform(2.5, 3.0),
            Region::Large => random.uniform(1.1, 1.6),
        };
        // The second float too, or the arithmetic would be easier than it is.
        DoubleDouble::from_f64(entry).add(&DoubleDouble::from_f64(random.uniform(-1e-18, 1e-18)))
    }

    fn agree(a: &[DoubleDouble], b: &[DoubleDouble]) -> bool {
        let scale = a.iter().chain(b).fold(1.0f64, |max, x| max.max(x.to_f64().abs()));
        let close = |(x, y): (&DoubleDouble, &DoubleDouble)| x.sub(y).to_f64().abs() <= TOLERANCE * scale;
        a.len() == b.len() && a.iter().zip(b).all(close)
    }

    fn is_usable(a: &[DoubleDouble]) -> bool {
        a.iter().all(|x| x.to_f64().abs() < LARGEST)
    }

    const IS_ORDERED: bool = true;
}

/// The real parts are drawn as real numbers are.
impl Judge for Complex<DoubleDouble> {
    fn draw(region: Region, on_diagonal: bool, random: &mut Random) -> Complex<DoubleDouble> {
        let re = DoubleDouble::draw(region, on_diagonal, random);
        let im = match region {
            Region::Signed => DoubleDouble::draw(Region::Signed, false, random),
            // Small, so that what a region promises holds nearly.
            _ if random.chance(0.5) => DoubleDouble::draw(Region::Regular, false, random).neg(),
            _ => DoubleDouble::draw(Region::Regular, false, random),
        };
        Complex::new(re, im)
    }

    fn agree(a: &[Complex<DoubleDouble>], b: &[Complex<DoubleDouble>]) -> bool {
        DoubleDouble::agree(&parts(a), &parts(b))
    }

    fn is_usable(a: &[Complex<DoubleDouble>]) -> bool {
        DoubleDouble::is_usable(&parts(a))
    }

    const IS_ORDERED: bool = true;
}

/// Real and imaginary parts in turn.
fn parts(entries: &[Complex<DoubleDouble>]) -> Vec<DoubleDouble> {
    entries.iter().flat_map(|entry| [entry.re, entry.im]).collect()
}

/// The sum of the products of corresponding entries; the arrays have equally many.
pub fn inner<T: Number>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (x, y)| sum.add(&x.mul(y)))
}

/// The array with axes `shape(f) ++ shape(x1) ++ shape(x2)`, in column order, contracted with a direction for each x.
pub fn contract<T: Number>(array: &[T], directions: &[&Array<T>]) -> Vec<T> {
    let mut rest = array.to_vec();
    for direction in directions.iter().rev() {
        let rows = (rest.len() / direction.len().max(1)).max(1);
        let mut sum = vec![T::zero(); rows];
        for (column, factor) in rest.chunks(rows).zip(direction.data()) {
            for (total, entry) in sum.iter_mut().zip(column) {
                *total = total.add(&entry.mul(factor));
            }
        }
        rest = sum;
    }
    rest
}
