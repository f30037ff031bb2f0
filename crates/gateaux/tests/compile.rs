//! Compiled functions as their users call them: sizes, layouts, number types, errors, and no allocation while running.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux::compile::{Options, gradient, hessian, hessian_vector, jacobian, jacobian_vector, value, vector_jacobian};
use gateaux::{Array, Compiled, Errors, Inputs, Problem, View, ViewMut};

/// Runs with arrays in column order and gives the outputs in column order.
fn run(function: &mut Compiled<f64>, inputs: &[(&[f64], &[usize])]) -> Result<Vec<Vec<f64>>, Errors> {
    let shapes: Vec<&[usize]> = inputs.iter().map(|(_, shape)| *shape).collect();
    let shapes = function.output_shapes(&shapes)?;
    let mut outputs: Vec<Vec<f64>> = shapes
        .iter()
        .map(|shape| vec![f64::NAN; shape.iter().product()])
        .collect();
    let views: Vec<View<'_, f64>> = inputs.iter().map(|(data, shape)| View::new(data, shape)).collect();
    let pairs = outputs.iter_mut().zip(&shapes);
    let mut results: Vec<ViewMut<'_, f64>> = pairs.map(|(data, shape)| ViewMut::new(data, shape)).collect();
    function.run(&views, &mut results)?;
    Ok(outputs)
}

fn message(outcome: Result<Vec<Vec<f64>>, Errors>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn sizes_may_change_from_run_to_run() {
    let mut problem = Problem::parse("norm2(A*x - b)^2").unwrap();
    let mut function = problem.compile::<f64>(&[value(), gradient("x")]).unwrap();
    let small = run(&mut function, &[(&[2.0], &[1, 1]), (&[3.0], &[1]), (&[1.0], &[1])]).unwrap();
    assert_eq!(small, [vec![25.0], vec![20.0]]);
    let wide = run(
        &mut function,
        &[(&[1.0, 2.0, 3.0], &[1, 3]), (&[1.0, 1.0, 1.0], &[3]), (&[5.0], &[1])],
    )
    .unwrap();
    assert_eq!(wide, [vec![1.0], vec![2.0, 4.0, 6.0]]);
    let again = run(&mut function, &[(&[2.0], &[1, 1]), (&[3.0], &[1]), (&[1.0], &[1])]).unwrap();
    assert_eq!(again, small);
}

#[test]
fn no_entries_have_a_sum_of_zero() {
    let mut problem = Problem::parse("X: matrix(m, n); w: vector(n); sum(exp(X*w)) + w'*w").unwrap();
    let mut function = problem.compile::<f64>(&[value(), gradient("w"), hessian("w")]).unwrap();
    let none = run(&mut function, &[(&[], &[0, 2]), (&[1.0, 2.0], &[2])]).unwrap();
    assert_eq!(none, [vec![5.0], vec![2.0, 4.0], vec![2.0, 0.0, 0.0, 2.0]]);
    let narrow = run(&mut function, &[(&[], &[3, 0]), (&[], &[0])]).unwrap();
    assert_eq!(narrow, [vec![3.0], vec![], vec![]]);
}

#[test]
fn layouts_may_be_mixed() {
    let mut problem = Problem::parse("A*B").unwrap();
    let mut function = problem.compile::<f64>(&[value()]).unwrap();
    // [[1, 2], [3, 4]] times [[5, 6], [7, 8]]
    let (rows, columns) = ([1.0, 2.0, 3.0, 4.0], [5.0, 7.0, 6.0, 8.0]);
    let inputs = [View::row_major(&rows, &[2, 2]), View::new(&columns, &[2, 2])];
    let mut product = [0.0; 4];
    function
        .run(&inputs, &mut [ViewMut::row_major(&mut product, &[2, 2])])
        .unwrap();
    assert_eq!(product, [19.0, 22.0, 43.0, 50.0]);
    function
        .run(&inputs, &mut [ViewMut::new(&mut product, &[2, 2])])
        .unwrap();
    assert_eq!(product, [19.0, 43.0, 22.0, 50.0]);
}

#[test]
fn products_with_directions_need_no_arrays() {
    let mut problem = Problem::parse("x: vector(n); A: matrix(n, n); exp(A*x)").unwrap();
    let mut function = problem
        .compile::<f64>(&[jacobian("x"), jacobian_vector("x"), vector_jacobian("x")])
        .unwrap();
    let names: Vec<String> = function.inputs().map(str::to_owned).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!(&names[..3], ["x", "A", "dx"]);
    let a = [0.1, 0.2, -0.3, 0.4];
    let [x, dx, cotangent] = [[0.5, -1.0], [2.0, 3.0], [-1.0, 4.0]];
    let outputs = run(
        &mut function,
        &[(&x, &[2]), (&a, &[2, 2]), (&dx, &[2]), (&cotangent, &[2])],
    )
    .unwrap();
    let jacobian = &outputs[0];
    for i in 0..2 {
        let forward = jacobian[i] * dx[0] + jacobian[i + 2] * dx[1];
        assert!((outputs[1][i] - forward).abs() < 1e-14);
        let reverse = jacobian[2 * i] * cotangent[0] + jacobian[2 * i + 1] * cotangent[1];
        assert!((outputs[2][i] - reverse).abs() < 1e-14);
    }
    let mut problem = Problem::parse("x'*A*x").unwrap();
    let mut function = problem.compile::<f64>(&[hessian_vector("x")]).unwrap();
    assert_eq!(function.inputs().collect::<Vec<_>>(), ["A", "dx"]);
    assert_eq!(
        run(&mut function, &[(&[1.0, 2.0, 3.0, 4.0], &[2, 2]), (&[1.0, 0.0], &[2])]).unwrap(),
        [[2.0, 5.0]]
    );
}

#[test]
fn a_kronecker_product_is_kept_in_its_factors() {
    let mut problem = Problem::parse("T: matrix(n, n); V: matrix(n, k); U: matrix(n, k); norm2(T - U*V')^2").unwrap();
    let mut dense = problem.compile::<f64>(&[hessian("U")]).unwrap();
    let mut factors = problem.compile::<f64>(&[hessian("U").in_factors()]).unwrap();
    let v: Vec<f64> = (0..6).map(f64::from).collect();
    let options = Options {
        sizes: [("n".to_owned(), 3)].into(),
        ..Options::default()
    };
    assert!(options.sizes.contains_key("n"));
    let whole = run(&mut dense, &[(&v, &[3, 2])]).unwrap().remove(0);
    assert_eq!(factors.outputs().len(), 1, "the other factor is an identity");
    let last = run(&mut factors, &[(&v, &[3, 2])]).unwrap().remove(0);
    for (at, entry) in whole.iter().enumerate() {
        let (i, j, k, l) = (at % 3, at / 3 % 2, at / 6 % 3, at / 18);
        let expected = if i == k { last[j + 2 * l] } else { 0.0 };
        assert_eq!(*entry, expected);
    }
}

#[test]
fn singles_agree_with_doubles() {
    let mut problem = Problem::parse("X: matrix(m, n); sum(softplus(X*w))").unwrap();
    let requests = [value(), gradient("w"), hessian("w")];
    let mut doubles = problem.compile::<f64>(&requests).unwrap();
    let mut singles = problem.compile::<f32>(&requests).unwrap();
    let x: Vec<f64> = (0..12).map(|i| f64::from(i).sin()).collect();
    let w: Vec<f64> = (0..3).map(|i| f64::from(i).cos()).collect();
    let expected = run(&mut doubles, &[(&x, &[4, 3]), (&w, &[3])]).unwrap();
    let (x, w): (Vec<f32>, Vec<f32>) = (
        x.iter().map(|x| *x as f32).collect(),
        w.iter().map(|w| *w as f32).collect(),
    );
    let (mut value, mut gradient, mut hessian) = ([0f32], [0f32; 3], [0f32; 9]);
    let mut outputs = [
        ViewMut::new(&mut value, &[]),
        ViewMut::new(&mut gradient, &[3]),
        ViewMut::new(&mut hessian, &[3, 3]),
    ];
    singles
        .run(&[View::new(&x, &[4, 3]), View::new(&w, &[3])], &mut outputs)
        .unwrap();
    let found = [value.as_slice(), &gradient, &hessian].concat();
    for (found, expected) in found.iter().zip(expected.concat()) {
        assert!((f64::from(*found) - expected).abs() < 1e-5 * expected.abs().max(1.0));
    }
}

#[test]
fn bad_systems_name_the_operation_and_the_pivot() {
    let mut problem = Problem::parse("A: matrix(n, n); b: vector(n); A\\b").unwrap();
    let mut function = problem.compile::<f64>(&[value()]).unwrap();
    let error = message(run(
        &mut function,
        &[(&[1.0, 2.0, 2.0, 4.0], &[2, 2]), (&[1.0, 1.0], &[2])],
    ));
    assert!(
        error.contains("solve") && error.contains("singular") && error.contains("column 1"),
        "{error}"
    );
    let mut problem = Problem::parse("S: posdef(n); logdet(S)").unwrap();
    let mut function = problem.compile::<f64>(&[value(), gradient("S")]).unwrap();
    let error = message(run(&mut function, &[(&[1.0, 2.0, 2.0, 1.0], &[2, 2])]));
    assert!(
        error.contains("not positive definite") && error.contains("pivot 1"),
        "{error}"
    );
}

#[test]
fn arrays_that_do_not_fit_are_named() {
    let mut problem = Problem::parse("x'*A*x").unwrap();
    let mut function = problem.compile::<f64>(&[value()]).unwrap();
    let error = message(run(&mut function, &[(&[1.0, 2.0], &[2]), (&[1.0; 9], &[3, 3])]));
    assert!(
        error.contains('A') && error.contains("[2, 2]") && error.contains("[3, 3]"),
        "{error}"
    );
    let error = message(run(&mut function, &[(&[1.0, 2.0], &[2])]));
    assert!(error.contains("x, A"), "{error}");
    let error = message(run(&mut function, &[(&[1.0, 2.0], &[2]), (&[1.0; 3], &[2, 2])]));
    assert!(error.contains('A') && error.contains("3 entries"), "{error}");
    let error = message(run(&mut function, &[(&[1.0], &[1]), (&[1.0], &[1, 1, 1])]));
    assert!(error.contains("2 axes"), "{error}");
}

#[test]
fn arrays_that_are_too_large_are_refused() {
    let mut problem = Problem::parse("x: vector(n); y: vector(n); sum(inv(x*y' + eye(n)))").unwrap();
    let mut function = problem.compile::<f64>(&[value()]).unwrap();
    let (data, mut value) = (vec![1.0; 200_000], [0.0]);
    let views = [View::new(&data, &[200_000]), View::new(&data, &[200_000])];
    let error = function
        .run(&views, &mut [ViewMut::new(&mut value, &[])])
        .unwrap_err()
        .to_string();
    assert!(error.contains("40000000000 entries"), "{error}");
    let mut problem = Problem::parse("x: vector(n); exp(sum(x))*kron(kron(x*x', x*x'), x*x')").unwrap();
    let function = problem.compile::<f64>(&[gateaux::compile::value()]).unwrap();
    let shapes = function.output_shapes(&[&[4_000_000]]);
    assert!(shapes.is_err() || shapes.unwrap()[0][0] > 1 << 60);
}

#[test]
fn what_is_not_finite_is_named() {
    let mut problem = Problem::parse("sum(log(x))").unwrap();
    let mut function = problem.compile::<f64>(&[value(), gradient("x")]).unwrap();
    let (mut value, mut gradient) = ([0.0], [0.0; 2]);
    let mut outputs = [ViewMut::new(&mut value, &[]), ViewMut::new(&mut gradient, &[2])];
    let first = function
        .run_traced(&[View::new(&[0.0, 1.0], &[2])], &mut outputs)
        .unwrap();
    assert!(first.is_some_and(|name| name.contains("log")));
    assert_eq!(
        (value[0], gradient[0], gradient[1]),
        (f64::NEG_INFINITY, f64::INFINITY, 1.0)
    );
    let mut outputs = [ViewMut::new(&mut value, &[]), ViewMut::new(&mut gradient, &[2])];
    let first = function
        .run_traced(&[View::new(&[f64::NAN, 1.0], &[2])], &mut outputs)
        .unwrap();
    assert!(first.is_some() && value[0].is_nan() && gradient[0].is_nan() && gradient[1] == 1.0);
}

#[test]
fn running_allocates_nothing() {
    let text = "X: matrix(m, n); y: vector(m); S: posdef(n); A: matrix(n, n)
        sum(log(exp(-y.*(X*w)) .+ 1)) + w'*inv(S)*w + logdet(S) + norm2(A\\w)^2 + sum(softmax(A*w).^2)";
    let mut problem = Problem::parse(text).unwrap();
    let requests = [value(), gradient("w"), gradient("S"), hessian("w"), hessian_vector("w")];
    let mut function = problem.compile::<f64>(&requests).unwrap();
    for n in [3, 40] {
        let sizes = [("m".to_owned(), 2 * n), ("n".to_owned(), n)].into();
        let inputs: Vec<Array<f64>> = problem.sample(&function, &sizes).unwrap();
        let shapes: Vec<&[usize]> = inputs.iter().map(Array::shape).collect();
        let shapes = function.output_shapes(&shapes).unwrap();
        let mut outputs: Vec<Vec<f64>> = shapes.iter().map(|shape| vec![0.0; shape.iter().product()]).collect();
        let views: Vec<View<'_, f64>> = inputs
            .iter()
            .map(|array| View::new(array.data(), array.shape()))
            .collect();
        let pairs = outputs.iter_mut().zip(&shapes);
        let mut results: Vec<ViewMut<'_, f64>> = pairs.map(|(data, shape)| ViewMut::new(data, shape)).collect();
        // The first run plans and fills the workspace.
        function.run(&views, &mut results).unwrap();
        let counted = allocation_counter::measure(|| function.run(&views, &mut results).unwrap());
        assert_eq!(counted.count_total, 0, "n = {n}");
    }
}

/// The value and the gradient (or Hessian) of a compiled function against those of the interpreter, and the steps of the
/// plan.
fn against_the_interpreter(text: &str, wrt: &str, sizes: &[(&str, usize)], threads: usize) -> Vec<String> {
    let mut problem = Problem::parse(text).unwrap();
    let sizes = sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
    let options = Options {
        threads,
        ..Options::default()
    };
    let mut function: Compiled<f64> = problem.compile_with(&[value(), gradient(wrt)], options).unwrap();
    let names: Vec<String> = function.inputs().map(str::to_owned).collect();
    let inputs = problem.sample(&function, &sizes).unwrap();
    let pairs: Vec<(&[f64], &[usize])> = inputs.iter().map(|array| (array.data(), array.shape())).collect();
    let found = run(&mut function, &pairs).unwrap();
    let answer = problem.derive(&[wrt]).unwrap();
    let values = names.into_iter().zip(inputs).collect();
    let given = Inputs {
        values,
        ..Inputs::default()
    };
    let numbers = problem.evaluate(Some(&answer), &given).unwrap();
    for (found, expected) in found.iter().zip([numbers.value, numbers.derivative.unwrap()]) {
        let scale = expected.max_abs();
        let gaps = found.iter().zip(expected.data()).map(|(x, y)| (x - y).abs() / scale);
        let gap = gaps.fold(0.0, f64::max);
        assert!(gap < 1e-12, "{text}: off by {gap:.1e}");
    }
    function
        .plan()
        .unwrap()
        .describe()
        .into_iter()
        .map(|(name, ..)| name)
        .collect()
}

#[test]
fn large_matrices_are_read_once() {
    let logistic = "X: matrix(m, n); y: vector(m); sum(log(exp(-y.*(X*w)) .+ 1))";
    let steps = against_the_interpreter(logistic, "w", &[("m", 501), ("n", 333)], 1);
    assert!(
        steps.len() <= 2 && steps[0].contains("A * vector; ") && steps[0].contains("; A' * vector"),
        "{steps:?}"
    );
    let steps = against_the_interpreter("x'*A*x", "x", &[("n", 301)], 1);
    assert!(
        steps.len() == 2 && steps[0].starts_with("A * vector, A' * vector"),
        "{steps:?}"
    );
    let factorization = "T: matrix(m, n); U: matrix(m, k); V: matrix(n, k); norm2(T - U*V')^2";
    let steps = against_the_interpreter(factorization, "U", &[("m", 411), ("n", 307), ("k", 5)], 1);
    assert!(steps.len() == 1 && steps[0].ends_with("; R*C"), "{steps:?}");
    let masked = "T: matrix(m, n); W: matrix(m, n); V: matrix(k, n); a: vector(n);
        sum((W.*(T - U*V - ones(m)*a')).^2)";
    let steps = against_the_interpreter(masked, "U", &[("m", 300), ("n", 413), ("k", 7)], 1);
    assert!(steps.iter().any(|step| step.ends_with("; R*C")), "{steps:?}");
}

#[test]
fn threads_change_no_numbers() {
    let net = "X: matrix(b, p); W1: matrix(p, h); W2: matrix(h, q); norm2(tanh(X*W1)*W2)^2 + sum(exp(-X.^2))";
    against_the_interpreter(net, "W1", &[("b", 300), ("p", 257), ("h", 260), ("q", 3)], 2);
    let likelihood = "S: posdef(n); logdet(S) + x'*inv(S)*x";
    against_the_interpreter(likelihood, "S", &[("n", 150)], 2);
}

#[test]
fn structured_matrices_in_products_are_not_formed() {
    let forms = [
        ("A: matrix(m, m); B: matrix(n, n); norm2(kron(A, B)*x)^2", "x"),
        (
            "A: matrix(m, m); B: matrix(n, n); norm2((kron(A, eye(n)) + 2*kron(eye(m), B'))*x)^2",
            "x",
        ),
        (
            "A: matrix(m, n); B: matrix(n, m); x: vector(m*n); y: vector(m*n); (x'*kron(A, B)*y)^2",
            "y",
        ),
        (
            "A: matrix(m, m); B: matrix(n, n); X: matrix(m*n, p); norm2(kron(A, B)*kron(A, B)*X)^2",
            "X",
        ),
        ("p: vector(m); x: vector(m); exp(x'*(diag(p) - p*p')*x)", "x"),
        (
            "A: matrix(m, m); u: vector(m); x: vector(m); norm2((A - 3*u*p')'*x)^2",
            "x",
        ),
        (
            "D: diagonal(m); U: matrix(m, 2); x: vector(m); exp(x'*(D + U*U')*x)",
            "x",
        ),
        ("x: vector(m); norm2((eye(m) - ones(m, m)/m)*x)^2", "x"),
    ];
    for (text, wrt) in forms {
        let steps = against_the_interpreter(text, wrt, &[("m", 40), ("n", 30), ("p", 3)], 1);
        let is_formed = |step: &String| step.contains("outer products") || step.contains("(1200 x 1200)");
        assert!(!steps.iter().any(is_formed), "{text}: {steps:?}");
    }
}

/// The residual `T - U*V'` is never formed for its product with V, in whichever order the entries of T stand.
#[test]
fn low_rank_in_row_order_is_not_formed() {
    let mut problem = Problem::parse("T: matrix(m, n); U: matrix(m, k); V: matrix(n, k); norm2(T - U*V')^2").unwrap();
    let mut function = problem.compile::<f64>(&[gradient("U")]).unwrap();
    let (m, n, k) = (300, 200, 3);
    let numbers = |count: usize, step: f64| (0..count).map(|at| (at as f64 * step).sin()).collect::<Vec<f64>>();
    let (t, u, v) = (numbers(m * n, 0.7), numbers(m * k, 1.3), numbers(n * k, 0.4));
    let shapes = [[m, n], [m, k], [n, k]];
    let inputs = [
        View::row_major(&t, &shapes[0]),
        View::row_major(&u, &shapes[1]),
        View::row_major(&v, &shapes[2]),
    ];
    let mut found = vec![0.0; m * k];
    function
        .run(&inputs, &mut [ViewMut::row_major(&mut found, &[m, k])])
        .unwrap();
    for (at, found) in found.iter().enumerate() {
        let (i, q) = (at / k, at % k);
        let residual = |j: usize| t[i * n + j] - (0..k).map(|l| u[i * k + l] * v[j * k + l]).sum::<f64>();
        let expected: f64 = (0..n).map(|j| -2.0 * residual(j) * v[j * k + q]).sum();
        assert!((found - expected).abs() < 1e-11 * n as f64, "{at}: {found} {expected}");
    }
    let names: Vec<String> = function
        .plan()
        .unwrap()
        .describe()
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    let forms_it = |name: &String| name.contains("(3 x 300) * (300 x 200)") || name.contains("(200 x 3) * (3 x 300)");
    assert!(
        !names.iter().any(|name| name.starts_with("P =") || forms_it(name)),
        "{names:?}"
    );
    assert!(function.plan().unwrap().memory() < m * n, "{names:?}");
}

#[test]
fn covariances_are_computed_by_half() {
    let text = "p: vector(m); A: matrix(m, n); sum(exp(A'*(diag(p) - p*p')*A))";
    let steps = against_the_interpreter(text, "A", &[("m", 310), ("n", 200)], 1);
    assert!(steps.iter().any(|step| step.starts_with("A*diag(w)*A'")), "{steps:?}");
}

#[test]
fn forms_in_symmetric_matrices_are_computed_by_half() {
    let text = "S: symmetric(m); A: matrix(m, n); sum(exp(A'*S*A))";
    let steps = against_the_interpreter(text, "A", &[("m", 70), ("n", 50)], 1);
    assert!(steps.iter().any(|step| step.ends_with(", symmetric")), "{steps:?}");
}

#[test]
fn arrays_are_updated_in_place() {
    let problem = "A: matrix(m, n); B: matrix(n, p); C: matrix(m, p); exp(A*B - C) .* C + 1 ./ C";
    let mut problem = Problem::parse(problem).unwrap();
    let mut function = problem.compile::<f64>(&[value()]).unwrap();
    let inputs: [(&[f64], &[usize]); 3] = [
        (&[1.0, 2.0], &[2, 1]),
        (&[1.0, -1.0], &[1, 2]),
        (&[1.0, 2.0, 4.0, -2.0], &[2, 2]),
    ];
    let found = run(&mut function, &inputs).unwrap();
    let expected = [(0f64, 1.0), (0.0, 2.0), (-5.0, 4.0), (0.0, -2.0)].map(|(x, c): (f64, f64)| x.exp() * c + 1.0 / c);
    assert_eq!(found, [expected.to_vec()]);
    assert_eq!(function.plan().unwrap().memory(), 0);
}
