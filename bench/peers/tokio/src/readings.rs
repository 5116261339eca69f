//! Latencies that one workload has measured, and what is told of them.

use crate::measure::{expect, microseconds, percentile, Outcome, Report};
use std::time::Duration;

/// A machine shared with others delays some wake-ups by itself: how many it were tells whether a run can show a tail.
const LATE_FROM: Duration = Duration::from_millis(1);

/// The median, as the figure of an operation, and further the 99th and the 99.9th percentile. Prints what the lines on
/// stdout do not say, and `note` behind it. There has to be one latency for each of n.
pub fn finish(name: &str, mut taken: Vec<Duration>, n: u64, elapsed: Duration, note: &str) -> Report {
    expect("latencies measured", taken.len() as u64, n)?;
    taken.sort_unstable();
    let us = |of_thousand| microseconds(percentile(&taken, of_thousand));
    let late = taken.iter().filter(|each| **each > LATE_FROM).count();
    eprintln!(
        "{name}: p50 {:.1} us, p90 {:.1} us, p99 {:.1} us, p99.9 {:.1} us, max {:.1} us; {late} over 1 ms{note}",
        us(500),
        us(900),
        us(990),
        us(999),
        us(1000)
    );
    let ns = |of_thousand| percentile(&taken, of_thousand).as_nanos() as f64;
    Ok(Outcome { further: vec![("p99", ns(990)), ("p999", ns(999))], ..Outcome::with_figure(n, elapsed, ns(500)) })
}
