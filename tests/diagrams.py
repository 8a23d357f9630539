"""Diagrams of the course's ideas, as a chapter would write them: the tests draw them all."""

import numpy as np

from course_lib.plots.diagrams import Diagram

SIX = "the black dog sees her .".split()
SIXTEEN = "the old man who lives in the red house gave the letter to the young doctor".split()


def bottleneck() -> Diagram:
    """256 cells for six words, and for sixteen."""
    picture = Diagram(
        6.0,
        4.2,
        captions=[
            "Six words come in.",
            "The encoder writes them into 256 cells: about 43 cells a word.",
            "Sixteen words come into the same 256 cells: 16 a word.",
        ],
        title="The bottleneck",
    )
    for x, words, stage in ((0.6, SIX, 1), (3.6, SIXTEEN, 3)):
        says = f"{len(words)} words"
        column = picture.text("\n".join(words), at=(x, 2.1), symbol="x", stage=stage, name=says)
        cells = picture.vector(
            256, at=(x + 1.7, 2.1), symbol="v", columns=16, cell=0.08, stage=max(stage, 2), label="v"
        )
        picture.arrow(column, cells, symbol="h")
        share = f"{256 / len(words):.0f} cells a word"
        picture.text(share, at=(x + 1.7, 1.25), size=10, stage=max(stage, 2))
    return picture


def teacher_forcing() -> Diagram:
    """A decoder that reads the right words, and one that reads its own."""
    picture = Diagram(
        6.0,
        5.4,
        captions=[
            "Training: at each step the decoder reads the right word …",
            "… whatever it has written itself: it wrote ‘parle’, and reads ‘dort’.",
            "Writing: there is no right word. It reads what it has written, mistakes included.",
        ],
        title="Teacher forcing against the decoder's own words",
    )
    right = ["elle", "dort", "."]
    wrote = ["elle", "parle", ".", "</s>"]
    picture.text("training", at=(0.2, 4.25), side="right")
    given = picture.unrolled(["<s>", *right], at=(2.0, 3.35), symbol="s", outputs=wrote, step=1.15)
    picture.brace([given.words[2]], "given", below=True, stage=2)
    picture.text("writing", at=(0.2, 1.25), side="right", stage=3)
    own = picture.unrolled(["<s>", *wrote[:3]], at=(2.0, 0.35), symbol="s", outputs=wrote, step=1.15, stage=3)
    for above, below in zip(own.outputs, own.words[1:], strict=False):
        x = (above.rect.centre[0] + below.rect.centre[0]) / 2
        picture.arrow(above, below, via=[(x, above.right[1]), (x, below.left[1])], dashed=True)
    return picture


def gru_cell() -> Diagram:
    """The GRU of Cho et al. (2014): two gates, one candidate."""
    picture = Diagram(
        6.2,
        4.3,
        captions=[
            "Two things come in: the state before, and the word of this step.",
            "The reset gate r, entries from 0 to 1, looks at both and thins out the old state.",
            "The candidate sees the word and what r left of the state.",
            "The update gate z, from 0 to 1 too, looks at both as well.",
            "The new state: a share z of the candidate, and 1 − z of the old state.",
        ],
        title="A GRU cell",
    )
    old = picture.box("s_{i-1}", at=(0.6, 3.8), symbol="s", math=True)
    word = picture.box("y_{i-1}", at=(0.6, 0.4), symbol="y", math=True)
    reset = picture.box("r", at=(1.8, 1.8), symbol="e", round=True, stage=2)
    times = picture.box("×", at=(1.8, 2.8), round=True, stage=2)
    candidate = picture.box("candidate", at=(3.2, 2.8), symbol="s", dashed=True, stage=3)
    update = picture.box("z", at=(4.7, 1.8), symbol="e", round=True, stage=4)
    mix = picture.box("mix", at=(4.7, 3.8), round=True, stage=5)
    new = picture.box("s_i", at=(5.7, 3.8), symbol="s", math=True, stage=5)
    for gate, x in ((reset, 1.8), (update, 4.7)):
        picture.arrow(old, gate, via=[(0.6, 1.05), (x - 0.1, 1.05)], symbol="s")
        picture.arrow(word, gate, via=[(x + 0.1, 0.4)], symbol="y", dashed=True)
    picture.arrow(word, candidate, via=[(3.2, 0.4)], symbol="y", dashed=True)
    picture.arrow(old, times, via=[(1.8, 3.8)], symbol="s")
    picture.arrow(times, candidate, symbol="s")
    picture.arrow(reset, times, symbol="e")
    picture.arrow(candidate, mix, via=[(4.6, 2.8)], symbol="s")
    picture.arrow(update, mix, via=[(4.8, 2.8)], symbol="e")
    picture.arrow(old, mix, symbol="s")
    picture.arrow(mix, new, symbol="s")
    return picture


def mask_grid() -> Diagram:
    """Padding, and the mask over it."""
    rows = [["she", "sleeps", ".", "</s>"], ["we", "know", "them", "well", ".", "</s>"], ["yes", "</s>"]]
    padded = [row + ["<pad>"] * (6 - len(row)) for row in rows]
    real = np.array([[float(word != "<pad>") for word in row] for row in padded])
    pads = [(r, c) for r, c in np.argwhere(real == 0).tolist()]
    bare = [[word if word != "<pad>" else "" for word in row] for row in padded]
    picture = Diagram(
        6.0,
        3.6,
        captions=[
            "Three sentences, six words at most: a rectangle with holes.",
            "Padding fills the holes: it says nothing, and must count for nothing.",
            "The mask says so: 1 for a word, 0 for padding.",
        ],
        title="Padding and mask",
    )
    cell = (0.8, 0.42)
    picture.grid(real * 0, at=(3.4, 2.6), text=bare, symbol="x", cell=cell, rows=["row 1", "row 2", "row 3"])
    holes = [["" if word != "<pad>" else "<pad>" for word in row] for row in padded]
    picture.grid(real * 0, at=(3.4, 2.6), text=holes, masked=pads, symbol="x", cell=cell, stage=2, name="padding")
    ones = [[f"{value:.0f}" for value in row] for row in real]
    picture.grid(real, at=(3.4, 0.9), text=ones, symbol="x", cell=cell, rows=["mask 1", "mask 2", "mask 3"], stage=3)
    return picture


def keys_once() -> Diagram:
    """The keys of Bahdanau's score are projected once, not at every step."""
    words = ["the", "black", "dog", "</s>"]
    picture = Diagram(
        6.2,
        4.4,
        captions=[
            "The encoder leaves an annotation for each word.",
            "Once a sentence: each annotation is multiplied by the matrix U, and becomes a key.",
            "Step 1: the query meets every key.",
            "Step 2: another query, the same keys. Nothing is projected again.",
        ],
        title="Keys projected once",
    )
    for j, word in enumerate(words, start=1):
        low = picture.text(word, at=(1.3 * j - 0.5, 0.3), symbol="x")
        note = picture.box(f"h_{j}", at=(1.3 * j - 0.5, 1.1), symbol="h", math=True)
        key = picture.box(f"U h_{j}", at=(1.3 * j - 0.5, 2.3), symbol="key", math=True, stage=2)
        picture.arrow(low, note, symbol="x")
        picture.arrow(note, key, text="U", symbol="key")
    for i, x in ((1, 1.45), (2, 4.05)):
        query = picture.box(f"s_{i - 1}", at=(x, 3.9), symbol="query", math=True, stage=2 + i)
        for j in range(1, 5):
            picture.arrow(query, f"U h {j}", symbol="e", dashed=i == 2)
    return picture


def attention_look() -> Diagram:
    """One look: query, scores, weights, context."""
    words, scores, weights = ["the", "black", "dog", "</s>"], [0.1, 1.1, 2.6, -0.3], [0.06, 0.16, 0.74, 0.04]
    picture = Diagram(
        6.2,
        6.1,
        captions=[
            "Four annotations, and a query.",
            "The query scores every annotation: any real number.",
            "The softmax turns scores into weights: they sum to 1.",
            "The context is the sum of the annotations, each times its weight.",
        ],
        title="One look of attention",
    )
    chain = picture.unrolled(words, at=(1.85, 0.3), cell="h_{i}", math=True, step=1.2, rise=0.8)
    query = picture.box("s_{i-1}", at=(0.55, 2.1), symbol="query", math=True)
    score = picture.box("score", at=(3.65, 2.1), size=(4.4, 0.45), symbol="e", stage=2)
    softmax = picture.box("softmax", at=(3.65, 3.7), size=(4.4, 0.45), symbol="alpha", stage=3)
    context = picture.box("c_i", at=(3.65, 5.7), symbol="c", math=True, stage=4)
    picture.arrow(query, score, symbol="query")
    for h, e, a in zip(chain.cells, scores, weights, strict=True):
        x = h.top[0]
        number = picture.text(f"{e:.1f}".replace("-", "−"), at=(x, 2.9), symbol="e", stage=2)
        weight = picture.text(f"{a:.2f}", at=(x, 4.5), symbol="alpha", bold=True, stage=3)
        for start, end, symbol in (
            (h, score, "h"),
            (score, number, "e"),
            (number, softmax, "e"),
            (softmax, weight, "alpha"),
        ):
            picture.arrow(start, end, symbol=symbol)
        picture.arrow(weight, context, weight=a)
    return picture


def aer_cases() -> Diagram:
    """A link may be sure, possible or neither; and proposed or not."""
    picture = Diagram(
        5.0,
        3.8,
        captions=["Gold links: sure (solid), possible (dashed).", "What a model proposes (filled)."],
        title="The cases of the alignment error rate",
    )
    shape, words = np.zeros((3, 4)), ["the", "black", "dog", "sleeps"]
    gold = {"sure": [(0, 0), (2, 3)], "possible": [(1, 2)]}
    picture.grid(shape, at=(2.8, 1.4), rows=["le", "chien", "dort"], columns=words, cell=0.7, **gold)
    proposed = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]])
    picture.grid(proposed, at=(2.8, 1.4), symbol="alpha", cell=0.7, stage=2, name="proposed")
    return picture
