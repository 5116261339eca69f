// seen_messages: what the library said while one lives, in place of the handler before it.
#pragma once

#include <actors/log.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace test {

struct seen_field {
  std::string key;
  std::variant<std::string, std::int64_t, std::uint64_t, double, bool, std::chrono::nanoseconds> value;
  bool in_text;
  friend bool operator==(const seen_field&, const seen_field&) = default;
};

struct seen_message {
  actors::log_level level;
  std::string event;
  std::string text;
  std::vector<seen_field> fields;
  std::string details;

  const seen_field* find(std::string_view key) const {
    for (const seen_field& each : fields)
      if (each.key == key) return &each;
    return nullptr;
  }
  /// Of a field that is there.
  template <class T>
  T get(std::string_view key) const {
    const seen_field* found = find(key);
    if (found == nullptr || !std::holds_alternative<T>(found->value)) {
      ADD_FAILURE() << event << " has no " << key << " of that type";
      return {};
    }
    return std::get<T>(found->value);
  }
  std::string word(std::string_view key) const { return get<std::string>(key); }
};

/// Its methods may be called on any thread.
class seen_messages {
 public:
  seen_messages() : before_{actors::on_log({&take, this})} {}
  ~seen_messages() { actors::on_log(before_); }
  seen_messages(const seen_messages&) = delete;
  seen_messages& operator=(const seen_messages&) = delete;

  std::vector<seen_message> of(std::string_view event) const {
    const std::lock_guard guard{lock_};
    std::vector<seen_message> found;
    for (const seen_message& each : all_)
      if (each.event == event) found.push_back(each);
    return found;
  }
  std::vector<seen_message> all() const {
    const std::lock_guard guard{lock_};
    return all_;
  }
  /// The only one of that kind.
  seen_message one(std::string_view event) const {
    const auto found = of(event);
    EXPECT_EQ(found.size(), 1U) << event;
    return found.empty() ? seen_message{} : found.front();
  }

 private:
  static void take(void* context, const actors::log_message& message) noexcept {
    seen_message copy{
        message.level, std::string{message.event}, std::string{message.text}, {}, std::string{message.details}};
    for (const actors::log_field& each : message.fields) {
      seen_field field{std::string{each.key}, false, each.told == actors::log_field::in_text};
      std::visit([&field]<class T>(T value) { field.value = kept(value); }, each.value);
      copy.fields.push_back(std::move(field));
    }
    auto& self = *static_cast<seen_messages*>(context);
    const std::lock_guard guard{self.lock_};
    self.all_.push_back(std::move(copy));
  }
  static std::string kept(std::string_view text) { return std::string{text}; }
  template <class T>
  static T kept(T value) {
    return value;
  }

  mutable std::mutex lock_;
  std::vector<seen_message> all_;
  const actors::log_handler before_;
};

}  // namespace test
