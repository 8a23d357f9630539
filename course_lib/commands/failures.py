"""From an exception to the sentence that a user reads."""

import linecache
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]
_NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def explained(error: Exception) -> str:
    """Return what went wrong and what to do, without a traceback.

    What the library raises itself says both already. Of other people's errors those that a machine
    causes (memory, files, a library that is missing) are put into words here; any other one is a fault
    of the course.
    """
    said = str(error).strip()
    if is_ours(error) and said:
        return said
    if isinstance(error, MemoryError) or any(words in said for words in _NO_MEMORY):
        return (
            "This machine has not enough memory for that. Make something smaller: --hidden, --embedding, "
            "--batch-size, or the sentences (--max-words)."
        )
    if isinstance(error, ModuleNotFoundError):
        return f'The library {error.name} is missing. Install it with "pip install {error.name}".'
    if isinstance(error, OSError) and error.strerror:
        name = "" if error.filename is None else f"{error.filename}: "
        return f"{name}{error.strerror}. Check the name, the rights and the room on the disk."
    first = said.splitlines()[0].rstrip(".") if said else "no message"
    return (
        f"This is a fault of course_lib, not yours: {type(error).__name__}: {first}. "
        "The same command with --debug shows where; please report it with that."
    )


def is_ours(error: BaseException) -> bool:
    """Say whether a ``raise`` of this library made the error: its message is then written for the user."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = Path(trace.tb_frame.f_code.co_filename)
    line = linecache.getline(str(file), trace.tb_lineno).strip()
    return LIBRARY in file.resolve().parents and (line.startswith("raise") or not line)
