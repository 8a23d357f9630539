"""Start the kernel of a notebook without importing everything each time.

A kernel takes seconds to import IPython, torch and Matplotlib, and its first optimiser takes more: torch loads its
compiler for it. Here one process has imported all that, and each kernel is a fork of it. Of ours it has imported
nothing, and nothing that asks as it is imported whether it is in a notebook, as tqdm and ipywidgets do.

It reads a line of JSON a kernel from standard input, {"arguments", "folder", "environment"}, and prints the number of
its process; a line with such a number asks whether that kernel has ended: it prints its exit code, or null.
"""

import atexit
import functools
import gc
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import local_provisioner

LAUNCHER = "ipykernel_launcher"
SHARED = (
    "IPython ipykernel.kernelapp ipykernel.ipkernel matplotlib.figure matplotlib.backends.backend_agg "
    "matplotlib.backends.backend_svg numpy.random torch torch._dynamo"
).split()
INLINE = "module://matplotlib_inline.backend_inline"
"""What a kernel names as Matplotlib's backend before it is imported."""


class Stock:
    """The process of which kernels are forks; it ends with the one that asks."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MPLBACKEND": INLINE},
            text=True,
        )
        atexit.register(self.end)

    def ask(self, question: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, f"what kernels are forked from has ended itself, with exit {self.process.wait()}"
        return json.loads(answer)

    def end(self) -> None:
        with self.process:
            self.process.kill()


class Forked:
    """A kernel, with as much of :class:`subprocess.Popen` as jupyter_client asks for."""

    stdin = stdout = stderr = None

    def __init__(self, stock: Stock, kernel: Mapping[str, Any]) -> None:
        self.stock = stock
        self.pid: int = stock.ask(kernel)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.stock.ask(self.pid)
        return self.returncode

    def wait(self) -> int:
        while (code := self.poll()) is None:
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # until then the number is that of no other process
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


stock = functools.cache(Stock)
launch = local_provisioner.launch_kernel


def fork_kernel(
    command: Sequence[str], env: Mapping[str, str] | None = None, cwd: str | None = None, **streams: Any
) -> Any:
    """Stand in for jupyter_client's ``launch_kernel``; what is no Python kernel of this environment starts as ever."""
    if list(command[:3]) != [sys.executable, "-m", LAUNCHER]:
        return launch(command, env=env, cwd=cwd, **streams)
    kernel = {"arguments": command[3:], "folder": cwd or os.getcwd(), "environment": dict(env or os.environ)}
    return Forked(stock(), kernel)


def switch_on() -> None:
    """Let every kernel that this process starts be a fork, where processes fork."""
    if hasattr(os, "fork"):
        local_provisioner.launch_kernel = fork_kernel


def become_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Go on, in a fork, as ``python -m ipykernel_launcher`` would in ``folder``."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for library in ("torch", "numpy.random"):
        sys.modules[library].seed()  # where nobody seeds, two kernels draw different numbers
    launcher = importlib.util.find_spec(LAUNCHER)
    assert launcher is not None and launcher.origin is not None
    sys.argv = [launcher.origin, *arguments]
    ends_with = f"--IPKernelApp.parent_handle={os.getppid()}"
    importlib.import_module("ipykernel.kernelapp").launch_new_instance([*arguments, ends_with])


def serve() -> None:
    sys.path.remove(str(Path(__file__).parent))  # a kernel has no script
    for name in SHARED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a fork's collections leave alone what was there before it
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            ended, status = os.waitpid(asked, os.WNOHANG)
            print(json.dumps(os.waitstatus_to_exitcode(status) if ended else None), flush=True)
        elif pid := os.fork():
            os.setpgid(pid, pid)  # who ends a kernel ends its group
            print(pid, flush=True)
        else:
            try:
                become_kernel(**asked)
            finally:
                os._exit(1)  # whatever happens, no second server goes on from here


if __name__ == "__main__":
    serve()
