"""The programs that are compared: how each is built, called, and which version it is."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bench" / "peers"
BUILT = ROOT / "build" / "peers"


class Peer:
    """`build`: commands, each with a folder to run it in. `program`: the command line without the workload.
    `versions`: commands whose first line of output says what was built with what."""

    def __init__(self, name, title, program, build=(), versions=(), options=()):
        self.name = name
        self.title = title
        self.program = [str(word) for word in program]
        self.build = [([str(word) for word in command], folder) for command, folder in build]
        self.versions = versions
        self.options = list(options)

    def make(self):
        """Builds it. Raises RuntimeError with the output of what failed."""
        BUILT.mkdir(parents=True, exist_ok=True)
        for command, folder in self.build:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
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


def cpp(name, title, package, options=()):
    folder = BUILT / "cpp"
    return Peer(name, title, [folder / f"bench_{name}"],
                build=[(["cmake", "-S", SOURCES / "cpp", "-B", folder, "-DCMAKE_BUILD_TYPE=Release"], ROOT),
                       (["cmake", "--build", folder, "--target", f"bench_{name}"], ROOT)],
                versions=[debian(package)], options=options)


OURS = Peer("libactors", "libactors", [ROOT / "build" / "release" / "bin" / "bench"],
            versions=[["git", "-c", "safe.directory=*", "describe", "--always", "--dirty"],
                      ["g++", "--version"]])

PEERS = [
    Peer("go", "Go", [BUILT / "go" / "bench"], build=[(["go", "build", "-o", BUILT / "go" / "bench", "."], SOURCES / "go")],
         versions=[["go", "version"]]),
    Peer("tokio", "Tokio", [BUILT / "tokio" / "release" / "bench"],
         build=[(["cargo", "build", "--release", "--offline", "--target-dir", BUILT / "tokio"], SOURCES / "tokio")],
         versions=[["rustc", "--version"], debian("librust-tokio-dev")]),
    cpp("caf", "CAF", "libcaf-dev"),
    cpp("fiber", "Boost.Fiber", "libboost-fiber1.81-dev"),
    cpp("asio", "Asio", "libboost1.81-dev"),
    cpp("tbb", "TBB", "libtbb-dev"),
    Peer("erlang", "Erlang", [SOURCES / "erlang" / "bench"], versions=[debian("erlang-base")]),
    Peer("asyncio", "asyncio", ["python3", SOURCES / "asyncio" / "bench.py"], versions=[["python3", "--version"]]),
]


def named(names):
    """Those with these names, in their usual order. Raises ValueError for one that is not there."""
    known = {each.name: each for each in PEERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no peer '{unknown[0]}'; there are: {', '.join(known)}")
    return [each for each in PEERS if each.name in names]
