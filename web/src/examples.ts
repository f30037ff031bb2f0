// The examples of the gallery: from a lecture, a course, machine learning and statistics.

export interface Example {
  title: string;
  formula: string;
  wrt: string;
  order?: number;
  input?: "latex";
  /** Kinds that the names alone do not tell. */
  declared?: Record<string, string>;
}

export const GALLERY: { title: string; about: string; examples: Example[] }[] = [
  {
    title: "First steps",
    about: "What a first lecture on matrix calculus differentiates.",
    examples: [
      { title: "Least squares", formula: "norm2(A*x - b)^2", wrt: "x" },
      { title: "Square of a matrix", formula: "X^2", wrt: "X" },
      { title: "Squared length", formula: "x'*x", wrt: "x" },
      { title: "Quadratic form", formula: "x'*A*x", wrt: "x" },
      { title: "Residual", formula: "A*x - b", wrt: "x" },
      { title: "Determinant", formula: "det(X)", wrt: "X" },
      { title: "Inverse", formula: "inv(X)", wrt: "X" },
      { title: "Trace of a product", formula: "tr(A*X*B)", wrt: "X" },
      { title: "Cube of a matrix", formula: "X^3", wrt: "X" },
      { title: "Norm", formula: "norm2(x)", wrt: "x" },
      { title: "From a paper, in LaTeX", formula: "\\frac12 \\|Ax - b\\|_2^2 + \\lambda \\|x\\|_1", wrt: "x", input: "latex" },
    ],
  },
  {
    title: "Matrix calculus, the course",
    about: "Linear operators, Jacobians, Kronecker products, adjoints, second derivatives and eigenvalues.",
    examples: [
      { title: "Sandwich", formula: "A*X*B", wrt: "X" },
      { title: "Gram matrix", formula: "X'*X", wrt: "X" },
      { title: "Kronecker product", formula: "kron(A, X)", wrt: "X" },
      { title: "Jacobian, entry by entry", formula: "sin(A*x)", wrt: "x" },
      { title: "Product with a number", formula: "x*norm2(x)", wrt: "x" },
      { title: "Log-determinant", formula: "logdet(X)", wrt: "X" },
      {
        title: "Adjoint method",
        formula: "A = A0 + diag(p)\nu = A\\b\nnorm2(C*u - y)^2",
        wrt: "p",
        declared: { A0: "matrix(n, n)", b: "vector(n)" },
      },
      { title: "Hessian of a quotient", formula: "x'*A*x/(x'*x)", wrt: "x", order: 2 },
      { title: "Second derivative of the inverse", formula: "tr(inv(X))", wrt: "X", order: 2 },
      { title: "Largest eigenvalue", formula: "lmax(S)", wrt: "S", declared: { S: "symmetric(n)" } },
      { title: "All eigenvalues", formula: "eigvals(S)", wrt: "S", declared: { S: "symmetric(n)" } },
      { title: "Entropy of eigenvalues", formula: "-sum(eigvals(S).*log(eigvals(S)))", wrt: "S", declared: { S: "posdef(n)" } },
      { title: "Matrix exponential", formula: "tr(B*expm(X))", wrt: "X" },
      { title: "Cholesky factor", formula: "sum(log(diag(chol(S))))", wrt: "S", declared: { S: "posdef(n)" } },
      { title: "Nuclear norm", formula: "nuclear(X)", wrt: "X" },
      {
        title: "A tensor, by index",
        formula: 'einsum("ijk,i,j,k->", T, x, y, z)',
        wrt: "x",
        declared: { T: "tensor(m, n, k)" },
      },
      { title: "Complex least squares", formula: "norm2(A*z - b)^2", wrt: "z", declared: { z: "complex vector(n)" } },
    ],
  },
  {
    title: "Machine learning",
    about: "Losses, layers and factorizations.",
    examples: [
      { title: "Logistic regression", formula: "sum(log(1 .+ exp(-y.*(X*w))))", wrt: "w" },
      { title: "Its Hessian", formula: "sum(softplus(-y.*(X*w)))", wrt: "w", order: 2 },
      { title: "Softmax cross-entropy", formula: "logsumexp(W*x) - y'*W*x", wrt: "W" },
      { title: "Jacobian of the softmax", formula: "softmax(x)", wrt: "x" },
      { title: "Two-layer network", formula: "norm2(W2*tanh(W1*x) - y)^2", wrt: "W1,W2" },
      { title: "ReLU network", formula: "norm2(W2*relu(W1*x .+ c) - y)^2", wrt: "W1", declared: { c: "scalar" } },
      { title: "Attention", formula: "tr(G'*softmax(Q*K'/sqrt(d), 2)*V)", wrt: "Q,K,V", declared: { d: "positive scalar" } },
      { title: "Matrix factorization", formula: "norm2(M - U*V')^2", wrt: "U,V" },
      { title: "Masked factorization", formula: "norm2(W.*(M - U*V'))^2 + lambda*norm2(U)^2", wrt: "U" },
      { title: "Autoencoder", formula: "norm2(X - B*A*X)^2", wrt: "A,B" },
      { title: "Contrast of two vectors", formula: "x'*y/(norm2(x)*norm2(y))", wrt: "x" },
      { title: "Kernel ridge", formula: "norm2(y - K*a)^2 + lambda*a'*K*a", wrt: "a", declared: { a: "vector(n)", K: "symmetric(n)" } },
    ],
  },
  {
    title: "Statistics",
    about: "Likelihoods, estimators and divergences.",
    examples: [
      { title: "Gaussian likelihood by the mean", formula: "-(x - m)'*inv(S)*(x - m)/2 - logdet(S)/2", wrt: "m", declared: { S: "posdef(n)", m: "vector(n)" } },
      { title: "Gaussian likelihood by the covariance", formula: "-(x - m)'*inv(S)*(x - m)/2 - logdet(S)/2", wrt: "S", declared: { S: "posdef(n)", m: "vector(n)" } },
      { title: "Wishart log-density", formula: "k*logdet(S) - tr(inv(V)*S)", wrt: "S", declared: { S: "posdef(n)", V: "posdef(n)", k: "scalar" } },
      { title: "Ridge regression", formula: "norm2(y - X*b)^2 + lambda*norm2(b)^2", wrt: "b" },
      { title: "Lasso", formula: "norm2(y - X*b)^2/2 + lambda*norm1(b)", wrt: "b" },
      { title: "Generalized least squares", formula: "(y - X*b)'*inv(S)*(y - X*b)", wrt: "b", declared: { S: "posdef(n)" } },
      {
        title: "Divergence of Gaussians",
        formula: "(tr(inv(R)*S) + (m - k)'*inv(R)*(m - k) + logdet(R) - logdet(S))/2",
        wrt: "S",
        declared: { S: "posdef(n)", R: "posdef(n)", m: "vector(n)", k: "vector(n)" },
      },
      { title: "Mahalanobis distance", formula: "sqrt((x - m)'*inv(S)*(x - m))", wrt: "x", declared: { S: "posdef(n)", m: "vector(n)" } },
      { title: "Poisson regression", formula: "sum(exp(X*b)) - y'*X*b", wrt: "b", order: 2 },
      { title: "Sample variance", formula: "norm2(x .- mean(x))^2/n", wrt: "x", declared: { x: "vector(n)" } },
      { title: "Determinant of a low rank", formula: "logdet(eye + U*U')", wrt: "U" },
      { title: "Probit likelihood", formula: "sum(log(cdf(y.*(X*b))))", wrt: "b" },
    ],
  },
];
