//! Ring 1: index expressions, slices, triangles, and the explicit forms with any number of axes, without tolerance.

use gateaux_array::{DoubleDouble, Prime};

use crate::tally::{STRUCTURES, Tally, is_row, variables};

/// What the formulas below are made of.
const DECLARATIONS: &str = "s: scalar; x: vector(m); y: vector(m); z: vector(n); w: vector(k); A: matrix(m, n); \
                            B: matrix(n, m); C: matrix(n, k); E: matrix(m, k); X: matrix(m, m); Y: matrix(m, m); \
                            T: tensor(m, n, k); U: tensor(m, n, k); V: tensor(m, m, n); W: tensor(n, m, k); ";

/// Index expressions: each pattern that people write, and each case of the normal form.
const EINSUMS: &[&str] = &[
    // Products of matrices, in every orientation.
    "einsum(\"ij,jk->ik\", A, C)",
    "einsum(\"ij,jk->ki\", A, C)",
    "einsum(\"ij,kj->ik\", A, X*A)",
    "einsum(\"ji,jk->ik\", A, E)",
    "einsum(\"ji,kj->ik\", A, B)",
    "einsum(\"ij,jk,kl->il\", X, Y, A)",
    "einsum(\"ij,jk,ki->\", X, Y, X)",
    "einsum(\"ij,jk,ik->\", A, C, E)",
    "einsum(\"ij,j->i\", A, z)",
    "einsum(\"ij,i->j\", A, x)",
    "einsum(\"ij,i,j->\", A, x, z)",
    "einsum(\"ij,jk->ik\", x', A)",
    "einsum(\"ij,jk->k\", x', A)",
    "einsum(\"ij,kj->i\", A, B')",
    // Entry by entry, with labels that repeat and that are kept.
    "einsum(\"i,i->i\", x, y)",
    "einsum(\"i,i->\", x, y)",
    "einsum(\"i,i,i->i\", x, y, x)",
    "einsum(\"ij,ij->ij\", A, B')",
    "einsum(\"ij,ji->ij\", A, B)",
    "einsum(\"ij,ij->i\", A, A)",
    "einsum(\"ij,ij->\", A, X*A)",
    "einsum(\"ij,ij,ij->j\", A, A, A)",
    "einsum(\"i,ij->ij\", x, A)",
    "einsum(\"i,ij,j->ij\", x, A, z)",
    "einsum(\"ij,j,j->i\", A, z, z)",
    "einsum(\"ij,ij,jk->ik\", A, B', C)",
    "einsum(\"ij,ik,i->jk\", A, E, x)",
    // Outer products.
    "einsum(\"i,j->ij\", x, z)",
    "einsum(\"i,j->ji\", x, z)",
    "einsum(\"i,j,k->ijk\", x, z, w)",
    "einsum(\"i,j,k->kij\", x, x, x)",
    "einsum(\"ij,k->ijk\", A, w)",
    "einsum(\"ij,k->ikj\", A, x)",
    "einsum(\"ij,kl->ikjl\", X, Y)",
    "einsum(\"i,j,k,l->ijkl\", x, y, x, z)",
    // Diagonals and traces.
    "einsum(\"ii->i\", X)",
    "einsum(\"ii->\", X)",
    "einsum(\"ii,ij->ij\", X, A)",
    "einsum(\"ii,jj->ij\", X, Y)",
    "einsum(\"iij->j\", V)",
    "einsum(\"iij->ij\", V)",
    "einsum(\"iij->ji\", V)",
    "einsum(\"iij,ij->\", V, A)",
    "einsum(\"iij,ij->i\", V, A)",
    "einsum(\"iij,ik->kj\", V, X)",
    "einsum(\"iij,i->j\", V, x)",
    "einsum(\"iij,iij->ij\", V, V)",
    "einsum(\"iij,kkj->ik\", V, V)",
    // Permutations and sums of an axis.
    "einsum(\"ij->ji\", A)",
    "einsum(\"ijk->kij\", T)",
    "einsum(\"ijk->jki\", T)",
    "einsum(\"ijk->kji\", T)",
    "einsum(\"ijk->ikj\", einsum(\"ijk->ikj\", T))",
    "einsum(\"ijk->\", T)",
    "einsum(\"ijk->i\", T)",
    "einsum(\"ijk->k\", T)",
    "einsum(\"ijk->ik\", T)",
    "einsum(\"ijk->kj\", T)",
    "einsum(\"ij->\", A)",
    "einsum(\"ij->i\", A)",
    "einsum(\"ij->j\", A)",
    "einsum(\"ij,k->i\", A, w)",
    "einsum(\"ij,kl->i\", A, C)",
    // Tensors with vectors, matrices and each other.
    "einsum(\"ijk,k->ij\", T, w)",
    "einsum(\"ijk,j->ik\", T, z)",
    "einsum(\"ijk,i->jk\", T, x)",
    "einsum(\"ijk,i,j,k->\", T, x, z, w)",
    "einsum(\"ijk,i,j->k\", T, x, z)",
    "einsum(\"ijk,k->ijk\", T, w)",
    "einsum(\"ijk,j,k->ij\", T, z, w)",
    "einsum(\"ijk,jl->ilk\", T, B)",
    "einsum(\"ijk,li->ljk\", T, X)",
    "einsum(\"ijk,jk->i\", T, C)",
    "einsum(\"ijk,ij->k\", T, A)",
    "einsum(\"ijk,ij->ijk\", T, A)",
    "einsum(\"ijk,ijk->\", T, U)",
    "einsum(\"ijk,ijk->ijk\", T, U)",
    "einsum(\"ijk,ijk->ik\", T, U)",
    "einsum(\"ijk,ljk->il\", T, U)",
    "einsum(\"ijk,ljk->il\", T, T)",
    "einsum(\"ijk,jik->ij\", T, W)",
    "einsum(\"ijk,jlk->ilk\", T, W)",
    "einsum(\"kij,kil->kjl\", T, T)",
    "einsum(\"abc,abd,d->c\", T, T, w)",
    "einsum(\"ijk,ilk,jl->\", T, T, B*A)",
    "einsum(\"ijk,ijk,ijk->\", T, T, T)",
    "einsum(\"ijk,lmk->ijlm\", T, T)",
    // CP and Tucker.
    "einsum(\"ir,jr,kr->ijk\", A, C*E'*A, E'*A)",
    "einsum(\"ir,jr,kr->ijk\", A, A, A)",
    "einsum(\"r,ir,jr->ij\", z, A, A)",
    "einsum(\"pqr,ip,jq,kr->ijk\", T, X, B*A, E'*E)",
    "einsum(\"pqr,ip,jq,kr->ijk\", T, B, A, E)",
    "einsum(\"pqr,ip,jq->ijr\", V, X, X)",
    "einsum(\"ijk,ir,jr,kr->r\", V, A, A, B*A)",
    // Scalars, constants and structured operands.
    "einsum(\",ij->ij\", s, A)",
    "einsum(\",i,->i\", s, x, s)",
    "einsum(\"i,ijk->jk\", ones(m), T)",
    "einsum(\"i,j->ij\", x, ones(n))",
    "einsum(\"i,j,k->ijk\", x, ones(n), w)",
    "einsum(\"ij,jk->ik\", eye(m), A)",
    "einsum(\"ij,k->ijk\", eye(m), z)",
    "einsum(\"ij,jkl->ikl\", eye(m), T)",
    "einsum(\"ij,ik->ijk\", eye(m), A)",
    "einsum(\"ij,jk->ijk\", eye(m), A)",
    "einsum(\"ij,ijk->ijk\", eye(m), V)",
    "einsum(\"ij,kl->ijkl\", eye(m), X)",
    "einsum(\"ij,i->\", eye(m), x)",
    "einsum(\"ij,jkl->ikl\", diag(x), T)",
    "einsum(\"ij,jkl,l->ik\", diag(x), T, w)",
    "einsum(\"ij,ij->\", diag(x), X)",
    "einsum(\"ijk,jk->i\", T, z*w')",
    "einsum(\"ijk,jk->i\", T, (C + z*w'))",
    "einsum(\"ijk,kj->i\", T, (C + z*w')')",
    "einsum(\"ijk,k->ij\", 3*T, w)",
    "einsum(\"ijk,k->ij\", s*T - 2*U, w)",
    "einsum(\"ijk,k->ij\", T.*U, w)",
    "einsum(\"ijk,k->ij\", T.^2, w.^3)",
    "einsum(\"ij,j->i\", einsum(\"ijk,k->ij\", T, w), z)",
    "einsum(\"ijk,k->ij\", einsum(\"ijk,jl->ilk\", T, B), w)",
    "einsum(\"ij,ijk->k\", inv(X)*A, T)",
    "einsum(\"i,ij,jk->k\", x, inv(X), A)",
    // As parts of others.
    "einsum(\"ijk,k->ij\", T, w)*z",
    "x'*einsum(\"ijk,k->ij\", T, w)",
    "einsum(\"ijk,k->ij\", T, w)'*x",
    "tr(einsum(\"ijk,k->ij\", T, w)*B)",
    "sum(einsum(\"ijk,k->ij\", T, w), 1)",
    "diag(einsum(\"iij->ij\", V)*B)",
    "vec(einsum(\"ijk,k->ij\", T, w))",
    "kron(einsum(\"ijk,k->ij\", T, w), X)",
    "det(einsum(\"ijk,k->ij\", V, z))",
    "inv(einsum(\"ijk,k->ij\", V, z))*x",
    "einsum(\"ijk,k->ij\", T, w).^2",
    "einsum(\"ijk,i->jk\", T, einsum(\"ijk,j,k->i\", T, z, w))",
    "diag(einsum(\"ijk,j,k->i\", T, z, w))*X",
    // Tensors by operators.
    "T + U",
    "2*T - 0.5*U",
    "s*T",
    "T/s",
    "T.*U",
    "T.^2",
    "T./U",
    "T .+ s",
    "sum(T)",
    "sum(T.*T)",
    "dot(T, U)",
    "dot(T, T)",
    "dot(T, U)*x",
    "reshape(T, m, n*k)",
    "reshape(T, m*n, k)*w",
    "reshape(T, m*n*k)",
    "reshape(T, k, n, m)",
    "reshape(A, n, m, 1)",
    "reshape(A, 1, m, n)",
    "reshape(kron(w, kron(z, x)), m, n, k)",
    "reshape(x, 1, m, 1)",
    "reshape(A*C, k, m)",
    "einsum(\"ijk,k->ij\", reshape(kron(C, X[:,1:1]), m, n, k), w)",
    "reshape(T.*U, m, n*k)*vec(C)",
    "sum(reshape(T, m, n*k).^2, 2)",
    "reshape(einsum(\"ijk->kji\", T), k*n, m)*x",
];

/// Slices, triangles, commutations: rational all of them.
const SLICES: &[&str] = &[
    "x[1]",
    "x[2]",
    "x[m]",
    "x[1:2]",
    "x[2:m]",
    "x[m-1:m]",
    "(x')[2]",
    "(x')[1:2]",
    "(x'*A)[1]",
    "x[1]*x",
    "x[1:2]*x[1:2]'",
    "(X*x)[2]",
    "A[1,:]",
    "A[:,1]",
    "A[m,:]",
    "A[2,1]",
    "A[m,n]",
    "A[1:2,:]",
    "A[:,1:2]",
    "A[1:2,2:n]",
    "A[1,1:2]",
    "A[1:2,2]",
    "A[2:2,:]",
    "A[:,1]*A[1,:]'",
    "A[1,:]'*B[:,2]",
    "A[1,:]'*z",
    "(X*A)[1,:]",
    "(X*A)[:,2]",
    "(X*A*C)[1:2,:]",
    "(A + B')[2,:]",
    "(A.*B')[:,1]",
    "(x*z')[1,:]",
    "(A')[1,:]",
    "inv(X)[1,2]",
    "inv(X)[:,1]",
    "diag(x)[:,1]",
    "diag(x)[1,2]",
    "X[1,1]*X[2,2] - X[1,2]*X[2,1]",
    "sum(A[1:2,:])",
    "kron(A[1,:], x)",
    "kron(A, C)[2,:]",
    "vec(A)[1:3]",
    "tr(X[1:2,1:2])",
    "det(X[1:2,1:2])",
    "A[1:2,:]*A[1:2,:]'",
    "(A[:,1].*x)'*X",
    "T[1,:,:]",
    "T[:,2,:]",
    "T[:,:,1]",
    "T[:,1,2]",
    "T[1,1,:]",
    "T[2,1,2]",
    "T[1:2,:,1]",
    "T[:,1:2,:]",
    "T[1,:,2:k]",
    "T[:,:,1]*T[1,:,:]",
    "sum(T[1,:,:].^2)",
    "(T.*U)[1,:,:]",
    "(s*T)[:,:,2]",
    "einsum(\"ijk,k->ij\", T, w)[1,:]",
    "einsum(\"i,j,k->ijk\", x, z, w)[:,1,:]",
    "einsum(\"ijk,j->ik\", T[:,1:2,:], z[1:2])",
    "reshape(T, m, n*k)[:,1]",
    // Triangles.
    "tril(X)",
    "triu(X)",
    "tril(A)",
    "triu(A)",
    "tril(A)'",
    "triu(A')",
    "tril(X*Y)",
    "tril(X)*triu(Y)",
    "tril(X).^2",
    "tril(X)'*x",
    "x'*triu(X)",
    "tr(tril(X)*Y)",
    "sum(triu(A), 1)",
    "sum(tril(A), 2)",
    "diag(tril(X))",
    "tril(tril(X)*X)",
    "triu(tril(X))",
    "tril(x*z')",
    "tril(diag(x))",
    "kron(tril(X), A)",
    "kron(A, triu(X))",
    "inv(tril(X))*x",
    "det(tril(X))",
    "vec(tril(A))",
    "tril(X + Y) - triu(X)",
    "tril(A)[2,:]",
    "einsum(\"ij,ij->i\", tril(X), triu(Y))",
    "einsum(\"ij,jkl->ikl\", tril(X), V)",
    "tril(ones(m, n)).*A",
    // Commutations.
    "commutation(m, n)*vec(A)",
    "commutation(m, n)'*vec(B)",
    "inv(commutation(m, n))*vec(B)",
    "commutation(n, m)*commutation(m, n)*vec(A)",
    "commutation(m, n)*kron(z, x)",
    "commutation(m, m)*kron(X, Y)*commutation(m, m)",
    "commutation(m, n)*kron(A, C)",
    "tr(commutation(m, m)*kron(X, Y))",
    "commutation(m, m)*vec(X*Y)",
    "vec(A)'*commutation(n, m)*vec(B)",
    "commutation(m, n)[1,:]'*vec(A)",
    // Kronecker products, and what transposes them.
    "kron(A, C)",
    "kron(A, B)*kron(x, z)",
    "kron(X, A)*vec(B*X)",
    "sum(kron(A, B).^2)",
    "dot(kron(A, B), kron(B, A)')",
    "tr(kron(X, Y)*kron(Y, X))",
    "kron(kron(A, x*w'), C)",
    "kron(A, x*w')[1,:]",
    "kron(X, Y).*kron(Y, X)",
    "reshape(kron(A, B), m, n, m, n)",
    "vec(kron(A, C))",
    "kron(vec(A), w)",
    "diag(kron(x, z))",
    "det(kron(X, Y))",
    "inv(kron(X, Y))*kron(x, y)",
    "kron(diag(x), A)",
    // Products of all entries.
    "prod(x)",
    "prod(A)",
    "prod(T)",
    "prod(x)*x",
    "prod(X*x)",
    "prod(x')",
];

/// Functions that have no exact arithmetic, by axis and of arrays of any rank.
const REAL: &[&str] = &[
    "maximum(x)",
    "maximum(A)",
    "maximum(T)",
    "maximum(A, 1)",
    "maximum(A, 2)",
    "minimum(x)",
    "minimum(A)",
    "minimum(T)",
    "minimum(A, 1)",
    "minimum(A, 2)",
    "max(x)",
    "min(A)",
    "max(X*A)*x",
    "maximum(X*A, 1)",
    "minimum(X*A, 2)",
    "maximum(A.^2, 1)*z",
    "x'*minimum(A.^2, 2)",
    "hardmax(x)",
    "hardmax(A, 1)*z",
    "hardmax(A, 2).*A",
    "hardmax(X*x).*x",
    "norminf(x)",
    "norminf(X*x)",
    "norminf(x)*x",
    "logsumexp(A, 1)",
    "logsumexp(A, 2)",
    "logsumexp(X*A, 1)",
    "logsumexp(X*A, 2)",
    "logsumexp(A)",
    "logsumexp(T)",
    "logsumexp(x')",
    "softmax(A, 1)",
    "softmax(A, 2)",
    "softmax(X*A, 1)*z",
    "x'*softmax(X*A, 2)",
    "log(softmax(A, 1))",
    "log(softmax(A, 2))",
    "softmax(A, 1)[1,:]",
    "softmax(X*Y'*softmax(A*C, 2)*E', 1)",
    "softmax(A*A', 2)*A",
    "exp(T)",
    "tanh(einsum(\"ijk,k->ij\", T, w))",
    "einsum(\"ijk,k->ij\", exp(T), sin(w))",
    "sigmoid(T).*U",
    "norm2(T)",
    "norm1(T)",
    "norm2(T)^2",
    "norm2(T - U)",
    "norm2(einsum(\"ijk,i,j->k\", T, x, z))",
    "norm2(T - einsum(\"i,j,k->ijk\", x, z, w))^2",
    "norm2(A[1,:])",
    "exp(A)[1:2,:]",
    "log(prod(exp(x)))",
    "max(T, U)",
    "max(T, s)",
    "min(s, T)",
    "relu(T)",
    "logdet(tril(X)*tril(X)' + eye(m))",
    "tril(exp(A))",
    "sum(T.^2.5)",
    "mean(A, 1)*sin(z)",
    "mean(exp(A), 2)",
];

/// Unequal sizes, none so small that a slice would be empty.
const SIZES: [&[usize]; 2] = [&[2, 3, 4], &[4, 2, 3]];

#[test]
fn every_view_of_index_expressions_is_exact() {
    let mut tally = Tally::default();
    for formula in EINSUMS.iter().chain(SLICES) {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            SIZES.iter().for_each(|sizes| tally.views::<Prime>(&text, &wrt, sizes));
        }
    }
    for formula in EINSUMS {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            tally.views::<Prime>(&text, &wrt, &[1, 1, 1]);
        }
    }
    tally.done("index expressions", [0, 0]);
}

#[test]
fn index_expressions_of_structured_variables_are_exact() {
    let mut tally = Tally::default();
    for structure in STRUCTURES {
        let declarations = DECLARATIONS.replace("X: matrix(m, m)", &format!("X: {structure}(m)"));
        for formula in EINSUMS.iter().chain(SLICES).filter(|formula| formula.contains('X')) {
            let text = format!("{declarations}{formula}");
            // A skew matrix of odd size is singular.
            tally.views::<Prime>(&text, "X", if structure == "skew" { &[4, 3, 2] } else { &[3, 2, 4] });
            tally.entries::<Prime>(&text, &["X"]);
        }
    }
    tally.done("index expressions of structured variables", [0, 20]);
}

#[test]
fn every_entry_of_an_explicit_form_is_exact() {
    let mut tally = Tally::default();
    for formula in EINSUMS.iter().chain(SLICES) {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            tally.entries::<Prime>(&text, &[&wrt]);
        }
    }
    tally.done("explicit forms", [0, 0]);
}

#[test]
fn every_entry_of_a_second_derivative_is_exact() {
    let mut tally = Tally::default();
    for formula in EINSUMS.iter().chain(SLICES) {
        let text = format!("{DECLARATIONS}{formula}");
        let names = variables(&text, &mut tally);
        if is_row(&text) {
            continue;
        }
        for one in &names {
            for two in &names {
                tally.entries::<Prime>(&text, &[one, two]);
            }
        }
    }
    tally.done("explicit forms of order 2", [0, 0]);
}

#[test]
fn functions_by_axis_agree_to_many_digits() {
    let mut tally = Tally::default();
    for formula in REAL {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            SIZES
                .iter()
                .for_each(|sizes| tally.views::<DoubleDouble>(&text, &wrt, sizes));
            tally.entries::<DoubleDouble>(&text, &[&wrt]);
        }
    }
    tally.done("functions by axis", [0, 0]);
}
