"""The problems of Laue, Mitterreiter and Giesen, and three more, in each peer.

Problems (size n):
  logreg      f(w) = sum(log(exp(-y.*(X*w)) + 1)), X is 2n x n, y in {-1, 1}
  matfac      f(U) = norm2(T - U*V')^2, T n x n, U and V n x 5          (Hessian: n x 5 x n x 5)
  matfac_mask f(U) = norm2(Omega .* (T - U*V'))^2, Omega 0/1, half ones
  nn          ten layers h <- relu(W_k h), all W_k n x n, softmax cross-entropy with a one-hot
              target, one data point; derivatives with respect to the first layer W_1
              (Hessian: n x n x n x n)
  quad        f(x) = x'*A*x                                              (Hessian: A + A')
  gauss       f(S) = log(det(S)) + (x-mu)'*inv(S)*(x-mu), S n x n positive definite
              (Hessian: n x n x n x n, the entries of S taken as independent)

Orders: value, gradient, hessian, hvp (the Hessian times a direction). Tools:
  numpy-hand        the closed form by an expert, numpy and OpenBLAS: the reference
  numpy-compressed  the closed form that returns the structured Hessian
  memory            reads as many bytes as the data of the problem has, once: what no gradient can beat
  jax               jit; hessian = jacfwd(jacrev)
  jax-revrev        jit; hessian = jacrev(jacrev)
  jax-chol          gauss, value and gradient: with a Cholesky factor, as a user who knows would write it (its second
                    derivative is along symmetric S, so not comparable here)
  torch             torch.func (grad; hessian = jacfwd(jacrev)), eager
  torch-compile     the same under torch.compile (inductor)
  autograd          HIPS autograd
  casadi            MX graph, interpreted by casadi's virtual machine
  casadi-sx         SX scalar graph (small n only)
  tensorgrad        compile_to_callable (symbolic derivative, then fused torch)

All data (X, y, A, T, ...) are arguments, never constants that a compiler could fold.
"""
import functools

K = 5          # rank of the factorization
LAYERS = 10


def make(problem, n):
    """The data of a problem: first the variable, then its direction, then the rest."""
    import numpy as np
    r = np.random.default_rng(0)
    R = lambda *shape: r.standard_normal(shape)
    if problem == "logreg":
        m = 2 * n
        return {"w": R(n), "dw": R(n), "X": R(m, n) / np.sqrt(n), "y": np.where(r.random(m) < 0.5, -1.0, 1.0)}
    if problem in ("matfac", "matfac_mask"):
        data = {"U": R(n, K), "dU": R(n, K), "T": R(n, n), "V": R(n, K)}
        if problem == "matfac_mask":
            data["Omega"] = (r.random((n, n)) < 0.5).astype(float)
        return data
    if problem == "nn":
        # He initialization keeps about half of the units active
        Ws = {"W%d" % (i + 1): R(n, n) * np.sqrt(2.0 / n) for i in range(LAYERS)}
        t = np.zeros(n)
        t[int(r.integers(n))] = 1.0
        return {"W1": Ws.pop("W1"), "dW1": R(n, n), **Ws, "x": R(n), "t": t}
    if problem == "quad":
        return {"x": R(n), "dx": R(n), "A": R(n, n)}
    if problem == "gauss":
        G = R(n, n)
        return {"S": G @ G.T / n + np.eye(n), "dS": R(n, n), "x": R(n), "mu": R(n)}
    raise KeyError(problem)


def flops(problem, order, n):
    """Leading-order flops of the hand-derived closed form (mul+add = 2; no transcendental)."""
    m, k, L = 2 * n, K, LAYERS
    t = {
        ("logreg", "value"): 2 * m * n, ("logreg", "gradient"): 4 * m * n, ("logreg", "hvp"): 6 * m * n,
        ("logreg", "hessian"): m * n * n,                          # symmetric rank-m update
        ("matfac", "value"): 2 * n * n * k + 3 * n * n, ("matfac", "gradient"): 4 * n * n * k,
        ("matfac", "hvp"): 4 * n * k * k, ("matfac", "hessian"): 2 * n * k * k,
        ("matfac_mask", "value"): 2 * n * n * k + 4 * n * n, ("matfac_mask", "gradient"): 4 * n * n * k,
        ("matfac_mask", "hvp"): 4 * n * n * k, ("matfac_mask", "hessian"): n * n * k * (k + 1),
        ("nn", "value"): 2 * L * n * n, ("nn", "gradient"): (4 * L - 2) * n * n,
        ("nn", "hvp"): 8 * L * n * n, ("nn", "hessian"): 2 * (L - 1) * n**3 + n**4,
        ("quad", "value"): 2 * n * n, ("quad", "gradient"): 4 * n * n, ("quad", "hvp"): 4 * n * n,
        ("quad", "hessian"): n * n,
        ("gauss", "value"): n**3 / 3, ("gauss", "gradient"): n**3, ("gauss", "hvp"): 6 * n**3,
        ("gauss", "hessian"): 3 * n**4,
    }
    return t.get((problem, order))


# ---------------------------------------------------------------- the expert's closed forms

def hand(problem, order, compressed=False):
    import numpy as np
    from scipy.linalg import blas, cho_factor, cho_solve, lapack

    def sig(z):
        return 1.0 / (1.0 + np.exp(-z))

    if problem == "logreg":
        if order == "value":
            return lambda w, v, X, y: np.log(np.exp(-y * (X @ w)) + 1).sum()
        if order == "gradient":
            return lambda w, v, X, y: -(X.T @ (y * sig(-y * (X @ w))))

        def hvp(w, v, X, y):
            s = sig(-y * (X @ w))
            return X.T @ ((s * (1 - s)) * (X @ v))

        def hess(w, v, X, y):
            s = sig(-y * (X @ w))
            Z = np.sqrt(s * (1 - s))[:, None] * X
            # X is row-major, so its transpose is the column-major array that dsyrk wants: the
            # lower triangle of Z'Z costs half the flops of a general product
            H = blas.dsyrk(1.0, Z.T, trans=0, lower=1)
            iu = np.triu_indices(H.shape[0], 1) if H.shape[0] <= 64 else None
            if iu is not None:
                H[iu] = H.T[iu]
                return H
            return np.tril(H) + np.tril(H, -1).T
        return {"hvp": hvp, "hessian": hess}[order]

    if problem == "matfac":
        if order == "value":
            return lambda U, D, T, V: ((T - U @ V.T) ** 2).sum()
        if order == "gradient":
            return lambda U, D, T, V: 2 * ((U @ V.T - T) @ V)
        if order == "hvp":
            return lambda U, D, T, V: 2 * (D @ (V.T @ V))
        if compressed:
            return lambda U, D, T, V: 2 * (V.T @ V)

        def hess(U, D, T, V):
            n, k = U.shape
            H = np.zeros((n, k, n, k))
            H[np.arange(n), :, np.arange(n), :] = 2 * (V.T @ V)
            return H
        return hess

    if problem == "matfac_mask":
        if order == "value":
            return lambda U, D, T, V, Om: ((Om * (T - U @ V.T)) ** 2).sum()
        if order == "gradient":
            return lambda U, D, T, V, Om: 2 * ((Om * Om * (U @ V.T - T)) @ V)
        if order == "hvp":
            return lambda U, D, T, V, Om: 2 * ((Om * Om * (D @ V.T)) @ V)

        def blocks(V, Om):
            k = V.shape[1]
            VV = (V[:, :, None] * V[:, None, :]).reshape(-1, k * k)
            return (2 * ((Om * Om) @ VV)).reshape(-1, k, k)
        if compressed:
            return lambda U, D, T, V, Om: blocks(V, Om)

        def hess(U, D, T, V, Om):
            n, k = U.shape
            H = np.zeros((n, k, n, k))
            H[np.arange(n), :, np.arange(n), :] = blocks(V, Om)
            return H
        return hess

    if problem == "nn":
        def forward(W1, rest):
            *Ws, x, t = rest
            hs, masks = [x], []
            for W in (W1, *Ws):
                z = W @ hs[-1]
                masks.append(z > 0)
                hs.append(np.where(masks[-1], z, 0.0))
            z = hs[-1]
            e = np.exp(z - z.max())
            return Ws, x, t, masks, z, e / e.sum()

        def value(W1, D, *rest):
            Ws, x, t, masks, z, p = forward(W1, rest)
            return -(t @ (z - z.max() - np.log(np.exp(z - z.max()).sum())))

        def gradient(W1, D, *rest):
            Ws, x, t, masks, z, p = forward(W1, rest)
            g = p - t
            for W, mk in zip(Ws[::-1], masks[:0:-1]):
                g = W.T @ (g * mk)
            return np.outer(g * masks[0], x)

        def core(W1, rest):
            """J'(diag(p)-pp')J with J the network behind layer 1; the Hessian is core (x) xx'."""
            Ws, x, t, masks, z, p = forward(W1, rest)
            J = np.diag(masks[-1].astype(float))
            for W, mk in zip(Ws[::-1], masks[-2::-1]):
                J = (J @ W) * mk
            Jp = p @ J
            return (J.T * p) @ J - np.outer(Jp, Jp), x

        def hvp(W1, D, *rest):
            Ws, x, t, masks, z, p = forward(W1, rest)
            d = (D @ x) * masks[0]
            for W, mk in zip(Ws, masks[1:]):
                d = (W @ d) * mk
            g = p * d - p * (p @ d)
            for W, mk in zip(Ws[::-1], masks[:0:-1]):
                g = W.T @ (g * mk)
            return np.outer(g * masks[0], x)

        def hess(W1, D, *rest):
            C, x = core(W1, rest)
            xx = np.outer(x, x)
            return C[:, None, :, None] * xx[None, :, None, :]
        if compressed:
            return lambda W1, D, *rest: core(W1, rest)
        return {"value": value, "gradient": gradient, "hvp": hvp, "hessian": hess}[order]

    if problem == "quad":
        return {"value": lambda x, v, A: x @ (A @ x),
                "gradient": lambda x, v, A: A @ x + x @ A,
                "hvp": lambda x, v, A: A @ v + v @ A,
                "hessian": lambda x, v, A: A + A.T}[order]

    if problem == "gauss":
        def value(S, D, x, mu):
            c, low = cho_factor(S, lower=True, check_finite=False)
            d = x - mu
            return 2 * np.log(np.diag(c)).sum() + d @ cho_solve((c, low), d, check_finite=False)

        def inverse(S):
            c, _ = lapack.dpotrf(S, lower=1)
            P, _ = lapack.dpotri(c, lower=1)
            return np.tril(P) + np.tril(P, -1).T

        def gradient(S, D, x, mu):
            P = inverse(S)
            q = P @ (x - mu)
            return P - np.outer(q, q)

        def hvp(S, D, x, mu):
            P = inverse(S)
            q = P @ (x - mu)
            M = P @ D.T @ P              # derivative of the unsymmetrized gradient inv(S)' - ...
            a, b = P @ (D @ q), P @ (D.T @ q)
            return -M + np.outer(q, a) + np.outer(b, q)

        def hess(S, D, x, mu):
            P = inverse(S)
            q = P @ (x - mu)
            Q = np.outer(q, q)
            # entry (i,j,k,l) = d^2 f / dS_ij dS_kl = -P_il P_kj + q_j... (S symmetric, treated as free)
            R = -np.einsum("il,kj->ijkl", P, P)
            R += np.einsum("jk,il->ijkl", P, Q) + np.einsum("jk,il->ijkl", Q, P)
            return R
        return {"value": value, "gradient": gradient, "hvp": hvp, "hessian": hess}[order]
    raise KeyError(problem)


# ---------------------------------------------------------------- the function in each tool

def generic(problem, np, relu, logsoftmax, inv, logdet):
    """The function, written as a user would write it, for any numpy-like module."""
    if problem == "logreg":
        return lambda w, X, y: np.sum(np.log(np.exp(-y * (X @ w)) + 1))
    if problem == "matfac":
        return lambda U, T, V: np.sum((T - U @ V.T) ** 2)
    if problem == "matfac_mask":
        return lambda U, T, V, Om: np.sum((Om * (T - U @ V.T)) ** 2)
    if problem == "nn":
        def f(W1, *rest):
            *Ws, x, t = rest
            hh = x
            for W in (W1, *Ws):
                hh = relu(W @ hh)
            return -np.sum(t * logsoftmax(hh))
        return f
    if problem == "quad":
        return lambda x, A: x @ (A @ x)
    if problem == "gauss":
        return lambda S, x, mu: logdet(S) + (x - mu) @ (inv(S) @ (x - mu))
    raise KeyError(problem)


def build_jax(problem, order, data, revrev=False, chol=False):
    import jax
    import jax.numpy as jnp
    f = generic(problem, jnp, jax.nn.relu, jax.nn.log_softmax, jnp.linalg.inv,
                lambda S: jnp.linalg.slogdet(S)[1])
    if chol:
        def f(S, x, mu):
            c = jnp.linalg.cholesky(S)
            z = jax.scipy.linalg.solve_triangular(c, x - mu, lower=True)
            return 2 * jnp.sum(jnp.log(jnp.diag(c))) + z @ z
    if order == "value":
        g = lambda x, v, *a: f(x, *a)
    elif order == "gradient":
        g = lambda x, v, *a: jax.grad(f)(x, *a)
    elif order == "hvp":
        g = lambda x, v, *a: jax.jvp(lambda u: jax.grad(f)(u, *a), (x,), (v,))[1]
    else:
        second = jax.jacrev if revrev else jax.jacfwd
        g = lambda x, v, *a: second(jax.jacrev(f))(x, *a)
    g = jax.jit(g)
    x, rest, v = data
    args = [jax.device_put(z) for z in (x, v, *rest)]
    return (lambda: g(*args).block_until_ready()), (lambda r: r)


def build_torch(problem, order, data, compiled=False):
    import torch
    import torch.func as tf
    f = generic(problem, torch, torch.relu, lambda z: torch.log_softmax(z, 0), torch.linalg.inv, torch.logdet)
    if order == "value":
        g = lambda x, v, *a: f(x, *a)
    elif order == "gradient":
        g = lambda x, v, *a: tf.grad(f)(x, *a)
    elif order == "hvp":
        g = lambda x, v, *a: tf.jvp(lambda u: tf.grad(f)(u, *a), (x,), (v,))[1]
    else:
        g = lambda x, v, *a: tf.hessian(f)(x, *a)
    if compiled:
        torch._dynamo.reset()        # static shapes: each size compiles its own program
        g = torch.compile(g, dynamic=False)
    x, rest, v = data
    args = [torch.from_numpy(z.copy()) for z in (x, v, *rest)]
    return (lambda: g(*args)), (lambda r: r.detach().numpy())


def build_autograd(problem, order, data):
    import autograd as ag
    import autograd.numpy as anp
    f = generic(problem, anp, lambda z: anp.maximum(z, 0.0),
                lambda z: z - anp.max(z) - anp.log(anp.sum(anp.exp(z - anp.max(z)))), anp.linalg.inv,
                lambda S: anp.linalg.slogdet(S)[1])
    x, rest, v = data
    if order == "value":
        g = f
    elif order == "gradient":
        g = ag.grad(f)
    elif order == "hvp":
        # gradient of the inner product with the direction (reverse over reverse)
        return (lambda: ag.grad(lambda u: anp.sum(ag.grad(f)(u, *rest) * v))(x)), (lambda r: r)
    else:
        g = ag.hessian(f)
    return (lambda: g(x, *rest)), (lambda r: r)


def build_casadi(problem, order, data, sx=False):
    import casadi as ca
    import numpy as np
    if sx and problem == "gauss":
        raise NotImplementedError("SX expands the determinant by cofactors: n! nodes, 12 GB at n=10")
    sym = ca.SX.sym if sx else ca.MX.sym
    x, rest, v = data

    def var(name, z):
        return sym(name, *z.shape) if z.ndim > 1 else sym(name, z.shape[0])
    xs = var("x", x)
    ps = [var("p%d" % i, z) for i, z in enumerate(rest)]
    vs = var("v", v)
    if problem == "logreg":
        X, y = ps
        f = ca.sum1(ca.log(ca.exp(-y * ca.mtimes(X, xs)) + 1))
    elif problem == "matfac":
        T, V = ps
        f = ca.sumsqr(T - ca.mtimes(xs, V.T))
    elif problem == "matfac_mask":
        T, V, Om = ps
        f = ca.sumsqr(Om * (T - ca.mtimes(xs, V.T)))
    elif problem == "nn":
        *Ws, xx, t = ps
        hh = xx
        for W in (xs, *Ws):
            hh = ca.fmax(ca.mtimes(W, hh), 0)
        f = -ca.dot(t, hh - ca.log(ca.sum1(ca.exp(hh))))
    elif problem == "quad":
        f = ca.dot(xs, ca.mtimes(ps[0], xs))
    else:
        d = ps[0] - ps[1]
        f = ca.log(ca.det(xs)) + ca.dot(d, ca.solve(xs, d))
    xv = ca.vec(xs)
    if order == "value":
        out = f
    elif order == "gradient":
        out = ca.gradient(f, xs)
    elif order == "hvp":
        out = ca.jtimes(ca.gradient(f, xs), xs, vs)
    else:
        # with respect to the entries in column-major order
        g = ca.gradient(f, xs)
        out = ca.jacobian(ca.vec(g), xs)
    F = ca.Function("F", [xs, vs, *ps], [out])
    args = [ca.DM(z) for z in (x, v, *rest)]

    def post(r):
        a = np.array(r)
        if order == "hessian" and x.ndim == 2:
            p, q = x.shape
            return a.reshape(q, p, q, p).transpose(1, 0, 3, 2)
        if order == "value":
            return a.reshape(())
        return a.reshape(x.shape) if x.ndim == 1 else a
    if order == "hessian" and x.ndim == 1:
        return (lambda: F(*args)), (lambda r: np.array(r))
    return (lambda: F(*args)), post


def build_tensorgrad(problem, order, data):
    import sympy as sp
    import torch
    import tensorgrad.functions as F
    from tensorgrad import Variable
    from tensorgrad.compiler import compile_to_callable
    torch.set_grad_enabled(False)
    x, rest, v = data
    n, m, k = sp.symbols("n m k")
    dims = {n: x.shape[0], m: 2 * x.shape[0], k: K}
    if problem == "logreg":
        X, y, w = Variable("X", m, n), Variable("y", m), Variable("w", n)
        f = F.sum(F.log(F.exp(-1 * (y * (X @ w))) + 1))
        vars_, names, xs = [w, X, y], [("n",), ("m", "n"), ("m",)], w
    elif problem == "matfac":
        T, U, V = Variable("T", i=n, j=n), Variable("U", i=n, k=k), Variable("V", j=n, k=k)
        e = T - U @ V
        f = F.sum(e * e)
        vars_, names, xs = [U, T, V], [("i", "k"), ("i", "j"), ("j", "k")], U
    elif problem == "quad":
        xs, A = Variable("x", n), Variable("A", i=n, j=n)
        f = (xs.rename(n="i") @ A) @ xs.rename(n="j")
        vars_, names = [xs, A], [("n",), ("i", "j")]
    elif problem == "nn":
        Ws = [Variable("W%d" % i, **{"a%d" % (i + 1): n, "a%d" % i: n}) for i in range(LAYERS)]
        x0, t = Variable("x", a0=n), Variable("t", **{"a%d" % LAYERS: n})
        hh = x0
        for W in Ws:
            hh = F.relu(W @ hh)
        f = -1 * (t @ F.log_softmax(hh, dim="a%d" % LAYERS))
        vars_ = [Ws[0], *Ws[1:], x0, t]
        names = [("a%d" % (i + 1), "a%d" % i) for i in range(LAYERS)] + [("a0",), ("a%d" % LAYERS,)]
        xs = Ws[0]
    else:
        raise NotImplementedError(problem)
    e0 = list(xs.edges)
    d1 = {e: e + "_1" for e in e0}
    d2 = {e: e + "_2" for e in e0}
    if order == "value":
        out = f
    elif order == "gradient":
        out = f.grad(xs, d1)
    elif order == "hessian":
        out = f.grad(xs, d1).grad(xs, d2)
    else:
        raise NotImplementedError(order)
    prog = compile_to_callable(out)
    vals = {vr: torch.from_numpy(z.copy()).rename(*nm) for vr, z, nm in zip(vars_, (x, *rest), names)}
    xn = names[0]
    want = [d1[e] for e in xn] if order == "gradient" else [d1[e] for e in xn] + [d2[e] for e in xn]

    def post(r):
        if order == "value":
            return r.rename(None).numpy()
        return r.align_to(*want).rename(None).numpy()
    return (lambda: prog(vals, dims)), post


def memory(data):
    """Reads each number of the data once."""
    import numpy as np
    x, _, *rest = data
    entries = sum(array.size for array in (x, *rest))
    u, v = np.ones(entries // 2), np.ones(entries // 2)
    return (lambda: np.dot(u, v)), None


# Sizes beyond which a tool is not tried: size of the graph, memory.
LIMIT = {"casadi": 300, "casadi-sx": 30}


def build(tool, problem, order, data):
    arrays = list(data.values())
    if tool == "memory":
        return memory(arrays)
    if tool in ("numpy-hand", "numpy-compressed"):
        fn = hand(problem, order, tool == "numpy-compressed")
        return (lambda: fn(*arrays)), (None if tool == "numpy-compressed" else (lambda r: [r]))
    x, v, *rest = arrays
    if x.shape[0] > LIMIT.get(tool, x.shape[0]):
        raise NotImplementedError("too large for " + tool)
    builders = {
        "jax": build_jax, "jax-revrev": functools.partial(build_jax, revrev=True),
        "jax-chol": functools.partial(build_jax, chol=True), "torch": build_torch,
        "torch-compile": functools.partial(build_torch, compiled=True), "autograd": build_autograd,
        "casadi": build_casadi, "casadi-sx": functools.partial(build_casadi, sx=True),
        "tensorgrad": build_tensorgrad,
    }
    fn, array = builders[tool](problem, order, (x, rest, v))
    return fn, (lambda r: [array(r)])
