"""Reads a trace with a parser that knows nothing of who wrote it, and checks what holds for every trace."""
import json
import re

OUTCOMES = {"value", "error", "cancelled"}


class Trace:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        # Python's parser takes more than JSON has.
        self.whole = json.loads(text, parse_constant=lambda found: (_ for _ in ()).throw(AssertionError(found)))
        self.events = self.whole["traceEvents"]
        self.other = self.whole["otherData"]
        self.threads = {e["tid"]: e["args"]["name"] for e in self.of("M") if e["name"] == "thread_name"}
        self.check()

    def of(self, *phases, cat=None, name=None):
        return [e for e in self.events
                if e["ph"] in phases and (cat is None or e.get("cat") == cat) and (name is None or e["name"] == name)]

    def turns(self, name=None):
        return sorted(self.of("X", cat="turn", name=name), key=lambda e: e["ts"])

    def check(self):
        assert [e["name"] for e in self.of("M")].count("process_name") == 1
        assert {e["pid"] for e in self.events} == {self.events[0]["pid"]}
        for event in self.events:
            assert event["name"] or event["ph"] in "iC", event
            if event["ph"] != "M":
                assert event["ts"] >= 0 and event["tid"] in self.threads, event
        for tid in self.threads:
            self.check_thread([e for e in self.events if e.get("tid") == tid and e["ph"] in "XiCsf"])
        self.check_flows()
        self.check_spans()
        self.check_tasks()

    def check_thread(self, events):
        """P1: times do not go back, and slices nest. Times in nanoseconds: they are exact then."""
        last = 0
        open_until = []
        for event in events:
            begin = nanoseconds(event["ts"])
            assert begin >= last, f"{event} after {last}"
            last = begin
            if event["ph"] != "X":
                continue
            end = begin + nanoseconds(event["dur"])
            while open_until and open_until[-1] <= begin:
                open_until.pop()
            assert not open_until or end <= open_until[-1], f"{event} reaches out of the slice around it"
            open_until.append(end)

    def check_flows(self):
        """Each arrow has one beginning, in a slice, and one end, at the beginning of a turn that is not before it."""
        begins = {e["id"]: e for e in self.of("s")}
        ends = {e["id"]: e for e in self.of("f")}
        assert len(begins) == len(self.of("s")) and len(ends) == len(self.of("f"))
        assert begins.keys() == ends.keys()
        turns = {(e["tid"], e["ts"]) for e in self.turns()}
        slices = {}
        for event in self.of("X"):
            slices.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"] + 0.001))
        for number, begin in begins.items():
            end = ends[number]
            assert (end["tid"], end["ts"]) in turns and end["bp"] == "e", end
            assert begin["ts"] <= end["ts"] + 1, (begin, end)  # the clocks of two processors
            assert any(first <= begin["ts"] <= last for first, last in slices.get(begin["tid"], [])), begin

    def check_spans(self):
        """What lasts longer than a turn: a begin and an end each, of the same name, inside of each other."""
        open_of = {}
        for event in self.of("b", "e"):
            stack = open_of.setdefault((event["cat"], event["id"]), [])
            if event["ph"] == "b":
                stack.append(event)
            else:
                assert stack and stack[-1]["name"] == event["name"], f"{event} ends {stack[-1:]}"
                assert stack.pop()["ts"] <= event["ts"]
        assert not any(open_of.values()), open_of

    def check_tasks(self):
        """A number stands for one task: one name of a coroutine, one start and one end at most, no turn after it."""
        coroutines = {}
        for event in self.turns() + self.of("i", cat="task", name="spawn"):
            args = event["args"]
            if "coroutine" in args:
                assert coroutines.setdefault(args["task"], (args["coroutine"], args["at"])) == (
                    args["coroutine"], args["at"]), event
                assert re.fullmatch(r".+:\d+", args["at"]), event
            if "ended with" in args:
                assert args["ended with"] in OUTCOMES
        for name in ("spawn", "end"):
            numbers = [e["args"]["task"] for e in self.of("i", cat="task", name=name)]
            assert len(numbers) == len(set(numbers)), name
        ends = {e["args"]["task"]: e["ts"] for e in self.of("i", cat="task", name="end")}
        for turn in self.turns():
            if turn["args"]["task"] in ends:
                assert turn["ts"] <= ends[turn["args"]["task"]], turn


def nanoseconds(microseconds):
    return round(microseconds * 1000)
