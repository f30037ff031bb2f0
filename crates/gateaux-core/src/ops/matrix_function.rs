//! Functions of square matrices, and the linear maps that are their derivatives.
//!
//! The derivative of order k of a matrix function f at X is a symmetric k-linear map, `frechet_f(X, E, F, ..)`. One
//! record holds all orders: its own differential is the next order, and its transpose in a direction is the same map
//! at X'. So gradients, Hessians and third derivatives need no rule beyond it.

use gateaux_array::MatrixFunction;

use super::apply::named_call;
use super::{Facts, Kernel, Law, Op, Rule};
use crate::expr::{Expr, Form, MatrixPower, Rational, Result, Store};

/// The record of the Fréchet derivatives of a matrix function, up to order 4.
macro_rules! frechet {
    ($name:literal, $function:expr, $about:literal, $domain:literal, $sample:literal, $latex:literal, $source:literal) => {
        Op {
            name: $name,
            kind: &[
                "X: matrix(n, n); E: matrix(n, n) -> matrix(n, n)",
                "X: matrix(n, n); E: matrix(n, n); F: matrix(n, n) -> matrix(n, n)",
                "X: matrix(n, n); E: matrix(n, n); F: matrix(n, n); G: matrix(n, n) -> matrix(n, n)",
                "X: matrix(n, n); E: matrix(n, n); F: matrix(n, n); G: matrix(n, n); H: matrix(n, n) -> matrix(n, n)",
            ],
            about: $about,
            domain: $domain,
            differential: &[
                concat!($name, "(X, dE) + ", $name, "(X, E, dX)"),
                concat!($name, "(X, dE, F) + ", $name, "(X, E, dF) + ", $name, "(X, E, F, dX)"),
                concat!(
                    $name,
                    "(X, dE, F, G) + ",
                    $name,
                    "(X, E, dF, G) + ",
                    $name,
                    "(X, E, F, dG) + ",
                    $name,
                    "(X, E, F, G, dX)"
                ),
                // The order 5 is out of reach.
                "",
            ],
            transposes: &[
                (
                    "E",
                    &[
                        concat!($name, "(X', dY)"),
                        concat!($name, "(X', dY, F')"),
                        concat!($name, "(X', dY, F', G')"),
                        concat!($name, "(X', dY, F', G', H')"),
                    ],
                ),
                (
                    "F",
                    &[
                        "",
                        concat!($name, "(X', E', dY)"),
                        concat!($name, "(X', E', dY, G')"),
                        concat!($name, "(X', E', dY, G', H')"),
                    ],
                ),
                (
                    "G",
                    &[
                        "",
                        "",
                        concat!($name, "(X', E', F', dY)"),
                        concat!($name, "(X', E', F', dY, H')"),
                    ],
                ),
                ("H", &["", "", "", concat!($name, "(X', E', F', G', dY)")]),
            ],
            facts: &[(Facts::SYMMETRIC, Facts::SYMMETRIC)],
            analytic: true,
            law: Law::Transposes,
            kernel: Kernel::Frechet($function),
            sample: $sample,
            latex: $latex,
            examples: &[(concat!("tr(B*", $name, "(X, E))"), "E", concat!($name, "(X', B')"))],
            source: $source,
            ..Op::BLANK
        }
    };
}

/// The functions and their Fréchet derivatives.
pub static OPS: &[Op] = &[
    Op {
        name: "expm",
        kind: &["X: matrix(n, n) -> matrix(n, n)"],
        about: "The exponential of a square matrix; exp acts entry by entry.",
        differential: &["frechet_expm(X, dX)"],
        analytic: true,
        facts: &[
            (Facts::SYMMETRIC, Facts::POSDEF),
            (Facts::DIAGONAL, Facts::DIAGONAL),
            (Facts::SKEW, Facts::ORTHOGONAL),
            (Facts::LOWER, Facts::LOWER),
        ],
        law: Law::Exponential,
        rules: &[
            Rule {
                name: "expm-zero",
                left: "expm(0)",
                right: "eye",
            },
            Rule {
                name: "expm-diag",
                left: "expm(diag(x))",
                right: "diag(exp(x))",
            },
            Rule {
                name: "expm-logm",
                left: "expm(logm(X))",
                right: "X",
            },
        ],
        kernel: Kernel::Matrix(MatrixFunction::Exp),
        sample: "X: matrix(n, n)",
        latex: r"\operatorname{expm}\left({0}\right)",
        examples: &[
            ("tr(expm(X))", "X", "expm(X)'"),
            ("x'*expm(A)*y", "A", "frechet_expm(A', x*y')"),
            ("t: scalar; expm(t*A)", "t", "A*expm(t*A)"),
        ],
        source: "Higham, Functions of Matrices, 10.2; Magnus & Neudecker, Matrix Differential Calculus, 8.10",
        ..Op::BLANK
    },
    Op {
        name: "logm",
        kind: &["X: matrix(n, n) -> matrix(n, n)"],
        about: "The principal logarithm of a square matrix; log acts entry by entry.",
        domain: "no eigenvalue of X is negative or 0",
        differential: &["frechet_logm(X, dX)"],
        analytic: true,
        facts: &[
            (Facts::SYMMETRIC, Facts::SYMMETRIC),
            (Facts::DIAGONAL, Facts::DIAGONAL),
            (Facts::LOWER, Facts::LOWER),
        ],
        law: Law::Transposes,
        rules: &[
            Rule {
                name: "logm-eye",
                left: "logm(eye)",
                right: "0",
            },
            Rule {
                name: "logm-diag",
                left: "logm(diag(x))",
                right: "diag(log(x))",
            },
            Rule {
                name: "logm-inv",
                left: "logm(inv(X))",
                right: "-logm(X)",
            },
        ],
        kernel: Kernel::Matrix(MatrixFunction::Log),
        sample: "X: posdef(n)",
        latex: r"\operatorname{logm}\left({0}\right)",
        examples: &[
            ("tr(logm(X))", "X", "inv(X)'"),
            ("tr(B*logm(X))", "X", "frechet_logm(X', B')"),
        ],
        source: "Higham, Functions of Matrices, 11",
        ..Op::BLANK
    },
    Op {
        name: "sqrtm",
        kind: &["X: matrix(n, n) -> matrix(n, n)"],
        about: "The principal square root of a square matrix; sqrt acts entry by entry.",
        domain: "no eigenvalue of X is negative or 0",
        differential: &["frechet_sqrtm(X, dX)"],
        analytic: true,
        facts: &[
            (Facts::SYMMETRIC, Facts::SYMMETRIC),
            (Facts::PSD, Facts::PSD),
            (Facts::POSDEF, Facts::POSDEF),
            (Facts::DIAGONAL, Facts::DIAGONAL),
            (Facts::LOWER, Facts::LOWER),
        ],
        law: Law::Root,
        rules: &[
            Rule {
                name: "sqrtm-eye",
                left: "sqrtm(eye)",
                right: "eye",
            },
            Rule {
                name: "sqrtm-diag",
                left: "sqrtm(diag(x))",
                right: "diag(sqrt(x))",
            },
            Rule {
                name: "sqrtm-inv",
                left: "sqrtm(inv(X))",
                right: "inv(sqrtm(X))",
            },
        ],
        kernel: Kernel::Matrix(MatrixFunction::Sqrt),
        sample: "X: posdef(n)",
        latex: r"{0}^{1/2}",
        examples: &[
            ("tr(sqrtm(X))", "X", "inv(sqrtm(X))'/2"),
            ("tr(B*sqrtm(X))", "X", "frechet_sqrtm(X', B')"),
        ],
        source: "Higham, Functions of Matrices, 6",
        ..Op::BLANK
    },
    frechet!(
        "frechet_expm",
        MatrixFunction::Exp,
        "The derivative of the matrix exponential at X in the direction E; with more directions, the derivative of that \
         order.",
        "",
        "X: matrix(n, n); E: matrix(n, n)",
        r"L_{\exp}\left({0}, {1}\right)",
        "Higham, Functions of Matrices, 10.2 and 10.6; Higham & Relton, Higher order Fréchet derivatives of matrix \
         functions (2014)"
    ),
    frechet!(
        "frechet_logm",
        MatrixFunction::Log,
        "The derivative of the principal matrix logarithm at X in the direction E; with more directions, the derivative \
         of that order.",
        "no eigenvalue of X is negative or 0",
        "X: posdef(n); E: matrix(n, n)",
        r"L_{\log}\left({0}, {1}\right)",
        "Higham, Functions of Matrices, 11.8; Higham & Relton, Higher order Fréchet derivatives of matrix functions \
         (2014)"
    ),
    frechet!(
        "frechet_sqrtm",
        MatrixFunction::Sqrt,
        "The derivative of the principal matrix square root at X in the direction E: the solution L of \
         sqrtm(X)*L + L*sqrtm(X) = E; with more directions, the derivative of that order.",
        "no eigenvalue of X is negative or 0",
        "X: posdef(n); E: matrix(n, n)",
        r"L_{\mathrm{sqrt}}\left({0}, {1}\right)",
        "Higham, Functions of Matrices, 6.1; Higham & Relton, Higher order Fréchet derivatives of matrix functions \
         (2014)"
    ),
];

/// How deep a matrix is searched for what it is a function of.
const MAX_DEPTH: usize = 8;

/// The derivative in directions that are multiples, symmetric, or commute with the point: `None` where there is
/// nothing to simplify.
pub(super) fn simplified(
    store: &mut Store,
    op: &'static Op,
    function: MatrixFunction,
    args: &[Expr],
) -> Result<Option<Expr>> {
    let (point, directions) = (args[0], &args[1..]);
    if directions.iter().any(|direction| store.is_zero(*direction)) {
        return store.zeros(store.shape(point)).map(Some);
    }
    // Factors stand before the call.
    let (mut factor, mut scalars, mut plain) = (Rational::one(), Vec::new(), Vec::new());
    for direction in directions {
        let (coefficient, rest) = store.split_content(*direction)?;
        factor = &factor * &coefficient;
        plain.push(match *store.form(rest) {
            Form::Scale(scalar, array) => {
                scalars.push(scalar);
                array
            }
            _ => rest,
        });
    }
    // exp(X + s*eye) is exp(s)*exp(X), so a change along the identity changes nothing but the factor.
    if function == MatrixFunction::Exp && plain.len() > 1 {
        let rest: Vec<Expr> = plain
            .iter()
            .copied()
            .filter(|direction| !matches!(store.form(*direction), Form::Eye))
            .collect();
        plain = if rest.is_empty() { plain[..1].to_vec() } else { rest };
    }
    plain.sort();
    let inner = if commutes(store, point, &plain) {
        Some(of_commuting(store, function, point, &plain)?)
    } else if plain == directions {
        None
    } else {
        Some(super::apply_call(store, op, &[&[point], plain.as_slice()].concat())?)
    };
    let Some(inner) = inner else { return Ok(None) };
    let scaled = match scalars.is_empty() {
        true => inner,
        false => {
            let scalar = store.multiply(&scalars)?;
            store.scale(scalar, inner)?
        }
    };
    store.times(&factor, scaled).map(Some)
}

/// `f^(k)(X)*E*F` for directions that commute with X.
fn of_commuting(store: &mut Store, function: MatrixFunction, point: Expr, directions: &[Expr]) -> Result<Expr> {
    let order = directions.len() as i64;
    let (mut coefficient, mut factors) = (Rational::one(), Vec::new());
    match function {
        MatrixFunction::Exp => {
            let value = named_call(store, "expm", point)?;
            factors.push(MatrixPower { base: value, power: 1 });
        }
        MatrixFunction::Log => {
            for step in 1..order {
                coefficient = &coefficient * &Rational::from(-step);
            }
            factors.push(MatrixPower {
                base: point,
                power: -order,
            });
        }
        MatrixFunction::Sqrt => {
            for step in 0..order {
                coefficient = &coefficient * &Rational::new(1 - 2 * step, 2);
            }
            let root = named_call(store, "sqrtm", point)?;
            factors.push(MatrixPower {
                base: root,
                power: 1 - 2 * order,
            });
        }
    }
    factors.extend(directions.iter().map(|base| MatrixPower { base: *base, power: 1 }));
    let product = store.matrix_product(factors)?;
    // Symmetric matrices that commute have a symmetric product.
    let symmetric = |expr: &Expr| store.facts(*expr).has(Facts::SYMMETRIC);
    if symmetric(&point) && directions.iter().all(symmetric) {
        store.state_facts(product, Facts::SYMMETRIC);
    }
    store.times(&coefficient, product)
}

/// Whether all of them are analytic functions of one matrix, and so commute with each other.
fn commutes(store: &Store, point: Expr, directions: &[Expr]) -> bool {
    let mut generator = None;
    std::iter::once(&point)
        .chain(directions)
        .all(|expr| is_function_of(store, *expr, &mut generator, MAX_DEPTH))
}

/// Whether the expression is made of powers, sums and matrix functions of the generator, the first matrix met.
fn is_function_of(store: &Store, expr: Expr, generator: &mut Option<Expr>, depth: usize) -> bool {
    if *generator == Some(expr) || matches!(store.form(expr), Form::Eye) {
        return true;
    }
    let before = *generator;
    let inside = depth > 0
        && match store.form(expr) {
            Form::Add(terms) => terms
                .iter()
                .all(|term| is_function_of(store, term.expr, generator, depth - 1)),
            Form::Scale(_, array) => is_function_of(store, *array, generator, depth - 1),
            Form::MatMul(factors) => factors
                .iter()
                .all(|factor| is_function_of(store, factor.base, generator, depth - 1)),
            Form::Call(function, args) => {
                matches!(super::op(*function).kernel, Kernel::Matrix(_))
                    && is_function_of(store, args[0], generator, depth - 1)
            }
            _ => false,
        };
    if inside {
        return true;
    }
    *generator = before;
    before.is_none() && {
        *generator = Some(expr);
        true
    }
}
