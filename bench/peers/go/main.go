// Command bench runs one of the project's benchmark workloads as a Go program
// would be written for it.
//
//	bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]
//
// It prints one line of six fields with tabs between them:
//
//	go WORKLOAD n seconds ns_per_op peak_rss_kb
//
// (one for each part of it, where a workload stands for several). ns_per_op is
// seconds over the number of operations, but for latencies the median. These
// have two more lines, with the 99th and the 99.9th percentile as ns_per_op of
// WORKLOAD_p99 and WORKLOAD_p999.
//
// Sums and counts are checked. Exit status: 0 the work was done, 1 it was not,
// 2 wrong usage, 3 the workload does not apply to Go.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"time"
)

// params are the settings of one run. A value that a workload does not know
// is not looked at, except work, which is refused.
type params struct {
	n          int
	threads    int
	capacity   int
	work       work
	timeOfWork time.Duration // what work was calibrated to
}

// figure is one beside that of an operation, in nanoseconds.
type figure struct {
	name string
	ns   float64
}

// outcome is what a workload reports: the size it really had, the time that
// counts, the number of operations in it, the figure of one operation where that
// is not the time over their number (the median latency, say), and further ones.
type outcome struct {
	n       int
	elapsed time.Duration
	ops     int
	nsPerOp float64
	further []figure
}

type workload struct {
	run      func(params) (outcome, error)
	n        int           // default
	capacity int           // default
	works    bool          // has a variant with computing per item
	work     time.Duration // of computing per item, default
}

var workloads = map[string]workload{
	"pingpong_unbuffered": {run: pingpong, n: 1_000_000},
	"spsc_buffered":       {run: spsc, n: 10_000_000, capacity: 64, works: true},
	"mpsc":                {run: mpsc, n: 8_000_000, capacity: 64, works: true},
	"mpmc":                {run: mpmc, n: 8_000_000, capacity: 64, works: true},
	"select":              {run: selectEight, n: 4_000_000, capacity: 16, works: true},
	"ring":                {run: ring, n: 5_000_000},
	"spawn_join":          {run: spawnJoin, n: 1_000_000, works: true},
	"skynet":              {run: skynet, n: 1},
	"million_sleep":       {run: sleepFor(10 * time.Second), n: 1_000_000},
	"million_sleep2":      {run: sleepFor(2 * time.Second), n: 1_000_000},
	"pipeline":            {run: pipeline, n: 4_000_000, capacity: 64, works: true},
	"blocking":            {run: blocking, n: 100_000},
	"blocking_ticker":     {run: blockingTicker, n: 10_000},
	"fib":                 {run: fib, n: 7_049_155},
	"fib_inline":          {run: fibInline, n: 7_049_155},
	"handoff_parked":      {run: handoffParked, n: 1000},
	"handoff_lingering":   {run: handoffLingering, n: 1000},
	"futex_handover":      {run: futexHandover, n: 1000},
	"foreign_wake":        {run: foreignWake, n: 1000},
	"request_load":        {run: requestLoad, n: 100_000, works: true, work: 20 * time.Microsecond},
	"timer_accuracy":      {run: timerAccuracy, n: 2000},
	"idle_cpu":            {run: idleCPU, n: 60},
	"io_echo":             {run: echo(1), n: 100_000},
	"io_echo_many":        {run: echo(100), n: 200_000},
}

// suites are names for several workloads, which are run one after another.
var suites = map[string][]string{
	"handoff_latency": {"handoff_parked", "handoff_lingering"},
}

// errNotApplicable marks a workload that has no counterpart in Go.
var errNotApplicable = errors.New("not applicable")

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	parts, ok := suites[os.Args[1]]
	if !ok {
		parts = []string{os.Args[1]}
	}
	for _, name := range parts {
		runNamed(name)
	}
}

// runNamed runs one workload with the options of the command line.
func runNamed(name string) {
	w, ok := workloads[name]
	if !ok {
		usage()
	}
	flags := flag.NewFlagSet(name, flag.ExitOnError)
	n := flags.Int("n", w.n, "size of the workload")
	threads := flags.Int("threads", 2, "GOMAXPROCS")
	capacity := flags.Int("capacity", w.capacity, "capacity of the channels")
	each := flags.Duration("work", w.work, "computing per item, for example 1us")
	flags.Parse(os.Args[2:])
	if flags.NArg() > 0 || *n < 1 || *threads < 1 || *capacity < 0 || *each < 0 {
		usage()
	}
	if *each > 0 && !w.works {
		fmt.Fprintf(os.Stderr, "%s has no variant with --work\n", name)
		os.Exit(2)
	}

	runtime.GOMAXPROCS(*threads)
	p := params{n: *n, threads: *threads, capacity: *capacity, work: calibrate(*each), timeOfWork: *each}
	o, err := w.run(p)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, errNotApplicable) {
			os.Exit(3)
		}
		os.Exit(1)
	}
	rss, err := peakRSS()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	nsPerOp := o.nsPerOp
	if nsPerOp == 0 {
		nsPerOp = float64(o.elapsed.Nanoseconds()) / float64(o.ops)
	}
	show := func(name string, ns float64) {
		fmt.Printf("go\t%s\t%d\t%.6f\t%.1f\t%d\n", name, o.n, o.elapsed.Seconds(), ns, rss)
	}
	show(name, nsPerOp)
	for _, each := range o.further {
		show(name+"_"+each.name, each.ns)
	}
}

func usage() {
	names := make([]string, 0, len(workloads))
	for name := range workloads {
		names = append(names, name)
	}
	for name := range suites {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "usage: bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]\nworkloads: %s\n",
		strings.Join(names, " "))
	os.Exit(2)
}

// blocking stands in the list so that a driver gets a clear answer.
func blocking(params) (outcome, error) {
	return outcome{}, fmt.Errorf("%w: goroutines need no pool", errNotApplicable)
}
