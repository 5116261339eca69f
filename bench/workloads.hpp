// workloads: what the program can run, by theme. Each builds a runtime of its own and checks that the work was done.
#pragma once

#include "measure.hpp"

namespace bench {

// channels.cpp. With work per item, who computes: in spsc and queue both sides, in mpsc the producers, in mpmc the
// consumers, in pipeline each of the two maps.
outcome pingpong(const settings& s);  ///< two tasks, two rendezvous channels
outcome spsc(const settings& s);      ///< one producer, one consumer
outcome queue(const settings& s);     ///< the same through a queue, which is shut down at the end
outcome mpsc(const settings& s);      ///< eight producers, one consumer
outcome mpmc(const settings& s);      ///< eight producers, eight consumers
outcome select(const settings& s);    ///< one consumer selects over the channels of eight producers
outcome ring(const settings& s);      ///< one token goes n times to the next of 503 tasks
outcome pipeline(const settings& s);  ///< a source, two maps and a sink

// kinds.cpp
outcome oneshot(const settings& s);    ///< a task makes a channel, sends and receives, n times
outcome broadcast(const settings& s);  ///< one sender, eight receivers, nothing is lost; operations are receives
outcome watch(const settings& s);      ///< one sender, eight who follow; operations are sends

// tasks.cpp
outcome spawn_join(const settings& s);  ///< tasks, a thousand at a time, each batch awaited; with work each computes
outcome skynet(const settings& s);      ///< n trees of tasks, one after another, ten children each, a million leaves
outcome blocking(const settings& s);    ///< trivial calls on the blocking pool, 64 in flight
outcome cancel(const settings& s);      ///< tasks that wait at a channel are cancelled
outcome wait_for_ready(const settings& s);  ///< a task awaits one that is ready, with a limit of time, again and again;
                                            ///< `capacity` other timers run
outcome fib(const settings& s);             ///< fork and join, each call a task; n is the number of calls
outcome fib_inline(const settings& s);      ///< the same, with the second of two calls in the task itself

// sync.cpp: one task without anybody beside it; operations are pairs (a lock and its unlock, ...)
outcome mutex(const settings& s);            ///< lock and unlock
outcome semaphore(const settings& s);        ///< acquire and release
outcome event(const settings& s);            ///< a wait for an event that is set
outcome mutex_contended(const settings& s);  ///< eight tasks; with work each computes while it has the mutex
// turns.cpp
outcome strand(const settings& s);         ///< a hundred tasks on a strand count in a plain variable, yielding
outcome strand_beside(const settings& s);  ///< n turns of a task beside such a strand on one worker; the median wait
outcome strand_one_worker(const settings& s);  ///< the same without a strand, on a runtime with one worker
outcome generator(const settings& s);          ///< n values of a generator
outcome task_await(const settings& s);         ///< n tasks are awaited, one after the other
// blocking.cpp
outcome blocking_ticker(const settings& s);  ///< n calls of 10 ms on up to 512 threads beside a task that ticks each
                                             ///< millisecond; its 99th percentile of lateness

// sleep.cpp: n tasks sleep and are then joined; the time over the sleep counts
outcome sleep_two_seconds(const settings& s);
outcome sleep_ten_seconds(const settings& s);

// timers.cpp: the runtime's timing wheel, and a heap to compare it to, with n timers
outcome wheel_insert(const settings& s);
outcome wheel_stop(const settings& s);
outcome wheel_fire(const settings& s);
outcome heap_insert(const settings& s);
outcome heap_stop(const settings& s);
outcome heap_fire(const settings& s);

// latency.cpp: n wake-ups, one at a time, each measured; ns per operation is the median. In the hand-offs a task sends
// to one that waits and then computes for 1 ms without a pause: another worker must take what became ready.
outcome handoff_parked(const settings& s);     ///< the other worker has been asleep for 4 ms
outcome handoff_lingering(const settings& s);  ///< the other worker ran out of work 10 us ago
outcome futex_handover(const settings& s);     ///< what the machine takes for it: two plain threads, FUTEX_WAKE
outcome foreign_wake(const settings& s);       ///< a plain thread spawns a task on a runtime that is asleep
outcome heavy_fence(const settings& s);  ///< membarrier(2), beside threads that compute; ns per operation is the mean

// load.cpp
outcome request_load(const settings& s);    ///< n requests to servers that compute, at half of what the workers can do
outcome timer_accuracy(const settings& s);  ///< n sleeps of one task for 1 to 3 ms: how late it wakes

// machine.cpp: what the machine allows, without anything of the library
outcome exchange(const settings& s);    ///< atomic exchanges of one thread
outcome lock_alone(const settings& s);  ///< a std::mutex that nobody else wants: lock and unlock
outcome allocation(const settings& s);  ///< 64 bytes are allocated and freed
outcome read_clock(const settings& s);  ///< the steady clock is read
outcome cache_line(const settings& s);  ///< two threads, each on a processor, hand a cache line to and fro; one way

// idle.cpp
outcome idle_cpu(
    const settings& s);  ///< a runtime without work for n seconds; ns of CPU time per second; none is wanted

// io.cpp: the driver of I/O is one of the settings
outcome io_echo(const settings& s);       ///< n messages of 64 bytes go over a pair of sockets and back
outcome io_echo_many(const settings& s);  ///< the same over a hundred pairs at once
outcome io_wake(
    const settings& s);  ///< a plain thread writes n times to a sleeping runtime; until the task runs, median
outcome io_loaded(const settings& s);  ///< the same while all workers compute in turns of 100 us

// stages.cpp
outcome stages(const settings& s);  ///< a source, ten maps and a sink; operations are items in maps

// records.cpp
outcome words(const settings& s);  ///< counts the words of n bytes of text; operations are words

// caf/: programs of CAF's actors; the scheduler, CAF's or ours, is one of the settings. All but the last four have the
// CPU time of an operation as well.
outcome caf_pingpong(const settings& s);  ///< a message goes to another actor and back, n times
outcome caf_fanout(const settings& s);    ///< one actor sends to `capacity` others, which answer; n answers in all
outcome caf_requests(const settings& s);  ///< n requests, in `capacity` pairs of actors
outcome caf_mixed(const settings& s);     ///< n rounds of `capacity` actors: requests, children, delays, some computing
outcome caf_idle(const settings& s);      ///< a system without work for n seconds, as idle_cpu
outcome caf_handoff(const settings& s);   ///< a busy actor sends; the other worker has been idle for 100 ms
outcome caf_handoff_parked(const settings& s);     ///< the other worker has been idle for 4 ms
outcome caf_handoff_lingering(const settings& s);  ///< the other worker ran out of work 10 us ago

}  // namespace bench
