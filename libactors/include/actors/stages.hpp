// stages: pipelines of stages, in one expression. Every stage is an actor, every arrow a channel.
//
//     co_await (read_lines("access.log")
//               | parallel(4, parse_line, in_order)
//               | filter([](const hit& h) { return h.status >= 500; })
//               | batch(500, 1s)
//               | for_each([&](std::vector<hit> hits) { return store(db, std::move(hits)); }));
//
// Back-pressure reaches from the end to the source: a channel that is full makes the stage before it wait. When a stage
// has ended, those before it end, too, and a source that waits is cancelled. In an expression with a co_await a
// stage's lambda captures by reference (docs/compilers.md), or the pipeline is put into a variable before.
#pragma once

#include <actors/stages/batch.hpp>
#include <actors/stages/fork.hpp>
#include <actors/stages/parallel.hpp>
#include <actors/stages/sinks.hpp>
#include <actors/stages/sources.hpp>
#include <actors/stages/stream.hpp>
#include <actors/stages/transform.hpp>
#include <actors/stages/zip.hpp>
