// The codes of diagnostics by name; what each one means is told in codes.cpp.
#pragma once

#include <string_view>

namespace actors::inline v1::config::codes {

inline constexpr std::string_view syntax = "E001";
inline constexpr std::string_view unreadable = "E002";
inline constexpr std::string_view duplicate_key = "E003";
inline constexpr std::string_view unknown_key = "E004";
inline constexpr std::string_view wrong_shape = "E005";
inline constexpr std::string_view missing = "E006";
inline constexpr std::string_view unknown_actor = "E007";
inline constexpr std::string_view unknown_type = "E008";
inline constexpr std::string_view unknown_port = "E009";
inline constexpr std::string_view port_types = "E010";
inline constexpr std::string_view unknown_option = "E011";
inline constexpr std::string_view wrong_type = "E012";
inline constexpr std::string_view out_of_range = "E013";
inline constexpr std::string_view bad_expression = "E014";
inline constexpr std::string_view unknown_variable = "E015";
inline constexpr std::string_view variable_cycle = "E016";
inline constexpr std::string_view environment = "E017";
inline constexpr std::string_view not_supported = "E018";
inline constexpr std::string_view yaml_feature = "E019";
inline constexpr std::string_view not_fed = "E020";
inline constexpr std::string_view fed_source = "E021";
inline constexpr std::string_view cycle = "E022";
inline constexpr std::string_view duplicate_edge = "E023";
inline constexpr std::string_view bad_name = "E024";
inline constexpr std::string_view replicas = "E025";
inline constexpr std::string_view unusable_value = "E026";
inline constexpr std::string_view bad_override = "E027";
inline constexpr std::string_view bad_reference = "E028";
inline constexpr std::string_view too_many = "E029";

inline constexpr std::string_view unread_output = "W001";
inline constexpr std::string_view unused_variable = "W002";
inline constexpr std::string_view unread_port = "W003";

}  // namespace actors::inline v1::config::codes
