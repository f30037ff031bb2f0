//! The elementwise functions: one row each.

use std::sync::OnceLock;

use gateaux_array::Function as F;

use super::{Facts, Kernel, Law, Meaning, Op, Rule};

const P: (Facts, Facts) = (Facts::NONE, Facts::POSITIVE);
const N: (Facts, Facts) = (Facts::NONE, Facts::NONNEGATIVE);
const KEEPS_SIGN: &[(Facts, Facts)] = &[
    (Facts::POSITIVE, Facts::POSITIVE),
    (Facts::NONNEGATIVE, Facts::NONNEGATIVE),
];

/// Where the gamma function has no pole.
const GAMMA_DOMAIN: &str = "x is not 0, -1, -2, ...";

/// A row: the derivative is a formula of scalars in x.
struct Row(
    &'static str,              // name
    &'static [&'static str],   // aliases
    &'static str,              // derivative
    &'static str,              // domain
    &'static str,              // naive meaning
    F,                         // kernel
    &'static str,              // LaTeX
    &'static [(Facts, Facts)], // facts
    &'static str,              // what it is
);

#[rustfmt::skip]
static ROWS: &[Row] = &[
    //  name        aliases      derivative                    domain         meaning                   kernel       LaTeX                                facts       about
    Row("exp",      &[],         "exp(x)",                     "",            "",                       F::Exp,      r"\exp\left({0}\right)",             &[P],       "The exponential of every entry."),
    Row("log",      &[],         "1/x",                        "x > 0",       "",                       F::Ln,       r"\log\left({0}\right)",             &[],        "The natural logarithm of every entry."),
    Row("sin",      &[],         "cos(x)",                     "",            "",                       F::Sin,      r"\sin\left({0}\right)",             &[],        "The sine of every entry."),
    Row("cos",      &[],         "-sin(x)",                    "",            "",                       F::Cos,      r"\cos\left({0}\right)",             &[],        "The cosine of every entry."),
    Row("tan",      &[],         "1/cos(x)^2",                 "cos(x) != 0", "sin(x)/cos(x)",          F::Tan,      r"\tan\left({0}\right)",             &[],        "The tangent of every entry."),
    Row("arcsin",   &["asin"],   "1/sqrt(1 - x^2)",            "-1 < x < 1",  "",                       F::Asin,     r"\arcsin\left({0}\right)",          &[],        "The inverse sine of every entry."),
    Row("arccos",   &["acos"],   "-1/sqrt(1 - x^2)",           "-1 < x < 1",  "",                       F::Acos,     r"\arccos\left({0}\right)",          &[],        "The inverse cosine of every entry."),
    Row("arctan",   &["atan"],   "1/(1 + x^2)",                "",            "",                       F::Atan,     r"\arctan\left({0}\right)",          &[],        "The inverse tangent of every entry."),
    Row("sinh",     &[],         "cosh(x)",                    "",            "(exp(x) - exp(-x))/2",   F::Sinh,     r"\sinh\left({0}\right)",            KEEPS_SIGN, "The hyperbolic sine of every entry."),
    Row("cosh",     &[],         "sinh(x)",                    "",            "(exp(x) + exp(-x))/2",   F::Cosh,     r"\cosh\left({0}\right)",            &[P],       "The hyperbolic cosine of every entry."),
    Row("tanh",     &[],         "1 - tanh(x)^2",              "",            "sinh(x)/cosh(x)",        F::Tanh,     r"\tanh\left({0}\right)",            KEEPS_SIGN, "The hyperbolic tangent of every entry."),
    Row("abs",      &[],         "sign(x)",                    "",            "sqrt(x^2)",              F::Abs,      r"\left|{0}\right|",                 &[N],       "The absolute value of every entry."),
    Row("sign",     &[],         "0",                          "",            "",                       F::Sign,     r"\operatorname{sign}\left({0}\right)", KEEPS_SIGN, "The sign of every entry: -1, 0 or 1."),
    Row("relu",     &[],         "sign(relu(x))",              "",            "(x + abs(x))/2",         F::Relu,     r"\operatorname{relu}\left({0}\right)", &[N],    "The larger of every entry and 0."),
    Row("sigmoid",  &[],         "sigmoid(x)*(1 - sigmoid(x))", "",           "1/(1 + exp(-x))",        F::Sigmoid,  r"\sigma\left({0}\right)",           &[P],       "The logistic function of every entry."),
    Row("softplus", &[],         "sigmoid(x)",                 "",            "log(1 + exp(x))",        F::Softplus, r"\operatorname{softplus}\left({0}\right)", &[P], "The logarithm of 1 plus the exponential of every entry, without overflow."),
    Row("erf",      &[],         "2*exp(-x^2)/sqrt(pi)",       "",            "",                       F::Erf,      r"\operatorname{erf}\left({0}\right)", KEEPS_SIGN, "The error function of every entry."),
    Row("cdf",      &[],         "exp(-x^2/2)/sqrt(2*pi)",     "",            "(1 + erf(x/sqrt(2)))/2", F::NormalCdf, r"\Phi\left({0}\right)",           &[P],       "The distribution function of the standard normal distribution at every entry."),
    Row("lgamma",   &[],         "digamma(x)",                 GAMMA_DOMAIN,  "",                       F::Lgamma,   r"\log\Gamma\left({0}\right)",      &[],        "The logarithm of the absolute value of the gamma function of every entry."),
    Row("digamma",  &[],         "polygamma(1, x)",            GAMMA_DOMAIN,  "",                       F::Digamma,  r"\psi\left({0}\right)",           &[],        "The derivative of the logarithm of the gamma function at every entry."),
    Row("log1p",    &[],         "1/(1 + x)",                  "x > -1",      "log(1 + x)",             F::Log1p,    r"\operatorname{log1p}\left({0}\right)", KEEPS_SIGN, "The logarithm of 1 plus every entry, exact near 0."),
    Row("expm1",    &[],         "exp(x)",                     "",            "exp(x) - 1",             F::Expm1,    r"\operatorname{expm1}\left({0}\right)", KEEPS_SIGN, "The exponential of every entry minus 1, exact near 0."),
];

/// The functions that are continued to complex arguments, with their principal branches.
static ANALYTIC: &[&str] = &[
    "exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "sigmoid", "log1p",
    "expm1",
];

/// The choices made where a function has no derivative.
static KINKS: &[(&str, &str)] = &[
    ("abs", "the derivative of abs at 0 is taken as sign(0) = 0"),
    ("relu", "the derivative of relu at 0 is taken as 0"),
    ("sign", "the derivative of sign is taken as 0, also at 0"),
];

/// Simplifications, by function.
static RULES: &[(&str, &[Rule])] = &[
    (
        "exp",
        &[Rule {
            name: "exp-zero",
            left: "exp(0)",
            right: "1",
        }],
    ),
    (
        "log",
        &[
            Rule {
                name: "log-one",
                left: "log(1)",
                right: "0",
            },
            Rule {
                name: "log-exp",
                left: "log(exp(x))",
                right: "x",
            },
            Rule {
                name: "log-det",
                left: "log(det(X))",
                right: "logdet(X)",
            },
            Rule {
                name: "log-inverse-det",
                left: "log(1/det(X))",
                right: "-logdet(X)",
            },
            Rule {
                name: "log-sum-exp",
                left: "log(sum(exp(x)))",
                right: "logsumexp(x)",
            },
            Rule {
                name: "log-one-plus-exp",
                left: "log(1 + exp(x))",
                right: "softplus(x)",
            },
            Rule {
                name: "log-sigmoid",
                left: "log(sigmoid(x))",
                right: "-softplus(-x)",
            },
        ],
    ),
    (
        "cdf",
        &[Rule {
            name: "cdf-zero",
            left: "cdf(0)",
            right: "1/2",
        }],
    ),
    (
        "lgamma",
        &[Rule {
            name: "lgamma-one",
            left: "lgamma(1)",
            right: "0",
        }],
    ),
    (
        "log1p",
        &[Rule {
            name: "log1p-exp",
            left: "log1p(exp(x))",
            right: "softplus(x)",
        }],
    ),
    (
        "sin",
        &[Rule {
            name: "sin-zero",
            left: "sin(0)",
            right: "0",
        }],
    ),
    (
        "cos",
        &[Rule {
            name: "cos-zero",
            left: "cos(0)",
            right: "1",
        }],
    ),
    (
        "tanh",
        &[Rule {
            name: "tanh-zero",
            left: "tanh(0)",
            right: "0",
        }],
    ),
    (
        "abs",
        &[
            Rule {
                name: "abs-abs",
                left: "abs(abs(x))",
                right: "abs(x)",
            },
            Rule {
                name: "abs-exp",
                left: "abs(exp(x))",
                right: "exp(x)",
            },
        ],
    ),
    (
        "sign",
        &[Rule {
            name: "sign-exp",
            left: "sign(exp(x))",
            right: "1",
        }],
    ),
    (
        "relu",
        &[
            Rule {
                name: "relu-relu",
                left: "relu(relu(x))",
                right: "relu(x)",
            },
            Rule {
                name: "relu-exp",
                left: "relu(exp(x))",
                right: "exp(x)",
            },
        ],
    ),
];

/// A point of the domain, where it is not everything.
static SAMPLES: &[(&str, &str)] = &[
    ("log", "x: positive vector(n)"),
    ("log1p", "x: positive vector(n)"),
    ("lgamma", "x: positive vector(n)"),
    ("digamma", "x: positive vector(n)"),
];

/// Where a function is described, if it is not where most are.
static SOURCES: &[(&str, &str)] = &[
    ("cdf", "Abramowitz & Stegun, Handbook of Mathematical Functions, 26.2"),
    ("lgamma", "Abramowitz & Stegun, Handbook of Mathematical Functions, 6.1"),
    (
        "digamma",
        "Abramowitz & Stegun, Handbook of Mathematical Functions, 6.3",
    ),
];

/// What a function is where the sign of its argument is known.
const OF_KNOWN_SIGN: &[(&str, Facts, &str)] = &[
    ("abs", Facts::NONNEGATIVE, "x"),
    ("relu", Facts::NONNEGATIVE, "x"),
    ("sign", Facts::POSITIVE, "1"),
];

/// The formula that a function is for arguments of which this is known, if it is a simpler one.
pub(super) fn of_known_sign(op: &Op, facts: Facts) -> Option<&'static str> {
    OF_KNOWN_SIGN
        .iter()
        .find(|(name, sign, _)| *name == op.name && facts.has(*sign))
        .map(|(.., formula)| *formula)
}

/// The records of all elementwise functions of one argument, of the derivatives of digamma, and of the number pi.
pub fn table() -> &'static [Op] {
    static TABLE: OnceLock<Vec<Op>> = OnceLock::new();
    TABLE.get_or_init(|| ROWS.iter().map(record).chain([POLYGAMMA, PI]).collect())
}

fn record(row: &'static Row) -> Op {
    fn known<T: Copy>(list: &[(&str, T)], name: &str) -> Option<T> {
        list.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
    let Row(name, aliases, derivative, domain, meaning, kernel, latex, facts, about) = row;
    Op {
        name,
        aliases,
        kind: &["x: any -> like(x)"],
        about,
        domain,
        meaning: if meaning.is_empty() {
            Meaning::Primitive
        } else {
            Meaning::Equals(std::slice::from_ref(meaning))
        },
        differential: std::slice::from_ref(derivative),
        transposes: &[],
        kink: known(KINKS, name).unwrap_or(""),
        analytic: ANALYTIC.contains(name),
        facts,
        law: Law::None,
        rules: RULES
            .iter()
            .find(|(known, _)| known == name)
            .map_or(&[], |(_, rules)| rules),
        kernel: Kernel::Entries(*kernel),
        sample: known(SAMPLES, name).unwrap_or("x: vector(n)"),
        latex,
        examples: &[],
        source: known(SOURCES, name).unwrap_or("Abramowitz & Stegun, Handbook of Mathematical Functions, 4 and 7"),
    }
}

/// The order is a number and stands beside x as one; in expressions it fills an array of the shape of x, as the scalar
/// of `max(x, 0)` does.
const POLYGAMMA: Op = Op {
    name: "polygamma",
    kind: &["k: natural; x: any -> like(x)"],
    about: "The derivative of order k of digamma at every entry; k is an integer literal from 0 to 170.",
    domain: GAMMA_DOMAIN,
    differential: &["polygamma(k + 1, x)*dx"],
    rules: &[Rule {
        name: "polygamma-zero",
        left: "polygamma(0, x)",
        right: "digamma(x)",
    }],
    kernel: Kernel::Polygamma,
    sample: "x: positive vector(n)",
    latex: r"\psi^{({0})}\left({1}\right)",
    examples: &[("sum(polygamma(1, x))", "x", "polygamma(2, x)")],
    source: "Abramowitz & Stegun, Handbook of Mathematical Functions, 6.4",
    ..Op::BLANK
};

const PI: Op = Op {
    name: "pi",
    aliases: &["π"],
    kind: &[],
    about: "The number pi.",
    domain: "",
    meaning: Meaning::Primitive,
    differential: &["0"],
    transposes: &[],
    kink: "",
    analytic: true,
    facts: &[P],
    law: Law::None,
    rules: &[],
    kernel: Kernel::Pi,
    sample: "",
    latex: r"\pi",
    examples: &[("sin(pi*a)", "a", "pi*cos(pi*a)")],
    source: "by definition",
};
