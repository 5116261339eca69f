"""What the compiler says of wrong programs: its first error is the library's, and it is not many lines.

Usage: check.py FILE COMPILER [FLAGS]. The file says how its lines are written.
"""
import concurrent.futures
import os
import subprocess
import sys

# Around each line, by the name of the file.
PROGRAMS = {"select.txt": """#include <actors/blocking_select.hpp>
#include <actors/cases.hpp>
#include <actors/delivery.hpp>
#include <actors/task.hpp>

#include <string>

using namespace actors;
using namespace std::chrono_literals;
task<> body([[maybe_unused]] receiver<int> in, [[maybe_unused]] sender<int> out, [[maybe_unused]] join_handle<int> h,
            [[maybe_unused]] mutex& m) {
  %s
}
""", "stages.txt": """#include <actors/stages.hpp>
#include <actors/team.hpp>

#include <memory>
#include <string>

using namespace actors;
using namespace std::chrono_literals;
int twice(int i);
std::string name_of(int i);
int length(std::string name);
void note(int i);
task<> body([[maybe_unused]] std::vector<int> v, [[maybe_unused]] sender<int> tx,
            [[maybe_unused]] std::vector<std::unique_ptr<int>> movable) {
  %s
}
"""}
MOST_LINES = 40  # for one mistake; without the library's own messages it was 37 to 120


def fault(line, compiler):
    code, _, expected = (part.strip() for part in line.rpartition("|"))
    done = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"], input=program % code,
                          capture_output=True, text=True)
    said = done.stderr.splitlines()
    if not expected:
        return None if done.returncode == 0 else f"{code}\n  does not compile:\n{done.stderr}"
    errors = [each for each in said if "error:" in each]
    if not errors:
        return f"{code}\n  compiles; expected: {expected}"
    if expected not in errors[0]:
        return f"{code}\n  expected as the first error: {expected}\n  found: {errors[0]}"
    if len(said) > MOST_LINES:
        return f"{code}\n  {len(said)} lines of errors, more than {MOST_LINES}:\n{done.stderr}"
    return None


program = PROGRAMS[os.path.basename(sys.argv[1])]
with open(sys.argv[1], encoding="utf-8") as file:
    lines = [line for line in file if not line.startswith("#")]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    faults = [each for each in pool.map(lambda line: fault(line, sys.argv[2:]), lines) if each]
print(*faults, f"{len(lines) - len(faults)} of {len(lines)} programs are as expected", sep="\n")
sys.exit(1 if faults else 0)
