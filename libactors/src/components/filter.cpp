// filter: lets the records through that meet a condition.
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>

#include "builtin.hpp"

namespace actors::inline v1::pipeline {

namespace {

class filter final : public stage {
 public:
  expression where;

  task<> run() override {
    while (auto batch = co_await records_.receive()) {
      records kept;
      kept.keep_all_of(*batch);
      for (const value& item : *batch) {
        if (where.test(item)) kept.push_back(item);
      }
      if (!kept.empty()) co_await passed_.send(std::move(kept));
    }
  }

 private:
  in<records> records_{*this, "records"};
  out<records> passed_{*this, "passed"};
};

}  // namespace

component_info describe_filter() {
  return component<filter>("filter")
      .doc("Lets the records through that meet a condition.")
      .required("where", &filter::where, "the condition, such as: status >= 500 and not path starts_with '/health'")
      .replicas(replication::keep_order)
      .info();
}

}  // namespace actors::inline v1::pipeline
