//! Random well-typed problems: a table of productions, grown from a kind of result, and made smaller on failure.

use crate::random::Random;

/// The kind of a piece: sizes are positions in [`SIZE_NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One number.
    Scalar,
    /// A column.
    Vector(u8),
    /// A row.
    Row(u8),
    /// A matrix.
    Matrix(u8, u8),
    /// An array with three axes.
    Tensor(u8, u8, u8),
}

/// The names of the sizes.
pub const SIZE_NAMES: [&str; 3] = ["m", "n", "k"];

/// Which functions a problem may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Those that have exact values in a prime field.
    Rational,
    /// Those that are continued to complex numbers too.
    Analytic,
    /// Smooth ones too.
    Smooth,
    /// Those with kinks too.
    Kinked,
    /// Of complex numbers: analytic ones, conjugates and parts.
    Complex,
}

impl Class {
    /// Whether a production of another class may occur.
    fn has(self, other: Class) -> bool {
        match self {
            Complex => other <= Analytic || other == Complex,
            class => other <= class,
        }
    }
}

/// One way to make a piece: `result <- text(args)`.
#[derive(Debug)]
pub struct Production {
    /// What it makes; a size is a letter that stands for any.
    result: Pattern,
    /// Of what.
    args: &'static [Pattern],
    /// How it is written: `{0}` for an argument, `<a>` for a size.
    text: &'static str,
    /// The class of problems in which it occurs.
    class: Class,
    /// Whether its arguments may be swapped.
    commutes: bool,
}

#[derive(Clone, Copy, Debug)]
enum Pattern {
    S,
    V(u8),
    R(u8),
    M(u8, u8),
    T(u8, u8, u8),
}

use Class::{Analytic, Complex, Kinked, Rational, Smooth};
use Pattern::{M, R, S, T, V};

const A: u8 = 0;
const B: u8 = 1;
const C: u8 = 2;

const fn row(class: Class, result: Pattern, text: &'static str, args: &'static [Pattern]) -> Production {
    Production {
        result,
        args,
        text,
        class,
        commutes: false,
    }
}

const fn swap(class: Class, result: Pattern, text: &'static str, args: &'static [Pattern]) -> Production {
    Production {
        result,
        args,
        text,
        class,
        commutes: true,
    }
}

#[rustfmt::skip]
static PRODUCTIONS: &[Production] = &[
    // Scalars.
    swap(Rational, S, "({0} + {1})",             &[S, S]),
    row (Rational, S, "({0} - {1})",             &[S, S]),
    swap(Rational, S, "({0}*{1})",                 &[S, S]),
    row (Rational, S, "({0}/{1})",                 &[S, S]),
    row (Rational, S, "({0}^2)",                   &[S]),
    row (Rational, S, "({0}^(-1))",                &[S]),
    row (Rational, S, "(-{0})",                  &[S]),
    row (Rational, S, "({0}'*{1})",              &[V(A), V(A)]),
    row (Rational, S, "({0}*{1})",               &[R(A), V(A)]),
    row (Rational, S, "({0}'*{1}*{2})",          &[V(A), M(A, B), V(B)]),
    row (Rational, S, "tr({0})",                 &[M(A, A)]),
    row (Rational, S, "tr({0}*{1})",             &[M(A, B), M(B, A)]),
    row (Rational, S, "tr({0}'*{1})",            &[M(A, B), M(A, B)]),
    swap(Rational, S, "dot({0}, {1})",           &[V(A), V(A)]),
    swap(Rational, S, "dot({0}, {1})",           &[M(A, B), M(A, B)]),
    row (Rational, S, "sum({0})",                &[V(A)]),
    row (Rational, S, "sum({0})",                &[M(A, B)]),
    row (Rational, S, "mean({0})",               &[V(A)]),
    row (Rational, S, "mean({0})",               &[M(A, B)]),
    row (Rational, S, "det({0})",                &[M(A, A)]),
    row (Rational, S, "(vec({0})'*kron({1}, {2})*vec({3}))", &[M(A, B), M(B, C), M(A, A), M(A, C)]),
    row (Rational, S, "tr(kron({0}, {1}))",      &[M(A, A), M(B, B)]),
    row (Rational, S, "sum(kron({0}, {1}))",     &[M(A, B), M(C, A)]),
    swap(Rational, S, "dot({0}, {1})",           &[T(A, B, C), T(A, B, C)]),
    row (Rational, S, "sum({0})",                &[T(A, B, C)]),
    row (Rational, S, "einsum(\"ijk,i,j,k->\", {0}, {1}, {2}, {3})", &[T(A, B, C), V(A), V(B), V(C)]),
    row (Rational, S, "einsum(\"ij,jk,ki->\", {0}, {1}, {2})", &[M(A, B), M(B, C), M(C, A)]),
    row (Rational, S, "({0}[2])",                &[V(A)]),
    row (Rational, S, "({0}[1,2])",              &[M(A, B)]),
    row (Rational, S, "({0}[2,1,2])",            &[T(A, B, C)]),
    row (Rational, S, "sum({0}[1:2,:])",         &[M(A, B)]),
    row (Rational, S, "prod({0})",               &[V(A)]),
    row (Rational, S, "tr([{0}, {1}; {2}, {3}]^2)", &[M(A, A), M(A, B), M(B, A), M(B, B)]),
    row (Rational, S, "([{0}; {1}]'*[{2}; {3}])", &[V(A), V(B), V(A), V(B)]),
    row (Kinked,   S, "where({0} < {1}, {2}, {3})", &[S, S, S, S]),
    row (Kinked,   S, "sum(where({0} >= 0, {1}, 0))", &[V(A), V(A)]),
    row (Rational, V(A), "cumsum({0})",            &[V(A)]),
    row (Rational, V(A), "([{0}, {1}]*[{2}; {3}])", &[M(A, B), M(A, C), V(B), V(C)]),
    row (Rational, M(A, B), "([{0}; {1}]'*[{2}; {3}])", &[M(C, A), M(A, A), M(C, B), M(A, B)]),
    row (Kinked,   V(A), "where({0} > {1}, {2}, {3})", &[V(A), V(A), V(A), V(A)]),
    // Vectors.
    swap(Rational, V(A), "({0} + {1})",          &[V(A), V(A)]),
    row (Rational, V(A), "({0} - {1})",          &[V(A), V(A)]),
    row (Rational, V(A), "({0}*{1})",              &[S, V(A)]),
    row (Rational, V(A), "({0}/{1})",            &[V(A), S]),
    row (Rational, V(A), "({0} .+ {1})",         &[V(A), S]),
    row (Rational, V(A), "({0}*{1})",            &[M(A, B), V(B)]),
    row (Rational, V(A), "({0}'*{1})",           &[M(B, A), V(B)]),
    row (Rational, V(A), "({0}\\{1})",           &[M(A, A), V(A)]),
    swap(Rational, V(A), "({0}.*{1})",           &[V(A), V(A)]),
    row (Rational, V(A), "({0}./{1})",           &[V(A), V(A)]),
    row (Rational, V(A), "(({0}).^2)",             &[V(A)]),
    row (Rational, V(A), "(({0}).^3)",             &[V(A)]),
    row (Rational, V(A), "diag({0})",            &[M(A, A)]),
    row (Rational, V(A), "sum({0}, 2)",          &[M(A, B)]),
    row (Rational, V(A), "mean({0}, 2)",         &[M(A, B)]),
    row (Rational, V(A), "(({0})')",               &[R(A)]),
    row (Rational, V(A), "({0}[1,:])",           &[M(B, A)]),
    row (Rational, V(A), "({0}[:,2])",           &[M(A, B)]),
    row (Rational, V(A), "({0}[:,1,2])",         &[T(A, B, C)]),
    row (Rational, V(A), "({0}[2,:,1])",         &[T(B, A, C)]),
    row (Rational, V(A), "({0}[:,1:2]*{1}[1:2])", &[M(A, B), V(B)]),
    row (Rational, V(A), "einsum(\"ijk,j,k->i\", {0}, {1}, {2})", &[T(A, B, C), V(B), V(C)]),
    row (Rational, V(A), "einsum(\"jik->i\", {0})", &[T(B, A, C)]),
    row (Rational, V(A), "einsum(\"ij,ij->i\", {0}, {1})", &[M(A, B), M(A, B)]),
    row (Rational, V(A), "einsum(\"jji->i\", {0})", &[T(B, B, A)]),
    row (Rational, V(A), "einsum(\"ii->i\", {0})", &[M(A, A)]),
    // Rows.
    row (Rational, R(A), "(({0})')",               &[V(A)]),
    row (Rational, R(A), "({0}'*{1})",           &[V(B), M(B, A)]),
    row (Rational, R(A), "sum({0}, 1)",          &[M(B, A)]),
    row (Rational, R(A), "mean({0}, 1)",         &[M(B, A)]),
    // Matrices.
    swap(Rational, M(A, B), "({0} + {1})",       &[M(A, B), M(A, B)]),
    row (Rational, M(A, B), "({0} - {1})",       &[M(A, B), M(A, B)]),
    row (Rational, M(A, B), "({0}*{1})",           &[S, M(A, B)]),
    row (Rational, M(A, B), "({0}/{1})",         &[M(A, B), S]),
    row (Rational, M(A, B), "({0}*{1})",         &[M(A, C), M(C, B)]),
    row (Rational, M(A, B), "({0}*{1}*{2})",     &[M(A, C), M(C, C), M(C, B)]),
    row (Rational, M(A, B), "({0}*{1}')",        &[V(A), V(B)]),
    row (Rational, M(A, B), "(({0})')",            &[M(B, A)]),
    swap(Rational, M(A, B), "({0}.*{1})",        &[M(A, B), M(A, B)]),
    row (Rational, M(A, B), "({0}./{1})",        &[M(A, B), M(A, B)]),
    row (Rational, M(A, B), "(({0}).^2)",          &[M(A, B)]),
    row (Rational, M(A, B), "reshape({0}, <a>, <b>)", &[M(B, A)]),
    row (Rational, M(A, B), "reshape(kron({0}, {1}), <a>, <b>)", &[V(B), V(A)]),
    row (Rational, M(A, B), "({0}/{1})",         &[M(A, B), M(B, B)]),
    row (Rational, M(A, A), "({0} + eye(<a>))",  &[M(A, A)]),
    row (Rational, M(A, A), "(({0})^2)",           &[M(A, A)]),
    row (Rational, M(A, A), "(({0})^3)",           &[M(A, A)]),
    row (Rational, M(A, A), "(({0})^-2)",          &[M(A, A)]),
    row (Rational, M(A, A), "inv({0})",          &[M(A, A)]),
    row (Rational, M(A, A), "adj({0})",          &[M(A, A)]),
    row (Rational, M(A, A), "diag({0})",         &[V(A)]),
    row (Rational, M(A, A), "diag(diag({0}))",   &[M(A, A)]),
    row (Rational, M(A, A), "sym({0})",          &[M(A, A)]),
    row (Rational, M(A, A), "skew({0})",         &[M(A, A)]),
    row (Rational, M(A, A), "({0}'*{1}*{0})",    &[M(B, A), M(B, B)]),
    row (Rational, M(A, B), "tril({0})",         &[M(A, B)]),
    row (Rational, M(A, B), "triu({0})",         &[M(A, B)]),
    row (Rational, M(A, B), "({0}[:,:,1])",      &[T(A, B, C)]),
    row (Rational, M(A, B), "({0}[:,2,:])",      &[T(A, C, B)]),
    row (Rational, M(A, B), "({0}[1,:,:]')",     &[T(C, B, A)]),
    row (Rational, M(A, B), "einsum(\"ik,kj->ij\", {0}, {1})", &[M(A, C), M(C, B)]),
    row (Rational, M(A, B), "einsum(\"ijk,k->ij\", {0}, {1})", &[T(A, B, C), V(C)]),
    row (Rational, M(A, B), "einsum(\"kij,k->ij\", {0}, {1})", &[T(C, A, B), V(C)]),
    row (Rational, M(A, B), "einsum(\"ikl,jkl->ij\", {0}, {1})", &[T(A, C, C), T(B, C, C)]),
    row (Rational, M(A, B), "einsum(\"ijk->ij\", {0})", &[T(A, B, C)]),
    row (Rational, M(A, B), "einsum(\"i,ij->ij\", {0}, {1})", &[V(A), M(A, B)]),
    row (Rational, M(A, B), "einsum(\"iij->ij\", {0})", &[T(A, A, B)]),
    // Tensors.
    swap(Rational, T(A, B, C), "({0} + {1})",    &[T(A, B, C), T(A, B, C)]),
    row (Rational, T(A, B, C), "({0} - {1})",    &[T(A, B, C), T(A, B, C)]),
    row (Rational, T(A, B, C), "({0}*{1})",      &[S, T(A, B, C)]),
    swap(Rational, T(A, B, C), "({0}.*{1})",     &[T(A, B, C), T(A, B, C)]),
    row (Rational, T(A, B, C), "({0}.^2)",       &[T(A, B, C)]),
    row (Rational, T(A, B, C), "einsum(\"jki->ijk\", {0})", &[T(B, C, A)]),
    row (Rational, T(A, B, C), "einsum(\"i,j,k->ijk\", {0}, {1}, {2})", &[V(A), V(B), V(C)]),
    row (Rational, T(A, B, C), "einsum(\"ij,k->ijk\", {0}, {1})", &[M(A, B), V(C)]),
    row (Rational, T(A, B, C), "einsum(\"ik,jk->ijk\", {0}, {1})", &[M(A, C), M(B, C)]),
    row (Rational, T(A, B, C), "einsum(\"ir,jr,kr->ijk\", {0}, {1}, {2})", &[M(A, A), M(B, A), M(C, A)]),
    row (Rational, T(A, B, C), "einsum(\"ilk,lj->ijk\", {0}, {1})", &[T(A, A, C), M(A, B)]),
    row (Rational, T(A, B, C), "einsum(\"ijk,j->ijk\", {0}, {1})", &[T(A, B, C), V(B)]),
    row (Rational, T(A, B, C), "reshape({0}, <a>, <b>, <c>)", &[T(C, B, A)]),
    // Smooth functions, inside of their domains.
    row (Analytic, S, "sin({0})",                  &[S]),
    row (Analytic, S, "exp(tanh({0}))",            &[S]),
    row (Smooth, S, "log(1 + ({0})^2)",          &[S]),
    row (Analytic, S, "sqrt(2 + ({0})^2)",         &[S]),
    row (Analytic, S, "norm2({0})",                &[V(A)]),
    row (Analytic, S, "(norm2({0})^2)",              &[M(A, B)]),
    row (Smooth, S, "logsumexp({0})",            &[V(A)]),
    row (Smooth, S, "logsumexp({0})",            &[M(A, B)]),
    row (Smooth, S, "logdet({0}*{0}' + eye(<a>))", &[M(A, B)]),
    row (Smooth, S, "((1 + ({0})^2)^({1}))",       &[S, S]),
    row (Analytic, V(A), "exp(-({0}).^2)",         &[V(A)]),
    row (Analytic, V(A), "sigmoid({0})",           &[V(A)]),
    row (Smooth, V(A), "softplus({0})",          &[V(A)]),
    row (Analytic, V(A), "log(1 .+ ({0}).^2)",     &[V(A)]),
    row (Analytic, V(A), "arctan({0})",            &[V(A)]),
    row (Smooth, V(A), "softmax({0})",           &[V(A)]),
    row (Smooth, V(A), "erf({0})",               &[V(A)]),
    row (Analytic, V(A), "exp(sin({0}))",          &[V(A)]),
    row (Analytic, M(A, B), "cos({0})",            &[M(A, B)]),
    row (Analytic, M(A, B), "tanh({0})",           &[M(A, B)]),
    row (Smooth, M(A, B), "sinh(arctan({0}))",   &[M(A, B)]),
    row (Smooth, M(A, B), "sqrt(2 .+ ({0}).^2)", &[M(A, B)]),
    row (Smooth, M(A, B), "log1p(exp(sin({0})))", &[M(A, B)]),
    row (Smooth, R(A), "logsumexp({0}, 1)",      &[M(B, A)]),
    row (Smooth, V(A), "logsumexp({0}, 2)",      &[M(A, B)]),
    row (Smooth, M(A, B), "softmax({0}, 1)",     &[M(A, B)]),
    row (Smooth, M(A, B), "softmax({0}, 2)",     &[M(A, B)]),
    row (Analytic, T(A, B, C), "tanh({0})",        &[T(A, B, C)]),
    row (Analytic, T(A, B, C), "exp(sin({0}))",    &[T(A, B, C)]),
    row (Analytic, S, "norm2({0})",                &[T(A, B, C)]),
    // Functions with kinks.
    row (Kinked, S, "norm1({0})",                &[V(A)]),
    row (Kinked, S, "abs({0})",                  &[S]),
    row (Kinked, S, "max({0}, {1})",             &[S, S]),
    row (Kinked, S, "maximum({0})",              &[V(A)]),
    row (Kinked, S, "minimum({0})",              &[M(A, B)]),
    row (Kinked, S, "norminf({0})",              &[V(A)]),
    row (Kinked, R(A), "maximum({0}, 1)",        &[M(B, A)]),
    row (Kinked, V(A), "minimum({0}, 2)",        &[M(A, B)]),
    row (Kinked, M(A, B), "(hardmax({0}, 1).*{0})", &[M(A, B)]),
    row (Kinked, T(A, B, C), "relu({0})",        &[T(A, B, C)]),
    row (Kinked, V(A), "relu({0})",              &[V(A)]),
    row (Kinked, V(A), "abs({0})",               &[V(A)]),
    row (Kinked, V(A), "min({0}, {1})",          &[V(A), V(A)]),
    row (Kinked, V(A), "max({0}, {1})",          &[V(A), S]),
    row (Kinked, M(A, B), "relu({0})",           &[M(A, B)]),
    row (Kinked, M(A, B), "max({0}, {1})",       &[M(A, B), M(A, B)]),
    // Functions of complex numbers.
    row (Complex, S, "conj({0})",                &[S]),
    row (Complex, S, "(im*{0})",                 &[S]),
    row (Complex, S, "real({0})",                &[S]),
    row (Complex, S, "imag({0})",                &[S]),
    row (Complex, S, "abs({0})",                 &[S]),
    row (Complex, S, "({0}†*{1})",               &[V(A), V(A)]),
    row (Complex, S, "real({0}†*{1}*{0})",       &[V(A), M(A, A)]),
    row (Complex, S, "max(real({0}), imag({1}))", &[S, S]),
    row (Complex, V(A), "conj({0})",             &[V(A)]),
    row (Complex, V(A), "(im*{0})",              &[V(A)]),
    row (Complex, V(A), "({0}†*{1})",            &[M(B, A), V(B)]),
    row (Complex, V(A), "(abs({0}).^2)",         &[V(A)]),
    row (Complex, V(A), "imag({0})",             &[V(A)]),
    row (Complex, V(A), "relu(real({0}))",       &[V(A)]),
    row (Complex, V(A), "where(abs({0}) < 1, {0}, {1})", &[V(A), V(A)]),
    row (Complex, R(A), "({0}†)",                &[V(A)]),
    row (Complex, M(A, B), "({0}†)",             &[M(B, A)]),
    row (Complex, M(A, B), "conj({0})",          &[M(A, B)]),
    row (Complex, M(A, B), "({0}*{1}†)",         &[V(A), V(B)]),
    row (Complex, M(A, B), "real({0})",          &[M(A, B)]),
    row (Complex, M(A, A), "expm(im*{0}/5)",     &[M(A, A)]),
    row (Complex, T(A, B, C), "conj({0})",       &[T(A, B, C)]),
    row (Complex, T(A, B, C), "(im*{0})",        &[T(A, B, C)]),
];

/// A piece of a problem.
#[derive(Clone, Debug, PartialEq)]
pub enum Sketch {
    /// A variable or a number.
    Leaf {
        /// How it is written.
        name: String,
        /// What it is.
        kind: Kind,
        /// Its declaration; empty for a number.
        declared: String,
    },
    /// A production over its arguments.
    Node {
        /// The position in the table.
        production: usize,
        /// What it is.
        kind: Kind,
        /// The sizes that its letters stand for.
        sizes: [u8; 3],
        /// Its arguments.
        args: Vec<Sketch>,
    },
}

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The functions that may occur.
    pub class: Class,
    /// About how many productions.
    pub weight: usize,
}

/// A random piece of a kind, with at least one variable.
pub fn sketch(kind: Kind, plan: Plan, random: &mut Random) -> Sketch {
    loop {
        let found = grow(kind, plan, random);
        if !found.variables().is_empty() {
            return found;
        }
    }
}

/// A random kind of result, most often a scalar.
pub fn kind(random: &mut Random) -> Kind {
    let [a, b, c] = [(); 3].map(|()| random.below(3) as u8);
    match random.below(9) {
        0..4 => Kind::Scalar,
        4 | 5 => Kind::Vector(a),
        6 => Kind::Row(a),
        7 => Kind::Tensor(a, b, c),
        _ => Kind::Matrix(a, b),
    }
}

/// The depth of a sketch is bounded by its weight, so the recursion is shallow.
fn grow(kind: Kind, plan: Plan, random: &mut Random) -> Sketch {
    if plan.weight == 0 || random.chance(0.08) {
        return leaf_of(plan.class, kind, random);
    }
    let fitting: Vec<usize> = (0..PRODUCTIONS.len())
        .filter(|at| plan.class.has(PRODUCTIONS[*at].class) && bind(PRODUCTIONS[*at].result, kind).is_some())
        .collect();
    let production = *random.pick(&fitting);
    // Bound by the filter above.
    let bound = bind(PRODUCTIONS[production].result, kind).unwrap_or_default();
    let sizes = bound.map(|size| size.unwrap_or_else(|| random.below(3) as u8));
    let args = PRODUCTIONS[production].args;
    let share = Plan {
        weight: (plan.weight - 1) / args.len().max(1),
        ..plan
    };
    let args = args
        .iter()
        .map(|arg| grow(kind_of(*arg, sizes), share, random))
        .collect();
    Sketch::Node {
        production,
        kind,
        sizes,
        args,
    }
}

/// What the letters of a pattern stand for, if it matches.
fn bind(pattern: Pattern, kind: Kind) -> Option<[Option<u8>; 3]> {
    let mut sizes = [None; 3];
    let mut set = |letter: u8, size: u8| *sizes[letter as usize].get_or_insert(size) == size;
    let fits = match (pattern, kind) {
        (S, Kind::Scalar) => true,
        (V(a), Kind::Vector(n)) | (R(a), Kind::Row(n)) => set(a, n),
        (M(a, b), Kind::Matrix(m, n)) => set(a, m) && set(b, n),
        (T(a, b, c), Kind::Tensor(m, n, k)) => set(a, m) && set(b, n) && set(c, k),
        _ => false,
    };
    fits.then_some(sizes)
}

fn kind_of(pattern: Pattern, sizes: [u8; 3]) -> Kind {
    let size = |letter: u8| sizes[letter as usize];
    match pattern {
        S => Kind::Scalar,
        V(a) => Kind::Vector(size(a)),
        R(a) => Kind::Row(size(a)),
        M(a, b) => Kind::Matrix(size(a), size(b)),
        T(a, b, c) => Kind::Tensor(size(a), size(b), size(c)),
    }
}

/// Letters of variables that are complex, beside those of real ones.
const COMPLEX_LETTERS: [(&str, &str); 12] = [
    ("s", "c"),
    ("t", "b"),
    ("x", "z"),
    ("y", "w"),
    ("A", "Z"),
    ("B", "W"),
    ("S", "H"),
    ("D", "G"),
    ("K", "J"),
    ("L", "F"),
    ("T", "V"),
    ("U", "R"),
];

/// A variable of the pool, which in a problem of complex numbers often is complex, or a number.
fn leaf_of(class: Class, kind: Kind, random: &mut Random) -> Sketch {
    let found = leaf(kind, random);
    let Sketch::Leaf { name, declared, .. } = &found else {
        return found;
    };
    let letters = COMPLEX_LETTERS.iter().find(|(real, _)| declared.starts_with(real));
    match letters {
        Some((_, letter)) if class == Complex && random.chance(0.7) => Sketch::Leaf {
            name: format!("{letter}{}", &name[1..]),
            kind,
            declared: format!("{letter}{}", &declared[1..].replacen(": ", ": complex ", 1)),
        },
        _ => found,
    }
}

/// A variable of the pool, or a number.
fn leaf(kind: Kind, random: &mut Random) -> Sketch {
    let name = |size: u8| SIZE_NAMES[size as usize];
    let (name, declared) = match kind {
        Kind::Scalar if random.chance(0.4) => ((*random.pick(&["2", "3", "0.5", "5"])).to_owned(), String::new()),
        Kind::Scalar => {
            let name = *random.pick(&["s", "t"]);
            (name.to_owned(), format!("{name}: scalar"))
        }
        Kind::Vector(n) => {
            let (n, letter) = (name(n), *random.pick(&["x", "y"]));
            (format!("{letter}_{n}"), format!("{letter}_{n}: vector({n})"))
        }
        Kind::Row(n) => {
            let n = name(n);
            (format!("x_{n}'"), format!("x_{n}: vector({n})"))
        }
        Kind::Matrix(m, n) if m == n && random.chance(0.5) => {
            let structures = [
                ("S", "symmetric"),
                ("D", "diagonal"),
                ("K", "skew"),
                ("Q", "orthogonal"),
                ("P", "posdef"),
                ("L", "lower"),
            ];
            let ((letter, structure), n) = (*random.pick(&structures), name(n));
            (format!("{letter}_{n}"), format!("{letter}_{n}: {structure}({n})"))
        }
        Kind::Matrix(m, n) => {
            let (m, n, letter) = (name(m), name(n), *random.pick(&["A", "B"]));
            (format!("{letter}_{m}{n}"), format!("{letter}_{m}{n}: matrix({m}, {n})"))
        }
        Kind::Tensor(m, n, k) => {
            let ([m, n, k], letter) = ([m, n, k].map(name), *random.pick(&["T", "U"]));
            let name = format!("{letter}_{m}{n}{k}");
            let declared = format!("{name}: tensor({m}, {n}, {k})");
            (name, declared)
        }
    };
    Sketch::Leaf { name, kind, declared }
}

impl Sketch {
    /// A variable of a kind; a row is a vector, transposed.
    pub fn variable(name: &str, kind: Kind) -> Sketch {
        let size = |at: u8| SIZE_NAMES[at as usize];
        let declared = match kind {
            Kind::Scalar => format!("{name}: scalar"),
            Kind::Vector(n) | Kind::Row(n) => format!("{name}: vector({})", size(n)),
            Kind::Matrix(m, n) => format!("{name}: matrix({}, {})", size(m), size(n)),
            Kind::Tensor(m, n, k) => format!("{name}: tensor({}, {}, {})", size(m), size(n), size(k)),
        };
        let name = if matches!(kind, Kind::Row(_)) {
            format!("{name}'")
        } else {
            name.to_owned()
        };
        Sketch::Leaf { name, kind, declared }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Sketch::Leaf { kind, .. } | Sketch::Node { kind, .. } => *kind,
        }
    }

    /// The expression.
    pub fn text(&self) -> String {
        match self {
            Sketch::Leaf { name, .. } => name.clone(),
            Sketch::Node {
                production,
                sizes,
                args,
                ..
            } => {
                let mut text = PRODUCTIONS[*production].text.to_owned();
                for (letter, size) in ["<a>", "<b>", "<c>"].into_iter().zip(sizes) {
                    text = text.replace(letter, SIZE_NAMES[*size as usize]);
                }
                for (at, arg) in args.iter().enumerate() {
                    text = text.replace(&format!("{{{at}}}"), &arg.text());
                }
                text
            }
        }
    }

    /// The declarations of its variables, each once, in order.
    pub fn declarations(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        self.each(&mut |piece| {
            if let Sketch::Leaf { declared, .. } = piece
                && !declared.is_empty()
                && !found.contains(declared)
            {
                found.push(declared.clone());
            }
        });
        found
    }

    /// The names of its variables.
    pub fn variables(&self) -> Vec<String> {
        let names = self.declarations().into_iter();
        names
            .filter_map(|declared| declared.split_once(':').map(|(name, _)| name.to_owned()))
            .collect()
    }

    /// The problem: declarations, then the expression.
    pub fn problem(&self) -> String {
        format!("{}\n{}", self.declarations().join("\n"), self.text())
    }

    /// The number of its pieces.
    pub fn size(&self) -> usize {
        let mut size = 0;
        self.each(&mut |_| size += 1);
        size
    }

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Sketch)) {
        visit(self);
        if let Sketch::Node { args, .. } = self {
            args.iter().for_each(|arg| arg.each(visit));
        }
    }

    /// The same piece with the arguments of commutative operations in another order.
    #[must_use]
    pub fn shuffled(&self, random: &mut Random) -> Sketch {
        let mut copy = self.clone();
        if let Sketch::Node { production, args, .. } = &mut copy {
            for arg in args.iter_mut() {
                *arg = arg.shuffled(random);
            }
            if PRODUCTIONS[*production].commutes && random.chance(0.6) {
                args.swap(0, 1);
            }
        }
        copy
    }

    /// The same piece with a leaf of this name replaced.
    #[must_use]
    pub fn replaced(&self, leaf: &str, by: &Sketch) -> Sketch {
        match self {
            Sketch::Leaf { name, .. } if name == leaf => by.clone(),
            Sketch::Leaf { .. } => self.clone(),
            Sketch::Node {
                production,
                kind,
                sizes,
                args,
            } => Sketch::Node {
                production: *production,
                kind: *kind,
                sizes: *sizes,
                args: args.iter().map(|arg| arg.replaced(leaf, by)).collect(),
            },
        }
    }

    /// The same piece with other names of variables.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(&str) -> String) -> Sketch {
        match self {
            Sketch::Leaf { name, kind, declared } if !declared.is_empty() => {
                let (declared_name, rest) = declared.split_once(':').unwrap_or((declared, ""));
                let declared = format!("{}:{rest}", rename(declared_name));
                Sketch::Leaf {
                    name: rename(name),
                    kind: *kind,
                    declared,
                }
            }
            Sketch::Leaf { .. } => self.clone(),
            Sketch::Node {
                production,
                kind,
                sizes,
                args,
            } => Sketch::Node {
                production: *production,
                kind: *kind,
                sizes: *sizes,
                args: args.iter().map(|arg| arg.renamed(rename)).collect(),
            },
        }
    }

    /// The leaves that are variables: how they are written, and what they are.
    pub fn variable_leaves(&self) -> Vec<(String, Kind)> {
        let mut found = Vec::new();
        self.each(&mut |piece| {
            if let Sketch::Leaf { name, kind, declared } = piece
                && !declared.is_empty()
                && !found.contains(&(name.clone(), *kind))
            {
                found.push((name.clone(), *kind));
            }
        });
        found
    }

    /// The piece with another at a path.
    fn with(&self, path: &[usize], by: &Sketch) -> Sketch {
        let Some((first, rest)) = path.split_first() else {
            return by.clone();
        };
        let mut copy = self.clone();
        if let Sketch::Node { args, .. } = &mut copy {
            args[*first] = args[*first].with(rest, by);
        }
        copy
    }

    fn paths(&self) -> Vec<(Vec<usize>, &Sketch)> {
        let mut found = vec![(vec![], self)];
        let mut at = 0;
        while at < found.len() {
            let (path, piece) = found[at].clone();
            if let Sketch::Node { args, .. } = piece {
                let children = args
                    .iter()
                    .enumerate()
                    .map(|(child, arg)| ([&path[..], &[child]].concat(), arg));
                found.extend(children);
            }
            at += 1;
        }
        found
    }

    /// Smaller problems: a part in place of the whole, a part of a part in its place, a leaf in the place of a part.
    fn smaller(&self) -> Vec<Sketch> {
        let mut found = Vec::new();
        for (path, piece) in self.paths() {
            let Sketch::Node { args, .. } = piece else { continue };
            if path.is_empty() {
                found.extend(args.iter().cloned());
            }
            let same = piece
                .paths()
                .into_iter()
                .skip(1)
                .filter(|(_, part)| part.kind() == piece.kind());
            found.extend(same.map(|(_, part)| self.with(&path, part)));
            for class in [Rational, Complex] {
                let leaf = leaf_of(class, piece.kind(), &mut Random::new(0));
                found.push(self.with(&path, &leaf));
            }
        }
        found.sort_by_key(Sketch::size);
        found
    }
}

/// The most tries to make a failing problem smaller.
const MAX_TRIES: usize = 400;

/// The smallest problem found that still fails, and how it fails.
pub fn smallest(sketch: &Sketch, fails: &dyn Fn(&Sketch) -> Option<String>) -> (Sketch, String) {
    let mut best = sketch.clone();
    let mut reason = fails(sketch).unwrap_or_else(|| "it fails no more when repeated".to_owned());
    let mut tries = 0;
    'again: loop {
        for candidate in best.smaller() {
            if candidate.size() >= best.size() || candidate.variables().is_empty() {
                continue;
            }
            tries += 1;
            if tries > MAX_TRIES {
                return (best, reason);
            }
            if let Some(why) = fails(&candidate) {
                (best, reason) = (candidate, why);
                continue 'again;
            }
        }
        return (best, reason);
    }
}
