"""Every public header compiles alone. Arguments: the headers to check (default: all)."""
import concurrent.futures
import os
import subprocess
import sys

import repo

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++", "-"] + [f"-I{d}" for d in repo.INCLUDE_DIRS]


def check(path):
    source = f"#include <{repo.header_name(path)}>\n"
    done = subprocess.run([os.environ.get("CXX", "g++"), *FLAGS], cwd=repo.ROOT, input=source, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    return f"{path}:1: does not compile alone: {errors[0] if errors else done.stderr.strip()}"


headers = sys.argv[1:] or repo.public_headers()
with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS") or os.cpu_count())) as pool:
    results = list(pool.map(check, headers))
repo.finish([message for message in results if message], f"{len(headers)} headers")
