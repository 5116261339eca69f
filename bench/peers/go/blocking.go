package main

import (
	"fmt"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	tick        = 1 * time.Millisecond
	oneCall     = 10 * time.Millisecond
	callsAtOnce = 512
	ticksAlone  = 300
)

// lateTicks sleeps until each tick and notes how late it comes, while lasts is
// set, and least times at least.
func lateTicks(lasts *atomic.Bool, least int) []time.Duration {
	var late []time.Duration
	for len(late) < least || lasts.Load() {
		due := time.Now().Add(tick)
		time.Sleep(tick)
		late = append(late, time.Since(due))
	}
	return late
}

func showTicks(when string, late []time.Duration) time.Duration {
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	at := func(percent int) time.Duration { return late[(len(late)*percent+99)/100-1] }
	fmt.Fprintf(os.Stderr, "a goroutine %s: %d ticks, late by p50 %d us, p90 %d us, p99 %d us\n", when, len(late),
		at(50).Microseconds(), at(90).Microseconds(), at(99).Microseconds())
	return at(99)
}

// blockingTicker makes n calls that block their thread for 10 ms, up to 512 at
// once, beside a goroutine that ticks each millisecond. Its figure is the 99th
// percentile of lateness.
func blockingTicker(p params) (outcome, error) {
	var lasts atomic.Bool
	alone := lateTicks(&lasts, ticksAlone)
	lasts.Store(true)
	ticked := make(chan []time.Duration)
	go func() { ticked <- lateTicks(&lasts, 1) }()
	start := time.Now()
	room := make(chan struct{}, callsAtOnce)
	var all sync.WaitGroup
	for i := 0; i < p.n; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			room <- struct{}{}
			left := syscall.NsecToTimespec(oneCall.Nanoseconds())
			for syscall.Nanosleep(&left, &left) == syscall.EINTR {
			}
			<-room
		}()
	}
	all.Wait()
	elapsed := time.Since(start)
	lasts.Store(false)
	beside := <-ticked
	showTicks("alone", alone)
	worst := showTicks("beside the calls", beside)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n, nsPerOp: float64(worst.Nanoseconds())}, nil
}
