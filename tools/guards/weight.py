"""A program that includes <actors/actors.hpp> stays light: at most so many preprocessed lines as header_lines.txt says."""
import os
import subprocess

import repo

allowed = int(repo.words_of("header_lines.txt")[0][0])
done = subprocess.run([os.environ.get("CXX", "g++"), "-std=c++20", "-E", "-x", "c++", "-"] + [f"-I{d}" for d in repo.INCLUDE_DIRS],
                      cwd=repo.ROOT, input="#include <actors/actors.hpp>\n", capture_output=True, text=True)
count = done.stdout.count("\n")
problems = []
if done.returncode != 0:
    problems.append(f"libactors/include/actors/actors.hpp:1: cannot be preprocessed: {done.stderr.strip()}")
elif count > allowed:
    problems.append(f"libactors/include/actors/actors.hpp:1: {count} preprocessed lines, more than the {allowed} of "
                    "tools/guards/header_lines.txt; see which include brought them with g++ -H")
repo.finish(problems, f"{count} of {allowed} lines")
