//! How long things take while others go on: requests beside requests, and sleeps.
//!
//! The channel of the requests, which several tasks receive from, is an async-channel, as in mpmc; an answer comes in a
//! oneshot channel, as is usual. Tokio's timers have a grid of whole milliseconds and round up: a sleep ends about one
//! later than asked for.

use crate::measure::{expect, on_workers, Params, Problem, Report, Work};
use crate::readings;
use async_channel::{bounded, Receiver, Sender};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{sleep_until, Instant};

// For each worker: many clients, so that their requests come as if from nowhere, and servers enough for all workers.
const CLIENTS_OF_EACH: u64 = 32;
const SERVERS_OF_EACH: u64 = 4;

/// splitmix64: numbers that look random, the same in each run and in each peer.
struct Dice(u64);

impl Dice {
    /// In [0, 1).
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

struct Request {
    number: u64,
    reply: oneshot::Sender<u64>,
}

async fn serve(input: Receiver<Request>, work: Work) {
    while let Ok(got) = input.recv().await {
        work.compute(got.number);
        got.reply.send(got.number + 1).unwrap();
    }
}

/// Draws the times of its requests, with gaps that are distributed exponentially; one that is late, as the answer
/// before was, is sent at once. What counts is the time from the sending to the answer.
async fn ask(out: Sender<Request>, n: u64, mean_gap: Duration, seed: u64) -> Result<Vec<Duration>, Problem> {
    let mut taken = Vec::with_capacity(n as usize);
    let mut gaps = Dice(seed);
    let mut next = Instant::now();
    for number in 0..n {
        next += Duration::from_nanos((-(1.0 - gaps.next()).ln() * mean_gap.as_nanos() as f64) as u64);
        if Instant::now() < next {
            sleep_until(next).await;
        }
        let sent = Instant::now();
        let (reply, answer) = oneshot::channel();
        if out.send(Request { number, reply }).await.is_err() {
            panic!("the servers are gone");
        }
        let answer = answer.await.unwrap();
        taken.push(sent.elapsed());
        expect("answer", answer, number + 1)?;
    }
    Ok(taken)
}

/// Clients that ask servers over one channel, which keeps half of the time of all workers busy with computing.
pub fn request_load(p: &Params) -> Report {
    let Params { n, work, time_of_work, .. } = *p;
    let workers = p.threads as u64;
    on_workers(p, async move {
        let clients = CLIENTS_OF_EACH * workers;
        let each = (n + clients - 1) / clients;
        // One request in 2 * work / workers.
        let mean_gap = time_of_work * (2 * CLIENTS_OF_EACH) as u32;
        let (out, input) = bounded(64);
        for _ in 0..SERVERS_OF_EACH * workers {
            tokio::spawn(serve(input.clone(), work));
        }
        let start = Instant::now();
        let asking: Vec<_> = (0..clients).map(|seed| tokio::spawn(ask(out.clone(), each, mean_gap, seed))).collect();
        let mut all = Vec::with_capacity((clients * each) as usize);
        for client in asking {
            all.append(&mut client.await.unwrap()?);
        }
        readings::finish("request_load", all, clients * each, start.elapsed(), "")
    })
}

/// One task sleeps n times for 1 to 3 ms. The latencies are how late it wakes, from the time that it asked for, so that
/// the rounding of Tokio counts.
pub fn timer_accuracy(p: &Params) -> Report {
    let n = p.n;
    on_workers(p, async move {
        let mut late = Vec::with_capacity(n as usize);
        let mut lengths = Dice(1);
        let start = Instant::now();
        for _ in 0..n {
            let length = Duration::from_millis(1) + Duration::from_nanos((lengths.next() * 2e6) as u64);
            let until = Instant::now() + length;
            sleep_until(until).await;
            let over = Instant::now().checked_duration_since(until);
            late.push(over.ok_or_else(|| Problem::NotDone("a task woke too early".into()))?);
        }
        readings::finish("timer_accuracy", late, n, start.elapsed(), "")
    })
}
