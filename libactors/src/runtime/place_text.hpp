// place_text: places in the source as reports show them.
#pragma once

#include <actors/detail/code_place.hpp>

#include <string>
#include <string_view>

namespace actors::inline v1::detail {

/// "src/config.cpp:21": the file as the compiler was given it.
std::string path_and_line(const source_place& place);
/// The same; empty for none.
std::string path_and_line(place_ref place);

/// "ns::read_config": what the compiler's name of a function says besides (its result, parameters and template
/// arguments, unnamed namespaces, what it makes of a coroutine) is left out. A lambda is "lambda in ns::main". Empty
/// for none.
std::string function_name(place_ref place);
std::string function_name(std::string_view as_compiled);

}  // namespace actors::inline v1::detail
