// json_text: strings of JSON.
#pragma once

#include <string>
#include <string_view>

namespace actors::inline v1::detail {

/// Appends `text` as a JSON string: quotes and control characters are escaped, and each byte of what is no UTF-8 (RFC
/// 3629) becomes the replacement character.
void append_json_string(std::string& to, std::string_view text);

}  // namespace actors::inline v1::detail
