"""Try the sliders with Colab's widgets; run by `make colab-check`, which needs the network.

Colab has ipywidgets 7.7.1, which knows no ``Stack``: there the kernel swaps the frames. An environment
of its own, .venv-colab, gets those versions and no torch; in it the sliders are built and stepped.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-colab"
PYTHON = VENV / "bin" / "python"
PACKAGES = (
    "ipywidgets==7.7.1",
    "ipython==7.34.0",
    "ipykernel==6.17.1",
    "jupyter_client==7.4.9",
    "numpy==2.1.3",
    "tqdm",
    "sacrebleu",
)

SCRIPT = """
import contextlib
import io
import sys
from dataclasses import replace

import ipywidgets
import numpy as np
from course_lib import results
from course_lib.traces import Trace
from course_lib.widgets import compare, five_steps, gold_and_attention, step_through
from course_lib.widgets.frames import step_frame

assert ipywidgets.__version__ == "7.7.1" and not hasattr(ipywidgets, "Stack"), ipywidgets.__version__
trace = Trace.from_record(results.load("front_page")["trace"])
T = len(trace.target)

player = step_through(trace)
stage = player.widget.children[-1]
for i in (*range(T), 0):
    player.sliders[0].index = i
    assert stage.value == step_frame(trace, i), f"step {i + 1} shows another frame"
(play,) = (w for w in player.widget.children[1].children if isinstance(w, ipywidgets.Play))
assert (play.min, play.max) == (0, T - 1)
with contextlib.redirect_stdout(io.StringIO()) as shown:
    player._ipython_display_()
assert player.widget.model_id in shown.getvalue()

player = compare({"one": trace, "two": trace}, over="Model")
stage = player.widget.children[-1]
player.sliders[1].index = T - 1
player.sliders[0].index = 1
assert stage.value == step_frame(trace, T - 1, "two"), "two sliders show another frame"
player = gold_and_attention(replace(trace, links=frozenset({(0, 0)}), forced=True))
player.sliders[0].index = 1
assert "Word 1" in player.widget.children[-1].value
five_steps(["a", "b"], [1.0, 0.0], np.eye(2), np.eye(2))
assert "torch" not in sys.modules
print(f"ipywidgets {ipywidgets.__version__}: {T} steps by the fallback, two sliders, Play: as they should be.")
"""


def run(*command: str | Path) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL).returncode


def main() -> int:
    """Make the environment where it is missing, then build and step; 0 if all is well."""
    if not PYTHON.exists() and run(sys.executable, "-m", "venv", VENV) != 0:
        return 1
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    if run(*pip, *PACKAGES) != 0:
        print("colab-check: the packages could not be installed; pip's message is above. Is there a network?")
        return 1
    return run(PYTHON, "-W", "error::UserWarning", "-c", SCRIPT)


if __name__ == "__main__":
    sys.exit(main())
