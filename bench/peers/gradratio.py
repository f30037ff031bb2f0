"""The cheap gradient: the time of value and gradient against that of the value alone.

Baur and Strassen: a gradient needs at most a small constant (about 4 to 5) times the operations of the value, whatever
the number of variables. Problems:

  mlp         perceptron 784-256-10, tanh, softmax cross-entropy, a batch of `size`, by all parameters
  logreg      logistic regression, size x 500
  logdet      log(det(S)), S positive definite (Cholesky)
  solve       sum((A\\b).^2), by A and b
  chain       sum of a chain of 10 elementwise operations

Orders: value, value+gradient.
"""


VARIABLES = {"mlp": 4, "logreg": 1, "logdet": 1, "solve": 2, "chain": 1}


def make(problem, size):
    """The data of a problem, its variables first."""
    import numpy as np
    r = np.random.default_rng(0)
    R = lambda *shape: r.standard_normal(shape)
    if problem == "mlp":
        return {"W1": R(784, 256) / 28, "b1": R(256) * 0.1, "W2": R(256, 10) / 16, "b2": R(10) * 0.1,
                "X": R(size, 784), "T": np.eye(10)[r.integers(0, 10, size)]}
    if problem == "logreg":
        return {"w": R(500) / 22, "X": R(size, 500), "y": np.where(r.random(size) < 0.5, -1.0, 1.0)}
    if problem == "logdet":
        G = R(size, size)
        return {"S": G @ G.T / size + np.eye(size)}
    if problem == "solve":
        return {"A": R(size, size) + 40 * np.eye(size), "b": R(size)}
    return {"x": R(size) * 0.5}


def flops(problem, order, size):
    """Leading-order flops of the value."""
    values = {"mlp": 2 * size * (784 * 256 + 256 * 10), "logreg": 2 * size * 500, "logdet": size**3 / 3,
              "solve": 2 * size**3 / 3}
    return values.get(problem) if order == "value" else None


def function(problem, lib):
    if lib == "jax":
        import jax
        import jax.numpy as np
        lsm = lambda z: jax.nn.log_softmax(z, axis=1)
        chol = np.linalg.cholesky
        diag, solve = np.diag, np.linalg.solve
    else:
        import torch as np
        lsm = lambda z: np.log_softmax(z, 1)
        chol, diag, solve = np.linalg.cholesky, np.diag, np.linalg.solve
    if problem == "mlp":
        return lambda W1, b1, W2, b2, X, T: -np.sum(T * lsm(np.tanh(X @ W1 + b1) @ W2 + b2)) / X.shape[0]
    if problem == "logreg":
        return lambda w, X, y: np.sum(np.log(np.exp(-y * (X @ w)) + 1))
    if problem == "logdet":
        return lambda S: 2 * np.sum(np.log(diag(chol(S))))
    if problem == "solve":
        return lambda A, b: np.sum(solve(A, b) ** 2)

    def chain(x):
        e = x
        for i in range(10):
            e = (np.sin, np.tanh, np.exp, lambda z: z * z, lambda z: 1 / (1 + z * z))[i % 5](e)
        return np.sum(e)
    return chain


def hand(problem):
    """(value, value and gradient) written by an expert in numpy/scipy."""
    import numpy as np
    import scipy.linalg as sl
    from scipy.linalg import lapack
    if problem == "mlp":
        def fwd(W1, b1, W2, b2, X, T):
            H = X @ W1
            H += b1
            np.tanh(H, out=H)
            Z = H @ W2 + b2
            Z -= Z.max(1, keepdims=True)
            E = np.exp(Z)
            s = E.sum(1, keepdims=True)
            return H, E, s, -(T * (Z - np.log(s))).sum() / X.shape[0]

        def vg(W1, b1, W2, b2, X, T):
            H, E, s, v = fwd(W1, b1, W2, b2, X, T)
            G = (E / s - T) / X.shape[0]
            D = (G @ W2.T) * (1 - H * H)
            return v, X.T @ D, D.sum(0), H.T @ G, G.sum(0)
        return (lambda *a: fwd(*a)[3]), vg
    if problem == "logreg":
        def v(w, X, y):
            return np.log(np.exp(-y * (X @ w)) + 1).sum()

        def vg(w, X, y):
            e = np.exp(-y * (X @ w))
            return np.log(e + 1).sum(), X.T @ (-y * e / (1 + e))
        return v, vg
    if problem == "logdet":
        def v(S):
            c = lapack.dpotrf(S, lower=1)[0]
            return 2 * np.log(np.diag(c)).sum()

        def vg(S):
            c = lapack.dpotrf(S, lower=1)[0]
            val = 2 * np.log(np.diag(c)).sum()
            P = lapack.dpotri(c, lower=1)[0]
            return val, np.tril(P) + np.tril(P, -1).T
        return v, vg
    if problem == "solve":
        def v(A, b):
            x = sl.solve(A, b, check_finite=False)
            return x @ x

        def vg(A, b):
            f = sl.lu_factor(A, check_finite=False)
            x = sl.lu_solve(f, b, check_finite=False)
            u = sl.lu_solve(f, 2 * x, trans=1, check_finite=False)
            return x @ x, np.outer(-u, x), u
        return v, vg
    raise NotImplementedError(problem)


def build(tool, problem, order, data):
    n_variables = VARIABLES[problem]
    arrays = list(data.values())
    if tool == "numpy-hand":
        value, both = hand(problem)
        fn = value if order == "value" else both
        return (lambda: fn(*arrays)), (lambda r: list(r) if isinstance(r, tuple) else [r])
    f = function(problem, tool)
    if tool == "jax":
        import jax
        g = jax.jit(f if order == "value" else jax.value_and_grad(f, tuple(range(n_variables))))
        args = [jax.device_put(array) for array in arrays]
        return (lambda: jax.block_until_ready(g(*args))), (lambda r: [r] if order == "value" else [r[0], *r[1]])
    import torch
    parameters = [torch.from_numpy(array).requires_grad_(True) for array in arrays[:n_variables]]
    args = parameters + [torch.from_numpy(array) for array in arrays[n_variables:]]

    def value():
        with torch.no_grad():
            return f(*args)

    def both():
        result = f(*args)
        return (result.detach(), *torch.autograd.grad(result, parameters))
    return (value, lambda r: [r]) if order == "value" else (both, list)
