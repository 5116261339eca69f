// problems: what the programs of the suite share whoever's actors they use: sizes, pseudo-random numbers, and
// computing, which is compiled once for both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace bench::savina {

// The published sizes, but for those that are `n`.
inline constexpr int ring_members = 100;
inline constexpr int throughput_actors = 60;
inline constexpr int creatures = 100;
inline constexpr int big_actors = 120;
inline constexpr int clients = 20;  ///< of the dictionary and of the sorted list
inline constexpr int write_percent = 10;
inline constexpr int size_percent = 1;
inline constexpr int dictionary_keys = 524'287;
inline constexpr int buffer_size = 50;
inline constexpr int producers = 40;
inline constexpr int consumers = 40;
inline constexpr int item_cost = 25;
inline constexpr int philosopher_count = 20;
inline constexpr int waiting_room = 1'000;
inline constexpr int haircut_time = 1'000;
inline constexpr int arrival_time = 1'000;
inline constexpr int smoker_count = 200;
inline constexpr int account_count = 1'000;
inline constexpr int local_primes = 1'000;
inline constexpr int uct_children = 10;
inline constexpr int uct_average = 500;
inline constexpr int uct_deviation = 100;
inline constexpr int uct_urgent_percent = 50;
inline constexpr int series = 10;
inline constexpr double first_rate = 3.46;
inline constexpr double rate_step = 0.0025;
inline constexpr int matrix_workers = 20;
inline constexpr int matrix_block = 16'384;  ///< elements of a block that is multiplied as it is

/// The suite's pseudo-random numbers: a linear congruential sequence of 16 bits.
class random_numbers {
 public:
  explicit random_numbers(std::int64_t seed = 74'755) noexcept : value_{seed} {}

  /// 0 to 65535.
  int next() noexcept {
    value_ = (value_ * 1309 + 13849) & 65535;
    return static_cast<int>(value_);
  }
  int below(int limit) noexcept { return next() % limit; }
  double fraction() noexcept { return 1.0 / (next() + 1); }
  /// A key of the dictionary.
  int key() noexcept { return (next() << 15 ^ next()) % dictionary_keys; }

 private:
  std::int64_t value_;
};

/// The colour that both have after two chameneos met: the third one, or their own where they have the same.
constexpr int complement(int one, int other) noexcept { return one == other ? one : 3 - one - other; }

/// An order of the bank's teller. The account that pays comes before the other one, so that no ring of them waits.
struct transfer {
  explicit transfer(random_numbers& random) noexcept;
  std::size_t from;
  std::size_t to;
  double amount;
};
/// Throws not_done unless these are the accounts after so many orders.
void expect_balances(const std::vector<double>& balances, std::int64_t orders);

/// The computing of fork-join: the square of a sine.
void square_of_sine();
/// As many pseudo-random numbers as that.
void be_busy(int steps);
/// The bounded buffer's computing for an item.
double process_item(double term, int cost);
/// The next term of the logistic map.
double next_term(double term, double rate) noexcept;
/// Throws not_done unless that is the sum of the last terms of all series after so many terms.
void expect_sum_of_series(double sum, std::int64_t terms);
/// Whether none of the primes divides it.
bool is_locally_prime(std::int64_t candidate, const std::vector<std::int64_t>& primes) noexcept;
/// How many primes there are below.
std::int64_t primes_below(std::int64_t limit);

using dictionary = std::unordered_map<int, int>;
/// With every key, each its own value.
dictionary full_dictionary();

/// A sorted singly linked list; all it does takes time in its length.
class sorted_list_of_numbers {
 public:
  sorted_list_of_numbers() = default;
  ~sorted_list_of_numbers();
  sorted_list_of_numbers(const sorted_list_of_numbers&) = delete;
  sorted_list_of_numbers& operator=(const sorted_list_of_numbers&) = delete;

  void add(int value);
  bool contains(int value) const noexcept;
  int size() const noexcept;

 private:
  struct node {
    int value;
    node* next;
  };
  node* first_ = nullptr;
};

/// A block to be multiplied: its place in the left and right factor and in the product, and its side.
struct matrix_work {
  int left_row, left_column, right_row, right_column, row, column, side;

  bool is_small() const noexcept { return side * side <= matrix_block; }
  /// One of the eight products of quarters, 0 to 7, that make this one. Those with the same place in the product go to
  /// the same worker, so that no two add to one element at once.
  matrix_work part(int which) const noexcept;
  int worker() const noexcept { return (row + column) % matrix_workers; }
};

/// Two square factors, whose elements are their row and their column, and the product.
class matrices {
 public:
  explicit matrices(int side);

  int side() const noexcept { return side_; }
  matrix_work whole() const noexcept { return {0, 0, 0, 0, 0, 0, side_}; }
  void multiply(const matrix_work& block) noexcept;
  /// Throws not_done where the product is wrong.
  void check() const;

 private:
  int side_;
  std::vector<double> left_, right_, product_;
};

/// The root of the unbalanced tree decides which nodes get children. How long a node computes is drawn, as published,
/// but nothing is computed: the published loop counts what nobody reads, and no compiler keeps it.
class tree_growth {
 public:
  explicit tree_growth(std::int64_t most_nodes) noexcept : most_{most_nodes} {}

  struct grant {
    bool granted = false;
    std::int64_t first_id = 0;
    int computing = 0;
    int urgent = -1;  ///< which of the children is urgent
  };
  grant ask();
  /// The children of the root itself.
  grant begin();
  bool is_full() const noexcept { return size_ + uct_children > most_; }
  std::int64_t size() const noexcept { return size_; }

 private:
  int next_computing();

  std::int64_t most_;
  std::int64_t size_ = 1;
  std::uint64_t random_ = 2;
};

}  // namespace bench::savina
