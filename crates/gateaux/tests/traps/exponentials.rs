//! Sums of exponentials, and functions that are made of them.

use super::{ask, check};

/// 1/(1 + exp(-1)), one minus it, and their product.
const S: [f64; 3] = [
    0.731_058_578_630_004_9,
    0.268_941_421_369_995_1,
    0.196_611_933_241_481_85,
];

#[test]
fn logsumexp_of_large_numbers() {
    // The third entry has no weight: 1e4 + log(1 + exp(-1)), softmax (S, 1 - S, 0).
    const X: &str = "x = [1e4, 9999, -1e4]";
    let (value, gradient) = (&[10_000.313_261_687_518][..], &[S[0], S[1], 0.0][..]);
    let hessian = &[S[2], -S[2], 0.0, -S[2], S[2], 0.0, 0.0, 0.0, 0.0][..];
    for text in [
        "logsumexp(x)",
        "log(sum(exp(x)))",
        "x: vector(n)\nlog(ones(n)'*exp(x))",
        "log(1 + sum(exp(x)))",
        "x: vector(n)\nw: vector(n)\nlog(sum(exp(x)) + exp(x)'*(w - w))",
    ] {
        check(&[
            (ask(text, "x", X), value, gradient),
            (ask(text, "x, x", X), value, hessian),
        ]);
    }
    // log(3) less, with the same derivatives.
    for text in ["log(mean(exp(x)))", "log(sum(exp(x))/3)"] {
        let value = &[9_999.214_649_398_85][..];
        check(&[
            (ask(text, "x", X), value, gradient),
            (ask(text, "x, x", X), value, hessian),
        ]);
    }
    // 9999 below: the weights are 1, exp(1), 1 over their sum.
    let (a, b) = (0.211_941_557_617_085_45, 0.576_116_884_765_829_1);
    let (aa, ab, ac, bb) = (
        0.167_022_333_771_929_1,
        -0.122_103_109_926_772_75,
        -0.044_919_223_845_156_35,
        0.244_206_219_853_545_5,
    );
    const BELOW: &str = "x = [-1e4, -9999, -1e4]";
    check(&[
        (
            ask("log(sum(exp(x)))", "x", BELOW),
            &[-9_998.448_555_286_068],
            &[a, b, a],
        ),
        (
            ask("log(sum(exp(x)))", "x, x", BELOW),
            &[-9_998.448_555_286_068],
            &[aa, ab, ac, ab, bb, ab, ac, ab, aa],
        ),
        (ask("log(exp(a) + exp(b))", "a", "a = 1e4; b = 9999"), value, &[S[0]]),
        (ask("log(exp(a) + exp(b))", "a, a", "a = 1e4; b = 9999"), value, &[S[2]]),
        // 1e4 + log(1 + 2*exp(-1))
        (
            ask("log(w'*exp(x))", "x", "x = [1e4, 9999, -1e4]; w = [1, 2, 1]"),
            &[10_000.551_444_713_932],
            &[0.576_116_884_765_829_1, 0.423_883_115_234_170_9, 0.0],
        ),
    ]);
}

#[test]
fn softmax_of_large_numbers() {
    const X: &str = "x = [1e4, 9999, -1e4]";
    let hessian = &[S[2], -S[2], 0.0, -S[2], S[2], 0.0, 0.0, 0.0, 0.0][..];
    for text in [
        "x: vector(n)\nsoftmax(x)",
        "x: vector(n)\nexp(x)/sum(exp(x))",
        "x: vector(n)\nexp(x - 1e5*ones(n))/sum(exp(x - 1e5*ones(n)))",
    ] {
        check(&[(ask(text, "x", X), &[S[0], S[1], 0.0], hessian)]);
    }
    // log(softmax(x)) = x - logsumexp(x), with the Jacobian I - ones*softmax(x)'.
    let log = &[
        -0.313_261_687_518_222_8,
        -1.313_261_687_518_222_8,
        -20_000.313_261_687_52,
    ][..];
    let jacobian = &[S[1], -S[1], 0.0, -S[0], S[0], 0.0, -S[0], -S[1], 1.0][..];
    for text in ["x: vector(n)\nlog(softmax(x))", "x: vector(n)\nlog(exp(x)/sum(exp(x)))"] {
        check(&[(ask(text, "x", X), log, jacobian)]);
    }
    check(&[
        // n*softmax is (3*S, 3*(1 - S), 0).
        (
            ask("x: vector(n)\nsum(log(softmax(x)))", "x", X),
            &[-20_001.939_785_062_555],
            &[1.0 - 3.0 * S[0], 1.0 - 3.0 * S[1], 1.0],
        ),
        // Cross entropy with a label that has no weight, and with one that has.
        (
            ask(
                "x: vector(n)\ny: vector(n)\n-y'*log(softmax(x))",
                "x",
                "x = [1e4, 9999, -1e4]; y = [0, 0, 1]",
            ),
            &[20_000.313_261_687_52],
            &[S[0], S[1], -1.0],
        ),
        (
            ask(
                "x: vector(n)\ny: vector(n)\n-y'*log(softmax(x))",
                "x, x",
                "x = [1e4, 9999, -1e4]; y = [1, 0, 0]",
            ),
            &[0.313_261_687_518_222_8],
            hessian,
        ),
    ]);
}

#[test]
fn softplus_and_sigmoid_far_out() {
    // exp(-40) = 4.248354255291589e-18 is 1 - sigmoid(40) and softplus(-40) but for a part of 1e-18.
    let tiny = 4.248_354_255_291_589e-18;
    let smallest = 9.859_676_543_759_77e-305; // exp(-700)
    for text in [
        "x: scalar\nsoftplus(x)",
        "x: scalar\nlog(1 + exp(x))",
        "x: scalar\nlog1p(exp(x))",
    ] {
        check(&[
            (ask(text, "x", "x = 1000"), &[1000.0], &[1.0]),
            (ask(text, "x", "x = -1000"), &[0.0], &[0.0]),
            (ask(text, "x", "x = -40"), &[tiny], &[tiny]),
            (ask(text, "x, x", "x = 1000"), &[1000.0], &[0.0]),
            (ask(text, "x, x", "x = -1000"), &[0.0], &[0.0]),
            (ask(text, "x, x", "x = 40"), &[40.0], &[tiny]),
            (ask(text, "x, x", "x = -40"), &[tiny], &[tiny]),
            (ask(text, "x, x", "x = 700"), &[700.0], &[smallest]),
        ]);
    }
    for text in ["x: scalar\nsigmoid(x)", "x: scalar\n1/(1 + exp(-x))"] {
        check(&[
            (ask(text, "x", "x = 1000"), &[1.0], &[0.0]),
            (ask(text, "x", "x = -1000"), &[0.0], &[0.0]),
            (ask(text, "x", "x = 40"), &[1.0], &[tiny]),
            (ask(text, "x", "x = -40"), &[tiny], &[tiny]),
            (ask(text, "x, x", "x = 40"), &[1.0], &[-tiny]),
            (ask(text, "x, x", "x = -40"), &[tiny], &[tiny]),
            (ask(text, "x, x", "x = -700"), &[smallest], &[smallest]),
        ]);
    }
    for text in [
        "x: scalar\nlog(sigmoid(x))",
        "x: scalar\nlog(1/(1 + exp(-x)))",
        "x: scalar\nlog(1 - sigmoid(-x))",
    ] {
        check(&[
            (ask(text, "x", "x = -1000"), &[-1000.0], &[1.0]),
            (ask(text, "x", "x = 1000"), &[0.0], &[0.0]),
            (ask(text, "x, x", "x = -1000"), &[-1000.0], &[0.0]),
        ]);
    }
    check(&[
        (ask("x: scalar\nexp(x)/(1 + exp(x))", "x", "x = 1000"), &[1.0], &[0.0]),
        (ask("x: scalar\n1 - sigmoid(x)", "x", "x = 40"), &[tiny], &[-tiny]),
        // exp(-800) is below the range, exp(-800)*exp(790) = exp(-10) is not.
        (
            ask("exp(a)*exp(b)", "a", "a = -800; b = 790"),
            &[4.539_992_976_248_485e-5],
            &[4.539_992_976_248_485e-5],
        ),
    ]);
}

#[test]
fn hyperbolic_functions_far_out() {
    // 1/cosh(20)^2, -2*tanh(20)/cosh(20)^2, and the derivative of that.
    let (first, second, third) = (
        1.699_341_702_116_635_6e-17,
        -3.398_683_404_233_271e-17,
        6.797_366_808_466_542e-17,
    );
    check(&[
        (ask("x: scalar\ntanh(x)", "x", "x = 1000"), &[1.0], &[0.0]),
        (ask("x: scalar\ntanh(x)", "x", "x = -1000"), &[-1.0], &[0.0]),
        (ask("x: scalar\ntanh(x)", "x", "x = 20"), &[1.0], &[first]),
        (ask("x: scalar\ntanh(x)", "x, x", "x = 20"), &[1.0], &[second]),
        (ask("x: scalar\n1 - tanh(x)^2", "x", "x = 20"), &[first], &[second]),
        (ask("x: scalar\n1 - tanh(x)^2", "x, x", "x = 20"), &[first], &[third]),
        (ask("x: scalar\n1 - tanh(x)^2", "x", "x = 1000"), &[0.0], &[0.0]),
        (
            ask("tanh(x)", "x", "x = [20, -20]"),
            &[1.0, -1.0],
            &[first, 0.0, 0.0, first],
        ),
        (ask("x: scalar\nsinh(x)/cosh(x)", "x", "x = 1000"), &[1.0], &[0.0]),
        // 1000 - log(2)
        (
            ask("x: scalar\nlog(cosh(x))", "x", "x = 1000"),
            &[999.306_852_819_440_1],
            &[1.0],
        ),
    ]);
}

#[test]
fn logarithms_of_the_normal_distribution_far_in_its_tails() {
    // Values, inverse Mills ratios and their slopes by mpmath with 60 digits.
    for (x, value, ratio, slope) in [
        (
            "a = -40",
            -804.608_442_013_753_8,
            40.024_968_847_207_26,
            -0.999_377_331_621_408_6,
        ),
        (
            "a = -8",
            -35.013_437_159_914_55,
            8.121_368_112_236_113,
            -0.985_675_116_556_659_1,
        ),
        (
            "a = 5",
            -2.866_516_129_637_636e-7,
            1.486_719_940_904_905_7e-6,
            -7.433_601_914_860_711e-6,
        ),
    ] {
        check(&[
            (ask("log(cdf(a))", "a", x), &[value], &[ratio]),
            (ask("log(cdf(a))", "a, a", x), &[value], &[slope]),
        ]);
    }
    for (x, value, ratio) in [
        ("a = 40", -804.608_442_013_753_8, -40.024_968_847_207_26),
        ("a = -5", -2.866_516_129_637_636e-7, -1.486_719_940_904_905_7e-6),
    ] {
        check(&[(ask("log(1 - cdf(a))", "a", x), &[value], &[ratio])]);
        check(&[(ask("log(cdf(-a))", "a", x), &[value], &[ratio])]);
    }
}
