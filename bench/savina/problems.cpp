#include "problems.hpp"

#include "../measure.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace bench::savina {

namespace {

// Keeps a result in use.
template <class T>
void use(const T& value) noexcept {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace

transfer::transfer(random_numbers& random) noexcept
    : from{static_cast<std::size_t>(random.below(account_count / 10 * 8))},
      to{from + static_cast<std::size_t>(std::max(1, random.below(account_count - static_cast<int>(from))))},
      amount{random.fraction() * 1000} {}

void expect_balances(const std::vector<double>& balances, std::int64_t orders) {
  std::vector<double> want(account_count);
  random_numbers random{123'456};
  for (std::int64_t i = 0; i != orders; ++i) {
    const transfer order{random};
    want[order.from] -= order.amount;
    want[order.to] += order.amount;
  }
  // Added in whatever order they came.
  for (std::size_t i = 0; i != want.size(); ++i)
    if (std::abs(balances[i] - want[i]) > 1e-6 * (1 + std::abs(want[i])))
      throw not_done{"an account has a wrong balance"};
}

void square_of_sine() {
  double angle = 37.2;
  use(angle);
  const double sine = std::sin(angle);
  use(sine * sine);
}

void be_busy(int steps) {
  random_numbers random;
  int sum = 0;
  for (int i = 0; i != steps; ++i) sum += random.next();
  use(sum);
}

double process_item(double term, int cost) {
  random_numbers random{cost};
  for (int i = 0; i != cost * 100; ++i) term += std::log(random.fraction() + 0.01);
  return term;
}

double next_term(double term, double rate) noexcept { return rate * term * (1 - term); }

void expect_sum_of_series(double sum, std::int64_t terms) {
  for (int i = 0; i != series; ++i) {
    double term = i * rate_step;
    for (std::int64_t k = 0; k != terms; ++k) term = next_term(term, first_rate + i * rate_step);
    sum -= term;
  }
  // Added in whatever order they came.
  if (std::abs(sum) > 1e-9) throw not_done{"the sum of the series is wrong"};
}

bool is_locally_prime(std::int64_t candidate, const std::vector<std::int64_t>& primes) noexcept {
  return std::none_of(primes.begin(), primes.end(), [&](std::int64_t prime) { return candidate % prime == 0; });
}

std::int64_t primes_below(std::int64_t limit) {
  std::vector<bool> composite(static_cast<std::size_t>(std::max<std::int64_t>(limit, 2)));
  std::int64_t found = 0;
  for (std::int64_t i = 2; i < limit; ++i) {
    if (composite[static_cast<std::size_t>(i)]) continue;
    ++found;
    for (std::int64_t k = i * i; k < limit; k += i) composite[static_cast<std::size_t>(k)] = true;
  }
  return found;
}

dictionary full_dictionary() {
  dictionary full;
  full.reserve(dictionary_keys);
  for (int key = 0; key != dictionary_keys; ++key) full.emplace(key, key);
  return full;
}

sorted_list_of_numbers::~sorted_list_of_numbers() {
  while (first_ != nullptr) delete std::exchange(first_, first_->next);
}

void sorted_list_of_numbers::add(int value) {
  node** place = &first_;
  while (*place != nullptr && (*place)->value <= value) place = &(*place)->next;
  *place = new node{value, *place};
}

bool sorted_list_of_numbers::contains(int value) const noexcept {
  for (const node* each = first_; each != nullptr; each = each->next)
    if (each->value == value) return true;
  return false;
}

int sorted_list_of_numbers::size() const noexcept {
  int count = 0;
  for (const node* each = first_; each != nullptr; each = each->next) ++count;
  return count;
}

// Product (r, c) is left (r, 0) times right (0, c) and left (r, 1) times right (1, c).
matrix_work matrix_work::part(int which) const noexcept {
  const int half = side / 2;
  const int r = (which & 4) != 0 ? half : 0;
  const int c = (which & 2) != 0 ? half : 0;
  const int k = (which & 1) != 0 ? half : 0;
  return {left_row + r, left_column + k, right_row + k, right_column + c, row + r, column + c, half};
}

matrices::matrices(int side)
    : side_{side},
      left_(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)),
      right_(left_.size()),
      product_(left_.size()) {
  for (std::size_t i = 0; i != left_.size(); ++i) {
    left_[i] = static_cast<double>(i / static_cast<std::size_t>(side));
    right_[i] = static_cast<double>(i % static_cast<std::size_t>(side));
  }
}

void matrices::multiply(const matrix_work& block) noexcept {
  const auto at = [this](int r, int c) {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(side_) + static_cast<std::size_t>(c);
  };
  for (int i = 0; i != block.side; ++i)
    for (int j = 0; j != block.side; ++j) {
      double sum = 0;
      for (int k = 0; k != block.side; ++k)
        sum += left_[at(block.left_row + i, block.left_column + k)] *
               right_[at(block.right_row + k, block.right_column + j)];
      product_[at(block.row + i, block.column + j)] += sum;
    }
}

void matrices::check() const {
  for (std::size_t i = 0; i != product_.size(); ++i)
    if (product_[i] != side_ * left_[i] * right_[i]) throw not_done{"the product of the matrices is wrong"};
}

// Sixteen bits would repeat themselves within one tree: these are 64 (Knuth's).
int tree_growth::next_computing() {
  const auto uniform = [this] {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return (static_cast<double>(random_ >> 11) + 0.5) / static_cast<double>(std::uint64_t{1} << 53);
  };
  for (;;) {
    const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform());
    const auto drawn = static_cast<int>(std::lround(normal * uct_deviation + uct_average));
    if (drawn > 0) return drawn;
  }
}

tree_growth::grant tree_growth::begin() {
  const grant given{.granted = true, .first_id = size_, .computing = next_computing()};
  size_ += uct_children;
  return given;
}

tree_growth::grant tree_growth::ask() {
  const auto below = [this](std::uint64_t limit) {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<int>((random_ >> 33) % limit);
  };
  if (below(2) == 0) return {};
  grant given = begin();
  if (below(100) <= uct_urgent_percent) given.urgent = below(uct_children);
  return given;
}

}  // namespace bench::savina
