//! The functions of one real variable that number types know.

/// A function of one real variable.
///
/// [`Number::apply`](crate::Number::apply) evaluates it; the numbers of a prime field have none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// The complex conjugate; of a real number itself.
    Conj,
    /// The absolute value.
    Abs,
    /// -1, 0 or 1: the sign, with sign(0) = 0.
    Sign,
    /// The larger of x and 0; its derivative at 0 is taken as 0.
    Relu,
    /// The exponential.
    Exp,
    /// exp(x) - 1 without cancellation near 0.
    Expm1,
    /// The natural logarithm.
    Ln,
    /// log(1 + x) without cancellation near 0.
    Log1p,
    /// The square root.
    Sqrt,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The inverse sine.
    Asin,
    /// The inverse cosine.
    Acos,
    /// The inverse tangent.
    Atan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function 1 / (1 + exp(-x)).
    Sigmoid,
    /// log(1 + exp(x)) without overflow.
    Softplus,
    /// The error function 2/sqrt(pi) * integral of exp(-t^2) from 0 to x.
    Erf,
    /// The logarithm of the absolute value of the gamma function.
    Lgamma,
    /// The derivative of [`Lgamma`](Function::Lgamma).
    Digamma,
    /// The distribution function of the standard normal distribution, 1/sqrt(2 pi) * integral of exp(-t^2/2) up to x.
    NormalCdf,
    /// The logarithm of [`NormalCdf`](Function::NormalCdf), without underflow on the left and cancellation on the right.
    LogNormalCdf,
}

impl Function {
    /// Every function, in the order of the declaration.
    pub const ALL: [Function; 25] = [
        Function::Conj,
        Function::Abs,
        Function::Sign,
        Function::Relu,
        Function::Exp,
        Function::Expm1,
        Function::Ln,
        Function::Log1p,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
        Function::Tan,
        Function::Asin,
        Function::Acos,
        Function::Atan,
        Function::Sinh,
        Function::Cosh,
        Function::Tanh,
        Function::Sigmoid,
        Function::Softplus,
        Function::Erf,
        Function::Lgamma,
        Function::Digamma,
        Function::NormalCdf,
        Function::LogNormalCdf,
    ];

    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Function::Conj => "conj",
            Function::Abs => "abs",
            Function::Sign => "sign",
            Function::Relu => "relu",
            Function::Exp => "exp",
            Function::Expm1 => "expm1",
            Function::Ln => "log",
            Function::Log1p => "log1p",
            Function::Sqrt => "sqrt",
            Function::Sin => "sin",
            Function::Cos => "cos",
            Function::Tan => "tan",
            Function::Asin => "asin",
            Function::Acos => "acos",
            Function::Atan => "atan",
            Function::Sinh => "sinh",
            Function::Cosh => "cosh",
            Function::Tanh => "tanh",
            Function::Sigmoid => "sigmoid",
            Function::Softplus => "softplus",
            Function::Erf => "erf",
            Function::Lgamma => "lgamma",
            Function::Digamma => "digamma",
            Function::NormalCdf => "cdf",
            Function::LogNormalCdf => "log(cdf)",
        }
    }
}
