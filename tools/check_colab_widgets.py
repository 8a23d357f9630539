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
    "matplotlib==3.10.0",
    "pyparsing==3.2.0",  # a newer one warns of what this matplotlib calls
    "numpy==2.1.3",
    "tqdm",
    "sacrebleu",
)

SCRIPT = """
import contextlib
import io
import sys
from dataclasses import replace
from types import SimpleNamespace

import ipywidgets
import matplotlib
import numpy as np
from course_lib import plots, results, vocabulary, widgets
from course_lib.traces import Trace
from course_lib.widgets.frames import step_frame

assert ipywidgets.__version__ == "7.7.1" and not hasattr(ipywidgets, "Stack"), ipywidgets.__version__
matplotlib.use("agg")
trace = Trace.from_record(results.load("front_page")["trace"])
T = len(trace.target)

player = widgets.step_through(trace)
stage = player.widget.children[-1]
for i in (*range(T), 0):
    player.sliders[0].index = i
    assert stage.value == step_frame(trace, i), f"step {i + 1} shows another frame"
(play,) = (w for w in player.widget.children[-2].children if isinstance(w, ipywidgets.Play))
assert (play.min, play.max) == (0, T - 1)
with contextlib.redirect_stdout(io.StringIO()) as shown:
    player._ipython_display_()
assert player.widget.model_id in shown.getvalue()

for player in (
    widgets.compare({"one": trace, "two": trace}, over="Model"),
    widgets.step_through_models({"one": trace, "two": trace}),
):
    stage = player.widget.children[-1]
    player.sliders[1].index = T - 1
    player.sliders[0].index = 1
    assert stage.value == step_frame(trace, T - 1, "two", compact=True), "two sliders show another frame"
player = widgets.step_through_training({0: trace, 1000: trace})
player.sliders[0].index = 0
assert player.widget.children[-1].value == step_frame(trace, 0, "0 updates", compact=True)
player = widgets.gold_and_attention(replace(trace, links=frozenset({(0, 0)}), forced=True))
player.sliders[0].index = 1
assert "Word 1" in player.widget.children[-1].value
widgets.five_steps(["a", "b"], [1.0, 0.0], np.eye(2), np.eye(2))
widgets.batch_explorer([["a"]], [["<s>"]], [["x"]])

# a search and a model by their shape alone: both need torch, which Colab has and this environment does not
node = lambda token, parent, total, fate: SimpleNamespace(
    token=token, parent=parent, log_prob=-0.5, total=total, score=total, fate=fate
)
words = vocabulary.Vocabulary.build([["le", "chat"]])
le, chat = words.encode(["le", "chat"])
tree = (node(1, None, 0.0, "kept"), node(le, 0, -0.5, "kept"), node(chat, 1, -1.0, "finished"))
found = SimpleNamespace(tree=tree, ends=(2,), hypotheses=(SimpleNamespace(finished=True),))
player = widgets.beam_tree(found, words)
player.sliders[0].index = 1
assert "finishes" in player.widget.children[-1].value, "the tree shows another step"

sys.modules["course_lib.tracing"] = SimpleNamespace(trace=lambda model, words, **options: replace(trace, gold=None))
player = widgets.explorer(None, [["a"], ["b"]])
ask, line, box = player.widget.children
box.children[0].children[-1].value  # the ready-made example's frame
ask.children[0].value = "the cat"
assert "Translated" in line.value, line.value
assert box.children[0].children[-1].value == step_frame(replace(trace, gold=None), 0)
ask.children[0].value = ""
assert "no word" in line.value
del sys.modules["course_lib.tracing"]

diagram = plots.Diagram(2, 1, captions=["One box.", "Two."])
diagram.box("a", at=(0.5, 0.5))
diagram.box("b", at=(1.5, 0.5), stage=2)
player = widgets.stages(diagram)
player.sliders[0].index = 1
assert "Two." in player.widget.children[-1].value
places = [("p", "u"), ("p", "v")]
figures = {place: plots.bars({"one": [1.0]}, label="score", limit=2) for place in places}
player = widgets.figure_grid(figures, over=("Model", "Score"), alts=dict.fromkeys(places, "a bar"))
player.sliders[1].index = 1
assert "v" in player.widget.children[-1].value
player = widgets.swap_film({"all": [["le", "chat"], ["un", "chat"]]}, ["a"], ["b"])
player.sliders[-1].index = 1
assert "1" in player.widget.children[-1].value

assert "torch" not in sys.modules
kinds = "steps, training, models, gold links, batch, by hand, beam tree, explorer, stages, figures, swaps"
print(f"ipywidgets {ipywidgets.__version__}: {T} steps by the fallback, two sliders, Play; {kinds}: as they should be.")
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
