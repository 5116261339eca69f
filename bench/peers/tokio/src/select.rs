//! One consumer that selects over the channels of eight producers.
//!
//! A hand-written poll over the receivers, which begins behind the one that had a message last. tokio::select! over
//! the same receivers, with its random start, was slower, with one worker by a quarter.

use crate::channels::{produce, PARTIES};
use crate::measure::{expect, on_workers, sum_below, Outcome, Params, Report};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::sync::mpsc::{channel, Receiver};

pub fn select(p: &Params) -> Report {
    let Params { n, capacity, work, .. } = *p;
    on_workers(p, async move {
        let start = Instant::now();
        let mut inputs: Vec<Receiver<u64>> = Vec::new();
        for k in 0..PARTIES {
            let (out, input) = channel(capacity);
            inputs.push(input);
            tokio::spawn(produce(out, k, PARTIES, n, work));
        }
        let mut any = Any { inputs, next: 0 };
        let mut sum = 0;
        while let Some(value) = (&mut any).await {
            sum += value;
        }
        let elapsed = start.elapsed();
        expect("sum", sum, sum_below(n))?;
        Ok(Outcome::new(n, elapsed, n))
    })
}

/// Receives from any of these, `next` first, each time that it is awaited; None when all are closed.
struct Any {
    inputs: Vec<Receiver<u64>>,
    next: usize,
}

impl Future for Any {
    type Output = Option<u64>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u64>> {
        let Any { inputs, next } = &mut *self;
        let mut empty = 0;
        while empty < inputs.len() {
            if *next >= inputs.len() {
                *next = 0;
            }
            match inputs[*next].poll_recv(context) {
                Poll::Ready(Some(value)) => {
                    *next += 1;
                    return Poll::Ready(Some(value));
                }
                Poll::Ready(None) => {
                    inputs.remove(*next);
                    empty = 0; // the places have changed
                }
                Poll::Pending => {
                    *next += 1;
                    empty += 1;
                }
            }
        }
        if inputs.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }
}
