package main

import (
	"fmt"
	"os"
	"sort"
	"time"
)

// A machine shared with others delays some wake-ups by itself: how many it
// were tells whether a run can show a tail.
const lateFrom = 1 * time.Millisecond

// readings are latencies that one workload has measured.
type readings []time.Duration

// percentile is the nearest rank, in thousandths, of sorted figures.
func (r readings) percentile(ofThousand int) time.Duration {
	rank := (len(r)*ofThousand + 999) / 1000
	if rank < 1 {
		rank = 1
	}
	return r[rank-1]
}

// finish sorts them and gives the median, and further the 99th and the 99.9th
// percentile. It prints what the lines on stdout do not say, and note behind
// it. There has to be one latency for each of n.
func (r readings) finish(name string, n int, elapsed time.Duration, note string) (outcome, error) {
	if err := expect("latencies measured", len(r), n); err != nil {
		return outcome{}, err
	}
	sort.Slice(r, func(i, j int) bool { return r[i] < r[j] })
	us := func(ofThousand int) float64 { return float64(r.percentile(ofThousand)) / float64(time.Microsecond) }
	late := n - sort.Search(n, func(i int) bool { return r[i] > lateFrom })
	fmt.Fprintf(os.Stderr, "%s: p50 %.1f us, p90 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us; %d over 1 ms%s\n",
		name, us(500), us(900), us(990), us(999), us(1000), late, note)
	return outcome{
		n:       n,
		elapsed: elapsed,
		ops:     n,
		nsPerOp: float64(r.percentile(500)),
		further: []figure{{"p99", float64(r.percentile(990))}, {"p999", float64(r.percentile(999))}},
	}, nil
}
