"""The programs that are compared: how each is built, called, and which version it is."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bench" / "peers"
BUILT = ROOT / "build" / "peers"


class Peer:
    """`build`: commands, run in the root of the repository. `program`: the command line without the workload.
    `versions`: commands whose first line of output says what was built with what. `packages`: Debian's."""

    def __init__(self, name, title, program, packages="", build=(), versions=(), options=()):
        self.name = name
        self.title = title
        self.program = [str(word) for word in program]
        self.packages = packages.split()
        self.build = [[str(word) for word in command] for command in build]
        self.versions = versions
        self.options = list(options)

    def make(self):
        """Builds it. Raises RuntimeError with the output of what failed."""
        BUILT.mkdir(parents=True, exist_ok=True)
        # Debian's compilers, where others are installed, too.
        environment = {**os.environ, "PATH": "/usr/bin:" + os.environ.get("PATH", "")}
        for command in self.build:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
            if done.returncode != 0:
                raise RuntimeError(f"{self.name}: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def version(self):
        found = []
        for command in self.versions:
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
            lines = (done.stdout or done.stderr).splitlines()
            found.append(lines[0].strip() if done.returncode == 0 and lines else "unknown")
        return ", ".join(found)


def debian(package):
    """The version of a Debian package."""
    return ["dpkg-query", "-W", "-f=${Package} ${Version}", package]


def cpp(name, title, packages, options=()):
    folder = BUILT / "cpp"
    program = name.split("-")[0]
    return Peer(name, title, [folder / f"bench_{program}"], packages,
                build=[["cmake", "-S", SOURCES / "cpp", "-B", folder, "-DCMAKE_BUILD_TYPE=Release"],
                       ["cmake", "--build", folder, "--target", f"bench_{program}"]],
                versions=[debian(packages.split()[0])], options=options)


OURS = Peer("libactors", "libactors", [ROOT / "build" / "release" / "bin" / "bench"],
            versions=[["git", "-c", "safe.directory=*", "describe", "--always", "--dirty"],
                      ["g++", "--version"]])

FIBER = "libboost-fiber1.81-dev libboost-context1.81-dev"
PEERS = [
    Peer("go", "Go", [BUILT / "go" / "bench"], "golang-go",
         build=[["sh", "-c", f"cd '{SOURCES}/go' && go build -o '{BUILT}/go/bench' ."]], versions=[["go", "version"]]),
    Peer("tokio", "Tokio", [BUILT / "tokio" / "release" / "bench"],
         "rustc cargo librust-tokio-dev librust-async-channel-dev",
         build=[["sh", "-c", f"cd '{SOURCES}/tokio' && cargo build --release --offline --target-dir '{BUILT}/tokio'"]],
         versions=[["/usr/bin/rustc", "--version"], debian("librust-tokio-dev")]),
    cpp("caf", "CAF", "libcaf-dev"),
    cpp("fiber", "Boost.Fiber, work stealing", FIBER),
    cpp("fiber-shared", "Boost.Fiber, shared work", FIBER, ["--algorithm", "shared_work"]),
    cpp("asio", "Asio", "libboost1.81-dev"),
    cpp("tbb", "TBB", "libtbb-dev"),
    Peer("erlang", "Erlang", [BUILT / "erlang" / "bench"], "erlang-base",
         build=[["sh", "-c", f"mkdir -p '{BUILT}/erlang' && erlc -Werror -o '{BUILT}/erlang' '{SOURCES}'/erlang/*.erl && "
                             f"cp '{SOURCES}/erlang/bench' '{BUILT}/erlang/'"]],
         versions=[debian("erlang-base")]),
    Peer("asyncio", "asyncio", ["/usr/bin/python3", SOURCES / "asyncio" / "bench.py"], "python3",
         versions=[["/usr/bin/python3", "--version"]]),
]

# Of the suite for actors: the same program, with CAF's actors.
ACTORS = [
    Peer("caf", "CAF", OURS.program, "libcaf-dev", versions=[debian("libcaf-dev")], options=["--actors", "caf"]),
    Peer("caf_ours", "CAF on our workers", OURS.program, versions=[debian("libcaf-dev")],
         options=["--actors", "caf_ours"]),
]

# Of programs of CAF: the same program, with either scheduler.
OUR_SCHEDULER = Peer("ours", "our scheduler", OURS.program, options=["--scheduler", "ours"])
CAF_SCHEDULER = Peer("caf", "CAF's scheduler", OURS.program, "libcaf-dev", versions=[debian("libcaf-dev")],
                     options=["--scheduler", "caf"])


def named(names):
    """Those with these names, in their usual order. Raises ValueError for one that is not there."""
    known = {each.name: each for each in PEERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no peer '{unknown[0]}'; there are: {', '.join(known)}")
    return [each for each in PEERS if each.name in names]
