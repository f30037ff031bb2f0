"""Lets a peer take its turns: reads one request a line, writes one answer a line, both JSON.

The protocol is that of `bench/src/protocol.rs`; an answer is {"ok": ...} or {"error": "..."}. A problem is named after
the module that has it: `laue/logreg`. Each module has

    make(problem, size)                        the data: arrays by their names in the formula
    build(tool, problem, order, data)          what is timed, a function without arguments, and what makes a list of
                                               arrays of its result (None: nothing to compare)
    flops(problem, order, size)                of the best formula known, or None
"""
import contextlib
import datetime
import importlib
import importlib.metadata
import json
import os
import platform
import signal
import sys

import timer

PACKAGES = {  # what a family of tools imports
    "numpy": ["numpy", "scipy"], "jax": ["jax", "numpy"], "torch": ["torch", "numpy"], "sympy": ["sympy"],
    "autograd": ["autograd", "numpy"], "casadi": ["casadi", "numpy"], "tensorgrad": ["tensorgrad", "torch"],
}
loaded = {}


def key(entrant):
    return json.dumps(entrant, sort_keys=True)


def module(problem):
    family, name = problem.split("/")
    return importlib.import_module(family), name


@contextlib.contextmanager
def at_most(seconds):
    def stop(*_):
        raise TimeoutError("more than %g s" % seconds)
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def hello(family):
    """Imports what the family needs; an import that fails is the answer."""
    for package in PACKAGES[family]:
        importlib.import_module(package)
    if family == "sympy":
        sys.setrecursionlimit(20000)
    if family in ("torch", "tensorgrad"):
        importlib.import_module("torch").set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    versions = {package: importlib.metadata.version(package) for package in PACKAGES[family]}
    return {"versions": {"python": platform.python_version(), **versions},
            "date": datetime.date.today().isoformat(), "processor": processor()}


def processor():
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def make(problem, size, folder):
    """Writes the data of a problem."""
    import numpy as np
    family, name = module(problem)
    data = family.make(name, size)
    for variable, array in data.items():
        np.save(os.path.join(folder, variable + ".npy"), array)


def load(entrant, folder, limit):
    """Prepares an entrant and calls it once."""
    family, name = module(entrant["problem"])
    with at_most(limit):
        data = family.make(name, entrant["size"])
        fn, arrays = family.build(entrant["tool"], name, entrant["order"], data)
        result = fn()
    loaded[key(entrant)] = fn, arrays, result
    return {"flops": family.flops(name, entrant["order"], entrant["size"])}


def write(entrant, folder):
    """Writes what the first call gave."""
    fn, arrays, result = loaded[key(entrant)]
    if arrays is None:
        return {"count": 0, "bytes": 0}
    import numpy as np
    arrays = arrays(result)
    arrays = [np.asarray(array) for array in arrays]
    for at, array in enumerate(arrays):
        np.save(os.path.join(folder, "%d.npy" % at), array)
    loaded[key(entrant)] = fn, None, None
    return {"count": len(arrays), "bytes": sum(array.nbytes for array in arrays)}


def compare(folder, reference):
    """The largest relative error of the arrays in a folder; factors of a Kronecker product are multiplied first."""
    import numpy as np

    def read(folder, name):
        path = os.path.join(folder, name + ".npy")
        return np.load(path) if os.path.exists(path) else None
    worst = 0.0
    for at in range(len(os.listdir(reference))):
        wanted = read(reference, str(at))
        found = read(folder, str(at))
        if found is None:
            first, last = read(folder, "first"), read(folder, "last")
            first = np.eye(wanted.shape[0]) if first is None else first
            last = np.eye(wanted.shape[1]) if last is None else last
            found = np.einsum("ik,jl->ijkl", first, last)
        if found.shape != wanted.shape:
            raise ValueError("a result has the shape %s instead of %s" % (found.shape, wanted.shape))
        error = np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-300)
        worst = float(np.fmax(worst, error)) if np.isfinite(error) else 1e300
    return worst


def sample(entrant, budget):
    return timer.sample(loaded[key(entrant)][0], budget)


def drop(entrant):
    loaded.pop(key(entrant), None)


ANSWERS = {f.__name__: f for f in (hello, make, load, write, compare, sample, drop)}


def main():
    # What a library prints must not come between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": ANSWERS[request.pop("do")](**request)}
        except Exception as error:  # a peer's failure is a result, too
            answer = {"error": ("%s: %s" % (type(error).__name__, error))[:200]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
