//! Inference and building agree: what inference accepts, building accepts, with the shape that was inferred.

use gateaux_core::expr::Store;
use gateaux_core::infer::{build, infer};
use gateaux_testkit::random::Random;

const N_TEXTS: u64 = 4_000;

/// Variables and what stands around a factor. The sizes of singular vectors are minima, and those of products with
/// them minima of minima.
const NAMES: [&str; 5] = ["A", "B", "C", "X", "Y"];
const AROUND: [&str; 12] = [
    "@",
    "@'",
    "svdu(@)",
    "svdv(@)",
    "svdu(@)'",
    "svdv(@)'",
    "pinv(@)",
    "diag(svdvals(@))",
    "kron(@, A)",
    "inv(@)",
    "[@; B]",
    "vec(@)'",
];
const SIZES: [&str; 6] = ["m", "n", "k", "2", "min(m, n)", "min(m, k)"];

fn factor(random: &mut Random, depth: usize) -> String {
    let inside = match depth {
        0 => (*random.pick(&NAMES)).to_owned(),
        _ => product(random, depth - 1),
    };
    // The later ones are rarer.
    let last = 1 + random.below(AROUND.len());
    AROUND[random.below(last)].replace('@', &inside)
}

fn product(random: &mut Random, depth: usize) -> String {
    let count = 1 + random.below(3);
    let factor = |random: &mut Random| {
        let depth = random.below(depth + 1);
        factor(random, depth)
    };
    (0..count).map(|_| factor(random)).collect::<Vec<_>>().join("*")
}

/// A sum of products; some of the variables are declared.
fn text(random: &mut Random) -> String {
    let mut text = String::new();
    for name in NAMES {
        if random.chance(0.2) {
            let (rows, columns) = (*random.pick(&SIZES), *random.pick(&SIZES));
            text.push_str(&format!("{name}: matrix({rows}, {columns}); "));
        }
    }
    let count = 1 + random.below(3);
    let terms: Vec<String> = (0..count).map(|_| product(random, 2)).collect();
    text + &terms.join(" + ")
}

/// Whether inference accepts the text; what is wrong, if building then does not agree.
fn agree(text: &str) -> Result<bool, String> {
    let (tree, problems) = gateaux_syntax::parse(text);
    assert_eq!(problems, [], "{text}");
    let mut store = Store::default();
    let Ok(typing) = infer(&tree, text, &[], &mut store.dims) else {
        return Ok(false);
    };
    let built = build(&tree, &typing, &mut store).map_err(|error| format!("{text}: {error}"))?;
    let (inferred, made) = (typing.shape(typing.root), store.shape(built.function));
    match inferred == Some(made) {
        true => Ok(true),
        false => Err(format!("{text}: inferred {inferred:?}, built {made:?}")),
    }
}

#[test]
fn what_inference_accepts_building_accepts() {
    let (mut n_accepted, mut wrong) = (0, Vec::new());
    for seed in 0..N_TEXTS {
        match agree(&text(&mut Random::new(seed))) {
            Ok(is_accepted) => n_accepted += u64::from(is_accepted),
            Err(problem) => wrong.push(problem),
        }
    }
    assert!(wrong.is_empty(), "{} texts\n{}", wrong.len(), wrong.join("\n"));
    assert!(n_accepted > N_TEXTS / 4, "only {n_accepted} of the texts are accepted");
}

#[test]
fn long_systems_of_minima_end_soon() {
    let count = 0..300;
    let join = |text: &dyn Fn(usize) -> String| count.clone().map(text).collect::<Vec<_>>().join(" + ");
    let declared = |text: &dyn Fn(usize) -> String| count.clone().map(text).collect::<String>();
    for text in [
        // Each size is not larger than the next one, or than the one before.
        declared(&|i| format!("A{i}: matrix(p{i}, p{}); x{i}: vector(p{i}); ", i + 1))
            + &join(&|i| format!("svdvals(A{i})'*x{i}")),
        declared(&|i| format!("A{i}: matrix(p{i}, p{}); x{i}: vector(p{}); ", i + 1, i + 1))
            + &join(&|i| format!("svdvals(A{i})'*x{i}")),
        // Each unknown size turns out to be a minimum with the next one.
        declared(&|i| format!("A{i}: matrix(p{i}, q{i}); "))
            + &join(&|i| format!("sum(svdvals(X{i}*A{i})) + tr(X{i}'*svdu(X{}*A{}))", i + 1, i)),
        format!("{}X{}", "svdu(".repeat(300), ")".repeat(300)),
        format!("{}X{}", "svdu(A*".repeat(300), ")".repeat(300)),
        format!("{}X{}", "svdv(X*".repeat(300), ")".repeat(300)),
    ] {
        agree(&text).unwrap_or_else(|problem| panic!("{problem}"));
    }
}
