// savina: the benchmark suite for actors of Shams Imam and Vivek Sarkar ("Savina - An Actor Benchmark Suite", 2014),
// with our actors and with CAF's.
//
// Sizes are the defaults that the authors published; `n` is one of them. Both sides do the same: the same actors,
// messages, computing and pseudo-random numbers. The time from the making of the first actor to the end of the last one
// counts; the runtime, or CAF's system, is there before.
#pragma once

#include "../measure.hpp"

namespace bench {

namespace savina {

namespace ours {
outcome pingpong(const settings& s);
outcome thread_ring(const settings& s);
outcome counting(const settings& s);
outcome fork_join_create(const settings& s);
outcome fork_join_throughput(const settings& s);
outcome chameneos(const settings& s);
outcome big(const settings& s);
outcome concurrent_dictionary(const settings& s);
outcome sorted_list(const settings& s);
outcome bounded_buffer(const settings& s);
outcome philosophers(const settings& s);
outcome barber(const settings& s);
outcome smokers(const settings& s);
outcome bank(const settings& s);
outcome sieve(const settings& s);
outcome uct(const settings& s);
outcome logistic_map(const settings& s);
outcome matrix(const settings& s);
outcome actor_create(const settings& s);   ///< no part of the suite: n actors are made, and end at once
outcome port_message(const settings& s);   ///< one actor sends to another; as spsc_buffered does without actors
outcome actor_channel(const settings& s);  ///< the same over a channel that both were given
}  // namespace ours

namespace classic {  // CAF's
outcome pingpong(const settings& s);
outcome thread_ring(const settings& s);
outcome counting(const settings& s);
outcome fork_join_create(const settings& s);
outcome fork_join_throughput(const settings& s);
outcome chameneos(const settings& s);
outcome big(const settings& s);
outcome concurrent_dictionary(const settings& s);
outcome sorted_list(const settings& s);
outcome bounded_buffer(const settings& s);
outcome philosophers(const settings& s);
outcome barber(const settings& s);
outcome smokers(const settings& s);
outcome bank(const settings& s);
outcome sieve(const settings& s);
outcome uct(const settings& s);
outcome logistic_map(const settings& s);
outcome matrix(const settings& s);
outcome actor_create(const settings& s);
}  // namespace classic

/// A workload with the actors that the settings ask for.
template <outcome (*Ours)(const settings&), outcome (*Cafs)(const settings&)>
outcome either(const settings& s) {
  if (s.actors == actors_of::ours) return Ours(s);
#if ACTORS_BENCH_WITH_CAF
  return Cafs(s);
#else
  throw not_available{"built without CAF"};
#endif
}

}  // namespace savina

}  // namespace bench
