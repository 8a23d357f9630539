"""The one door of the command line: whatever goes wrong behind it becomes one sentence and an exit code.

0 is success, 2 a failure that stderr explains, 130 Ctrl-C. A reader who closes the pipe (``| head -1``)
has seen enough: that is success. ``--debug`` shows the traceback as well.
"""

import os
import signal
import sys
import threading
import traceback
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from itertools import takewhile
from types import FrameType

from course_lib.commands.failures import explained
from course_lib.commands.streams import Output, close_quietly, open_missing_streams

NAME = "python -m course_lib"


def enter(arguments: Sequence[str], owns_process: bool = False) -> int:
    """Run the command that ``arguments`` name and return its exit code.

    With ``owns_process`` the process is the command's own: its streams and what it does at Ctrl-C may
    be changed for good.
    """
    if owns_process:
        open_missing_streams()
    try:
        code = _answered(arguments, owns_process)
    except KeyboardInterrupt:  # the second one, while the first, or an error, was being answered
        code = 130
    if owns_process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left to do takes no time, and has nothing to lose
        code = close_quietly(code)
    return code


def _answered(arguments: Sequence[str], owns_process: bool) -> int:
    """Run the command; turn every way in which it can end into an exit code and, where needed, a sentence."""
    options = Namespace(name="", interrupted=lambda _: "Nothing had begun.")
    output = Output(sys.stdout)
    with redirect_stdout(output), redirect_stderr(Output(sys.stderr, keep_going=True)):
        try:
            with _ctrl_c_while_loading(owns_process):
                from course_lib.commands.parser import parse  # torch comes with it
            options = parse(arguments)
            output.keep_going = options.keep_going
            options.command(options)
            output.flush()
        except SystemExit as request:  # --help
            return int(request.code or 0)
        except KeyboardInterrupt:
            _say(f"\nInterrupted. {options.interrupted(options)}")
            return 130
        except Exception as error:
            if isinstance(error, BrokenPipeError) and output.reader_left:
                return 0
            if "--debug" in takewhile(lambda argument: argument != "--", arguments):
                traceback.print_exception(error)
            _say(f"{f'{NAME} {options.name}'.rstrip()}: {explained(error)}")
            return 2
    return 0


def _say(text: str) -> None:
    with suppress(OSError):  # nobody listens
        print(text, file=sys.stderr, flush=True)


@contextmanager
def _ctrl_c_while_loading(owns_process: bool) -> Iterator[None]:
    """Let Ctrl-C end the process at once: an exception in the middle of an import may be lost in it, or reworded."""
    ours = owns_process and threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a script's "&" lets Ctrl-C go by
        yield
        return
    before = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(number: int, frame: FrameType | None) -> None:
    _say("\nInterrupted. Nothing had begun.")
    os._exit(130)
