"""exposition_test.py PROGRAM: what the program prints is a page that Prometheus takes; and the rules refuse others."""
import subprocess
import sys

import exposition_rules
from exposition_rules import Broken

HISTOGRAM = b'# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n'
GOOD = (b"a 1\n", b"# HELP a b \\\\ \\n\n# TYPE a gauge\na 1\n", b'a{b="c\\"",d="\\n"} NaN\n', HISTOGRAM)
BAD = (
    b"a 1",
    b"1a 1\n",
    b"a b\n",
    b"a{b=c} 1\n",
    b'a{b="c"d="e"} 1\n',
    b'a{b="c",b="d"} 1\n',
    b'a{b="\\x"} 1\n',
    b"a 1\na 2\n",
    b"a 1\nb 1\na{x=\"y\"} 1\n",
    b"a 1\n# TYPE a gauge\n",
    b"# TYPE a gauges\na 1\n",
    b"# TYPE a counter\na -1\n",
    b"# HELP a \\x\na 1\n",
    HISTOGRAM.replace(b"+Inf", b"2"),
    HISTOGRAM.replace(b"h_count 2", b"h_count 3"),
    HISTOGRAM.replace(b'le="1"} 1', b'le="1"} 3'),
    HISTOGRAM.replace(b"h_sum 3\n", b""),
)


def refuses(page):
    try:
        exposition_rules.check(page)
    except (Broken, IndexError):
        return True
    return False


for page in GOOD:
    exposition_rules.check(page)
for page in BAD:
    assert refuses(page), f"taken: {page!r}"

done = subprocess.run([sys.argv[1]], capture_output=True, check=True)
families = exposition_rules.check(done.stdout)
for name, family in families.items():
    assert family.get("help") and family.get("type"), f"{name} has no HELP or TYPE"
    ends = name.endswith("_total")
    assert ends == (family["type"] == "counter"), f"{name} is a {family['type']}"
samples = {(name, tuple(sorted(labels.items()))): value
           for family in families.values() for name, labels, value in family["samples"]}
sizes = {dict(labels)["channel"] for name, labels in samples if name == "actors_channel_capacity"}
assert sizes == {'quotes " and \\ and\nlines', "bytes \ufffd\ufffd that are no text, \u00e4 that is"}, sizes
assert samples["actors_workers", (("runtime", "first"),)] == 2
assert samples["actors_workers", (("runtime", "second"),)] == 1
assert samples["actors_actor_items_total", (("actor", "drain \\"), ("direction", "in"), ("port", "numbers"))] == 10
assert samples["actors_pool_calls_total", (("pool", 'pool "p"'),)] == 1
assert samples["own_ratio", ()] == 0.1
assert families["own_ratio"]["help"] == "A metric of the program's own, with a \\ and\na second line."
print(len(families), "metrics,", len(samples), "samples")
