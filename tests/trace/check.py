"""check.py SCENE PROGRAM: runs a scene of PROGRAM, which records a trace, and checks the trace."""
import os
import pathlib
import subprocess
import sys
import tempfile

from reading import Trace


def run(program, scene, file, status=0, **environment):
    done = subprocess.run([program, scene, file], capture_output=True, text=True,
                          env={**os.environ, "ACTORS_WORKERS": "2", **environment})
    assert done.returncode == status, f"exit status {done.returncode}: {done.stderr}"
    # In debug mode it says so where the machine is slow.
    assert status != 0 or done.stderr == "" or "ACTORS_DEBUG" in environment, done.stderr
    return done


def check_everything(trace, name="everything"):
    main = trace.turns(name)
    assert main and main[-1]["args"]["ended with"] == "value"
    assert main[0]["args"]["at"].split("/")[-1].startswith("scenes.cpp:")
    producer = trace.turns("producer")
    assert producer and {t["args"]["coroutine"] for t in producer} == {"produce"}
    assert {t["args"]["spawned at"].split("/")[-1].split(":")[0] for t in producer} == {"scenes.cpp"}
    # 40 values through 4 places: one side has waited, or both, and at the same channel.
    sends = [t for t in producer if t["args"].get("then") == "send to channel"]
    receives = [t for t in trace.turns("consume") if t["args"].get("then") == "receive from channel"]
    assert len({t["args"]["channel"] for t in sends + receives}) == 1
    assert len(trace.of("i", name="close")) == 1
    assert trace.of("i", name="close")[0]["args"]["channel"] == (sends + receives)[0]["args"]["channel"]
    # The waits, from their beginning to their end, among the slices that go on meanwhile.
    waits = {(e["name"], e["args"]["task"]) for e in trace.of("b", cat="task") if "task" in e.get("args", {})}
    number = {t["name"]: t["args"]["task"] for t in trace.turns()}
    assert {("send to channel", number["producer"]), ("receive from channel", number["consume"])} & waits
    assert ("lock mutex", number["taker"]) in waits and ("wait for event", number["holder"]) in waits
    assert ("sleep", number["sleeper"]) in waits and ("whole sleep", number[name]) in waits
    # A wait that is over before the turn is has a name there, but no slice of its own.
    assert {"wait for the end of task", "wait for a blocking call", "select", "wait for event", "wait for the children of a group", "receive from broadcast channel", "sleep",
            "gather: wait for the end of task"} <= {t["args"].get("then") for t in main}
    produced = trace.of("X", cat="program", name="produce one") + trace.of("b", cat="task", name="produce one")
    assert len(produced) == 40
    assert trace.of("b", name="produce one"), "a slice across a wait is none of one turn"
    whole = [e["ts"] for e in trace.of("b", "e", name="whole sleep")]
    assert len(whole) == 2 and whole[1] - whole[0] >= 2000, whole
    # How tasks end.
    ends = {e["args"]["name"]: e["args"]["with"] for e in trace.of("i", cat="task", name="end")}
    assert ends["fails"] == "error" and ends["sleeper"] == "cancelled" and ends["producer"] == "value", ends
    lives = [e for e in trace.of("b", cat="task") if e["name"] == "producer"]
    assert len(lives) == 1 and "unfinished" not in lives[0]["args"]
    # What the program says itself.
    assert len(trace.of("i", name="consumed")) == 40
    assert {e["args"]["task"] for e in trace.of("i", name="consumed")} == {number["consume"]}
    assert [e["args"]["value"] for e in sorted(trace.of("C", name="count"), key=lambda e: e["ts"])] == list(range(1, 41))
    # Threads, and who called on whom.
    calls = trace.of("X", cat="call")
    assert len(calls) == 1 and trace.threads[calls[0]["tid"]].startswith("actors-pool-")
    assert {trace.threads[t["tid"]] for t in trace.turns()} <= {"actors-0", "actors-1"}
    assert trace.of("X", cat="worker", name="sleep") and trace.of("i", name="timers")
    ends_of_arrows = {(e["tid"], e["ts"]) for e in trace.of("f")}
    for name_of_task in ("producer", "consume", "taker", "sleeper"):
        first = trace.turns(name_of_task)[0]
        assert (first["tid"], first["ts"]) in ends_of_arrows, f"{name_of_task} was spawned by a turn"
    woken = [t for t in trace.turns("taker")][-1]
    assert (woken["tid"], woken["ts"]) in ends_of_arrows, "and woken by one"


def whole(program, file):
    run(program, "whole", file)
    trace = Trace(file)
    assert trace.other["dropped_events"] == 0 and trace.other["events"] > 200
    check_everything(trace)
    # There each task has a name in reports, which it was not given.
    run(program, "whole", file, ACTORS_DEBUG="1")
    check_everything(Trace(file))


def crowded(program, file, scene):
    memory, dropped = map(int, run(program, scene, file).stdout.split())
    trace = Trace(file)
    assert len(trace.threads) == 2 and memory == 4096 * 2, memory
    # 20,000 turns have three events each; 128 fit into the memory of a thread.
    assert trace.other["events"] <= 128 * len(trace.threads)
    assert trace.other["dropped_events"] == dropped
    assert trace.other["dropped_events"] + trace.other["events"] >= 60_000
    assert sum(e["args"]["count"] for e in trace.of("M") if e["name"] == "dropped_events") == dropped
    assert trace.turns() and {t["name"] for t in trace.turns()} <= {"turns", "task"}
    return trace


def oldest(program, file):
    trace = crowded(program, file, "oldest")
    assert trace.of("i", name="last") and not trace.of("i", name="first")
    assert trace.turns()[-1]["name"] == "turns", "the name is known although the start is lost"


def newest(program, file):
    trace = crowded(program, file, "newest")
    assert trace.of("i", name="first") and not trace.of("i", name="last")


def names(program, file):
    run(program, "names", file)
    trace = Trace(file)
    found = {t["name"] for t in trace.turns()}
    bad = "bad \ufffd\ufffd\ufffd \ufffd\ufffd\ufffd cut \ufffd\ufffd"
    wanted = {'a "quoted" \\ name', "tab\there\nline\x01 end", "gr\u00fc\u00df \u20ac \U0001f3ad", bad}
    assert wanted <= found, found
    assert trace.of("i", name="gone by now")


def part(program, file):
    run(program, "part", file)
    trace = Trace(file)
    assert trace.of("i", name="in time")
    for name in ("too early", "too late", "in the second"):
        assert not trace.of("i", name=name), name
    early = trace.turns("early")
    assert len(early) == 1 and early[0]["args"]["ended with"] == "value"
    assert len(trace.turns("inside")) == 2
    second = Trace(file + ".second")
    assert second.of("i", name="in the second") and not second.of("i", name="in time")


def stuck(program, file):
    run(program, "stuck", file)
    trace = Trace(file)
    waits = [e for e in trace.of("b", cat="task", name="receive from channel") if e["args"].get("unfinished")]
    assert len(waits) == 1 and "channel" in waits[0]["args"]
    waiting = trace.turns("waits for ever")
    assert waiting and waiting[-1]["args"]["task"] == waits[0]["args"]["task"]
    holding = trace.turns("holds a worker")
    assert len(holding) == 1 and holding[0]["args"]["unfinished"] == 1 and holding[0]["dur"] > 0


def actors(program, file):
    run(program, "actors", file)
    trace = Trace(file)
    assert {e["name"] for e in trace.of("b", cat="actor")} == {"actor-1", "actor-2"}
    assert len(trace.of("b", cat="team")) == 1
    assert all("unfinished" not in e["args"] for e in trace.of("b", cat="actor"))
    assert {"actor-1", "actor-2"} <= {t["name"] for t in trace.turns()}


def threads(program, file):
    run(program, "threads", file)
    trace = Trace(file)
    assert {e["name"] for e in trace.of("i")} == {"main", "beside main"}
    assert trace.other["threads_left_out"] == 1 and trace.other["dropped_events"] == 5


def environment(program, file):
    for wish in ({}, {"ACTORS_TRACE": ""}):
        run(program, "two_runs", "-", **wish)
        assert not pathlib.Path(file).exists()
    run(program, "two_runs", "-", ACTORS_TRACE=file)
    trace = Trace(file)
    check_everything(trace)
    assert len(trace.turns("turns")) == 11, "and what the first run did"
    run(program, "two_runs", "-", ACTORS_TRACE=file, ACTORS_TRACE_BYTES="2048")
    assert Trace(file).other["dropped_events"] > 0


def bad_environment(program, file):
    nowhere = file + "/there/trace.json"
    for wish, message in (
            ({"ACTORS_TRACE": nowhere}, f"ACTORS_TRACE={nowhere}: the trace cannot be written to '{nowhere}': No such file"),
            ({"ACTORS_TRACE": file, "ACTORS_TRACE_BYTES": "1 MB"},
             "ACTORS_TRACE_BYTES=1 MB: expected a number of bytes for each thread"),
            ({"ACTORS_TRACE": file, "ACTORS_TRACE_BYTES": "100"},
             "trace_options::bytes_per_thread is 100: expected 2048 at least")):
        done = run(program, "two_runs", "-", status=1, **wish)
        assert message in done.stderr, done.stderr


def example(program, file):
    done = subprocess.run([program, file], capture_output=True, text=True, check=True)
    assert done.stdout == "vowels 40000\n" and done.stderr == "", done
    trace = Trace(file)
    for name in ("amain", "reader", "counter 1", "counter 2", "adder"):
        assert trace.turns(name)[-1]["args"]["ended with"] == "value", name
    assert len(trace.of("X", cat="call")) == 40
    pages = trace.of("b", cat="task") + trace.of("X", cat="program")
    assert {e["name"] for e in pages if e["name"].startswith("page ")} == {f"page {n}" for n in range(40)}
    assert len(trace.of("i", name="all counted")) == 1 and trace.of("C", name="vowels")


def main():
    with tempfile.TemporaryDirectory() as folder:
        globals()[sys.argv[1]](sys.argv[2], str(pathlib.Path(folder) / "trace.json"))


main()
