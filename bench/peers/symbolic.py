"""Expressions to derive, in the symbolic peers and in JAX.

  quad        0.5*x'*A*x, by x                 softmax_ce  -t'*log(softmax(z)), by z
  lsq         norm2(A*x - b)^2, by x           logreg      sum(log(exp(-y.*(X*w)) + 1)), by w
  frob        norm2(T - U*V')^2, by U          trpow5      tr(X^5), by X
  trace4      tr(A*X'*B*X*C), by X             net10       ten layers h <- tanh(W_k*h), norm2(h)^2, by W_1
  invquad     a'*inv(X)*b, by X                prodK       a'*A_1*X*...*A_K*X*b, by X
  logdetinv   log(det(inv(X))), by X           elemD       sum of a chain of D elementwise sin, exp, tanh, by x
  gauss       log(det(S)) + (x-mu)'*inv(S)*(x-mu), by S

Orders: derive-gradient and derive-hessian (the answer as a formula: SymPy, tensorgrad), first-gradient and first-hessian
(all until the first numbers: JAX's trace, lowering, compilation and run).
"""


def sympy_case(name):
    """Matrix expressions, expr.diff(X) or diff of diff, then .doit() (not simplify)."""
    import sympy as sp
    from sympy import MatrixSymbol, symbols, Trace, Determinant, log, exp, sin, tanh, HadamardProduct, OneMatrix
    n, m, k = symbols("n m k", integer=True, positive=True)
    x, b, a = MatrixSymbol("x", n, 1), MatrixSymbol("b", m, 1), MatrixSymbol("a", n, 1)
    A = MatrixSymbol("A", n, n)
    L = MatrixSymbol("L", m, n)
    X = MatrixSymbol("X", n, n)

    if name in ("quad", "quad_hess"):
        f = lambda: (x.T * A * x) / 2
        d = (lambda e: e.diff(x)) if name == "quad" else (lambda e: e.diff(x).doit().diff(x))
    elif name in ("lsq", "lsq_hess"):
        f = lambda: (L * x - b).T * (L * x - b)
        d = (lambda e: e.diff(x)) if name == "lsq" else (lambda e: e.diff(x).doit().diff(x))
    elif name in ("frob", "frob_hess"):
        T, U, V = MatrixSymbol("T", m, n), MatrixSymbol("U", m, k), MatrixSymbol("V", n, k)
        f = lambda: Trace((T - U * V.T) * (T - U * V.T).T)
        d = (lambda e: e.diff(U)) if name == "frob" else (lambda e: e.diff(U).doit().diff(U))
    elif name == "trace4":
        B, C = MatrixSymbol("B", n, n), MatrixSymbol("C", n, n)
        f = lambda: Trace(A * X.T * B * X * C)
        d = lambda e: e.diff(X)
    elif name == "invquad":
        c = MatrixSymbol("c", n, 1)
        f = lambda: a.T * X.I * c
        d = lambda e: e.diff(X)
    elif name == "logdetinv":
        f = lambda: log(Determinant(X.I))
        d = lambda e: e.diff(X)
    elif name == "gauss":
        S, mu = MatrixSymbol("S", n, n), MatrixSymbol("mu", n, 1)
        # a 1x1 matrix plus a scalar is not an expression in SymPy: the quadratic form as a trace
        f = lambda: log(Determinant(S)) + Trace((x - mu).T * S.I * (x - mu))
        d = lambda e: e.diff(S)
    elif name in ("softmax_ce", "softmax_ce_hess"):
        z, t = MatrixSymbol("z", n, 1), MatrixSymbol("t", n, 1)
        f = lambda: log(Trace(OneMatrix(1, n) * z.applyfunc(exp))) - Trace(t.T * z)
        d = (lambda e: e.diff(z)) if name == "softmax_ce" else (lambda e: e.diff(z).doit().diff(z))
    elif name in ("logreg", "logreg_hess"):
        y, w = MatrixSymbol("y", m, 1), MatrixSymbol("w", n, 1)
        v = symbols("v")
        g = sp.Lambda(v, log(exp(-v) + 1))
        f = lambda: OneMatrix(1, m) * HadamardProduct(y, L * w).applyfunc(g)
        d = (lambda e: e.diff(w)) if name == "logreg" else (lambda e: e.diff(w).doit().diff(w))
    elif name == "trpow5":
        f = lambda: Trace(X**5)
        d = lambda e: e.diff(X)
    elif name == "net10":
        Ws = [MatrixSymbol("W%d" % i, n, n) for i in range(10)]

        def f():
            hh = x
            for W in Ws:
                hh = (W * hh).applyfunc(tanh)
            return hh.T * hh
        d = lambda e: e.diff(Ws[0])
    elif name.startswith("prod"):
        kk = int(name[4:])
        As = [MatrixSymbol("A%d" % i, n, n) for i in range(kk)]
        c = MatrixSymbol("c", n, 1)

        def f():
            e = a.T
            for M in As:
                e = e * M * X
            return e * c
        d = lambda e: e.diff(X)
    elif name.startswith("elem"):
        dd = int(name[4:])

        def f():
            e = x
            for i in range(dd):
                e = e.applyfunc((sin, exp, tanh)[i % 3])
            return OneMatrix(1, n) * e
        d = lambda e: e.diff(x)
    else:
        raise NotImplementedError(name)
    return lambda: d(f()).doit()


def tensorgrad_case(name):
    """expr.grad(X).full_simplify()."""
    import sympy as sp
    import tensorgrad.functions as F
    from tensorgrad import Variable
    n, m, k = sp.symbols("n m k")

    A = lambda: Variable("A", i=n, j=n)
    if name in ("quad", "quad_hess"):
        def run():
            x = Variable("x", n)
            f = (x.rename(n="i") @ A()) @ x.rename(n="j")
            g = f.grad(x, {"n": "a"})
            return (g.grad(x, {"n": "c"}) if name.endswith("hess") else g).full_simplify()
    elif name in ("lsq", "lsq_hess"):
        def run():
            x, b, L = Variable("x", n), Variable("b", m), Variable("L", m, n)
            e = L @ x - b
            g = F.sum(e * e).grad(x, {"n": "a"})
            return (g.grad(x, {"n": "c"}) if name.endswith("hess") else g).full_simplify()
    elif name in ("frob", "frob_hess"):
        def run():
            T, U, V = Variable("T", i=m, j=n), Variable("U", i=m, k=k), Variable("V", j=n, k=k)
            e = T - U @ V
            g = F.sum(e * e).grad(U, {"i": "a", "k": "b"})
            return (g.grad(U, {"i": "c", "k": "d"}) if name.endswith("hess") else g).full_simplify()
    elif name == "trace4":
        def run():
            X = Variable("X", i=n, j=n)
            a, b, c = (Variable(s, i=n, j=n) for s in "ABC")
            # A_pq X_rq B_rs X_st C_tp
            e = a.rename(i="p", j="q") @ X.rename(i="r", j="q")
            e = e @ b.rename(i="r", j="s")
            e = e @ X.rename(i="s", j="t")
            f = e @ c.rename(i="t", j="p")
            return f.grad(X, {"i": "u", "j": "v"}).full_simplify()
    elif name == "invquad":
        def run():
            X, a, b = Variable("X", i=n, j=n), Variable("a", i=n), Variable("b", j=n)
            f = (a @ F.inverse(X, {"i", "j"})) @ b
            return f.grad(X, {"i": "u", "j": "v"}).full_simplify()
    elif name == "logdetinv":
        def run():
            X = Variable("X", i=n, j=n)
            f = F.log(F.det(F.inverse(X, {"i", "j"})))
            return f.grad(X, {"i": "u", "j": "v"}).full_simplify()
    elif name == "gauss":
        def run():
            S, x, mu = Variable("S", i=n, j=n), Variable("x", n), Variable("mu", n)
            e = x - mu
            f = F.log(F.det(S)) + (e.rename(n="i") @ F.inverse(S, {"i", "j"})) @ e.rename(n="j")
            return f.grad(S, {"i": "u", "j": "v"}).full_simplify()
    elif name in ("softmax_ce", "softmax_ce_hess"):
        def run():
            z, t = Variable("z", n), Variable("t", n)
            e = F.exp(z)
            f = -1 * (t @ F.log(e / F.sum(e)))
            g = f.grad(z, {"n": "a"})
            return (g.grad(z, {"n": "c"}) if name.endswith("hess") else g).full_simplify()
    elif name in ("logreg", "logreg_hess"):
        def run():
            X, y, w = Variable("X", m, n), Variable("y", m), Variable("w", n)
            f = F.sum(F.log(F.exp(-1 * (y * (X @ w))) + 1))
            g = f.grad(w, {"n": "a"})
            return (g.grad(w, {"n": "c"}) if name.endswith("hess") else g).full_simplify()
    elif name == "trpow5":
        def run():
            X = Variable("X", i=n, j=n)
            e = X.rename(i="p0", j="p1")
            for q in range(1, 4):
                e = e @ X.rename(i="p%d" % q, j="p%d" % (q + 1))
            f = e @ X.rename(i="p4", j="p0")
            return f.grad(X, {"i": "u", "j": "v"}).full_simplify()
    elif name == "net10":
        def run():
            hh = Variable("x", a0=n)
            Ws = [Variable("W%d" % i, **{"a%d" % (i + 1): n, "a%d" % i: n}) for i in range(10)]
            for W in Ws:
                hh = F.tanh(W @ hh)
            f = hh @ hh
            return f.grad(Ws[0], {"a1": "u", "a0": "v"}).full_simplify()
    elif name.startswith("prod"):
        kk = int(name[4:])

        def run():
            X = Variable("X", i=n, j=n)
            e = Variable("a", p0=n)
            for q in range(kk):
                e = e @ Variable("A%d" % q, i=n, j=n).rename(i="p%d" % (2 * q), j="p%d" % (2 * q + 1))
                e = e @ X.rename(i="p%d" % (2 * q + 1), j="p%d" % (2 * q + 2))
            f = e @ Variable("b", **{"p%d" % (2 * kk): n})
            return f.grad(X, {"i": "u", "j": "v"}).full_simplify()
    elif name.startswith("elem"):
        dd = int(name[4:])

        def run():
            x = Variable("x", n)
            e = x
            for q in range(dd):          # it has no sin: sigmoid stands in
                e = (F.sigmoid, F.exp, F.tanh)[q % 3](e)
            return F.sum(e).grad(x, {"n": "a"}).full_simplify()
    else:
        raise NotImplementedError(name)
    return run


def make(problem, n):
    """The data of a problem, its variable first."""
    import numpy as np
    r = np.random.default_rng(0)
    R = lambda *shape: r.standard_normal(shape)
    m, k = 2 * n, 5
    if problem == "quad":
        return {"x": R(n), "A": R(n, n)}
    if problem == "lsq":
        return {"x": R(n), "A": R(m, n), "b": R(m)}
    if problem == "frob":
        return {"U": R(m, k), "T": R(m, n), "V": R(n, k)}
    if problem == "trace4":
        return {"X": R(n, n), "A": R(n, n), "B": R(n, n), "C": R(n, n)}
    if problem == "invquad":
        return {"X": R(n, n) + 9 * np.eye(n), "a": R(n), "b": R(n)}
    if problem == "logdetinv":
        return {"X": R(n, n) + 9 * np.eye(n)}
    if problem == "gauss":
        return {"S": R(n, n) + 9 * np.eye(n), "x": R(n), "mu": R(n)}
    if problem == "softmax_ce":
        return {"z": R(n), "t": R(n)}
    if problem == "logreg":
        return {"w": R(n), "X": R(m, n), "y": R(m)}
    if problem == "trpow5":
        return {"X": R(n, n)}
    if problem == "net10":
        return {"W1": R(n, n), "x": R(n), **{"W%d" % (i + 2): R(n, n) for i in range(9)}}
    if problem.startswith("prod"):
        return {"X": R(n, n), "a": R(n), "b": R(n), **{"A%d" % (i + 1): R(n, n) for i in range(int(problem[4:]))}}
    if problem.startswith("elem"):
        return {"x": R(n)}
    raise KeyError(problem)


def jax_function(name):
    """The function of the data in the order of make."""
    import jax
    import jax.numpy as jnp
    if name.startswith("prod"):
        def f(X, a, b, *As):
            e = a
            for A in As:
                e = (e @ A) @ X
            return e @ b
        return f
    if name.startswith("elem"):
        def f(x):
            e = x
            for q in range(int(name[4:])):
                e = (jnp.sin, jnp.exp, jnp.tanh)[q % 3](e)
            return jnp.sum(e)
        return f
    if name == "net10":
        def f(W1, x, *Ws):
            hh = jnp.tanh(W1 @ x)
            for W in Ws:
                hh = jnp.tanh(W @ hh)
            return hh @ hh
        return f
    logdet = lambda X: jnp.linalg.slogdet(X)[1]
    inv = jnp.linalg.inv
    return {
        "quad": lambda x, A: 0.5 * x @ A @ x,
        "lsq": lambda x, A, b: jnp.sum((A @ x - b) ** 2),
        "frob": lambda U, T, V: jnp.sum((T - U @ V.T) ** 2),
        "trace4": lambda X, A, B, C: jnp.trace(A @ X.T @ B @ X @ C),
        "invquad": lambda X, a, b: a @ inv(X) @ b,
        "logdetinv": lambda X: logdet(inv(X)),
        "gauss": lambda S, x, mu: logdet(S) + (x - mu) @ inv(S) @ (x - mu),
        "softmax_ce": lambda z, t: -t @ jax.nn.log_softmax(z),
        "logreg": lambda w, X, y: jnp.sum(jnp.log(jnp.exp(-y * (X @ w)) + 1)),
        "trpow5": lambda X: jnp.trace(X @ X @ X @ X @ X),
    }[name]


def first_numbers(name, order, data):
    """JAX's trace, lowering, compilation and first run."""
    import jax
    import jax.numpy as jnp
    f = jax_function(name)
    args = [jnp.asarray(array) for array in data.values()]
    derivative = (lambda g: jax.jacfwd(jax.jacrev(g))) if order == "hessian" else jax.grad

    def run():
        # a new function object, so that no trace of an earlier call is reused
        return jax.jit(derivative(lambda *a: f(*a))).lower(*args).compile()(*args).block_until_ready()
    return run, (lambda r: [r])


def flops(problem, order, n):
    return None


def build(tool, problem, order, data):
    what, order = order.split("-")
    if what == "first":
        return first_numbers(problem, order, data)
    case = {"sympy": sympy_case, "tensorgrad": tensorgrad_case}[tool]
    run = case(problem + "_hess" if order == "hessian" else problem)
    answer = str(run())
    # SymPy drops what it cannot do.
    if answer == "0" or "Derivative(" in answer:
        raise ArithmeticError("wrong: " + answer[:60])
    return run, None
