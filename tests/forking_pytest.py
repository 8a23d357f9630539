"""Run pytest many times on many copies of the library without importing torch each time.

Reads lines "FOLDER TEST" from standard input. For each, a fork of this process, which has imported
everything but the library itself, runs the test on the copy in FOLDER, writes what pytest prints to
FOLDER/output.txt, and its exit code is printed here.
"""

import os
import sys
from pathlib import Path

import matplotlib.figure  # noqa: F401  (imported here so that the forks need not)
import numpy as np  # noqa: F401
import pytest
import sacrebleu  # noqa: F401
import torch


def run(folder: str, test: str) -> int:
    """Fork; run ``test`` in ``folder``; return pytest's exit code."""
    child = os.fork()
    if child == 0:
        output = os.open(Path(folder, "output.txt"), os.O_CREAT | os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(folder)
        sys.path[:] = [folder, *(path for path in sys.path if path not in ("", str(Path(__file__).parent)))]
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"tests/{test}"])
        sys.stdout.flush()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.dont_write_bytecode = True
    for line in sys.stdin:
        print(run(*line.split()), flush=True)
