package main

import (
	"sync"
	"time"
)

// With --work, who computes: in spsc both sides, in mpsc and select the
// producers, in mpmc the consumers, in pipeline each of the two maps.

const parties = 8 // producers, and consumers where there are several

// pingpong sends a counter to and fro over two unbuffered channels.
func pingpong(p params) (outcome, error) {
	ping, pong := make(chan int), make(chan int)
	start := time.Now()
	go func() {
		defer close(pong)
		for v := range ping {
			pong <- v + 1
		}
	}()
	v := 0
	for i := 0; i < p.n; i++ {
		ping <- v
		v = <-pong
	}
	close(ping)
	<-pong
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: 2 * p.n}, expect("round trips", v, p.n)
}

// produce sends from, from+step, ... below n.
func produce(out chan<- int, from, step, n int, w work) {
	for i := from; i < n; i += step {
		if w > 0 {
			w.do(uint64(i))
		}
		out <- i
	}
}

// consume receives until the channel is closed and returns the sum.
func consume(in <-chan int, w work) int {
	sum := 0
	for v := range in {
		if w > 0 {
			w.do(uint64(v))
		}
		sum += v
	}
	return sum
}

// spsc has one producer and one consumer.
func spsc(p params) (outcome, error) {
	ch := make(chan int, p.capacity)
	start := time.Now()
	go func() {
		defer close(ch)
		produce(ch, 0, 1, p.n, p.work)
	}()
	sum := consume(ch, p.work)
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("sum", sum, sumBelow(p.n))
}

// startProducers starts the producers; the last one to end closes the channel.
func startProducers(ch chan<- int, n int, w work) {
	var wg sync.WaitGroup
	wg.Add(parties)
	for k := 0; k < parties; k++ {
		go func(k int) {
			defer wg.Done()
			produce(ch, k, parties, n, w)
		}(k)
	}
	go func() {
		wg.Wait()
		close(ch)
	}()
}

// mpsc has eight producers and one consumer.
func mpsc(p params) (outcome, error) {
	ch := make(chan int, p.capacity)
	start := time.Now()
	startProducers(ch, p.n, p.work)
	sum := consume(ch, 0)
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("sum", sum, sumBelow(p.n))
}

// mpmc has eight producers and eight consumers.
func mpmc(p params) (outcome, error) {
	ch := make(chan int, p.capacity)
	sums := make(chan int, parties)
	start := time.Now()
	startProducers(ch, p.n, 0)
	for k := 0; k < parties; k++ {
		go func() { sums <- consume(ch, p.work) }()
	}
	sum := 0
	for k := 0; k < parties; k++ {
		sum += <-sums
	}
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("sum", sum, sumBelow(p.n))
}

// selectEight has one consumer that selects over the channels of eight
// producers. A closed channel is set to nil, so that its case rests.
func selectEight(p params) (outcome, error) {
	var c [parties]chan int
	start := time.Now()
	for k := range c {
		ch := make(chan int, p.capacity)
		c[k] = ch
		go func(k int) {
			defer close(ch)
			produce(ch, k, parties, p.n, p.work)
		}(k)
	}
	sum := 0
	for open := parties; open > 0; {
		var v, k int
		var ok bool
		select {
		case v, ok = <-c[0]:
			k = 0
		case v, ok = <-c[1]:
			k = 1
		case v, ok = <-c[2]:
			k = 2
		case v, ok = <-c[3]:
			k = 3
		case v, ok = <-c[4]:
			k = 4
		case v, ok = <-c[5]:
			k = 5
		case v, ok = <-c[6]:
			k = 6
		case v, ok = <-c[7]:
			k = 7
		}
		if !ok {
			c[k] = nil
			open--
			continue
		}
		sum += v
	}
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("sum", sum, sumBelow(p.n))
}

// ring passes one token n times around 503 goroutines.
func ring(p params) (outcome, error) {
	const members = 503
	first := make(chan int)
	ended := make(chan int)
	start := time.Now()
	in := first
	for k := 0; k < members; k++ {
		out := first
		if k < members-1 {
			out = make(chan int)
		}
		go func(k int, in <-chan int, out chan<- int) {
			for left := range in {
				if left == 0 {
					ended <- k
					return
				}
				out <- left - 1
			}
		}(k, in, out)
		in = out
	}
	first <- p.n
	last := <-ended
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("member that had the token last", last, p.n%members)
}

// pipeline has a source, two maps and a sink.
func pipeline(p params) (outcome, error) {
	stage := func(in <-chan int, f func(int) int) <-chan int {
		out := make(chan int, p.capacity)
		go func() {
			defer close(out)
			for v := range in {
				if p.work > 0 {
					p.work.do(uint64(v))
				}
				out <- f(v)
			}
		}()
		return out
	}
	source := make(chan int, p.capacity)
	start := time.Now()
	go func() {
		defer close(source)
		produce(source, 0, 1, p.n, 0)
	}()
	doubled := stage(source, func(v int) int { return 2 * v })
	raised := stage(doubled, func(v int) int { return v + 1 })
	sum := consume(raised, 0)
	elapsed := time.Since(start)
	return outcome{n: p.n, elapsed: elapsed, ops: p.n}, expect("sum", sum, 2*sumBelow(p.n)+p.n)
}
