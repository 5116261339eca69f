//! How long a wake-up takes: from the moment one task makes another one ready until that runs on an idle CPU. A round:
//! the sender sleeps, then computes, so that its own CPU is awake and all others have been idle for milliseconds; then
//! it sends, and computes on without a pause.
//!
//! Tokio 1.24 puts a woken task into a slot of the worker that woke it, from which no other worker can take it: it runs
//! when the sender pauses. (Its guide asks for block_in_place around such computing, which moves the rest of the worker
//! to a thread of the blocking pool. That measures a thread of that pool, no idle worker.)

use crate::measure::{on_workers, runtime, Params, Problem, Report};
use crate::readings;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{channel, Receiver, Sender};

const PAUSE: Duration = Duration::from_millis(1);
const COMPUTING_BEFORE: Duration = Duration::from_millis(4);
const COMPUTING_AFTER: Duration = Duration::from_millis(1);
const LULL: Duration = Duration::from_micros(10);
const LINGERING_LIMIT: Duration = Duration::from_millis(2);

/// Keeps the CPU busy.
fn compute_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {}
}

/// Goes from the sender to the task that it wakes.
struct Letter {
    sent: Instant,
    from: ThreadId,
    counts: bool,
}

fn letter(counts: bool) -> Letter {
    let from = thread::current().id();
    Letter { sent: Instant::now(), from, counts }
}

/// Filled by the task that is woken.
#[derive(Default)]
struct Received {
    taken: Mutex<Vec<Duration>>,
    on_the_same_thread: AtomicU64,
    arrived: AtomicU64,
}

impl Received {
    fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Acquire)
    }

    /// Lets everything come to rest; afterwards the receiver waits for the next letter.
    async fn settle(&self, letters: u64) {
        loop {
            tokio::time::sleep(PAUSE).await;
            if self.arrived() == letters {
                return;
            }
        }
    }

    fn finish(&self, name: &str, n: u64, elapsed: Duration) -> Report {
        let note = match self.on_the_same_thread.load(Ordering::Relaxed) {
            0 => String::new(),
            several => format!("; {several} of {n} ran only later, on the thread that woke them"),
        };
        readings::finish(name, std::mem::take(&mut self.taken.lock().unwrap()), n, elapsed, &note)
    }
}

async fn receive_letters(mut input: Receiver<Letter>, seen: Arc<Received>) {
    while let Some(got) = input.recv().await {
        let latency = got.sent.elapsed();
        if got.counts {
            seen.taken.lock().unwrap().push(latency);
            if thread::current().id() == got.from {
                seen.on_the_same_thread.fetch_add(1, Ordering::Relaxed);
            }
        }
        seen.arrived.fetch_add(1, Ordering::Release);
    }
}

/// The other workers have been asleep for 4 ms.
pub fn parked(p: &Params) -> Report {
    let Params { n, capacity, .. } = *p;
    on_workers(p, async move {
        let seen = Arc::new(Received::default());
        let (out, input) = channel(capacity);
        let receiving = tokio::spawn(receive_letters(input, seen.clone()));
        let start = Instant::now();
        for i in 0..n {
            seen.settle(i).await;
            compute_for(COMPUTING_BEFORE);
            send(&out, true).await;
            compute_for(COMPUTING_AFTER);
        }
        drop(out);
        receiving.await.unwrap();
        seen.finish("handoff_parked", n, start.elapsed())
    })
}

async fn send(out: &Sender<Letter>, counts: bool) {
    if out.send(letter(counts)).await.is_err() {
        panic!("the receiver is gone");
    }
}

/// Another worker ran out of work 10 us ago.
pub fn lingering(p: &Params) -> Report {
    if p.threads < 2 {
        return Err(Problem::NotApplicable("handoff_lingering needs two threads".into()));
    }
    let Params { n, capacity, .. } = *p;
    on_workers(p, async move {
        let seen = Arc::new(Received::default());
        let (out, input) = channel(capacity);
        let receiving = tokio::spawn(receive_letters(input, seen.clone()));
        let start = Instant::now();
        let (mut i, mut letters, mut failures) = (0, 0, 0);
        while i < n {
            seen.settle(letters).await;
            send(&out, false).await;
            let sent = Instant::now();
            while seen.arrived() == letters && sent.elapsed() < LINGERING_LIMIT {}
            let awake = seen.arrived() != letters;
            letters += 1;
            if !awake {
                failures += 1;
                if failures > n + 10 {
                    return Err(Problem::NotApplicable(
                        "no other worker takes a woken task beside one that computes: Tokio's slot is not stolen from"
                            .into(),
                    ));
                }
                continue;
            }
            compute_for(LULL);
            send(&out, true).await;
            compute_for(COMPUTING_AFTER);
            letters += 1;
            i += 1;
        }
        drop(out);
        receiving.await.unwrap();
        seen.finish("handoff_lingering", n, start.elapsed())
    })
}

/// A thread that is none of the workers spawns a task while all of them are parked.
pub fn foreign_wake(p: &Params) -> Report {
    let runtime = runtime(p.threads);
    let seen = Arc::new(Received::default());
    let start = Instant::now();
    for i in 0..p.n {
        loop {
            thread::sleep(PAUSE);
            if seen.arrived() == i {
                break;
            }
        }
        compute_for(COMPUTING_BEFORE);
        let (sent, seen) = (Instant::now(), seen.clone());
        runtime.spawn(async move {
            seen.taken.lock().unwrap().push(sent.elapsed());
            seen.arrived.fetch_add(1, Ordering::Release);
        });
        compute_for(COMPUTING_AFTER);
    }
    while seen.arrived() != p.n {
        thread::sleep(PAUSE);
    }
    seen.finish("foreign_wake", p.n, start.elapsed())
}
