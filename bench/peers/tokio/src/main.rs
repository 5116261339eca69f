//! bench: runs one of the project's benchmark workloads as a Tokio program would be written for it.
//!
//!     bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]
//!
//! It prints one line of six fields with tabs between them:
//!
//!     tokio WORKLOAD n seconds ns_per_op peak_rss_kb
//!
//! (one for each part of it, where a workload stands for several). ns_per_op is seconds over the number of operations,
//! but for latencies the median, and for idle_cpu the CPU time in a second. Latencies have two more lines, with the
//! 99th and the 99.9th percentile as ns_per_op of WORKLOAD_p99 and WORKLOAD_p999.
//!
//! Sums and counts are checked. Exit status: 0 the work was done, 1 it was not, 2 wrong usage, 3 the workload does not
//! apply to Tokio. What all workloads have: the multi-thread scheduler with its defaults, also with one thread; the
//! system's allocator; a release build with link-time optimisation. Tokio has no rendezvous channel: where the others
//! have a capacity of 0, the channels here have 1, the least there is: a sender goes on before its message is taken.

mod blocking;
mod channels;
mod idle;
mod latency;
mod load;
mod measure;
mod readings;
mod select;
mod sleep;
mod tasks;

use measure::{Params, Problem, Report, Work};
use std::time::Duration;

struct Workload {
    name: &'static str,
    run: fn(&Params) -> Report,
    n: u64,          // default
    capacity: usize, // default
    /// Computing per item: none where there is no variant with it, otherwise the time by default.
    work: Option<Duration>,
}

const ON_REQUEST: Option<Duration> = Some(Duration::ZERO);
const MICROSECONDS_20: Option<Duration> = Some(Duration::from_micros(20));

#[rustfmt::skip]
const WORKLOADS: &[Workload] = &[
    Workload { name: "pingpong_unbuffered", run: channels::pingpong, n: 1_000_000, capacity: 1, work: None },
    Workload { name: "spsc_buffered", run: channels::spsc, n: 10_000_000, capacity: 64, work: ON_REQUEST },
    Workload { name: "mpsc", run: channels::mpsc, n: 8_000_000, capacity: 64, work: ON_REQUEST },
    Workload { name: "mpmc", run: channels::mpmc, n: 8_000_000, capacity: 64, work: ON_REQUEST },
    Workload { name: "select", run: select::select, n: 4_000_000, capacity: 16, work: ON_REQUEST },
    Workload { name: "ring", run: channels::ring, n: 5_000_000, capacity: 1, work: None },
    Workload { name: "spawn_join", run: tasks::spawn_join, n: 1_000_000, capacity: 0, work: ON_REQUEST },
    Workload { name: "skynet", run: tasks::skynet, n: 1, capacity: 0, work: None },
    Workload { name: "million_sleep", run: sleep::ten_seconds, n: 1_000_000, capacity: 0, work: None },
    Workload { name: "million_sleep2", run: sleep::two_seconds, n: 1_000_000, capacity: 0, work: None },
    Workload { name: "pipeline", run: channels::pipeline, n: 4_000_000, capacity: 64, work: ON_REQUEST },
    Workload { name: "blocking", run: blocking::blocking, n: 100_000, capacity: 0, work: None },
    Workload { name: "blocking_ticker", run: blocking::blocking_ticker, n: 10_000, capacity: 0, work: None },
    Workload { name: "fib", run: tasks::fib, n: 7_049_155, capacity: 0, work: None },
    Workload { name: "fib_inline", run: tasks::fib_inline, n: 7_049_155, capacity: 0, work: None },
    Workload { name: "handoff_parked", run: latency::parked, n: 1000, capacity: 1, work: None },
    Workload { name: "handoff_lingering", run: latency::lingering, n: 1000, capacity: 1, work: None },
    Workload { name: "futex_handover", run: futex_handover, n: 1000, capacity: 0, work: None },
    Workload { name: "foreign_wake", run: latency::foreign_wake, n: 1000, capacity: 0, work: None },
    Workload { name: "request_load", run: load::request_load, n: 100_000, capacity: 0, work: MICROSECONDS_20 },
    Workload { name: "timer_accuracy", run: load::timer_accuracy, n: 2000, capacity: 0, work: None },
    Workload { name: "idle_cpu", run: idle::idle_cpu, n: 60, capacity: 4, work: None },
];

/// Names for several workloads, which are run one after another.
const SUITES: &[(&str, &[&str])] = &[("handoff_latency", &["handoff_parked", "handoff_lingering", "foreign_wake"])];

/// Stands in the list so that a driver gets a clear answer.
fn futex_handover(_: &Params) -> Report {
    Err(Problem::NotApplicable("it measures the machine, not Tokio".into()))
}

fn wrong(message: String) -> Problem {
    Problem::WrongUsage(message)
}

fn usage() -> String {
    let mut names: Vec<_> = WORKLOADS.iter().map(|w| w.name).chain(SUITES.iter().map(|s| s.0)).collect();
    names.sort_unstable();
    format!(
        "usage: bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]\n\
         D is a time of computing per item, for example 1us. Workloads: {}",
        names.join(" ")
    )
}

fn number(option: &str, text: &str, least: u64) -> Result<u64, Problem> {
    match text.parse() {
        Ok(value) if value >= least => Ok(value),
        _ => Err(wrong(format!("{option}: expected a number from {least}, found '{text}'"))),
    }
}

fn duration(option: &str, text: &str) -> Result<Duration, Problem> {
    for (unit, nanoseconds) in [("ns", 1), ("us", 1000), ("ms", 1_000_000)] {
        if let Some(count) = text.strip_suffix(unit) {
            return Ok(Duration::from_nanos(number(option, count, 1)?.saturating_mul(nanoseconds)));
        }
    }
    Err(wrong(format!("{option}: expected a time such as 1us (ns, us or ms), found '{text}'")))
}

fn read_options(chosen: &Workload, words: &[String]) -> Result<Params, Problem> {
    let time_of_work = chosen.work.unwrap_or_default();
    let mut p = Params { n: chosen.n, threads: 2, capacity: chosen.capacity, work: Work::NONE, time_of_work };
    for pair in words.chunks(2) {
        let option = pair[0].as_str();
        let value = pair.get(1).ok_or_else(|| wrong(format!("an option without its value: '{option}'")))?;
        match option {
            "--n" => p.n = number(option, value, 1)?,
            "--threads" => p.threads = number(option, value, 1)? as usize,
            "--capacity" => p.capacity = number(option, value, 0)? as usize,
            "--work" if chosen.work.is_some() => p.time_of_work = duration(option, value)?,
            _ => return Err(wrong(format!("{} does not take '{option}'", chosen.name))),
        }
    }
    if !p.time_of_work.is_zero() {
        p.work = Work::calibrate(p.time_of_work);
    }
    if chosen.capacity > 0 && p.capacity == 0 {
        return Err(Problem::NotApplicable("Tokio has no rendezvous channel: the least capacity is 1".into()));
    }
    Ok(p)
}

fn workload_named(name: &str) -> Result<&'static Workload, Problem> {
    WORKLOADS.iter().find(|w| w.name == name).ok_or_else(|| wrong(format!("there is no workload '{name}'")))
}

fn run(words: &[String]) -> Result<(), Problem> {
    let name = words.first().ok_or_else(|| wrong("no workload given".into()))?.as_str();
    let one = [name];
    let parts = SUITES.iter().find(|s| s.0 == name).map_or(&one[..], |s| s.1);
    for part in parts {
        let chosen = workload_named(part)?;
        let p = read_options(chosen, &words[1..])?;
        let o = (chosen.run)(&p)?;
        let (seconds, rss) = (o.elapsed.as_secs_f64(), measure::peak_rss_kb()?);
        println!("tokio\t{part}\t{}\t{seconds:.6}\t{:.1}\t{rss}", o.n, o.ns_per_op);
        for (name, ns) in o.further {
            println!("tokio\t{part}_{name}\t{}\t{seconds:.6}\t{ns:.1}\t{rss}", o.n);
        }
    }
    Ok(())
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (message, status) = match run(&words) {
        Ok(()) => return,
        Err(Problem::NotDone(message)) => (message, 1),
        Err(Problem::WrongUsage(message)) => (format!("{message}\n{}", usage()), 2),
        Err(Problem::NotApplicable(message)) => (format!("not applicable: {message}"), 3),
    };
    eprintln!("bench: {message}");
    std::process::exit(status);
}
