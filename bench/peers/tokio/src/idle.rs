//! What a runtime costs that has nothing to do.

use crate::measure::{expect, runtime, sum_below, Outcome, Params, Problem, Report};
use std::fs;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::channel;

/// What the threads of this process have done so far, the calling one left out.
struct Activity {
    threads: usize,
    cpu_time: Duration,
    switches: u64, // context switches, voluntary or not
}

fn look() -> Option<Activity> {
    let own = fs::read_link("/proc/thread-self").ok()?;
    let mut found = Activity { threads: 0, cpu_time: Duration::ZERO, switches: 0 };
    for entry in fs::read_dir("/proc/self/task").ok()? {
        let thread = entry.ok()?.path();
        if thread.file_name() == own.file_name() {
            continue;
        }
        let schedstat = fs::read_to_string(thread.join("schedstat")).ok()?;
        found.cpu_time += Duration::from_nanos(schedstat.split_whitespace().next()?.parse().ok()?);
        let status = fs::read_to_string(thread.join("status")).ok()?;
        for line in status.lines().filter(|line| line.contains("ctxt_switches:")) {
            found.switches += line.split_whitespace().last()?.parse::<u64>().ok()?;
        }
        found.threads += 1;
    }
    Some(found)
}

/// Some of everything that can leave something running: tasks, channels, timers.
async fn some_work(capacity: usize) -> u64 {
    const LETTERS: u64 = 1000;
    let (first, input) = async_channel::bounded(capacity);
    let (out, mut last) = channel(capacity);
    for _ in 0..8 {
        let (input, out) = (input.clone(), out.clone());
        tokio::spawn(async move {
            while let Ok(value) = input.recv().await {
                tokio::time::sleep(Duration::from_micros(10)).await;
                out.send(value).await.unwrap();
            }
        });
    }
    drop(out);
    tokio::spawn(async move {
        for i in 0..LETTERS {
            first.send(i).await.unwrap();
        }
    });
    let mut sum = 0;
    while let Some(value) = last.recv().await {
        sum += value;
    }
    sum.wrapping_sub(sum_below(LETTERS))
}

/// A runtime that has worked, with a task that waits for a message and one that sleeps. The figure is the CPU time in a
/// second; what woke up stands on stderr.
pub fn idle_cpu(p: &Params) -> Report {
    let runtime = runtime(p.threads);
    expect("sum of the letters, over", runtime.block_on(some_work(p.capacity)), 0)?;
    let (keep_open, mut input) = channel::<u64>(1);
    runtime.spawn(async move { input.recv().await });
    runtime.spawn(async { tokio::time::sleep(Duration::from_secs(3600 * 24 * 365)).await });
    std::thread::sleep(Duration::from_secs(1));

    let no_figures = || Problem::NotDone("/proc/self/task does not tell what the threads do".into());
    let before = look().ok_or_else(no_figures)?;
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(p.n));
    let elapsed = start.elapsed();
    let after = look().ok_or_else(no_figures)?;
    drop(keep_open);

    let used = after.cpu_time - before.cpu_time;
    let switches = after.switches - before.switches;
    let (ms, seconds) = (used.as_secs_f64() * 1e3, elapsed.as_secs_f64());
    eprintln!(
        "idle_cpu: {} threads, {switches} context switches, {ms:.3} ms of CPU time in {seconds:.1} s",
        after.threads
    );
    Ok(Outcome::with_figure(p.n, elapsed, used.as_nanos() as f64 / seconds))
}
