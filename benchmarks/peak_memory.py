"""The largest memory that a process has had. Used by ``benchmarks/alone.py``."""

import re
import resource
import sys
from pathlib import Path

MAXRSS = 1_000_000 if sys.platform == "darwin" else 1_000  # to a megabyte: bytes there, kilobytes elsewhere


def peak_megabytes() -> int:
    """Return the largest memory of this process so far, in megabytes.

    On Linux ``ru_maxrss`` begins with what the process that started this one had; ``VmHWM`` is this one's own.
    """
    status = Path("/proc/self/status")
    if status.exists() and (own := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return round(int(own[1]) / 1_000)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MAXRSS)
