//! Products that are squares, `r'*r`, and the sums of squares of entries that they are.

use super::Result;
use super::facts::Facts;
use super::rational::Rational;
use super::store::{ElementPower, Expr, Form, Store};

impl Store {
    /// Half of a scalar or matrix that is `r'*r`, read as such: the factors of r.
    pub fn inner_square(&mut self, expr: Expr) -> Result<Option<Expr>> {
        // The square of complex numbers is no norm.
        if self.is_complex(expr) {
            return Ok(None);
        }
        let factors = match self.form(expr).clone() {
            // The sum of the squares of the entries of a tensor.
            Form::Sum(inner) => {
                return Ok(match self.form(inner) {
                    Form::Product(list) => match **list {
                        [ElementPower { base, exponent }] if self.as_number(exponent) == Some(&Rational::from(2)) => {
                            Some(base)
                        }
                        _ => None,
                    },
                    _ => None,
                });
            }
            Form::MatMul(factors) => factors,
            Form::Trace(inner) => match self.form(inner).clone() {
                Form::MatMul(factors) => factors,
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        if let [only] = *factors {
            // S*S of a symmetric matrix.
            let even = only.power % 2 == 0 && self.facts(only.base).has(Facts::SYMMETRIC);
            return if even {
                self.matrix_power(only.base, only.power / 2).map(Some)
            } else {
                Ok(None)
            };
        }
        if factors.len() % 2 == 1 {
            return Ok(None);
        }
        let (left, right) = factors.split_at(factors.len() / 2);
        for (l, r) in left.iter().rev().zip(right) {
            if l.power != r.power || self.transpose(l.base)? != r.base {
                return Ok(None);
            }
        }
        self.matrix_product(right.to_vec()).map(Some)
    }
}
