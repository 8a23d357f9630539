"""Messages over a socket, each a line of JSON, limited in size and in time. The same file serves both sides."""

import json
import socket
import time
from typing import Any

MOST_BYTES = 1 << 27
"""Of one message."""
_PIECE = 1 << 16
PATIENCE = 6.0
"""Seconds of the clock for each second of computing: on a busy machine a mark is what it is on an idle one."""


class Closed(ConnectionError):
    """The other side is gone."""


class TooLate(TimeoutError):
    """Nothing came in time."""


class Nonsense(ValueError):
    """What came is no message."""


class Channel:
    """One end. What is left of a message that came too late is never taken for the next one: close it then."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._rest = bytearray()

    def send(self, message: dict[str, Any], seconds: float | None = None) -> None:
        """Send ``message``; :class:`Closed` where nobody is there, :class:`TooLate` where nobody takes it."""
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except TimeoutError as error:
            raise TooLate(f"Nobody took the message for {seconds} seconds.") from error
        except OSError as error:
            raise Closed(str(error)) from error

    def receive(self, seconds: float | None = None) -> dict[str, Any]:
        """Return the next message, whole; see the errors above."""
        end = None if seconds is None else time.monotonic() + seconds
        searched = 0
        while (place := self._rest.find(b"\n", searched)) < 0:
            searched = len(self._rest)
            if searched > MOST_BYTES:
                raise Nonsense(f"A message of more than {MOST_BYTES:,} bytes.")
            self._rest += self._piece(end)
        line, self._rest = self._rest[:place], self._rest[place + 1 :]
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Nonsense(f"Expected a line of JSON, got {bytes(line[:40])!r}.") from error
        if not isinstance(message, dict):
            raise Nonsense(f"Expected a message, got {type(message).__name__}.")
        return message

    def close(self) -> None:
        """Be gone."""
        self._socket.close()

    def _piece(self, end: float | None) -> bytes:
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise TooLate("Nothing came in time.")
        self._socket.settimeout(left)
        try:
            piece = self._socket.recv(_PIECE)
        except TimeoutError as error:
            raise TooLate("Nothing came in time.") from error
        except OSError as error:
            raise Closed(str(error)) from error
        if not piece:
            raise Closed("The other side closed the channel.")
        return piece
