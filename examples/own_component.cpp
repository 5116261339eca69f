// An actor type of one's own that pipeline files can name: declared once, checked and run like the built-in ones.
#include <actors/actors.hpp>
#include <actors/config/diagnostic.hpp>
#include <actors/config/load.hpp>
#include <actors/pipeline/builtin.hpp>
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/pipeline.hpp>
#include <actors/pipeline/records.hpp>

#include <cstdio>

using namespace actors;

// [component]
/// Lets every n-th record through.
class every final : public pipeline::stage {
 public:
  std::int64_t n = 2;

  task<> run() override {
    std::int64_t seen = 0;
    while (auto batch = co_await items_.receive()) {
      pipeline::records kept;
      kept.keep_all_of(*batch);
      for (const pipeline::value& item : *batch) {
        if (seen++ % n == 0) kept.push_back(item);
      }
      if (!kept.empty()) co_await kept_.send(std::move(kept));
    }
  }

 private:
  in<pipeline::records> items_{*this, "items"};
  out<pipeline::records> kept_{*this, "kept"};
};
// [/component]

const char* const file = R"(
version: 1
actors:
  numbers: {type: generate, with: {count: 10}}
  few: {type: every, from: numbers, with: {n: 4}}
  show: {type: stdout, from: few, with: {format: json}}
)";

int main() {
  // [declare]
  pipeline::registry components;
  pipeline::add_builtin_components(components);
  components.add(pipeline::component<every>("every")
                     .doc("Lets every n-th record through.")
                     .option("n", &every::n, "which ones: 4 is every fourth")
                     .info());
  config::load_result loaded = config::load_text("numbers.yaml", file, {}, components);
  std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
  if (!loaded.plan) return 2;
  pipeline::pipeline numbers{*loaded.plan};
  run(numbers.run());
  // [/declare]
}
