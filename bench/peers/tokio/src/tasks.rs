//! Tasks that come and go.
//!
//! Joined by the JoinHandles of tokio::spawn in a vector that is used again: a JoinSet allocates and locks for each
//! task besides. A task that spawns its own kind does so in a plain function, which needs no boxed future.

use crate::measure::{expect, on_workers, sum_below, Outcome, Params, Problem, Report};
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;
use tokio::sync::mpsc::{channel, Sender};
use tokio::task::JoinHandle;

/// Spawns tasks, a thousand at a time, and joins each batch.
pub fn spawn_join(p: &Params) -> Report {
    const BATCH: u64 = 1000;
    let Params { n, work, .. } = *p;
    on_workers(p, async move {
        let mut spawned = Vec::with_capacity(BATCH as usize);
        let mut sum = 0;
        let start = Instant::now();
        for first in (0..n).step_by(BATCH as usize) {
            for i in first..n.min(first + BATCH) {
                spawned.push(tokio::spawn(async move {
                    work.compute(i);
                    i
                }));
            }
            for each in spawned.drain(..) {
                sum += each.await.unwrap();
            }
        }
        let elapsed = start.elapsed();
        expect("sum", sum, sum_below(n))?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

/// A tree of tasks, ten children each, with a million leaves; the sums go up over channels. n is how many trees, one
/// after another.
pub fn skynet(p: &Params) -> Report {
    const LEAVES: u64 = 1_000_000;
    let n = p.n;
    on_workers(p, async move {
        let start = Instant::now();
        for _ in 0..n {
            let (up, mut sum) = channel(1);
            grow(up, 0, LEAVES);
            expect("sum of the leaves", sum.recv().await.unwrap(), sum_below(LEAVES))?;
        }
        Ok(Outcome::new(n, start.elapsed(), n * LEAVES))
    })
}

/// Spawns a task that sends up the sum of the leaves first to first+size-1.
fn grow(up: Sender<u64>, first: u64, size: u64) {
    const CHILDREN: u64 = 10;
    if size == 1 {
        tokio::spawn(async move { up.send(first).await.unwrap() });
        return;
    }
    tokio::spawn(async move {
        let (out, mut below) = channel(CHILDREN as usize);
        let part = size / CHILDREN;
        for k in 0..CHILDREN {
            grow(out.clone(), first + k * part, part);
        }
        let mut sum = 0;
        for _ in 0..CHILDREN {
            sum += below.recv().await.unwrap();
        }
        up.send(sum).await.unwrap();
    });
}

/// A Fibonacci number by fork and join without a cut-off: each call is a task. n is the number of calls, which the
/// smallest argument that takes as many rounds up.
pub fn fib(p: &Params) -> Report {
    fib_by(p, fork)
}

/// The same as one would write it: the second of two calls is made by the task itself.
pub fn fib_inline(p: &Params) -> Report {
    fib_by(p, |n| tokio::spawn(fork_inline(n)))
}

fn fib_by(p: &Params, function: fn(u64) -> JoinHandle<u64>) -> Report {
    let (mut argument, mut calls, mut next_calls, mut want, mut next) = (0, 1, 1, 0, 1);
    while calls < p.n {
        argument += 1;
        (calls, next_calls) = (next_calls, calls + next_calls + 1);
        (want, next) = (next, want + next);
    }
    on_workers(p, async move {
        let start = Instant::now();
        let got = function(argument).await.unwrap();
        let elapsed = start.elapsed();
        expect("fib", got, want)?;
        Ok::<_, Problem>(Outcome::new(calls, elapsed, calls))
    })
}

fn fork(n: u64) -> JoinHandle<u64> {
    tokio::spawn(async move {
        if n < 2 {
            return n;
        }
        let (left, right) = (fork(n - 1), fork(n - 2));
        left.await.unwrap() + right.await.unwrap()
    })
}

fn fork_inline(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let left = tokio::spawn(fork_inline(n - 1));
        let right = fork_inline(n - 2).await;
        left.await.unwrap() + right
    })
}
