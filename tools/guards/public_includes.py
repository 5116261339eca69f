"""Public headers never include CAF, Asio, spdlog, fmt or yaml-cpp, except the few whose name says so."""
import repo

HEAVY = {"caf/": ("actors/caf/",), "boost/asio": ("actors/io/asio.hpp",), "yaml-cpp/": (),
         "spdlog/": ("actors/log_spdlog.hpp",), "fmt/": ()}

problems = []
for path in repo.public_headers():
    for number, header, _ in repo.includes(path):
        for prefix, allowed in HEAVY.items():
            if header.startswith(prefix) and not repo.header_name(path).startswith(allowed or "-"):
                problems.append(f"{path}:{number}: a public header must not include <{header}>")
repo.finish(problems)
