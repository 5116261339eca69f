// metric_table: the metrics that the library has; docs/metrics.md lists them, and a test compares the two.
#pragma once

#include <actors/metrics.hpp>

namespace actors::inline v1::detail::metrics {

// Of a runtime.
inline constexpr metric workers{"actors_workers", "Workers of the runtime."};
inline constexpr metric workers_asleep{"actors_workers_asleep", "Workers that sleep until they are woken."};
inline constexpr metric workers_searching{"actors_workers_searching", "Workers that are awake and look for work."};
inline constexpr metric worker_turns{"actors_worker_turns_total", "Turns of tasks, each from one wait to the next."};
inline constexpr metric worker_busy{"actors_worker_busy_seconds_total",
                                    "Time in which the worker had something to run.", "seconds"};
inline constexpr metric worker_steals{"actors_worker_steals_total", "Times that it took work from another worker."};
inline constexpr metric worker_parks{"actors_worker_parks_total", "Times that it went to sleep."};
inline constexpr metric worker_queue_length{"actors_worker_queue_length", "What is ready and queued at this worker."};
inline constexpr metric worker_turn_time{"actors_worker_turn_seconds", "Durations of turns.", "seconds"};
inline constexpr metric shared_queue_length{"actors_shared_queue_length", "What is ready and queued for any worker."};
inline constexpr metric tasks_started{"actors_tasks_started_total", "Tasks that were started."};
inline constexpr metric tasks_ended{"actors_tasks_ended_total", "Tasks that have ended, however they did."};
inline constexpr metric tasks_live{"actors_tasks_live", "Tasks that have not ended."};
inline constexpr metric timers_started{"actors_timers_started_total", "Timers that were started."};
inline constexpr metric timers_fired{"actors_timers_fired_total", "Timers that fired, and were not stopped before."};
inline constexpr metric timers_pending{"actors_timers_pending", "Timers that have neither fired nor been stopped."};

// Of a pool for calls that block.
inline constexpr metric pool_threads{"actors_pool_threads", "Threads of the pool."};
inline constexpr metric pool_max_threads{"actors_pool_max_threads", "The most threads that the pool starts."};
inline constexpr metric pool_idle_threads{"actors_pool_idle_threads", "Threads of the pool without a call."};
inline constexpr metric pool_queued_calls{"actors_pool_queued_calls", "Calls that wait for a thread."};
inline constexpr metric pool_running_calls{"actors_pool_running_calls", "Calls that run."};
inline constexpr metric pool_calls{"actors_pool_calls_total", "Calls that were made and have ended."};
inline constexpr metric pool_refused_calls{"actors_pool_refused_calls_total", "Calls that the pool refused."};
inline constexpr metric pool_cancelled_calls{"actors_pool_cancelled_calls_total",
                                             "Calls that were taken back from the queue."};
inline constexpr metric pool_longest_wait{"actors_pool_longest_wait_seconds",
                                          "How long the call was queued that waited longest of all so far.", "seconds"};
inline constexpr metric pool_wait_time{"actors_pool_wait_seconds", "How long calls were queued before they began.",
                                       "seconds"};

// Of the process.
inline constexpr metric channels{"actors_channels",
                                 "Channels that exist, without one-shot channels that have no name."};
inline constexpr metric channel_names_left_out{"actors_channel_names_left_out",
                                               "Names of channels that have no series, as there are too many."};
inline constexpr metric channel_size{"actors_channel_size", "Items in the channel."};
inline constexpr metric channel_capacity{"actors_channel_capacity", "Items that fit into the channel."};
inline constexpr metric channel_senders{"actors_channel_senders", "Sending ends of the channel."};
inline constexpr metric channel_receivers{"actors_channel_receivers", "Receiving ends of the channel."};
inline constexpr metric channel_dropped{"actors_channel_dropped_total",
                                        "Values that the channel dropped, as there was no room for them."};
inline constexpr metric frame_mapped{"actors_frame_mapped_bytes", "Address space of the memory for frames.", "bytes"};
inline constexpr metric frame_used{"actors_frame_used_bytes", "Pages with frames in use.", "bytes"};
inline constexpr metric frame_kept{"actors_frame_kept_bytes", "Pages without frames that the system did not get back.",
                                   "bytes"};
inline constexpr metric frames{"actors_frames", "Frames of coroutines and tasks in use, and large ones among them."};
inline constexpr metric log_messages{"actors_log_messages_total", "Messages that the log gave to its handler."};

// Of a team, and of a pipeline.
inline constexpr metric actor_items{"actors_actor_items_total", "Items that a port of the actor received or sent."};
inline constexpr metric actors_running{"actors_actor_running",
                                       "Actors of that name whose bodies run: 1 or 0 for most."};
inline constexpr metric team_failed{"actors_team_failed", "Whether an actor of the team has failed: 1 or 0."};
inline constexpr metric component_count{"actors_component_count_total",
                                        "What an actor of a pipeline counts by itself."};

}  // namespace actors::inline v1::detail::metrics
