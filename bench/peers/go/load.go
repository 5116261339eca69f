package main

import (
	"fmt"
	"math"
	"time"
)

// How long things take while others go on: requests beside requests, and
// sleeps. A client makes its channel for the answers once: with room for one,
// so that a server never waits for a client. Go sleeps for a time, not until
// one; time.Until makes the one of the other. An idle thread of Go 1.19 waits
// in epoll for whole milliseconds, so that half of one on average is added to a
// sleep.

// For each thread: many clients, so that their requests come as if from
// nowhere, and servers enough for all threads.
const (
	clientsOfEach = 32
	serversOfEach = 4
)

// dice is splitmix64: numbers that look random, the same in each run and in
// each peer.
type dice uint64

// next is in [0, 1).
func (d *dice) next() float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) * 0x1p-53
}

type request struct {
	number int
	reply  chan<- int
}

func serve(in <-chan request, w work) {
	for r := range in {
		if w > 0 {
			w.do(uint64(r.number))
		}
		r.reply <- r.number + 1
	}
}

// asked is what a client has found.
type asked struct {
	taken readings
	err   error
}

// ask draws the times of its requests, with gaps that are distributed
// exponentially; one that is late, as the answer before was, is sent at once.
// What counts is the time from the sending to the answer.
func ask(out chan<- request, requests int, meanGap time.Duration, gaps dice) asked {
	taken := make(readings, 0, requests)
	reply := make(chan int, 1)
	next := time.Now()
	for i := 0; i < requests; i++ {
		next = next.Add(time.Duration(-math.Log(1-gaps.next()) * float64(meanGap)))
		time.Sleep(time.Until(next)) // not at all where that has passed
		sent := time.Now()
		out <- request{i, reply}
		answer := <-reply
		taken = append(taken, time.Since(sent))
		if err := expect("answer", answer, i+1); err != nil {
			return asked{err: err}
		}
	}
	return asked{taken: taken}
}

// requestLoad has clients that ask servers over one channel, which keeps half
// of the time of all threads busy with computing.
func requestLoad(p params) (outcome, error) {
	clients := clientsOfEach * p.threads
	each := (p.n + clients - 1) / clients
	// One request in 2 * work / threads.
	meanGap := p.timeOfWork * 2 * time.Duration(clients) / time.Duration(p.threads)
	requests := make(chan request, 64)
	for i := 0; i < serversOfEach*p.threads; i++ {
		go serve(requests, p.work)
	}
	results := make(chan asked, clients)
	start := time.Now()
	for i := 0; i < clients; i++ {
		go func(i int) { results <- ask(requests, each, meanGap, dice(i)) }(i)
	}
	all := make(readings, 0, clients*each)
	for i := 0; i < clients; i++ {
		result := <-results
		if result.err != nil {
			return outcome{}, result.err
		}
		all = append(all, result.taken...)
	}
	elapsed := time.Since(start)
	close(requests)
	return all.finish("request_load", clients*each, elapsed, "")
}

// timerAccuracy sleeps n times for 1 to 3 ms. Its latencies are how late it
// wakes.
func timerAccuracy(p params) (outcome, error) {
	late := make(readings, 0, p.n)
	lengths := dice(1)
	start := time.Now()
	for i := 0; i < p.n; i++ {
		until := time.Now().Add(time.Millisecond + time.Duration(lengths.next()*2e6))
		time.Sleep(time.Until(until))
		over := time.Since(until)
		if over < 0 {
			return outcome{}, fmt.Errorf("a goroutine woke %v too early", -over)
		}
		late = append(late, over)
	}
	return late.finish("timer_accuracy", p.n, time.Since(start), "")
}
