//! How a call is timed. `bench/peers/timer.py` does the same for the peers.

use std::time::Instant;

use crate::protocol::Sample;

/// Shorter calls are repeated inside a sample, so that the resolution of the clock does not matter.
const SAMPLE_S: f64 = 1e-4;
const MAX_INNER: usize = 10_000;
const MIN_SAMPLES: usize = 3;

/// Something to be timed.
pub type Step<'a> = &'a mut dyn FnMut() -> Result<(), String>;

/// The median time of a call, of as many as fit in the budget of seconds, without the disturbed ones if enough are left.
pub fn sample(step: Step, budget: f64) -> Result<Sample, String> {
    let mut samples = vec![once(step, 1)?];
    if samples[0].0 < budget {
        // The first call only warmed up the caches.
        let inner = (SAMPLE_S / once(step, 1)?.0.max(1e-9)) as usize;
        let inner = inner.clamp(1, MAX_INNER);
        samples.clear();
        let start = Instant::now();
        while samples.len() < MIN_SAMPLES || start.elapsed().as_secs_f64() < budget {
            samples.push(once(step, inner)?);
        }
    }
    let clean: Vec<f64> = samples
        .iter()
        .filter_map(|(seconds, undisturbed)| undisturbed.then_some(*seconds))
        .collect();
    let is_contended = clean.len() < MIN_SAMPLES;
    let used = match is_contended {
        true => samples.iter().map(|(seconds, _)| *seconds).collect(),
        false => clean,
    };
    Ok(Sample {
        median_s: median(used),
        is_contended,
    })
}

/// Seconds of one call, and whether it ran undisturbed.
fn once(step: Step, inner: usize) -> Result<(f64, bool), String> {
    let before = switches();
    let start = Instant::now();
    for _ in 0..inner {
        step()?;
    }
    let seconds = start.elapsed().as_secs_f64() / inner as f64;
    Ok((seconds, switches() == before))
}

/// How often the kernel took the processor away from a thread of this process; 0 where the system does not tell.
fn switches() -> u64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return 0;
    };
    let of_thread = |status: String| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
        line.trim().parse::<u64>().ok()
    };
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("status")).ok())
        .filter_map(of_thread)
        .sum()
}

/// The median; not a number if there is nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match (n, n % 2) {
        (0, _) => f64::NAN,
        (_, 1) => values[n / 2],
        _ => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_call_that_fails_has_no_time() {
        assert!(sample(&mut || Err("no".to_owned()), 0.01).is_err());
        assert!(sample(&mut || Ok(()), 0.01).is_ok_and(|sample| sample.median_s < 0.01));
    }
}
