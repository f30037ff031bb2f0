//! The goals, P1 to P12.

use crate::engine::STRUCTURED;
use crate::goal::{Bound, Contest, Goal, Measure, OURS, Side, Term};
use crate::protocol::Entrant;

/// A problem, an order and a size.
type Case = (&'static str, &'static str, usize);

/// The size of the data of `symbolic`.
const SYMBOLIC_SIZE: usize = 20;

/// What counts as linear when a size doubles.
const MAX_GROWTH: f64 = 2.5;

fn entrant(tool: &str, (problem, order, size): Case) -> Entrant {
    Entrant {
        problem: problem.to_owned(),
        size,
        threads: 1,
        order: order.to_owned(),
        tool: tool.to_owned(),
    }
}

fn fastest(tools: &[&str], case: Case) -> Side {
    Side::Fastest(tools.iter().map(|tool| entrant(tool, case)).collect())
}

/// How many times faster we are than the fastest of some peers.
fn speedups(peers: &[&str], cases: &[Case]) -> Vec<Contest> {
    let contest = |case: &Case| Contest {
        over: fastest(peers, *case),
        under: fastest(&[OURS], *case),
    };
    cases.iter().map(contest).collect()
}

fn faster(label: &'static str, peer: &str, least: f64, cases: &[Case]) -> Term {
    Term {
        label,
        measure: Measure::Worst(speedups(&[peer], cases)),
        bound: Bound::AtLeast(least),
    }
}

/// How much longer the first case takes us than the second.
fn cost(over: Case, under: Case) -> Contest {
    Contest {
        over: fastest(&[OURS], over),
        under: fastest(&[OURS], under),
    }
}

/// All goals, in order.
pub fn all() -> Vec<Goal> {
    vec![
        derive(),
        first_numbers(),
        small_problems(),
        quadratic_form(),
        factorization(),
        logistic_loss(),
        ten_layers(),
        gaussian_likelihood(),
        hessian_vector(),
        cheap_gradient(),
        large_gradients(),
        kernels(),
    ]
}

/// The expressions whose first derivative is asked for.
const FIRST: [&str; 20] = [
    "quad",
    "lsq",
    "frob",
    "trace4",
    "invquad",
    "logdetinv",
    "gauss",
    "softmax_ce",
    "logreg",
    "trpow5",
    "net10",
    "prod2",
    "prod4",
    "prod8",
    "prod16",
    "prod32",
    "prod64",
    "elem4",
    "elem16",
    "elem64",
];
/// Those whose second derivative is asked for, too.
const SECOND: [&str; 5] = ["quad", "lsq", "frob", "logreg", "softmax_ce"];

/// All expressions, with what is done to them: `derive` or `first`.
fn expressions(tool: &str, what: &str) -> Vec<Entrant> {
    let with = |names: &[&str], order: &str| -> Vec<Entrant> {
        let one = |name: &&str| Entrant {
            problem: format!("symbolic/{name}"),
            order: format!("{what}-{order}"),
            ..entrant(tool, ("", "", SYMBOLIC_SIZE))
        };
        names.iter().map(one).collect()
    };
    [with(&FIRST, "gradient"), with(&SECOND, "hessian")].concat()
}

/// We against peers on expressions.
fn races(ours: Vec<Entrant>, peers: &[&str]) -> Vec<Contest> {
    let contest = |ours: Entrant| {
        let peer = |tool: &&str| Entrant {
            tool: (*tool).to_owned(),
            ..ours.clone()
        };
        Contest {
            over: Side::Fastest(peers.iter().map(peer).collect()),
            under: Side::Fastest(vec![ours]),
        }
    };
    ours.into_iter().map(contest).collect()
}

fn derive() -> Goal {
    let product = |problem| (problem, "derive-gradient", SYMBOLIC_SIZE);
    let [prod16, prod32, prod64] = ["symbolic/prod16", "symbolic/prod32", "symbolic/prod64"].map(product);
    Goal {
        name: "P1",
        about: "derive, simplify and print 25 expressions: the median against the fastest symbolic peer that is right; \
                prod64 in milliseconds; its growth when the factors double; answers that are wrong or refused",
        terms: vec![
            Term {
                label: "symbolic",
                measure: Measure::Median(races(expressions(OURS, "derive"), &["sympy", "tensorgrad"])),
                bound: Bound::AtLeast(100.0),
            },
            Term {
                label: "prod64",
                measure: Measure::Worst(vec![Contest {
                    over: fastest(&[OURS], prod64),
                    under: Side::Seconds(1e-3),
                }]),
                bound: Bound::AtMost(5.0),
            },
            Term {
                label: "growth",
                measure: Measure::Worst(vec![cost(prod32, prod16), cost(prod64, prod32)]),
                bound: Bound::AtMost(MAX_GROWTH),
            },
            Term {
                label: "wrong",
                measure: Measure::Failures(expressions(OURS, "derive")),
                bound: Bound::AtMost(0.0),
            },
        ],
    }
}

fn first_numbers() -> Goal {
    let product = |problem| (problem, "first-gradient", SYMBOLIC_SIZE);
    let products = ["symbolic/prod32", "symbolic/prod64"].map(product);
    Goal {
        name: "P2",
        about: "all until the first derivative is there as numbers, against JAX's trace, compilation and run: \
                25 expressions, and prod32 and prod64",
        terms: vec![
            Term {
                label: "jax",
                measure: Measure::Worst(races(expressions(OURS, "first"), &["jax"])),
                bound: Bound::AtLeast(50.0),
            },
            faster("products", "jax", 200.0, &products),
        ],
    }
}

fn small_problems() -> Goal {
    let cases: Vec<Case> = ["laue/logreg", "laue/matfac", "laue/quad", "laue/nn"]
        .into_iter()
        .flat_map(|problem| ["value", "gradient", "hessian"].map(|order| (problem, order, 10)))
        .collect();
    Goal {
        name: "P3",
        about: "values, gradients and Hessians of small problems, n = 10",
        terms: vec![
            faster("jax", "jax", 10.0, &cases),
            faster("numpy", "numpy-hand", 3.0, &cases),
        ],
    }
}

fn quadratic_form() -> Goal {
    let case = [("laue/quad", "hessian", 1000)];
    Goal {
        name: "P4",
        about: "the Hessian of a quadratic form, n = 1000; numpy is `A + A.T`",
        terms: vec![
            faster("jax", "jax", 40.0, &case),
            faster("numpy", "numpy-hand", 1.0, &case),
        ],
    }
}

fn factorization() -> Goal {
    let case = ("laue/matfac", "hessian", 300);
    Goal {
        name: "P5",
        about: "the Hessian of a factorization, n = 300: dense, in Kronecker factors, and of the masked one",
        terms: vec![
            faster("jax", "jax", 500.0, &[case]),
            structured("structured", "jax", 1e5, case),
            structured("numpy", "numpy-compressed", 1.0, case),
            faster("masked", "jax", 500.0, &[("laue/matfac_mask", "hessian", 300)]),
        ],
    }
}

fn logistic_loss() -> Goal {
    let case = [("laue/logreg", "hessian", 1000)];
    Goal {
        name: "P6",
        about: "the Hessian of the logistic loss, n = 1000",
        terms: vec![
            faster("jax", "jax", 4.0, &case),
            faster("revrev", "jax-revrev", 2.5, &case),
            faster("numpy", "numpy-hand", 1.2, &case),
            faster("torch", "torch", 20.0, &case),
        ],
    }
}

fn ten_layers() -> Goal {
    let case = ("laue/nn", "hessian", 50);
    Goal {
        name: "P7",
        about: "the Hessian of a ten-layer net by its first layer: n = 10, n = 50, and n = 50 in Kronecker factors",
        terms: vec![
            faster("n10", "jax", 5.0, &[("laue/nn", "hessian", 10)]),
            faster("n50", "jax", 3.0, &[case]),
            structured("structured", "jax", 200.0, case),
        ],
    }
}

fn gaussian_likelihood() -> Goal {
    let gradient = [("laue/gauss", "gradient", 1000)];
    Goal {
        name: "P8",
        about: "a Gaussian likelihood by its covariance: gradient n = 1000, against JAX as written and with Cholesky; \
                Hessian n = 30",
        terms: vec![
            faster("jax", "jax", 8.0, &gradient),
            faster("chol", "jax-chol", 4.0, &gradient),
            faster("numpy", "numpy-hand", 1.2, &gradient),
            faster("hessian", "jax", 50.0, &[("laue/gauss", "hessian", 30)]),
        ],
    }
}

fn hessian_vector() -> Goal {
    Goal {
        name: "P9",
        about: "the Hessian of a factorization times a direction, n = 1000",
        terms: vec![faster("jax", "jax", 100.0, &[("laue/matfac", "hvp", 1000)])],
    }
}

/// The Hessian in Kronecker factors against a peer.
fn structured(label: &'static str, peer: &str, least: f64, case: Case) -> Term {
    Term {
        label,
        measure: Measure::Worst(vec![Contest {
            over: fastest(&[peer], case),
            under: fastest(&[STRUCTURED], case),
        }]),
        bound: Bound::AtLeast(least),
    }
}

fn cheap_gradient() -> Goal {
    let problems = [
        ("gradratio/mlp", 128),
        ("gradratio/logreg", 10_000),
        ("gradratio/logdet", 500),
        ("gradratio/solve", 1000),
        ("gradratio/chain", 1_000_000),
    ];
    let ratio = |(problem, size)| cost((problem, "value+gradient", size), (problem, "value", size));
    let at_most = |label, contests, most| Term {
        label,
        measure: Measure::Worst(contests),
        bound: Bound::AtMost(most),
    };
    let cases: Vec<Case> = problems
        .into_iter()
        .flat_map(|(problem, size)| ["value", "value+gradient"].map(|order| (problem, order, size)))
        .collect();
    Goal {
        name: "P10",
        about: "value and gradient against the value alone, on five problems; and in absolute time against JAX",
        terms: vec![
            at_most("ratio", problems.map(ratio).into(), 3.5),
            at_most("logreg", vec![ratio(problems[1])], 1.6),
            faster("jax", "jax", 1.0, &cases),
            faster("chain", "jax", 3.0, &[("gradratio/chain", "value+gradient", 1_000_000)]),
        ],
    }
}

fn large_gradients() -> Goal {
    let cases = ["laue/logreg", "laue/quad", "laue/matfac"].map(|problem| (problem, "gradient", 1000));
    Goal {
        name: "P11",
        about: "large gradients, n = 1000; memory reads the data once",
        terms: vec![
            faster("jax", "jax", 1.2, &cases),
            faster("numpy", "numpy-hand", 1.0, &cases),
            faster("memory", "memory", 0.7, &cases),
        ],
    }
}

fn kernels() -> Goal {
    let products = |threads: usize| -> Vec<Contest> {
        let sizes = [64, 128, 256, 512, 1024, 2048];
        let ours = sizes.map(|size| Entrant {
            threads,
            ..entrant(OURS, ("kernels/gemm", "value", size))
        });
        races(ours.into(), &["numpy-hand", "torch"])
    };
    let at_least = |label, threads| Term {
        label,
        measure: Measure::Worst(products(threads)),
        bound: Bound::AtLeast(0.85),
    };
    let elementwise = ["kernels/exp", "kernels/log", "kernels/tanh"].map(|problem| Contest {
        over: fastest(&[OURS], (problem, "value", 1_000_000)),
        // A nanosecond for each.
        under: Side::Seconds(1e-3),
    });
    Goal {
        name: "P12",
        about: "matrix products, n = 64 to 2048, against the better of OpenBLAS and MKL, on one and two threads; \
                nanoseconds an element of exp, log and tanh",
        terms: vec![
            at_least("gemm", 1),
            at_least("gemm2", 2),
            Term {
                label: "elementwise",
                measure: Measure::Worst(elementwise.into()),
                bound: Bound::AtMost(1.2),
            },
        ],
    }
}

/// The problems of the overview: more sizes and orders than the goals need.
pub fn overview(peers: &[String]) -> Vec<Entrant> {
    const ORDERS: [(&str, [usize; 3]); 4] = [
        ("value", [10, 100, 1000]),
        ("gradient", [10, 100, 1000]),
        ("hvp", [10, 100, 1000]),
        ("hessian", [10, 30, 50]),
    ];
    let mut entrants = Vec::new();
    for problem in [
        "laue/logreg",
        "laue/matfac",
        "laue/matfac_mask",
        "laue/nn",
        "laue/quad",
        "laue/gauss",
    ] {
        for (order, sizes) in ORDERS {
            for size in sizes {
                let tools = [OURS, "numpy-hand"].into_iter().chain(peers.iter().map(String::as_str));
                entrants.extend(tools.map(|tool| entrant(tool, (problem, order, size))));
            }
        }
    }
    entrants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_numbered() {
        let goals = all();
        assert_eq!(goals.len(), 12);
        for (at, goal) in goals.iter().enumerate() {
            assert_eq!(goal.name, format!("P{}", at + 1));
        }
    }

    #[test]
    fn twenty_five_expressions_are_derived() {
        assert_eq!(expressions(OURS, "derive").len(), 25);
    }
}
