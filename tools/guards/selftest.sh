#!/usr/bin/env bash
# shellcheck disable=SC2016 # backquotes in the planted Markdown are meant
# Plants a violation of each guard in a small clean project and sees that it is caught, at the right place.
set -euo pipefail
guards=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# A clean project: one header a library, a README with a copied example, and the guards themselves.
fresh() {
  rm -rf "$work/project"
  mkdir -p "$work/project"/{channels/include/actors,libactors/include/actors/io,libactors/src/runtime,libactors/src/actor,tests,examples,tools,docs}
  cd "$work/project"
  cp -r "$guards" tools/guards
  printf '%s\n' 'actors.hpp umbrella' 'task.hpp tasks' >tools/guards/layers.txt
  echo 90000 >tools/guards/header_lines.txt
  echo '# none' >tools/guards/long_files.txt
  printf '%s\n' '#pragma once' '#include <cstddef>' >channels/include/actors/channel.hpp
  printf '%s\n' '#pragma once' '#include <actors/channel.hpp>' >libactors/include/actors/task.hpp
  printf '%s\n' '#pragma once' '#include <actors/task.hpp>' >libactors/include/actors/actors.hpp
  printf '%s\n' '#include <actors/task.hpp>' >libactors/src/actor/cell.cpp
  printf '%s\n' 'int a;' '// [part]' '  int b;' '// [/part]' >examples/part.cpp
  printf '%s\n' '# Promises' '- **C1** A promise.' >docs/semantics.md
  echo 'TEST(a, b) {  // C1' >tests/a.cpp
  printf '%s\n' 'See [the example](examples/part.cpp) and `examples/part.cpp`.' '<!-- from examples/part.cpp [part] -->' \
    '```cpp' 'int b;' '```' >README.md
}

# caught GUARD PLACE: the guard fails in the project as it is now, and names PLACE (file:line).
caught() {
  local output
  if output=$(python3 -B "tools/guards/$1.py" 2>&1); then
    echo "selftest: $1 did not catch what was planted at $2"
    failed=1
  elif ! grep -qF "$2: " <<<"$output"; then
    printf 'selftest: %s did not name %s but said:\n%s\n' "$1" "$2" "$output"
    failed=1
  fi
  fresh
}

fresh
for guard in layering public_includes coroutines promises words length docs weight alone; do
  python3 -B "tools/guards/$guard.py" >"$work/output" 2>&1 || {
    echo "selftest: $guard finds something in a clean project:"
    cat "$work/output"
    failed=1
  }
done

echo '#include <actors/task.hpp>' >>channels/include/actors/channel.hpp
caught layering channels/include/actors/channel.hpp:3
echo '#include "../actor/cell.hpp"' >libactors/src/runtime/worker.cpp && touch libactors/src/actor/cell.hpp
caught layering libactors/src/runtime/worker.cpp:1
echo '#include <actors/actors.hpp>' >>libactors/src/actor/cell.cpp
caught layering libactors/src/actor/cell.cpp:2
echo '#include "../../../tests/helper.hpp"' >>libactors/src/actor/cell.cpp && touch tests/helper.hpp
caught layering libactors/src/actor/cell.cpp:2
echo '#include <caf/all.hpp>' >libactors/src/runtime/worker.cpp
caught layering libactors/src/runtime/worker.cpp:1
echo '#include <actors/gone.hpp>' >>libactors/src/actor/cell.cpp
caught layering libactors/src/actor/cell.cpp:2
echo 'gone.hpp tasks' >>tools/guards/layers.txt
caught layering tools/guards/layers.txt:3
echo 'task.hpp nowhere' >>tools/guards/layers.txt
caught layering tools/guards/layers.txt:3
touch libactors/include/actors/new.hpp
caught layering libactors/include/actors/new.hpp:1

for header in caf/all.hpp boost/asio/ip/tcp.hpp yaml-cpp/yaml.h; do
  echo "#include <$header>" >>libactors/include/actors/task.hpp
  caught public_includes libactors/include/actors/task.hpp:3
done
echo '#include <caf/all.hpp>' >libactors/include/actors/io/asio.hpp
caught public_includes libactors/include/actors/io/asio.hpp:1

for condition in 'while (co_await more(n)) {}' 'if (n == 0 || !(co_await more(n)).value()) co_return;'; do
  printf '%s\n' 'task<> fine(int n) {' '  bool b = co_await more(n);' '  if (b && co_await more(n)) co_return;' '}' \
    'task<bool> fine_too(int n) {' '  if (more([&] { int m = 0; return m; })) co_return co_await more(n);' '}' \
    'actors::task<> dropped(int n) {' "  $condition" '}' >examples/dropped.cpp
  caught coroutines examples/dropped.cpp:8
done

echo '- **C2** Another one.' >>docs/semantics.md
caught promises docs/semantics.md:3
echo 'TEST(a, c) {  // C1, C7' >>tests/a.cpp
caught promises tests/a.cpp:2

for words in '/work''/main' '"/root''/x"' ' /home''/someone' 'TO''DO: later' 'FIX''ME' 'GTEST_''SKIP()' 'TEST(a, DISABLED''_b)'; do
  printf '\n%s\n' "// $words" >examples/words.cpp
  caught words examples/words.cpp:2
done
echo 'std::this_thread::sleep_''for(1s);' >tests/wait.cpp
caught words tests/wait.cpp:1

seq -f '// %.0f' 451 >examples/long.cpp
caught length examples/long.cpp:451
echo 'examples/gone.cpp' >tools/guards/long_files.txt
caught length tools/guards/long_files.txt:1

echo '#pragma once
std::size_t forgotten;' >channels/include/actors/forgetful.hpp
caught alone channels/include/actors/forgetful.hpp:1
echo 10 >tools/guards/header_lines.txt
caught weight libactors/include/actors/actors.hpp:1

echo 'Run `examples/gone.cpp`.' >>README.md
caught docs README.md:6
echo 'See [more](docs/gone.md).' >examples/more.md
caught docs examples/more.md:1
sed -i 's/  int b;/  int c;/' examples/part.cpp
caught docs README.md:4
sed -i '/\[\/part\]/d' examples/part.cpp
caught docs README.md:2

((failed == 0)) && echo "ok selftest"
exit $failed
