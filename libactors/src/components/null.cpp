// null: takes everything and does nothing with it, except counting.
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>

#include "builtin.hpp"

namespace actors::inline v1::pipeline {

namespace {

class null_sink final : public stage {
 public:
  task<> run() override {
    while (auto batch = co_await records_.receive()) taken_.add(batch->size());
  }

 private:
  in<records> records_{*this, "records"};
  counter& taken_ = count("records");
};

}  // namespace

component_info describe_null() {
  return component<null_sink>("null").doc("Takes everything and does nothing with it, except counting.").info();
}

}  // namespace actors::inline v1::pipeline
