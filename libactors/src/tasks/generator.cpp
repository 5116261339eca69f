#include <actors/errors.hpp>
#include <actors/generator.hpp>

#include <memory>

namespace actors::inline v1::detail {

void throw_empty_generator() {
  throw usage_error{"an empty generator has no values: it was moved from, or never given one"};
}

void throw_generator_runs() {
  throw usage_error{"a generator that runs cannot be asked: it asked itself, or two tasks use it at once"};
}

/// What a generator deferred, and the coroutine that calls it: made before it is needed, so that an end needs no
/// memory.
struct generator_block::cleanup {
  exit_stack stack;
  task_block<void>* ending = nullptr;

  explicit cleanup(generator_block& of) {
    task<> made = end_generator(of);
    ending = task_access::take(made);
  }
  cleanup(const cleanup&) = delete;
  cleanup& operator=(const cleanup&) = delete;
  ~cleanup() { ending->release(); }
};

generator_block::generator_block() noexcept : task_state{generator_frame_offset, false} {}

exit_stack& generator_block::own_exit_stack() {
  if (cleanup_ == nullptr) cleanup_ = new cleanup{*this};
  return cleanup_->stack;
}

task<> generator_block::end_generator(generator_block& block) {
  std::exception_ptr failure;
  try {
    block.rethrow_failure();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await end_scope(block.cleanup_->stack, std::move(failure));
}

void generator_block::finish_with_cleanup() noexcept {
  if (cleanup_ != nullptr && !cleanup_->stack.empty())
    finish(*cleanup_->ending);
  else
    finish();
}

void generator_block::fail_unless_exit(const source_place& body, const char* header) noexcept {
  try {
    throw;
  } catch (const generator_exit&) {
    succeed();
  } catch (...) {
    fail(body, header);
  }
}

void generator_block::throw_exit() {
  closing_ = false;
  throw generator_exit{};
}

// What was deferred says how it all ended, where there was something.
void generator_block::end(const source_place& where) {
  if (stage_ == stage::over) return;
  stage_ = stage::over;
  if (cleanup_ != nullptr && cleanup_->ending->started()) cleanup_->ending->rethrow_failure(where);
  rethrow_failure(where);
}

bool generator_block::close_at_once() {
  if (stage_ == stage::unstarted) {
    end_unstarted();
    stage_ = stage::over;
  }
  return over();
}

void generator_block::check_closed(const source_place& where) {
  if (stage_ == stage::yielded)
    throw usage_error{
        "a generator yielded when it was closed: expected it to end, after its handlers of generator_exit"};
  end(where);
}

void generator_block::drop() noexcept {
  const std::unique_ptr<cleanup> left{cleanup_};  // goes after the frame
  release();
}

}  // namespace actors::inline v1::detail
