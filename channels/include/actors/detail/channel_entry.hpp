// channel_entry: what is known of each channel apart from its work: its name, where it was made; the register of all.
#pragma once

#include <actors/detail/code_place.hpp>
#include <actors/detail/source_report.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>

namespace actors::inline v1::detail {

struct channel_offsets;
enum class channel_type : std::uint8_t { channel, oneshot, broadcast, watch };
const char* text_of(channel_type type) noexcept;

/// A place in a list of the register.
struct register_link {
  register_link* before_link = nullptr;
  register_link* behind_link = nullptr;
};

/// What can be said of a channel when it is made. Views: they are copied.
struct channel_birth {
  std::string_view name{};
  place_ref made_at{};
};

/// The first base of each channel. The register has all of them since they were made until their last end goes, but
/// one-shot channels without a name: those come and go with each request.
///
/// The lists are guarded by locks of the register (one for each of some shards, by the thread that makes the channel).
/// All else is constant. The name is freed last, after the channel's lock has seen its last visitor go.
class channel_entry : private register_link {
 public:
  channel_entry(const channel_entry&) = delete;
  channel_entry& operator=(const channel_entry&) = delete;

  channel_type type() const noexcept { return type_; }
  std::string_view name() const noexcept { return name_ != nullptr ? name_.get() : std::string_view{}; }
  place_ref made_at() const noexcept { return made_at_; }

  /// By who makes the channel, when it is complete.
  void enter_register() noexcept;

  /// What every channel can say of itself at any time. The caller keeps its memory.
  void describe_entry(source_report& into) const noexcept;

  /// Calls `visit` for each channel of the process that is there all the time, and perhaps for others; the channel
  /// does not end meanwhile. With a lock of the register held, which lets those wait who make and drop channels: the
  /// visitor is quick, and neither makes channels nor drops any.
  static void for_each(void (*visit)(const channel_entry& channel, void* context), void* context);
  template <class Visitor>
  static void for_each(Visitor&& visitor) {
    using callable = std::remove_reference_t<Visitor>;
    for_each([](const channel_entry& channel, void* context) { (*static_cast<callable*>(context))(channel); },
             const_cast<void*>(static_cast<const void*>(std::addressof(visitor))));
  }

 protected:
  /// Throws std::bad_alloc.
  channel_entry(channel_type type, const channel_birth& born);
  ~channel_entry() = default;

  /// The last end is going: from the return on nobody comes upon the channel in the register.
  void leave_register() noexcept;

 private:
  friend class channel_register;
  friend struct channel_offsets;
  const std::unique_ptr<char[]> name_;
  const place_ref made_at_;
  const channel_type type_;
  std::uint8_t shard_ = 0;
  bool listed_ = false;
};

}  // namespace actors::inline v1::detail
