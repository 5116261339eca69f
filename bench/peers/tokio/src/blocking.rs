//! Calls that block, on Tokio's pool of threads for them (spawn_blocking; up to 512 threads, its default).

use crate::measure::{expect, microseconds, on_workers, percentile, sum_below, Outcome, Params, Report};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::spawn_blocking;

/// Trivial calls, 64 in flight: as many tasks, each of which has one.
pub fn blocking(p: &Params) -> Report {
    const IN_FLIGHT: u64 = 64;
    let n = p.n;
    on_workers(p, async move {
        let mut callers = Vec::new();
        let start = Instant::now();
        for k in 0..IN_FLIGHT {
            callers.push(tokio::spawn(async move {
                let mut sum = 0;
                for i in (k..n).step_by(IN_FLIGHT as usize) {
                    sum += spawn_blocking(move || i).await.unwrap();
                }
                sum
            }));
        }
        let mut sum = 0;
        for each in callers {
            sum += each.await.unwrap();
        }
        let elapsed = start.elapsed();
        expect("sum", sum, sum_below(n))?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

/// Sleeps until each tick and notes how late it comes, while lasts is set, and least times at least.
async fn late_ticks(lasts: Arc<AtomicBool>, least: usize) -> Vec<Duration> {
    const TICK: Duration = Duration::from_millis(1);
    let mut late = Vec::new();
    while late.len() < least || lasts.load(Ordering::Relaxed) {
        let due = Instant::now() + TICK;
        tokio::time::sleep(TICK).await;
        late.push(Instant::now() - due);
    }
    late
}

/// Gives the 99th percentile.
fn show_ticks(when: &str, mut late: Vec<Duration>) -> Duration {
    late.sort_unstable();
    let at = |of_thousand| microseconds(percentile(&late, of_thousand));
    eprintln!(
        "a task {when}: {} ticks, late by p50 {:.0} us, p90 {:.0} us, p99 {:.0} us",
        late.len(),
        at(500),
        at(900),
        at(990)
    );
    percentile(&late, 990)
}

/// n calls that block their thread for 10 ms, up to 512 at once, beside a task that ticks each millisecond. The figure
/// is the 99th percentile of lateness. Tokio rounds times up to whole milliseconds, so that one of lateness is its own.
pub fn blocking_ticker(p: &Params) -> Report {
    const ONE_CALL: Duration = Duration::from_millis(10);
    const TICKS_ALONE: usize = 300;
    let n = p.n;
    on_workers(p, async move {
        let lasts = Arc::new(AtomicBool::new(false));
        let alone = late_ticks(lasts.clone(), TICKS_ALONE).await;
        lasts.store(true, Ordering::Relaxed);
        let ticking = tokio::spawn(late_ticks(lasts.clone(), 1));
        let start = Instant::now();
        let calls: Vec<_> = (0..n).map(|_| spawn_blocking(|| std::thread::sleep(ONE_CALL))).collect();
        for each in calls {
            each.await.unwrap();
        }
        let elapsed = start.elapsed();
        lasts.store(false, Ordering::Relaxed);
        let beside = ticking.await.unwrap();
        show_ticks("alone", alone);
        let worst = show_ticks("beside the calls", beside);
        Ok(Outcome::with_figure(n, elapsed, worst.as_nanos() as f64))
    })
}
