// lines: what an output of text goes through when whoever reads it wants records: each line is one.
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/pipeline/text.hpp>

#include "builtin.hpp"

namespace actors::inline v1::pipeline {

namespace {

class lines final : public stage {
 public:
  task<> run() override {
    while (auto block = co_await text_.receive()) {
      records batch;
      batch.reserve(block->lines);
      batch.keep(block->owner);
      for (std::string_view rest = block->bytes; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        batch.push_back(value{line});
      }
      co_await records_.send(std::move(batch));
    }
  }

 private:
  in<text> text_{*this, "text"};
  out<records> records_{*this, "records"};
};

}  // namespace

component_info describe_lines() {
  return component<lines>("lines").doc("Makes a record of each line of a text, without its end.").info();
}

}  // namespace actors::inline v1::pipeline
