// What an exception says.
#pragma once

#include <actors/errors.hpp>

#include <exception>
#include <string>

namespace actors::inline v1::detail {

inline bool is_cancellation(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

inline std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& fault) {
    return fault.what();
  } catch (const cancelled&) {
    return "it was cancelled";
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace actors::inline v1::detail
