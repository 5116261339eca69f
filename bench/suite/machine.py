"""What the figures were taken on."""

import datetime
import os
import platform


def model():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def system():
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            for line in file:
                if line.startswith("PRETTY_NAME="):
                    return line.split("=", 1)[1].strip().strip('"')
    except OSError:
        pass
    return platform.system()


def description():
    """Lines that say on what, and when."""
    return [f"{model()}, {len(os.sched_getaffinity(0))} processors, {memory_gib():.0f} GiB; {system()}, "
            f"Linux {platform.release()}.",
            f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, load before: {os.getloadavg()[0]:.2f}."]
