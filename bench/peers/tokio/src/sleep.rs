//! Tasks that sleep at the same time. A Sleep of Tokio 1.24 has 640 bytes, aligned to 128; in a box of its own, outside
//! the task, it takes a third less memory and time.

use crate::measure::{expect, on_workers, Outcome, Params, Problem, Report};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub fn two_seconds(p: &Params) -> Report {
    sleep(p, Duration::from_secs(2))
}

pub fn ten_seconds(p: &Params) -> Report {
    sleep(p, Duration::from_secs(10))
}

/// n tasks sleep that long and are then joined. The time that counts is the time over the sleep.
fn sleep(p: &Params, how_long: Duration) -> Report {
    let n = p.n;
    on_workers(p, async move {
        let woken = Arc::new(AtomicU64::new(0));
        let mut sleepers = Vec::with_capacity(n as usize);
        let start = Instant::now();
        for _ in 0..n {
            let woken = woken.clone();
            sleepers.push(tokio::spawn(async move {
                Box::pin(tokio::time::sleep(how_long)).await;
                woken.fetch_add(1, Ordering::Relaxed);
            }));
        }
        for each in sleepers {
            each.await.unwrap();
        }
        let elapsed = start.elapsed();
        let over = elapsed
            .checked_sub(how_long)
            .ok_or_else(|| Problem::NotDone(format!("all woke {:?} too early", how_long - elapsed)))?;
        expect("tasks that woke", woken.load(Ordering::Relaxed), n)?;
        Ok(Outcome::new(n, over, n))
    })
}
