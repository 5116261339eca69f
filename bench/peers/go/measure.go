package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"
)

// work is computing per item, as a number of steps; zero is none.
type work uint64

// do computes for the calibrated time and returns seed changed by it, so that
// every step depends on the one before.
//
//go:noinline
func (w work) do(seed uint64) uint64 {
	for i := work(0); i < w; i++ {
		seed = seed*6364136223846793005 + 1442695040888963407
	}
	return seed
}

// calibrate finds the number of steps that take d. The fastest of several
// trials counts: the others were disturbed.
func calibrate(d time.Duration) work {
	if d == 0 {
		return 0
	}
	const steps = 2_000_000
	best := time.Duration(1<<63 - 1)
	for i := 0; i < 10; i++ {
		start := time.Now()
		sink = work(steps).do(uint64(i))
		if took := time.Since(start); took < best {
			best = took
		}
	}
	return work(float64(d) / float64(best) * steps)
}

// sink takes results that nobody reads.
var sink uint64

// peakRSS is the largest resident size of this process so far, in kB.
func peakRSS() (int, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "VmHWM:") {
			var kb int
			_, err := fmt.Sscan(strings.TrimPrefix(line, "VmHWM:"), &kb)
			return kb, err
		}
	}
	return 0, fmt.Errorf("no VmHWM in %s", f.Name())
}

// expect returns an error unless got is want.
func expect(what string, got, want int) error {
	if got != want {
		return fmt.Errorf("%s: got %d, want %d", what, got, want)
	}
	return nil
}

// sumBelow is 0 + 1 + ... + n-1.
func sumBelow(n int) int { return n * (n - 1) / 2 }
