// code: how encoded states are written and read: numbers of seven bits to the byte.
#pragma once

#include <cstdint>
#include <vector>

namespace model {

class encoder {
 public:
  void put(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 128));
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void clear() { bytes_.clear(); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

class decoder {
 public:
  explicit decoder(const std::uint8_t* from) : at_{from} {}
  std::uint64_t get() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t byte = *at_++;
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
  template <class T>
  void get(T& value) {
    value = static_cast<T>(get());
  }

 private:
  const std::uint8_t* at_;
};

}  // namespace model
