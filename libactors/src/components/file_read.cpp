// file.read: reads files, whole, in the order of their names.
#include <actors/blocking.hpp>
#include <actors/errors.hpp>
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/pipeline/text.hpp>
#include <actors/spawn.hpp>

#include "builtin.hpp"
#include "file_set.hpp"
#include "text_reader.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace actors::inline v1::pipeline {

namespace {

class file_read final : public stage {
 public:
  std::vector<std::string> path;
  std::string binary = "fail";
  std::string unreadable = "fail";

  task<> run() override {
    text_reader_options options;
    options.skip_binary = binary == "skip";
    options.read_binary = binary == "read";
    options.skip_unreadable = unreadable == "skip";
    // Shared with the part that is being read: this actor can be stopped meanwhile.
    const auto reader = std::make_shared<text_reader>(options);
    co_await blocking(&text_reader::find, reader, path);
    join_handle<text_part> next = spawn(read_part(reader));
    for (;;) {
      text_part part = co_await std::move(next);
      if (!part.last) next = spawn(read_part(reader));  // read while this part is sent on
      for (text& block : part.blocks) {
        const std::size_t size = block.bytes.size();
        co_await text_.send(std::move(block));
        bytes_.add(size);
      }
      files_.add(part.files);
      if (part.last) break;
    }
    for (std::string& each : reader->notes()) note(std::move(each));
  }

 private:
  static task<text_part> read_part(std::shared_ptr<text_reader> reader) {
    co_return co_await blocking(&text_reader::read_part, std::move(reader));
  }

  out<text> text_{*this, "text"};
  counter& files_ = count("files");
  counter& bytes_ = count("bytes", counter_unit::bytes);
};

std::optional<std::string> all_exist(const option_value& value) {
  for (const std::string& each : std::get<std::vector<std::string>>(value)) {
    if (auto fault = why_no_files(each)) return fault;
  }
  return std::nullopt;
}

}  // namespace

component_info describe_file_read() {
  return component<file_read>("file.read")
      .doc("Reads files, whole, in the order of their names.")
      .required("path", &file_read::path,
                "a file, a directory (every file below it), a pattern (*.txt, **/*.hpp), or a list of them", all_exist)
      .choice("binary", &file_read::binary, {"fail", "skip", "read"}, "what to do with a file that holds a NUL byte")
      .choice("unreadable", &file_read::unreadable, {"fail", "skip"}, "what to do with a file that cannot be read")
      .info();
}

}  // namespace actors::inline v1::pipeline
