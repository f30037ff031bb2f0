//! The rules that derivations name: each with what it states, why it holds, and where it is written.
//!
//! The differential of a function of the language is a rule too; it stands in the record of the function.

/// A rule of the calculus, or a reading of its result.
#[derive(Debug)]
pub struct Rule {
    /// The name for programs and pages: `product-rule`.
    pub id: &'static str,
    /// The name for people: `product rule`.
    pub name: &'static str,
    /// Both sides of an equation in the language, where `d(A)` is the differential of A and `dA` the change of a variable.
    pub states: [&'static str; 2],
    /// The variables of the equation as declarations; empty where it is a definition, which needs no proof.
    pub sample: &'static str,
    /// Why it holds, in a few sentences.
    pub proof: &'static str,
    /// Book and place.
    pub source: &'static str,
    /// Whether it goes without saying beside others.
    pub is_minor: bool,
}

impl Rule {
    /// What it states, as an equation.
    pub fn statement(&self) -> String {
        let [left, right] = self.states;
        format!("{left} = {right}")
    }
}

/// The rule of this name for programs.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

macro_rules! rules {
    ($($(#[$minor:ident])? $constant:ident: $id:literal, $name:literal, [$left:literal, $right:literal], $sample:literal, $proof:literal, $source:literal;)*) => {
        $(pub(super) static $constant: Rule = Rule {
            id: $id,
            name: $name,
            states: [$left, $right],
            sample: $sample,
            proof: $proof,
            source: $source,
            is_minor: rules!(@minor $($minor)?),
        };)*

        /// All rules, in the order in which derivations use them.
        pub static RULES: &[&Rule] = &[$(&$constant),*];
    };
    (@minor minor) => { true };
    (@minor) => { false };
}

rules! {
    SUM: "sum-rule", "sum rule",
        ["d(A + B)", "dA + dB"], "A: matrix(m, n); B: matrix(m, n)",
        "The change of a sum is (A + dA + B + dB) - (A + B), which is dA + dB exactly: there is nothing of second order to drop.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 35";
    #[minor] CONSTANT: "constant", "what does not depend on the variable is constant",
        ["d(A + B)", "dA"], "A: matrix(m, n); B: matrix(m, n)",
        "B does not depend on the variable, so its change is zero for every change of the variable.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 33";
    #[minor] CONSTANT_FACTOR: "constant-factor", "a constant factor stays",
        ["d(c*A)", "c*dA"], "c: scalar; A: matrix(m, n)",
        "c*(A + dA) - c*A is c*dA.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 34";
    LINEAR_MAP: "linear-map", "a linear map is its own differential",
        ["d(A*X*B)", "A*dX*B"], "A: matrix(k, m); X: matrix(m, n); B: matrix(n, k)",
        "A*(X + dX)*B - A*X*B is A*dX*B: of a linear map the linear part of the change is all of it. It holds for every linear L: d(L(X)) = L(dX).",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 2; Magnus & Neudecker, Matrix Differential Calculus, 8.2";
    PRODUCT: "product-rule", "product rule",
        ["d(A*B)", "dA*B + A*dB"], "A: matrix(m, n); B: matrix(n, k)",
        "(A + dA)*(B + dB) - A*B is dA*B + A*dB + dA*dB. The last term is of second order and is dropped. The order of the factors stays, since matrices do not commute.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 37";
    SQUARED_NORM: "squared-norm", "differential of a squared norm",
        ["d(x'*x)", "2*x'*dx"], "x: vector(n)",
        "The squared norm is the inner product x'*x. The product rule gives dx'*x + x'*dx, and both terms are the same number: a scalar is its own transpose.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 2; Magnus & Neudecker, Matrix Differential Calculus, 9.8";
    NORM: "norm", "differential of a norm",
        ["d(norm2(x))", "x'*dx/norm2(x)"], "x: vector(n)",
        "From n^2 = x'*x follows 2*n*dn = 2*x'*dx. It needs a norm that is not zero.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 5; Petersen & Pedersen, The Matrix Cookbook, eq. 129";
    INVERSE: "inverse", "differential of the inverse",
        ["d(inv(X))", "-inv(X)*dX*inv(X)"], "X: matrix(n, n)",
        "X*inv(X) is the identity, whose change is zero: dX*inv(X) + X*d(inv(X)) = 0. Solve for d(inv(X)).",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.4; Petersen & Pedersen, The Matrix Cookbook, eq. 40; Edelman & Johnson, Matrix Calculus, chapter 7";
    MATRIX_POWER: "matrix-power", "differential of a matrix power",
        ["d(X^3)", "dX*X^2 + X*dX*X + X^2*dX"], "X: matrix(n, n)",
        "A power is a product of equal factors: by the product rule each of them changes in turn, in its place.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapters 2 and 3; Magnus & Neudecker, Matrix Differential Calculus, chapter 9";
    POWER: "power-rule", "power rule",
        ["d(x.^a)", "a*x.^(a - 1).*dx"], "x: positive vector(n); a: scalar",
        "x^a is exp(a*log(x)), so its change is x^a*a*dx/x. For an array it holds entry by entry.",
        "any book of calculus; Petersen & Pedersen, The Matrix Cookbook, 2.1";
    EXPONENTIAL: "exponential-rule", "differential of an exponential",
        ["d(a^b)", "log(a)*a^b*db"], "a: positive scalar; b: scalar",
        "a^b is exp(b*log(a)), and the exponential is its own derivative.",
        "any book of calculus";
    GENERAL_POWER: "general-power", "differential of a power with a variable exponent",
        ["d(a^b)", "b*a^(b - 1)*da + log(a)*a^b*db"], "a: positive scalar; b: scalar",
        "a^b is exp(b*log(a)), and the change of b*log(a) is log(a)*db + b*da/a.",
        "any book of calculus";
    QUOTIENT: "quotient-rule", "quotient rule",
        ["d(a/b)", "da/b - a*db/b^2"], "a: scalar; b: scalar",
        "a/b is a*b^(-1): the product rule and the power rule.",
        "any book of calculus";
    HADAMARD: "hadamard-product", "product rule, entry by entry",
        ["d(A.*B)", "dA.*B + A.*dB"], "A: matrix(m, n); B: matrix(m, n)",
        "It is the product rule for numbers, in every entry.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 38; Magnus & Neudecker, Matrix Differential Calculus, 8.2";
    TRACE: "trace-is-linear", "trace is linear",
        ["d(tr(X))", "tr(dX)"], "X: matrix(n, n)",
        "The trace is a sum of entries, and tr(X + dX) - tr(X) is tr(dX).",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 36";
    ENTRY_SUM: "sum-is-linear", "sum of entries is linear",
        ["d(sum(X))", "sum(dX)"], "X: matrix(m, n)",
        "sum(X + dX) - sum(X) is sum(dX).",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2";
    #[minor] TRANSPOSE: "transpose", "differential of a transpose",
        ["d(X')", "dX'"], "X: matrix(m, n)",
        "Transposition moves entries and does nothing else: it is linear.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 44";
    DIAG: "diag-is-linear", "diag is linear",
        ["d(diag(x))", "diag(dx)"], "x: vector(n)",
        "Entries are put on a diagonal, or taken from it: that is linear.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2";
    VEC: "vec-is-linear", "vec is linear",
        ["d(vec(X))", "vec(dX)"], "X: matrix(m, n)",
        "The entries are the same in another shape.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2";
    KRON: "kronecker-product", "product rule for the Kronecker product",
        ["d(kron(A, B))", "kron(dA, B) + kron(A, dB)"], "A: matrix(m, n); B: matrix(k, n)",
        "Every entry of kron(A, B) is an entry of A times one of B.",
        "Magnus & Neudecker, Matrix Differential Calculus, 8.2; Petersen & Pedersen, The Matrix Cookbook, eq. 39";
    INDEX_SUM: "index-sum", "product rule in indices",
        ["d(einsum(\"ij,jk->ik\", A, B))", "einsum(\"ij,jk->ik\", dA, B) + einsum(\"ij,jk->ik\", A, dB)"],
        "A: matrix(m, n); B: matrix(n, k)",
        "The entries are sums of products of entries. In each product every factor changes in turn.",
        "by the product rule of numbers";
    CONJUGATE: "conjugate", "the conjugate of a change",
        ["d(conj(z))", "conj(dz)"], "z: complex vector(n)",
        "conj(z + dz) - conj(z) is conj(dz). The conjugate is linear over the real numbers, not over the complex ones, so z and conj(z) are treated as two variables.",
        "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 3";
    REST: "same-rules", "the remaining differentials, by the same rules",
        ["d(A*B)", "dA*B + A*dB"], "A: matrix(m, n); B: matrix(n, k)",
        "The rules for sums, products and functions, applied until no differential is left but that of the variable.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 8";
    SPECTRAL_SUM: "spectral-sum", "a sum over eigenvalues is a trace",
        ["sum(eigvals(S).^2)", "tr(S*S)"], "S: symmetric(n)",
        "S is Q*diag(w)*Q' with an orthogonal Q, and the trace does not change under rotation. The trace has a derivative also where eigenvalues are equal.",
        "Magnus & Neudecker, Matrix Differential Calculus, 1.13";
    TRACE_SUM: "trace-of-a-sum", "trace and sums are linear: term by term",
        ["tr(A + B)", "tr(A) + tr(B)"], "A: matrix(n, n); B: matrix(n, n)",
        "Both sides are sums of the same entries.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 15";
    CYCLIC: "trace-is-cyclic", "trace is cyclic",
        ["tr(A*B)", "tr(B*A)"], "A: matrix(m, n); B: matrix(n, m)",
        "Both are the sum of A[i,j]*B[j,i] over all i and j.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 14; Magnus & Neudecker, Matrix Differential Calculus, 1.10";
    TRACE_TRANSPOSE: "trace-of-a-transpose", "transpose under the trace",
        ["tr(A')", "tr(A)"], "A: matrix(n, n)",
        "The diagonal is the same.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 13";
    SCALAR_TRANSPOSE: "scalar-is-its-transpose", "a scalar is its own transpose",
        ["x'*A*y", "y'*A'*x"], "x: vector(m); A: matrix(m, n); y: vector(n)",
        "A number is a matrix with one entry, which transposition leaves where it is.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 1";
    PRODUCT_TRANSPOSE: "transpose-of-a-product", "transpose of a product",
        ["(A*B)'", "B'*A'"], "A: matrix(m, n); B: matrix(n, k)",
        "Entry [i,j] of both is row j of A times column i of B.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 1";
    OUTER: "scalar-is-a-trace", "a scalar is its own trace",
        ["x'*A*y", "tr(y*x'*A)"], "x: vector(m); A: matrix(m, n); y: vector(n)",
        "A number is the trace of a matrix with one entry, and the trace is cyclic.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 16 and 17";
    HADAMARD_TRACE: "hadamard-under-the-trace", "Hadamard product under the trace",
        ["tr(A'*(B.*C))", "tr((A.*B)'*C)"], "A: matrix(m, n); B: matrix(m, n); C: matrix(m, n)",
        "Both are the sum of A[i,j]*B[i,j]*C[i,j] over all i and j.",
        "Magnus & Neudecker, Matrix Differential Calculus, 3.6";
    HADAMARD_INNER: "hadamard-in-an-inner-product", "Hadamard product in an inner product",
        ["x'*(y.*z)", "(x.*y)'*z"], "x: vector(n); y: vector(n); z: vector(n)",
        "Both are the sum of x[i]*y[i]*z[i] over all i.",
        "Magnus & Neudecker, Matrix Differential Calculus, 3.6";
    ENTRIES_COMMUTE: "elementwise-factors", "elementwise factors commute",
        ["A.*dX./B", "(A./B).*dX"], "A: matrix(m, n); B: matrix(m, n); X: matrix(m, n)",
        "In every entry they are numbers.",
        "by definition";
    SUM_TRACE: "sum-is-a-trace", "a sum of products of entries is a trace",
        ["sum(A.*B)", "tr(A'*B)"], "A: matrix(m, n); B: matrix(m, n)",
        "tr(A'*B) is the sum of A[i,j]*B[i,j] over all i and j: the inner product of Frobenius.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 2; Petersen & Pedersen, The Matrix Cookbook, eq. 521";
    SUM_INNER: "sum-is-an-inner-product", "a sum of products of entries is an inner product",
        ["sum(x.*y)", "x'*y"], "x: vector(n); y: vector(n)",
        "Both are the sum of x[i]*y[i] over all i.",
        "by definition";
    DIAG_TRACE: "diag-under-the-trace", "diag under the trace",
        ["tr(A'*diag(x))", "diag(A)'*x"], "A: matrix(n, n); x: vector(n)",
        "Only the diagonal entries of A meet entries of diag(x) that are not zero.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 2";
    VEC_TRACE: "vec-under-the-trace", "inner product of stacked matrices",
        ["vec(A)'*vec(B)", "tr(A'*B)"], "A: matrix(m, n); B: matrix(m, n)",
        "Both are the sum of A[i,j]*B[i,j] over all i and j.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 521; Magnus & Neudecker, Matrix Differential Calculus, 2.4";
    KRON_ADJOINT: "kronecker-under-the-trace", "Kronecker product under the trace",
        ["vec(C)'*kron(a, b)", "b'*C*a"], "C: matrix(m, n); a: vector(n); b: vector(m)",
        "kron(a, b) is vec(b*a'), and vec(C)'*vec(D) is tr(C'*D). Of matrices the same holds block by block.",
        "Magnus & Neudecker, Matrix Differential Calculus, 2.4";
    INDEX_ADJOINT: "index-under-the-sum", "sums over indices in another order",
        ["einsum(\"ij,ij->\", C, einsum(\"ik,kj->ij\", A, X))", "einsum(\"kj,kj->\", einsum(\"ik,ij->kj\", A, C), X)"],
        "A: matrix(m, n); X: matrix(n, k); C: matrix(m, k)",
        "A finite sum can be taken in any order: first over what the change does not have.",
        "by definition";
    ADJOINT: "adjoint", "a linear function moves to the other side as its transpose",
        ["tr(C'*(A*X*B))", "tr((A'*C*B')'*X)"], "A: matrix(k, m); X: matrix(m, n); B: matrix(n, k); C: matrix(k, k)",
        "The transpose L' of a linear map L is defined by <C, L(X)> = <L'(C), X> for all C and X. That of a function of the language stands in its record.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 5";
    SCALAR_FACTOR: "scalar-factor", "a scalar factor commutes",
        ["tr(C'*(s*A))", "tr(C'*A)*s"], "C: matrix(m, n); A: matrix(m, n); s: scalar",
        "The trace is linear.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 15";
    COLLECT: "collect", "collect the terms in front of the change",
        ["tr(A'*X) + tr(B'*X)", "tr((A + B)'*X)"], "A: matrix(m, n); B: matrix(m, n); X: matrix(m, n)",
        "The inner product is linear in its first argument.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 5";
    DIAG_FACTOR: "hadamard-is-a-diagonal-matrix", "an elementwise product is a product with a diagonal matrix",
        ["u.*x", "diag(u)*x"], "u: vector(n); x: vector(n)",
        "Entry i of both is u[i]*x[i].",
        "Magnus & Neudecker, Matrix Differential Calculus, 3.6";
    ADJUGATE: "adjugate", "the adjugate is the determinant times the inverse",
        ["adj(X)", "det(X)*inv(X)"], "X: matrix(n, n)",
        "X*adj(X) is det(X)*eye: the expansion of the determinant along its rows. The adjugate is there at singular matrices too, the inverse is not.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 1; Petersen & Pedersen, The Matrix Cookbook, 3.1";
    IDENTITY: "identity", "the identity in front of the change",
        ["eye(n)*x", "x"], "x: vector(n)",
        "The identity matrix changes nothing.",
        "by definition";
    FACTOR: "common-factors", "collect common factors",

        ["A*B + A*C", "A*(B + C)"], "A: matrix(m, n); B: matrix(n, k); C: matrix(n, k)",
        "Matrix multiplication distributes over sums; common factors are collected, inverses and determinants are put together.",
        "by definition";
    GRADIENT: "gradient", "df = tr(G'*dX), so G is the gradient",
        ["df", "tr(G'*dX)"], "",
        "The gradient is the array G whose inner product with every change dX is the change of f. The inner product of matrices is tr(G'*dX), that of vectors g'*dx.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 5 (first identification theorem); Edelman & Johnson, Matrix Calculus, chapters 2 and 5";
    VECTOR_GRADIENT: "vector-gradient", "df = g'*dx, so g is the gradient",
        ["df", "g'*dx"], "",
        "The gradient is the vector g whose inner product with every change dx is the change of f.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 2";
    TENSOR_GRADIENT: "tensor-gradient", "df = sum(G.*dX), so G is the gradient",
        ["df", "sum(G.*dX)"], "",
        "The inner product of arrays with any number of axes is the sum of the products of their entries.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 5";
    JACOBIAN: "jacobian", "df = J*dx, so J is the Jacobian",
        ["df", "J*dx"], "",
        "The Jacobian is the matrix that takes every change dx to the change of f; a linear map has one such matrix only.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 5 (first identification theorem)";
    SLOPE: "derivative", "df = g*dt, so g is the derivative",
        ["df", "g*dt"], "",
        "The change dt is a number: what it is multiplied with is the derivative, of the shape of f.",
        "any book of calculus";
    OPERATOR: "operator", "the derivative is the linear map from dX to df",
        ["df", "L(dX)"], "",
        "An array of all outputs by all inputs would have more axes than a matrix. The map itself needs none of them.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapters 2 and 3";
    STACKED: "vec-of-a-product", "vec of a product",
        ["vec(A*X*B)", "kron(B', A)*vec(X)"], "A: matrix(k, m); X: matrix(m, n); B: matrix(n, k)",
        "Column j of A*X*B is A*X times column j of B: a combination of the columns of A*X with the entries of B as weights.",
        "Magnus & Neudecker, Matrix Differential Calculus, 2.4; Petersen & Pedersen, The Matrix Cookbook, eq. 520; Edelman & Johnson, Matrix Calculus, chapter 3";
    STACKED_TRANSPOSE: "vec-of-a-transpose", "vec of a transpose",
        ["vec(X')", "commutation(m, n)*vec(X)"], "X: matrix(m, n)",
        "Both vectors have the same entries; the commutation matrix puts them in the other order.",
        "Magnus & Neudecker, Matrix Differential Calculus, 3.7";
    STACKED_HADAMARD: "vec-of-a-hadamard-product", "vec of an elementwise product",
        ["vec(A.*X)", "diag(vec(A))*vec(X)"], "A: matrix(m, n); X: matrix(m, n)",
        "Every entry of X is multiplied with the entry of A at its place.",
        "Magnus & Neudecker, Matrix Differential Calculus, 3.6";
    STACKED_DIAG: "vec-of-a-diagonal-matrix", "vec of a diagonal matrix",
        ["vec(diag(x))", "diag(vec(eye(n)))*kron(ones(n, 1), eye(n))*x"], "x: vector(n)",
        "kron(ones(n, 1), eye(n)) writes x once for every column, and diag(vec(eye(n))) keeps of column j the entry j.",
        "by definition";
    STACKED_KRON: "vec-of-a-kronecker-product", "vec of a Kronecker product",
        ["vec(kron(A, B))", "kron(eye(n), kron(commutation(l, m), eye(k)))*kron(vec(A), vec(B))"],
        "A: matrix(m, n); B: matrix(k, l)",
        "Both sides have the products of an entry of A and an entry of B; the commutation matrix puts them in the order of the columns of kron(A, B).",
        "Magnus & Neudecker, Matrix Differential Calculus, 3.7";
    ENTRIES: "entries", "the same map by its entries",
        ["df[i,j]", "D[i,j,k,l]*dX[k,l], summed over k and l"], "",
        "Put for dX the matrix with a single 1, in row k and column l.",
        "Magnus & Neudecker, Matrix Differential Calculus, chapter 9";
    SYMMETRIC: "symmetric-part", "dX is symmetric: the symmetric part of the gradient",
        ["tr(G'*S)", "tr(sym(G)'*S)"], "G: matrix(n, n); S: symmetric(n)",
        "The skew part of G has the inner product 0 with every symmetric dX. The gradient in the space of symmetric matrices is the part that is left.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 5; compare Petersen & Pedersen, The Matrix Cookbook, 2.8";
    SKEW: "skew-part", "dX is skew: the skew part of the gradient",
        ["tr(G'*K)", "tr(skew(G)'*K)"], "G: matrix(n, n); K: skew(n)",
        "The symmetric part of G has the inner product 0 with every skew dX.",
        "Edelman & Johnson, Matrix Calculus (MIT 18.S096), chapter 5";
    DIAGONAL: "diagonal-part", "dX is diagonal: the diagonal part of the gradient",
        ["tr(G'*D)", "tr(diag(diag(G))'*D)"], "G: matrix(n, n); D: diagonal(n)",
        "Only the diagonal entries of G meet entries of dX that are not zero.",
        "Petersen & Pedersen, The Matrix Cookbook, 2.8";
    LOWER: "lower-triangle", "dX is lower triangular: the lower triangle of the gradient",
        ["tr(G'*L)", "tr(tril(G)'*L)"], "G: matrix(n, n); L: lower(n)",
        "Only the entries of G on and below the diagonal meet entries of dX that are not zero.",
        "by definition of the inner product";
    ORTHOGONAL: "tangent-space", "dX is a tangent at an orthogonal matrix: the tangent part of the gradient",
        ["dQ", "Q*skew(Q'*dQ)"], "",
        "From Q'*Q = eye follows dQ'*Q + Q'*dQ = 0, so that Q'*dQ is skew. The gradient in the tangent space is Q*skew(Q'*G).",
        "Edelman, Arias & Smith, The Geometry of Algorithms with Orthogonality Constraints, 2.2.1";
    VECH: "independent-entries", "by the independent entries: those off the diagonal count twice",
        ["D", "G + G' - diag(diag(G))"], "",
        "An entry off the diagonal of a symmetric matrix stands at two places, and changes at both.",
        "Petersen & Pedersen, The Matrix Cookbook, eq. 138; Magnus & Neudecker, Matrix Differential Calculus, 3.8";
    COMPLEX_GRADIENT: "complex-gradient", "df = real(sum(conj(G).*dz)), so G is the gradient",
        ["df", "real(sum(conj(G).*dz))"], "",
        "Of a real function the terms with dz and with conj(dz) are conjugates, and add up to twice the real part. So the gradient, the direction of steepest ascent, is twice the derivative by conj(z).",
        "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 4";
    WIRTINGER: "wirtinger", "the parts in front of dz and conj(dz)",
        ["df", "a*dz + b*conj(dz)"], "",
        "z and conj(z) are treated as two variables. Of a real function both terms are conjugates, and the gradient, the direction of steepest ascent, is twice the derivative by conj(z).",
        "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 3 and 4; Hjørungnes, Complex-Valued Matrix Derivatives (2011), 3";
}
