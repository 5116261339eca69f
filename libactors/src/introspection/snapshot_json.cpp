#include <actors/snapshot.hpp>

#include "id_text.hpp"
#include "json_writer.hpp"

namespace actors::inline v1 {

namespace {

using detail::json_writer;

void add_id(json_writer& to, const char* key, snapshot_id id) {
  to.key(key);
  if (id == 0)
    to.null();
  else
    to.value(detail::id_text(id));
}

void add_ids(json_writer& to, const char* key, const std::vector<snapshot_id>& ids) {
  to.key(key).open('[');
  for (const snapshot_id each : ids) to.value(detail::id_text(each));
  to.close(']');
}

void add_place(json_writer& to, const snapshot_place& place) {
  if (place.file.empty()) {
    to.null();
    return;
  }
  to.open('{').key("function").value(place.function).key("file").value(place.file);
  to.key("line").value(std::int64_t{place.line}).close('}');
}

void add_time(json_writer& to, const char* key, const std::optional<std::chrono::nanoseconds>& time) {
  to.key(key);
  if (time)
    to.value(std::int64_t{time->count()});
  else
    to.null();
}

void add_figure(json_writer& to, const char* key, std::int64_t figure) {
  to.key(key);
  if (figure < 0)
    to.null();
  else if (figure == INT64_MAX)
    to.value("unbounded");
  else
    to.value(figure);
}

void add_object(json_writer& to, const object_snapshot& object) {
  to.open('{').key("type").value(object.type);
  add_id(to, "id", object.id);
  to.key("name").value(object.name).key("made_at");
  add_place(to, object.made_at);
  add_figure(to, "size", object.size);
  add_figure(to, "capacity", object.capacity);
  add_figure(to, "senders", object.senders);
  add_figure(to, "receivers", object.receivers);
  to.key("closed").value(object.closed).key("unread").value(object.unread);
  add_id(to, "holder", object.holder);
  to.close('}');
}

const char* text_of(task_activity activity) noexcept {
  switch (activity) {
    case task_activity::running:
      return "running";
    case task_activity::waiting:
      return "waiting";
    case task_activity::ready:
      break;
  }
  return "ready";
}

void add_task(json_writer& to, const task_snapshot& task) {
  to.open('{');
  add_id(to, "id", task.id);
  to.key("name").value(task.name).key("activity").value(text_of(task.activity)).key("worker");
  if (task.worker >= 0)
    to.value(std::int64_t{task.worker});
  else
    to.null();
  to.key("cancelled").value(task.cancelled).key("waits_for").value(task.waits_for).key("object");
  if (task.object)
    add_object(to, *task.object);
  else
    to.null();
  to.key("alternatives").open('[');
  for (const object_snapshot& each : task.alternatives) add_object(to, each);
  to.close(']');
  add_ids(to, "awaits", task.awaits);
  add_ids(to, "awaited_by", task.awaited_by);
  to.key("awaited_by_thread").value(task.awaited_by_thread).key("stack").open('[');
  for (const snapshot_place& each : task.stack) add_place(to, each);
  to.close(']').key("spawned_at");
  add_place(to, task.spawned_at);
  add_time(to, "idle_for_ns", task.idle_for);
  to.close('}');
}

}  // namespace

std::string runtime_snapshot::to_json() const {
  json_writer to;
  to.open('{').key("workers").open('[');
  for (const worker_snapshot& each : workers) {
    to.open('{').key("index").value(std::int64_t{each.index});
    add_id(to, "running", each.running);
    to.key("asleep").value(each.asleep);
    add_time(to, "held_for_ns", each.held_for);
    to.close('}');
  }
  to.close(']').key("pool").open('{');
  to.key("threads").value(static_cast<std::int64_t>(pool.threads));
  to.key("running").value(static_cast<std::int64_t>(pool.running));
  to.key("queued").value(static_cast<std::int64_t>(pool.queued)).close('}').key("tasks").open('[');
  for (const task_snapshot& each : tasks) add_task(to, each);
  to.close(']').key("channels").open('[');
  for (const object_snapshot& each : channels) add_object(to, each);
  to.close(']').key("cycles").open('[');
  for (const wait_cycle& each : cycles) {
    to.open('[');
    for (const snapshot_id id : each.tasks) to.value(detail::id_text(id));
    to.close(']');
  }
  to.close(']').close('}');
  return to.take();
}

}  // namespace actors::inline v1
