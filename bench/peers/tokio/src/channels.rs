//! Tasks that pass numbers over bounded channels: tokio::sync::mpsc, which is Tokio's own, wherever one task receives.
//! For several receivers of one channel Tokio has nothing; async-channel is taken. With two workers it was faster than
//! flume (which is the faster one with one worker) and much faster than a mutex around an mpsc receiver.
//!
//! With --work, who computes: in spsc both sides, in mpsc the producers, in mpmc the consumers, in pipeline each of the
//! two maps.

use crate::measure::{expect, on_workers, sum_below, Outcome, Params, Report, Work};
use std::time::Instant;
use tokio::sync::mpsc::{channel, Receiver, Sender};

pub const PARTIES: u64 = 8; // producers, and consumers where there are several

/// Sends a counter to and fro over two channels.
pub fn pingpong(p: &Params) -> Report {
    let Params { n, capacity, .. } = *p;
    on_workers(p, async move {
        let (ping, mut ping_end) = channel(capacity);
        let (pong_end, mut pong) = channel(capacity);
        let start = Instant::now();
        let partner = tokio::spawn(async move {
            while let Some(value) = ping_end.recv().await {
                pong_end.send(value + 1).await.unwrap();
            }
        });
        let mut value = 0;
        for _ in 0..n {
            ping.send(value).await.unwrap();
            value = pong.recv().await.unwrap();
        }
        drop(ping);
        partner.await.unwrap();
        let elapsed = start.elapsed();
        expect("round trips", value, n)?;
        Ok(Outcome::new(n, elapsed, 2 * n))
    })
}

/// Sends from, from+step, ... below n.
pub async fn produce(out: Sender<u64>, from: u64, step: u64, n: u64, work: Work) {
    let mut i = from;
    while i < n {
        work.compute(i);
        out.send(i).await.unwrap();
        i += step;
    }
}

/// Receives until all senders are gone and gives the sum.
async fn consume(mut input: Receiver<u64>, work: Work) -> u64 {
    let mut sum = 0;
    while let Some(value) = input.recv().await {
        work.compute(value);
        sum += value;
    }
    sum
}

pub fn spsc(p: &Params) -> Report {
    let Params { n, capacity, work, .. } = *p;
    on_workers(p, async move {
        let (out, input) = channel(capacity);
        let start = Instant::now();
        tokio::spawn(produce(out, 0, 1, n, work));
        let sum = consume(input, work).await;
        let elapsed = start.elapsed();
        expect("sum", sum, sum_below(n))?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

pub fn mpsc(p: &Params) -> Report {
    let Params { n, capacity, work, .. } = *p;
    on_workers(p, async move {
        let (out, input) = channel(capacity);
        let start = Instant::now();
        for k in 0..PARTIES {
            tokio::spawn(produce(out.clone(), k, PARTIES, n, work));
        }
        drop(out);
        let sum = consume(input, Work::NONE).await;
        let elapsed = start.elapsed();
        expect("sum", sum, sum_below(n))?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

pub fn mpmc(p: &Params) -> Report {
    let Params { n, capacity, work, .. } = *p;
    on_workers(p, async move {
        let (out, input) = async_channel::bounded(capacity);
        let start = Instant::now();
        for k in 0..PARTIES {
            let out = out.clone();
            tokio::spawn(async move {
                for i in (k..n).step_by(PARTIES as usize) {
                    out.send(i).await.unwrap();
                }
            });
        }
        drop(out);
        let mut consumers = Vec::new();
        for _ in 0..PARTIES {
            let input = input.clone();
            consumers.push(tokio::spawn(async move {
                let mut sum = 0;
                while let Ok(value) = input.recv().await {
                    work.compute(value);
                    sum += value;
                }
                sum
            }));
        }
        let mut sum = 0;
        for each in consumers {
            sum += each.await.unwrap();
        }
        let elapsed = start.elapsed();
        expect("sum", sum, sum_below(n))?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

/// Passes one token n times around 503 tasks.
pub fn ring(p: &Params) -> Report {
    const MEMBERS: usize = 503;
    let Params { n, capacity, .. } = *p;
    on_workers(p, async move {
        let (ended, mut last) = channel(1);
        let start = Instant::now();
        let (outs, inputs): (Vec<_>, Vec<_>) = (0..MEMBERS).map(|_| channel::<u64>(capacity)).unzip();
        for (k, mut input) in inputs.into_iter().enumerate() {
            let out = outs[(k + 1) % MEMBERS].clone();
            let ended = ended.clone();
            tokio::spawn(async move {
                while let Some(left) = input.recv().await {
                    if left == 0 {
                        ended.send(k as u64).await.unwrap();
                        return;
                    }
                    out.send(left - 1).await.unwrap();
                }
            });
        }
        outs[0].send(n).await.unwrap();
        let member = last.recv().await.unwrap();
        let elapsed = start.elapsed();
        expect("member that had the token last", member, n % MEMBERS as u64)?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

/// A task that gives f of each number on.
fn map(mut input: Receiver<u64>, capacity: usize, work: Work, f: fn(u64) -> u64) -> Receiver<u64> {
    let (out, mapped) = channel(capacity);
    tokio::spawn(async move {
        while let Some(value) = input.recv().await {
            work.compute(value);
            out.send(f(value)).await.unwrap();
        }
    });
    mapped
}

/// A source, two maps and a sink.
pub fn pipeline(p: &Params) -> Report {
    let Params { n, capacity, work, .. } = *p;
    on_workers(p, async move {
        let (source, numbers) = channel(capacity);
        let start = Instant::now();
        tokio::spawn(produce(source, 0, 1, n, Work::NONE));
        let doubled = map(numbers, capacity, work, |value| 2 * value);
        let raised = map(doubled, capacity, work, |value| value + 1);
        let sum = consume(raised, Work::NONE).await;
        let elapsed = start.elapsed();
        expect("sum", sum, 2 * sum_below(n) + n)?;
        Ok(Outcome::new(n, elapsed, n))
    })
}
