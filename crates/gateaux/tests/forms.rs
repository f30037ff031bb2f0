//! The views of a derivative beyond the gradient: operator, Kronecker and index form, conventions for structured
//! variables, weighted gradients, Hessian-vector products, Taylor polynomials, structured Hessians.

use gateaux::{Answer, Convention, Inputs, Notation, Problem};

fn derived(text: &str, wrt: &[&str]) -> (Problem, Answer) {
    let mut problem = Problem::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors}"));
    let mut answer = problem.derive(wrt).unwrap_or_else(|errors| panic!("{text}: {errors}"));
    answer
        .complete_views(&mut problem)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"));
    let check = answer.check(&mut problem);
    assert!(check.is_verified(), "{text}: {:?}", check.verdict);
    (problem, answer)
}

#[test]
fn a_matrix_by_a_matrix_has_three_readings() {
    // The commutation matrix K and the Kronecker rule vec(A*X*B) = kron(B', A)*vec(X): Magnus & Neudecker, 2.4, 3.7.
    for (text, operator, kronecker, index) in [
        ("A*X*B", "dX -> A*dX*B", "kron(B', A)", "D[i,j,k,l] = A[i,k]*B[l,j]"),
        (
            "X^2",
            "dX -> dX*X + X*dX",
            "kron(eye(n), X) + kron(X', eye(n))",
            "D[i,j,k,l] = X[i,k]*delta[j,l] + X[l,j]*delta[i,k]",
        ),
        (
            "X'",
            "dX -> dX'",
            "commutation(m, n)",
            "D[i,j,k,l] = delta[j,k]*delta[i,l]",
        ),
        (
            "inv(X)",
            "dX -> -inv(X)*dX*inv(X)",
            "-kron(inv(X)', inv(X))",
            "D[i,j,k,l] = -inv(X)[i,k]*inv(X)[l,j]",
        ),
        (
            "exp(X)",
            "dX -> exp(X).*dX",
            "diag(vec(exp(X)))",
            "D[i,j,k,l] = exp(X)[i,j]*delta[i,k]*delta[j,l]",
        ),
        (
            "X*y",
            "dX -> dX*y",
            "kron(reshape(y, 1, n), eye(m))",
            "D[i,j,k] = y[k]*delta[i,j]",
        ),
    ] {
        let (_, answer) = derived(text, &["X"]);
        assert_eq!(answer.operator(Notation::Text), operator, "{text}");
        assert_eq!(answer.kronecker(Notation::Text), Some(kronecker), "{text}");
        assert_eq!(answer.index(Notation::Text), Some(index), "{text}");
    }
}

#[test]
fn the_kronecker_form_of_a_kronecker_product_uses_the_commutation_matrix() {
    for text in [
        "kron(A, X)",
        "kron(X, A)",
        "kron(X, X)",
        "kron(X', A)",
        "tr(kron(A, X))*X",
    ] {
        derived(text, &["X"]);
    }
}

#[test]
fn the_three_conventions_for_a_symmetric_matrix_differ_as_the_literature_says() {
    let text = "S: symmetric(2)\nA: matrix(2, 2)\ntr(A*S)";
    let explicit = |mut problem: Problem, convention: Convention| {
        let answer = problem.derive_in(&["S"], convention).expect("a gradient");
        let check = answer.check(&mut problem);
        assert!(check.is_verified(), "{convention:?}: {:?}", check.verdict);
        let mut inputs = Inputs::default();
        let a = gateaux::Array::from_row_major(&[2, 2], &[1.0, 2.0, 4.0, 8.0]).expect("an array");
        let s = gateaux::Array::from_row_major(&[2, 2], &[1.0, 0.0, 0.0, 1.0]).expect("an array");
        inputs.values.insert("A".to_owned(), a);
        inputs.values.insert("S".to_owned(), s);
        let numbers = problem.evaluate(Some(&answer), &inputs).expect("numbers");
        let derivative = numbers.derivative.expect("a derivative");
        derivative.iter_row_major().copied().collect::<Vec<f64>>()
    };
    let problem = Problem::parse(text).expect("a problem");
    let unconstrained = problem.unconstrained(&["S"]).expect("a problem");
    assert_eq!(explicit(unconstrained, Convention::Subspace), [1.0, 4.0, 2.0, 8.0]);
    assert_eq!(explicit(problem.clone(), Convention::Subspace), [1.0, 3.0, 3.0, 8.0]);
    assert_eq!(explicit(problem, Convention::Vech), [1.0, 6.0, 6.0, 8.0]);
}

#[test]
fn conventions_hold_for_every_structure_and_order() {
    for text in [
        "V: symmetric(n)\nlogdet(V*V + eye)",
        "V: posdef(n)\ntr(A*inv(V))",
        "V: skew(n)\ntr(A*V*B*V)",
        "V: diagonal(n)\nx'*V*A*V*x",
        "V: lower(n)\nlogdet(V*V' + eye)",
    ] {
        for order in [1, 2] {
            let mut problem = Problem::parse(text).expect("a problem");
            let wrt = vec!["V"; order];
            let answer = problem.derive_in(&wrt, Convention::Vech).expect("an answer");
            let check = answer.check(&mut problem);
            assert!(check.is_verified(), "{text}, order {order}: {:?}", check.verdict);
            let mut problem = problem.unconstrained(&["V"]).expect("a problem");
            let answer = problem.derive(&wrt).expect("an answer");
            let check = answer.check(&mut problem);
            assert!(check.is_verified(), "{text}, order {order}: {:?}", check.verdict);
        }
    }
}

#[test]
fn an_orthogonal_matrix_has_no_independent_entries_to_name() {
    let mut problem = Problem::parse("Q: orthogonal(n)\ntr(A*Q)").expect("a problem");
    let error = problem.derive_in(&["Q"], Convention::Vech).expect_err("no chart");
    assert!(error.to_string().contains("independent entries"), "{error}");
}

#[test]
fn gradients_follow_the_inner_product() {
    let mut problem = Problem::parse("norm2(A*x - b)^2").expect("a problem");
    let answer = problem.derive(&["x"]).expect("a gradient");
    let weighted = problem.weighted_gradient(&answer, "W").expect("a gradient");
    assert_eq!(weighted.get(Notation::Text), "2*inv(W)*A'*(A*x - b)");
    let tangent = problem.spherical_gradient(&answer).expect("a gradient");
    assert_eq!(tangent.get(Notation::Text), "2*(A'*(A*x - b) - ((A*x - b)'*A*x)*x)");
    let error = problem.weighted_gradient(&answer, "A").expect_err("A is no weight");
    assert!(error.to_string().contains("posdef(n)"), "{error}");
}

#[test]
fn second_derivatives_have_a_bilinear_form_and_a_product_with_a_direction() {
    let (_, answer) = derived("logdet(X)", &["X", "X"]);
    assert_eq!(
        answer.operator(Notation::Text),
        "dX1, dX2 -> -tr(inv(X)*dX1*inv(X)*dX2)"
    );
    assert_eq!(
        answer.hessian_vector(Notation::Text).as_deref(),
        Some("dX -> -inv(X)'*dX'*inv(X)'")
    );
    let (_, answer) = derived("sum(x.^3)", &["x", "x", "x"]);
    assert_eq!(answer.index(Notation::Text), Some("D[i,j,k] = 6*delta[i,j]*delta[i,k]"));
}

#[test]
fn the_taylor_polynomial_of_a_quadratic_is_the_function() {
    let mut problem = Problem::parse("x'*A*x").expect("a problem");
    let taylor = problem.taylor("x", 2).expect("a polynomial");
    let mut moved = Problem::parse(&format!("z: vector(n)\ndx = z - x\n{}", taylor.get(Notation::Text)))
        .expect("the polynomial is in the language");
    // By z it has the gradient of the function at z.
    let gradient = moved.derive(&["z"]).expect("a gradient");
    assert!(gradient.check(&mut moved).is_verified());
}

#[test]
fn structured_hessians_are_recognized() {
    for (text, wrt, said) in [
        ("logsumexp(x)", "x", "the Hessian is diagonal plus rank 1"),
        ("sum(exp(x))", "x", "the Hessian is diagonal"),
        ("norm2(x)", "x", "the Hessian is a multiple of the identity plus rank 1"),
        ("(c'*x)^2", "x", "the Hessian is of rank 1 or less"),
        (
            "norm2(A*X - B)^2",
            "X",
            "the Hessian of vec is block diagonal with equal blocks: a Kronecker product with an identity",
        ),
        (
            "norm2(X*A)^2",
            "X",
            "the Hessian of vec is a Kronecker product with an identity",
        ),
    ] {
        let text = text.replace("c'", "w'");
        let (_, answer) = derived(&text, &[wrt, wrt]);
        assert!(
            answer.notes().iter().any(|note| note == said),
            "{text}: {:?}",
            answer.notes()
        );
    }
}
