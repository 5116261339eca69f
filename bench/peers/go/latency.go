package main

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
)

// How long a wake-up takes: from the moment one goroutine makes another one
// ready until that runs on an idle CPU. A round: the sender sleeps, then
// computes, so that its own CPU is awake and all others have been idle for
// milliseconds; then it sends, and computes on without a pause.

const (
	pause           = 1 * time.Millisecond
	computingBefore = 4 * time.Millisecond
	computingAfter  = 1 * time.Millisecond
	lull            = 10 * time.Microsecond
	lingeringLimit  = 2 * time.Millisecond
)

// computeFor keeps the CPU busy.
func computeFor(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

// letter goes from the sender to the goroutine that it wakes.
type letter struct {
	sent   time.Time
	from   int
	counts bool
}

// received is what the goroutine that is woken notes; what it wrote can be read
// where arrived says so.
type received struct {
	taken           readings
	onTheSameThread int
	arrived         int64
	done            chan struct{}
}

// receiveLetters returns a channel to a goroutine that notes how long each
// letter took.
func receiveLetters(n int) (chan<- letter, *received) {
	ch := make(chan letter)
	r := &received{taken: make(readings, 0, n), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for l := range ch {
			latency := time.Since(l.sent)
			if l.counts {
				r.taken = append(r.taken, latency)
				if syscall.Gettid() == l.from {
					r.onTheSameThread++
				}
			}
			atomic.AddInt64(&r.arrived, 1)
		}
	}()
	return ch, r
}

func writeLetter(counts bool) letter {
	from := syscall.Gettid()
	return letter{time.Now(), from, counts}
}

// settle lets everything come to rest; afterwards the receiver waits for the
// next letter.
func (r *received) settle(letters int64) {
	for {
		time.Sleep(pause)
		if atomic.LoadInt64(&r.arrived) == letters {
			return
		}
	}
}

// finish waits for the last letter.
func (r *received) finish(name string, n int, elapsed time.Duration) (outcome, error) {
	<-r.done
	note := ""
	if r.onTheSameThread != 0 {
		note = fmt.Sprintf("; %d of %d ran only later, on the thread that woke them", r.onTheSameThread, n)
	}
	return r.taken.finish(name, n, elapsed, note)
}

// handoffParked: the other threads have been asleep for 4 ms.
func handoffParked(p params) (outcome, error) {
	start := time.Now()
	out, r := receiveLetters(p.n)
	for i := 0; i < p.n; i++ {
		r.settle(int64(i))
		computeFor(computingBefore)
		out <- writeLetter(true)
		computeFor(computingAfter)
	}
	close(out)
	return r.finish("handoff_parked", p.n, time.Since(start))
}

// handoffLingering: another thread ran out of work 10 us ago.
func handoffLingering(p params) (outcome, error) {
	if p.threads < 2 {
		return outcome{}, fmt.Errorf("%w: handoff_lingering needs two threads", errNotApplicable)
	}
	start := time.Now()
	out, r := receiveLetters(p.n)
	letters, failures := int64(0), 0
	for i := 0; i < p.n; {
		r.settle(letters)
		out <- writeLetter(false)
		for sent := time.Now(); atomic.LoadInt64(&r.arrived) == letters && time.Since(sent) < lingeringLimit; {
		}
		awake := atomic.LoadInt64(&r.arrived) != letters
		letters++
		if !awake {
			if failures++; failures > p.n+10 {
				return outcome{}, fmt.Errorf("handoff_lingering: no other thread took a goroutine beside one that computed for %v",
					lingeringLimit)
			}
			continue
		}
		computeFor(lull)
		out <- writeLetter(true)
		computeFor(computingAfter)
		letters++
		i++
	}
	close(out)
	return r.finish("handoff_lingering", p.n, time.Since(start))
}

// futexHandover, foreignWake and idleCPU stand in the list so that a driver
// gets a clear answer.
func futexHandover(params) (outcome, error) {
	return outcome{}, fmt.Errorf("%w: it measures the machine, not Go", errNotApplicable)
}

func foreignWake(params) (outcome, error) {
	return outcome{}, fmt.Errorf("%w: every thread of a Go program is one of its runtime", errNotApplicable)
}

func idleCPU(params) (outcome, error) {
	return outcome{}, fmt.Errorf("%w: Go's monitor thread is a part of every program", errNotApplicable)
}
