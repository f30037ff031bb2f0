"""How a call is timed. `bench/src/timer.rs` does the same for Gateaux."""
import resource
import statistics
import time

SAMPLE_S = 1e-4       # shorter calls are repeated inside a sample, so that the clock's resolution does not matter
MAX_INNER = 10000
MIN_SAMPLES = 3


def switches():
    """How often the kernel took the processor away from this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def once(fn, inner=1):
    """Seconds of one call, and whether it ran undisturbed."""
    before = switches()
    start = time.perf_counter()
    for _ in range(inner):
        fn()
    seconds = (time.perf_counter() - start) / inner
    return seconds, switches() == before


def sample(fn, budget):
    """The median time of a call, of as many as fit in the budget, without the disturbed ones if enough are left."""
    samples = [once(fn)]
    if samples[0][0] < budget:
        # The first call only warmed up the caches.
        inner = max(1, min(MAX_INNER, int(SAMPLE_S / max(once(fn)[0], 1e-9))))
        samples = []
        start = time.perf_counter()
        while len(samples) < MIN_SAMPLES or time.perf_counter() - start < budget:
            samples.append(once(fn, inner))
    clean = [seconds for seconds, undisturbed in samples if undisturbed]
    is_contended = len(clean) < MIN_SAMPLES
    used = [seconds for seconds, _ in samples] if is_contended else clean
    return {"median_s": statistics.median(used), "is_contended": is_contended}
