// Recursive matrix multiplication: two square matrices of side n. A master gives blocks to 20 workers; a worker gives a
// large one back as eight smaller ones, and multiplies one of 128 rows.
#include "../problems.hpp"
#include "system.hpp"

#include <utility>
#include <vector>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::savina::matrix_work)

namespace bench::savina::classic {

namespace {

class worker final : public caf_actor {
 public:
  worker(caf::actor_config& config, caf::actor master, matrices* all)
      : caf_actor{config}, master_{std::move(master)}, all_{all} {}
  caf::behavior make_behavior() override {
    return {[this](const matrix_work& work) {
              if (work.is_small())
                all_->multiply(work);
              else
                for (int i = 0; i != 8; ++i) send(master_, work.part(i));
              send(master_, done_word::value);
            },
            [this](stop_word) { quit(); }};
  }
  void on_exit() override { destroy(master_); }

 private:
  caf::actor master_;
  matrices* all_;
};

class master final : public caf_actor {
 public:
  master(caf::actor_config& config, matrices* all) : caf_actor{config}, all_{all} {}
  caf::behavior make_behavior() override {
    for (int i = 0; i != matrix_workers; ++i) workers_.push_back(spawn<worker, caf::lazy_init>(caf::actor{this}, all_));
    give(all_->whole());
    return {[this](const matrix_work& work) { give(work); },
            [this](done_word) {
              if (--given_ != 0) return;
              for (const caf::actor& each : workers_) send(each, stop_word::value);
              quit();
            }};
  }

 private:
  void give(const matrix_work& work) {
    ++given_;
    send(workers_[static_cast<std::size_t>(work.worker())], work);
  }

  matrices* all_;
  std::vector<caf::actor> workers_;
  std::int64_t given_ = 0;
};

}  // namespace

outcome matrix(const settings& s) {
  matrices all{static_cast<int>(s.n)};
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<master>(&all); });
  all.check();
  return {s.n, elapsed, s.n * s.n};
}

}  // namespace bench::savina::classic
