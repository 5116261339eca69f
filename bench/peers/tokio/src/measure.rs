//! What the workloads share: settings, results, checks, computing per item.

use std::future::Future;
use std::time::{Duration, Instant};

/// The settings of one run. A value that a workload does not know is not looked at, except work, which is refused.
#[derive(Clone, Copy)]
pub struct Params {
    pub n: u64,
    pub threads: usize,
    pub capacity: usize,
    pub work: Work,
    pub time_of_work: Duration, // what work was calibrated to
}

/// What a workload reports: the size it really had, the time that counts, the nanoseconds of one operation, and further
/// figures of that kind with their names.
pub struct Outcome {
    pub n: u64,
    pub elapsed: Duration,
    pub ns_per_op: f64,
    pub further: Vec<(&'static str, f64)>,
}

impl Outcome {
    /// Of `ops` operations in that time.
    pub fn new(n: u64, elapsed: Duration, ops: u64) -> Outcome {
        Outcome::with_figure(n, elapsed, elapsed.as_nanos() as f64 / ops as f64)
    }

    /// Where the figure of an operation is not the time over their number.
    pub fn with_figure(n: u64, elapsed: Duration, ns_per_op: f64) -> Outcome {
        Outcome { n, elapsed, ns_per_op, further: Vec::new() }
    }
}

pub enum Problem {
    WrongUsage(String),
    NotDone(String),
    NotApplicable(String),
}

pub type Report = Result<Outcome, Problem>;

/// Runs a task on a runtime with as many workers as the settings say, with one as with several. The task is spawned,
/// as what block_on is given runs on a thread that is none of the workers.
pub fn on_workers<F>(p: &Params, task: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let runtime = runtime(p.threads);
    let result = runtime.block_on(async { tokio::spawn(task).await.unwrap() });
    // Nobody waits for threads of the blocking pool here: they are idle.
    runtime.shutdown_background();
    result
}

pub fn runtime(threads: usize) -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(threads).max_blocking_threads(512).enable_time();
    builder.build().unwrap()
}

/// Computing per item, as a number of steps; zero is none.
#[derive(Clone, Copy)]
pub struct Work(u64);

impl Work {
    pub const NONE: Work = Work(0);

    #[inline]
    pub fn compute(self, seed: u64) {
        if self.0 > 0 {
            self.steps(seed);
        }
    }

    /// Every step depends on the one before, so that nothing overlaps; the empty instruction keeps the result in use.
    #[inline(never)]
    fn steps(self, mut seed: u64) {
        for _ in 0..self.0 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        }
        unsafe { std::arch::asm!("/* {} */", in(reg) seed, options(nomem, nostack, preserves_flags)) }
    }

    /// The number of steps that take that time. The fastest of several trials counts: the others were disturbed.
    pub fn calibrate(each: Duration) -> Work {
        const STEPS: u64 = 2_000_000;
        let trial = |seed| {
            let start = Instant::now();
            Work(STEPS).steps(seed);
            start.elapsed()
        };
        let best = (0..10).map(trial).min().unwrap();
        Work(((each.as_secs_f64() / best.as_secs_f64() * STEPS as f64) as u64).max(1))
    }
}

pub fn expect(what: &str, got: u64, want: u64) -> Result<(), Problem> {
    if got == want {
        return Ok(());
    }
    Err(Problem::NotDone(format!("{what}: got {got}, want {want}")))
}

/// 0 + 1 + ... + n-1.
pub fn sum_below(n: u64) -> u64 {
    n * (n - 1) / 2
}

/// The nearest rank, in thousandths, of sorted figures.
pub fn percentile(sorted: &[Duration], of_thousand: usize) -> Duration {
    sorted[((sorted.len() * of_thousand + 999) / 1000).max(1) - 1]
}

pub fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The largest resident size of this process so far, in kB.
pub fn peak_rss_kb() -> Result<u64, Problem> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    found
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| Problem::NotDone("no VmHWM in /proc/self/status".into()))
}
