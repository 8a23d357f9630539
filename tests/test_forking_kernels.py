"""A kernel that is a fork is what a kernel that was started would be, and knows nothing of the others."""

import ast
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.provisioning import local_provisioner
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, start_new_kernel

from tests import forking_kernels

WHAT_IT_IS = """
import os, sys
loaded = [name for name in sys.modules if name.startswith(("course_lib", "ipywidgets", "tqdm.auto"))]
import matplotlib, torch, tqdm.auto
print({
    "loaded": loaded, "name": __name__, "command": sys.argv[0], "path": sys.path, "flags": str(sys.flags),
    "folder": os.getcwd(), "leads its group": os.getpgid(0) == os.getpid(), "bar": tqdm.auto.tqdm.__module__,
    "environment": {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"},
    "backend": matplotlib.rcParams["backend"], "threads": torch.get_num_threads(),
})
"""


class Kernel:
    """A kernel in ``folder``, and who speaks with it."""

    def __init__(self, folder: Path) -> None:
        self.manager, self._client = start_new_kernel(600, CURRENT_ENV_KERNEL_NAME, cwd=str(folder))
        self.process = self.manager.provisioner.process

    def said(self, code: str) -> Any:
        """Run ``code`` and return what it prints, a literal of Python."""
        told: list[Any] = []
        self._client.execute_interactive(code, allow_stdin=False, output_hook=told.append, timeout=600)
        printed = [part["content"]["text"] for part in told if part["msg_type"] == "stream"]
        assert not any(part["msg_type"] == "error" for part in told), told
        return ast.literal_eval("".join(printed))

    def stop(self) -> None:
        self._client.stop_channels()
        self.manager.shutdown_kernel(now=True)


Start = Callable[..., Kernel]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Give a function that starts a kernel, as a fork or as ever."""
    with ExitStack() as running:

        def start(launch: Callable[..., Any] = forking_kernels.fork_kernel) -> Kernel:
            monkeypatch.setattr(local_provisioner, "launch_kernel", launch)
            kernel = Kernel(tmp_path)
            running.callback(kernel.stop)
            return kernel

        yield start


def in_a_minute(holds: Callable[[], bool]) -> bool:
    """Say whether it ``holds``, as soon as it does, or after a minute."""
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)
    return holds()


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_fork_is_not_what_a_start_would_be(start: Start) -> None:
    fork, plain = start(), start(forking_kernels.launch)
    assert isinstance(fork.process, forking_kernels.Forked)
    assert not isinstance(plain.process, forking_kernels.Forked)
    assert fork.said(WHAT_IT_IS) == plain.said(WHAT_IT_IS)


def test_a_fork_knows_of_another_or_ends_with_it(start: Start) -> None:
    one, other = start(), start()
    assert one.said("mine = 1; print('mine' in globals())")
    assert not other.said("print('mine' in globals())")
    unseeded = "import numpy, torch; print((torch.rand(1).item(), numpy.random.rand()))"
    assert not set(one.said(unseeded)) & set(other.said(unseeded))
    one.process.kill()
    assert in_a_minute(lambda: not one.manager.is_alive())
    assert one.process.wait() == -signal.SIGKILL
    assert other.said("print(1)") == 1


def test_a_fork_outlives_the_process_that_it_came_from(start: Start) -> None:
    kernel = start()
    forking_kernels.stock().end()
    forking_kernels.stock.cache_clear()
    assert in_a_minute(lambda: is_gone(kernel.process.pid))
    kernel.process.returncode = 1  # there is nobody left to ask


def test_another_kernel_becomes_a_python_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking_kernels, "launch", lambda command, **told: (command, told))
    assert forking_kernels.fork_kernel(["julia", "-f", "file"], cwd="here") == (
        ["julia", "-f", "file"],
        {"cwd": "here", "env": None},
    )
