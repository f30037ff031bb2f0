"""Single operations: what no engine on this machine can beat.

  gemm            C = A*B, n x n                      numpy-hand (OpenBLAS), torch (MKL), jax (XLA)
  exp, log, tanh  elementwise                         the same
  read            a dot product of two vectors        numpy-hand: the bandwidth of reading
"""


def make(problem, size):
    import numpy as np
    r = np.random.default_rng(0)
    if problem == "gemm":
        return {"A": r.standard_normal((size, size)), "B": r.standard_normal((size, size))}
    if problem == "read":
        return {"x": r.standard_normal(size), "y": r.standard_normal(size)}
    x = r.standard_normal(size)
    return {"x": np.abs(x) + 0.5 if problem == "log" else x}


def flops(problem, order, size):
    return {"gemm": 2 * size**3, "read": 2 * size}.get(problem)


def build(tool, problem, order, data):
    import numpy as np
    arrays = list(data.values())
    if tool == "numpy-hand":
        if problem == "read":
            return (lambda: np.dot(*arrays)), None
        fn = np.matmul if problem == "gemm" else getattr(np, problem)
        out = np.empty_like(arrays[0])
        return (lambda: fn(*arrays, out=out)), (lambda r: [r])
    if tool == "torch":
        import torch
        fn = torch.mm if problem == "gemm" else getattr(torch, problem)
        args = [torch.from_numpy(array) for array in arrays]
        out = torch.empty_like(args[0])
        return (lambda: fn(*args, out=out)), (lambda r: [r])
    import jax
    import jax.numpy as jnp
    fn = jax.jit(jnp.matmul if problem == "gemm" else getattr(jnp, problem))
    args = [jnp.asarray(array) for array in arrays]
    return (lambda: fn(*args).block_until_ready()), (lambda r: [r])
