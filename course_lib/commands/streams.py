"""Output that goes on where it can: in any encoding, and after the reader of a pipe has left."""

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

_STAND_INS = str.maketrans({"→": "->", "…": "...", "–": "-", "·": "."})


class Output:
    """A text stream that prints what its encoding can, and what it cannot as ``->`` or ``?``.

    BrokenPipeError where nobody reads any more, unless ``keep_going``: then the text is dropped.
    """

    def __init__(self, stream: TextIO, keep_going: bool = False) -> None:
        self.stream, self.keep_going = stream, keep_going
        self.reader_left = self._told = False

    def write(self, text: str) -> int:
        """Write ``text``; return its length."""
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            self._tell()
            encoding = self.stream.encoding
            self.stream.write(text.translate(_STAND_INS).encode(encoding, "replace").decode(encoding))
        except BrokenPipeError:
            self._lose_reader()
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        try:
            self.stream.flush()
        except BrokenPipeError:
            self._lose_reader()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def _lose_reader(self) -> None:
        """Drop what follows, or raise again what is being handled."""
        self.reader_left = True
        if not self.keep_going:
            raise
        _drop(self.stream)

    def _tell(self) -> None:
        """Say once, on stderr, that letters are lost and how to see them."""
        if not self._told:
            self._told = True
            print(
                f"The encoding of the output, {self.stream.encoding}, lacks some letters; they are shown as ?. "
                "With the environment variable PYTHONIOENCODING=utf-8 you see them.",
                file=sys.stderr,
            )


def open_missing_streams() -> None:
    """Put an empty stream in the place of one that the process was started without (``>&-``)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (open as long as the process)


def close_quietly(code: int) -> int:
    """Write out what the streams still hold; return ``code``, or 2 where that cannot be done."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _drop(stream)
        except OSError as error:
            _drop(stream)
            code = code or 2
            if stream is sys.stdout:
                print(f"The output could not be written: {error.strerror}.", file=sys.stderr)
    return code


def _drop(stream: TextIO) -> None:
    """Let what a stream holds, and all that follows, go nowhere: Python flushes it once more at its end."""
    with suppress(OSError), open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
