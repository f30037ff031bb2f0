//! Threads that help with work that has many parts.
//!
//! Starting a thread takes as long as a product of matrices of size 128, so helpers are started once for the whole
//! process, when they are first wanted. One who has nothing to do looks for the next job for a while, then sleeps.
//!
//! **Help is optional.** The caller takes parts like everybody else until there are none, so work gets done where no
//! thread can be started, as in WebAssembly, where all of them help another caller, and where helpers come too late.

#![allow(
    unsafe_code,
    reason = "threads that outlive a call know no lifetimes, so a job for them must forget that of its work"
)]

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use crate::vector_state::cleaning_up;

/// How often somebody looks for what it waits for before it sleeps: that takes some hundred microseconds, a few times as
/// long as to be woken, and what often lies between two products.
const LOOKS: usize = 1 << 14;
/// After so many looks other threads may have the processor: who is waited for may need it.
const LOOKS_IN_A_ROW: usize = 64;

/// Does each part of some work once, on as many threads as there are states, if so many are free; who begins takes one
/// of the states for all of its parts. Returns when all parts are done.
///
/// # Panics
/// As the work does. The other threads go on with the other parts.
pub fn share<S: Send, P: Send>(
    states: impl ExactSizeIterator<Item = S> + Send,
    parts: impl Iterator<Item = P> + Send,
    work: impl Fn(&mut S, P) + Sync,
) {
    let threads = states.len();
    let (states, parts) = (Mutex::new(states), Mutex::new(parts));
    help(threads, &|| {
        let Some(mut state) = lock(&states).next() else { return };
        loop {
            // Not in the condition of the loop, where the lock would be held during the work.
            let part = lock(&parts).next();
            let Some(part) = part else { return };
            work(&mut state, part);
        }
    });
}

/// Runs the work on the thread of the caller, and at the same time on others as far as there are any; returns when none
/// is at work any more.
fn help(threads: usize, work: &(dyn Fn() + Sync)) {
    static CREW: OnceLock<Crew> = OnceLock::new();
    if threads < 2 {
        return work();
    }
    let crew = CREW.get_or_init(Crew::new);
    if !crew.call(threads - 1, work) {
        return work();
    }
    let own = catch_unwind(AssertUnwindSafe(work));
    let others = crew.dismiss();
    if let Err(panic) = own.and(others) {
        resume_unwind(panic);
    }
}

/// What is locked. No code that can panic runs under these locks but the iterators of a caller, whose panic it gets.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at something until it holds or that took too long; whether it holds.
fn look(holds: impl Fn() -> bool) -> bool {
    for count in 1..=LOOKS {
        if holds() {
            return true;
        }
        if count % LOOKS_IN_A_ROW == 0 {
            thread::yield_now();
        } else {
            std::hint::spin_loop();
        }
    }
    false
}

/// The helpers of a process.
struct Crew {
    state: Mutex<State>,
    /// How many jobs there have been; changed under the lock.
    jobs: AtomicUsize,
    /// How many helpers are at work; changed under the lock.
    at_work: AtomicUsize,
    /// There is a job.
    called: Condvar,
    /// Nobody is at work any more.
    finished: Condvar,
    /// As many helpers are of use at most.
    max_helpers: usize,
}

#[derive(Default)]
struct State {
    /// Whether somebody is helped; another caller is on its own.
    is_taken: bool,
    /// What helpers may join, and how many still.
    job: Option<(Job, usize)>,
    /// Helpers that were started, and those of them that sleep.
    helpers: usize,
    asleep: usize,
    /// Whether the caller sleeps.
    is_awaited: bool,
    /// The panic of a helper.
    panic: Option<Box<dyn Any + Send>>,
}

/// Work without its lifetime.
#[derive(Clone, Copy)]
struct Job(*const (dyn Fn() + Sync));

// SAFETY: what it points to may be shared between threads, as its type says.
unsafe impl Send for Job {}

impl Crew {
    fn new() -> Crew {
        Crew {
            state: Mutex::default(),
            jobs: AtomicUsize::new(0),
            at_work: AtomicUsize::new(0),
            called: Condvar::new(),
            finished: Condvar::new(),
            max_helpers: thread::available_parallelism().map_or(0, |count| count.get() - 1),
        }
    }

    /// Asks for so many helpers; whether there can be any. Then [`dismiss`](Crew::dismiss) must follow before the work
    /// ends its life.
    fn call(&'static self, wanted: usize, work: &(dyn Fn() + Sync)) -> bool {
        let wanted = wanted.min(self.max_helpers);
        let mut state = lock(&self.state);
        if wanted == 0 || state.is_taken {
            return false;
        }
        while state.helpers < wanted && self.start(self.jobs.load(Ordering::Relaxed)) {
            state.helpers += 1;
        }
        if state.helpers == 0 {
            return false;
        }
        state.is_taken = true;
        // SAFETY: only the lifetime changes, and nobody uses the work after it: a job is run by helpers that joined it,
        // which `dismiss` waits for, and after that it cannot be joined.
        let job =
            unsafe { std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const (dyn Fn() + Sync + 'static)>(work) };
        state.job = Some((Job(job), wanted));
        self.jobs.fetch_add(1, Ordering::Release);
        let awake = state.helpers - state.asleep;
        let n_woken = wanted.saturating_sub(awake);
        drop(state);
        for _ in 0..n_woken {
            self.called.notify_one();
        }
        true
    }

    /// Lets nobody join the job any more and waits for those who did.
    fn dismiss(&self) -> Result<(), Box<dyn Any + Send>> {
        lock(&self.state).job = None;
        // Acquires what the helpers wrote before they released the counter.
        let is_idle = || self.at_work.load(Ordering::Acquire) == 0;
        let is_done = look(is_idle);
        let mut state = lock(&self.state);
        if !is_done {
            state.is_awaited = true;
            while !is_idle() {
                state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.is_awaited = false;
        }
        state.is_taken = false;
        state.panic.take().map_or(Ok(()), Err)
    }

    /// Starts a helper that has seen so many jobs; whether it could.
    fn start(&'static self, seen: usize) -> bool {
        let helper = thread::Builder::new().name("gateaux".to_owned());
        helper.spawn(move || self.attend(seen)).is_ok()
    }

    /// What a helper does until the process ends.
    fn attend(&self, mut seen: usize) {
        loop {
            let is_new = || self.jobs.load(Ordering::Acquire) != seen;
            let is_called = look(is_new);
            let mut state = lock(&self.state);
            if !is_called {
                state.asleep += 1;
                while !is_new() {
                    state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                state.asleep -= 1;
            }
            seen = self.jobs.load(Ordering::Relaxed);
            if let Some(job) = state.join() {
                self.at_work.fetch_add(1, Ordering::Relaxed);
                drop(state);
                self.work(job);
            }
        }
    }

    fn work(&self, job: Job) {
        // SAFETY: the helper has joined the job, so its caller waits in `dismiss` until `at_work` is lowered below, and the
        // work lives so long.
        let work = unsafe { &*job.0 };
        let result = cleaning_up(|| catch_unwind(AssertUnwindSafe(work)));
        let mut state = lock(&self.state);
        let surplus = result.err().and_then(|panic| state.panic.replace(panic));
        let is_last = self.at_work.fetch_sub(1, Ordering::Release) == 1;
        if is_last && state.is_awaited {
            self.finished.notify_one();
        }
        drop(state);
        // What a panic carries may do anything when it is dropped.
        drop(surplus);
    }
}

impl State {
    /// The job, if another helper is wanted.
    fn join(&mut self) -> Option<Job> {
        let (job, wanted) = self.job.as_mut()?;
        *wanted = wanted.checked_sub(1)?;
        Some(*job)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::share;

    /// Parts that count how often they are done, by threads that each count their own.
    fn count(threads: usize, parts: usize) {
        let mut by_thread = vec![0; threads];
        let mut times = vec![0; parts];
        share(by_thread.iter_mut(), times.iter_mut(), |own, times| {
            **own += 1;
            *times += 1;
        });
        assert!(times.iter().all(|times| *times == 1));
        assert_eq!(by_thread.iter().sum::<usize>(), parts);
    }

    #[test]
    fn each_part_is_done_once() {
        for threads in [1, 2, 3, 9] {
            for parts in [0, 1, 2, 100] {
                for _ in 0..50 {
                    count(threads, parts);
                }
            }
        }
    }

    #[test]
    fn callers_may_come_at_once_and_from_within() {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        share(0..2, 0..4, |_, _| count(2, 10));
                    }
                });
            }
        });
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_helpers_stay() {
        for bad in 0..20 {
            let done = AtomicUsize::new(0);
            let result = catch_unwind(AssertUnwindSafe(|| {
                share(0..2, 0..20, |_, part| {
                    assert_ne!(part, bad, "this part is bad");
                    done.fetch_add(1, Ordering::Relaxed);
                });
            }));
            let panic = result.expect_err("a part has panicked");
            let message = panic.downcast::<String>().expect("it has a message");
            assert!(message.contains("this part is bad"));
            assert!(done.load(Ordering::Relaxed) < 20);
            count(2, 10);
        }
    }

    #[test]
    fn helpers_that_sleep_are_woken() {
        let meet = || {
            let arrived = AtomicUsize::new(0);
            share(0..2, 0..2, |_, _| {
                arrived.fetch_add(1, Ordering::Relaxed);
                for _ in 0..1_000_000 {
                    if arrived.load(Ordering::Relaxed) == 2 {
                        return;
                    }
                    thread::yield_now();
                }
            });
            arrived.load(Ordering::Relaxed)
        };
        for _ in 0..5 {
            assert_eq!(meet(), 2);
            for _ in 0..10 * super::LOOKS {
                thread::yield_now();
            }
        }
    }
}
