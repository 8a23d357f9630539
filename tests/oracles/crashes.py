"""What happens to files: a process that dies without a last word while it writes them, bits that flip, a cut."""

import os
import signal
import time
from collections.abc import Callable
from random import Random

MOMENTS = ("open", "fsync", "replace", "unlink")


def dies_at(moment: int, work: Callable[[], object]) -> bool:
    """Run ``work`` in a process that dies before its ``moment``-th change of the disk; False if it ended before.

    No exception, no ``finally``, as after kill -9 or a power cut.
    """
    child = os.fork()
    if not child:
        _count_down(moment)
        try:
            work()
            os._exit(0)
        finally:
            os._exit(99)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 7), f"the work itself failed: exit code {code}"
    return code == 7


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Run ``work`` in a process and kill it after ``seconds``; False if it ended before."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(99)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the work itself failed: exit code {code}"
    return code != 0


def damaged(content: bytes, draw: Random) -> bytes:
    """Return ``content`` with a bit or three flipped, or cut off."""
    if not content or draw.random() < 0.3:
        return content[: draw.randrange(max(1, len(content)))]
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 3))):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _count_down(moment: int) -> None:
    left = moment

    def before(function: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **options: object) -> object:
            nonlocal left
            if left == 0:
                os._exit(7)
            left -= 1
            return function(*args, **options)

        return counted

    for name in MOMENTS:
        setattr(os, name, before(getattr(os, name)))
