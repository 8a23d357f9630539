"""What runs behind the wall: the cells of one submission, then calls of what they left. It holds no test and no mark.

Started by :mod:`grading.apart`, with the number of its socket, the seconds of a cell and the bytes of
memory. It trusts nobody and need not be trusted: whatever the submission does to this process, the other side sees
values, errors, silence or an end.

Messages, each with a number "n", and answered by one with the same number:

    {"run": source} -> {"outputs": […], "error": null | {…}}
    {"get": name} -> {"value": packed, or the number of an object} | {"error": {…}}
    {"call": "", or a method, "of": number, "args": […], "kwargs": {…}} -> the same, with "changed": {place: packed}
        for arguments that were changed in place
    {"has": name} -> {"value": bool}
"""

import contextlib
import io
import os
import resource
import signal
import socket
import sys
import traceback
from types import FrameType
from typing import Any

from grading.channel import PATIENCE, Channel, Closed
from grading.values import NoValue, pack, unpack

MOST_TEXT = 100_000
"""Characters of a cell's output that are kept."""
MOST_REFERENCES = 10_000


class TookTooLong(BaseException):
    """Raised in a cell or a call whose seconds are over; no ``except Exception`` stops it."""


class _Capped(io.StringIO):
    """Text that stops to grow, so that a gigabyte of prints fills no memory."""

    cut = False

    def write(self, text: str) -> int:
        """Keep ``text`` while there is room, and say that it was written."""
        room = MOST_TEXT - self.tell()
        super().write(text[: max(0, room)])
        self.cut = self.cut or len(text) > room
        return len(text)

    def whole(self) -> str:
        """Return what was kept, and a word where something was not."""
        return self.getvalue() + ("\n[… more was printed; it was not kept]" if self.cut else "")


class Guest:
    """One submission: its namespace, and the objects that the other side holds by number."""

    def __init__(self, seconds: float) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self._seconds = seconds
        self._shell = InteractiveShell.instance()
        # print nothing; exit() ends its cell alone
        for name in ("showtraceback", "showsyntaxerror", "ask_exit", "enable_gui"):
            setattr(self._shell, name, _do_nothing)
        self._references: list[Any] = []
        for late in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(late, _too_long)

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do what ``message`` asks; every error is an answer."""
        if "run" in message:
            return self._run(message["run"])
        if "has" in message:
            return {"value": message["has"] in self._shell.user_ns}
        try:
            if "get" in message:
                return {"value": pack(self._shell.user_ns[message["get"]], self._refer)}
            with self._clock(message.get("seconds")), contextlib.redirect_stdout(_Capped()):
                return self._called(message)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too: submitted code raises what it likes
            return {"error": _in_words(error)}

    def _run(self, source: str) -> dict[str, Any]:
        from IPython.utils.capture import capture_output

        printed, complaints = _Capped(), _Capped()
        try:
            with self._clock(None), capture_output(True, True, True) as captured:
                sys.stdout, sys.stderr = printed, complaints
                result = self._shell.run_cell(source, store_history=False)
            error: BaseException | None = result.error_before_exec or result.error_in_exec
            shown = captured.outputs
        except BaseException as stop:
            error, shown = stop, []
        outputs = [
            {"output_type": "stream", "name": name, "text": text.whole()}
            for name, text in (("stdout", printed), ("stderr", complaints))
            if text.tell()
        ]
        outputs += [_displayed(output.data) for output in shown[:20]]
        return {"outputs": outputs, "error": None if error is None else _in_words(error)}

    def _called(self, message: dict[str, Any]) -> Any:
        target, name = self._references[message["of"]], message["call"]
        function = getattr(target, name) if name else target
        arguments = [unpack(one, self._referred) for one in message["args"]]
        keywords = {key: unpack(one, self._referred) for key, one in message["kwargs"].items()}
        value = pack(function(*arguments, **keywords), self._refer)
        changed = {}
        for k, sent in enumerate(message["args"]):
            if isinstance(sent, dict) and "object" not in sent and (after := pack(arguments[k], self._refer)) != sent:
                changed[k] = after
        return {"value": value, "changed": changed}

    def _refer(self, value: Any) -> Any:
        """Keep an object that cannot pass, and pass its number."""
        if len(self._references) >= MOST_REFERENCES:
            raise NoValue("Too many objects.")
        self._references.append(value)
        return {"object": [len(self._references) - 1, type(value).__name__, callable(value)]}

    def _referred(self, packed: Any) -> Any:
        return self._references[packed["object"][0]]

    @contextlib.contextmanager
    def _clock(self, seconds: float | None) -> Any:
        """Stop what computes for so many seconds, or does nothing for ``PATIENCE`` times as many."""
        most = seconds or self._seconds
        signal.setitimer(signal.ITIMER_PROF, most)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE * most)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)


def _do_nothing(*_: object, **__: object) -> None:
    pass


def _too_long(signal_number: int, frame: FrameType | None) -> None:
    raise TookTooLong("It took too long.")


def _in_words(error: BaseException) -> dict[str, str]:
    try:
        lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-3)
        return {"type": type(error).__name__, "message": str(error)[:2000], "traceback": "".join(lines)[-4000:]}
    except BaseException:  # an error whose text raises
        return {"type": type(error).__name__, "message": "", "traceback": ""}


def _displayed(data: dict[str, Any]) -> dict[str, Any]:
    kept = {kind: text for kind, text in data.items() if isinstance(text, str) and len(text) <= 20 * MOST_TEXT}
    return {"output_type": "display_data", "data": kept, "metadata": {}}


def main() -> None:
    """Answer until the other side is gone."""
    number, seconds, memory = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    channel = Channel(socket.socket(fileno=number))
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what is written past Python goes nowhere
        os.dup2(nothing, standard)
    guest = Guest(seconds)
    channel.send({"value": "ready"})
    while True:
        try:
            message = channel.receive()
        except Closed:
            os._exit(0)
        channel.send(guest.answer(message) | {"n": message["n"]})


if __name__ == "__main__":
    main()
