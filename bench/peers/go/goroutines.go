package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// spawnJoin starts goroutines, a thousand at a time, and waits for each batch.
func spawnJoin(p params) (outcome, error) {
	const batch = 1000
	results := make([]int, batch)
	sum := 0
	start := time.Now()
	for first := 0; first < p.n; first += batch {
		size := p.n - first
		if size > batch {
			size = batch
		}
		var wg sync.WaitGroup
		wg.Add(size)
		for i := 0; i < size; i++ {
			go func(i int) {
				defer wg.Done()
				if p.work > 0 {
					p.work.do(uint64(i))
				}
				results[i] = first + i
			}(i)
		}
		wg.Wait()
		for _, r := range results[:size] {
			sum += r
		}
	}
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("sum", sum, sumBelow(p.n))
}

// skynet builds a tree of goroutines, ten children each, with a million
// leaves; the sums go up over channels. n is how many trees, one after another.
func skynet(p params) (outcome, error) {
	const leaves = 1_000_000
	start := time.Now()
	for i := 0; i < p.n; i++ {
		sum := make(chan int)
		go grow(sum, 0, leaves)
		if err := expect("sum", <-sum, sumBelow(leaves)); err != nil {
			return outcome{}, err
		}
	}
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n * leaves}, nil
}

// grow sends up the sum of the leaves first to first+size-1.
func grow(up chan<- int, first, size int) {
	if size == 1 {
		up <- first
		return
	}
	const children = 10
	below := make(chan int, children)
	part := size / children
	for k := 0; k < children; k++ {
		go grow(below, first+k*part, part)
	}
	sum := 0
	for k := 0; k < children; k++ {
		sum += <-below
	}
	up <- sum
}

// sleepFor returns a workload of n goroutines that sleep for d and are then
// joined. The time that counts is the time over the sleep.
func sleepFor(d time.Duration) func(params) (outcome, error) {
	return func(p params) (outcome, error) {
		var woken atomic.Int64
		var wg sync.WaitGroup
		wg.Add(p.n)
		start := time.Now()
		for i := 0; i < p.n; i++ {
			go func() {
				defer wg.Done()
				time.Sleep(d)
				woken.Add(1)
			}()
		}
		wg.Wait()
		over := time.Since(start) - d
		if over < 0 {
			return outcome{}, fmt.Errorf("all woke %v too early", -over)
		}
		return outcome{n: p.n, elapsed: over, ops: p.n}, expect("goroutines that woke", int(woken.Load()), p.n)
	}
}

// fib computes a Fibonacci number by fork and join without a cut-off: each call is a goroutine. n is the
// number of calls, which the smallest argument that takes as many rounds up.
func fib(p params) (outcome, error) { return fibBy(fork, p) }

// fibInline is fib as one would write it: the second of two calls is made by the goroutine itself.
func fibInline(p params) (outcome, error) { return fibBy(forkInline, p) }

func fibBy(f func(int) int, p params) (outcome, error) {
	argument, calls, nextCalls := 0, 1, 1
	want, next := 0, 1
	for calls < p.n {
		argument++
		calls, nextCalls = nextCalls, calls+nextCalls+1
		want, next = next, want+next
	}
	start := time.Now()
	got := f(argument)
	elapsed := time.Since(start)
	return outcome{n: calls, elapsed: elapsed, ops: calls}, expect("fib", got, want)
}

func fork(n int) int {
	if n < 2 {
		return n
	}
	var left, right int
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		left = fork(n - 1)
	}()
	go func() {
		defer wg.Done()
		right = fork(n - 2)
	}()
	wg.Wait()
	return left + right
}

func forkInline(n int) int {
	if n < 2 {
		return n
	}
	var left int
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		left = forkInline(n - 1)
	}()
	right := forkInline(n - 2)
	wg.Wait()
	return left + right
}
