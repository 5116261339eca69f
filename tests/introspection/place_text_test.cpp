// The names of functions as reports show them, from what compilers call them.
#include "runtime/place_text.hpp"

#include <gtest/gtest.h>

namespace {

using actors::detail::function_name;

TEST(place_text, leaves_result_parameters_and_arguments_out) {  // I3
  EXPECT_EQ(function_name("actors::v1::task<int> ns::foo(int, X) [with X = double]"), "ns::foo");
  EXPECT_EQ(function_name("void ns::foo(foo<double>(int, double)::_ZN2ns3fooIdEE1TiT_.Frame*)"), "ns::foo");
  EXPECT_EQ(function_name("T ns::S::member(const char*) const"), "ns::S::member");
  EXPECT_EQ(function_name("T ns::S::member() const &"), "ns::S::member");
  EXPECT_EQ(function_name("int main()"), "main");
  EXPECT_EQ(function_name("main"), "main");
  EXPECT_EQ(function_name("task<std::pair<int, long> > box<a, b>::get(std::vector<int>)"), "box::get");
  EXPECT_EQ(function_name("const char* name(int)"), "name");
  EXPECT_EQ(function_name("T& at(int)"), "at");
  EXPECT_EQ(function_name("T {anonymous}::foo(int)"), "foo");
  EXPECT_EQ(function_name("T a::{anonymous}::foo(int)"), "a::foo");
  EXPECT_EQ(function_name("T (anonymous namespace)::foo(int)"), "foo");
  EXPECT_EQ(function_name("void visitor::operator()(int) const"), "visitor::operator()");
}

TEST(place_text, says_where_a_lambda_is) {  // I3
  EXPECT_EQ(function_name("ns::foo<double>(int, double)::<lambda(int)>"), "lambda in ns::foo");
  EXPECT_EQ(function_name("void ns::foo<double>(int, double)::<lambda(int)>::operator()(ns::foo<double>(int, "
                          "double)::<lambda(int)>::_ZZN2ns3fooIdEE1TiT_ENKUliE_clEi.Frame*)"),
            "lambda in ns::foo");
  EXPECT_EQ(function_name("main()::<lambda()>::<lambda()>"), "lambda in main");
  EXPECT_EQ(function_name("auto main()::(anonymous class)::operator()() const"), "lambda in main");
}

TEST(place_text, leaves_what_it_does_not_know_as_it_is) {  // I3
  EXPECT_EQ(function_name(""), "");
  EXPECT_EQ(function_name(")"), ")");
  EXPECT_EQ(function_name("(((("), "((((");
  EXPECT_EQ(function_name("<unknown>"), "<unknown>");
}

}  // namespace
