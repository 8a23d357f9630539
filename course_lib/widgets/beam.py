"""Watch a beam search: what it kept, pruned and finished at every step. Chapter 13."""

from html import escape
from typing import TYPE_CHECKING

from course_lib.vocabulary import Vocabulary
from course_lib.widgets.beam_picture import Picture
from course_lib.widgets.frames import heading
from course_lib.widgets.markup import decimal, direction, listed, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_TREES, style

if TYPE_CHECKING:  # the room of search is built on torch, which a widget does without
    from course_lib.search import BeamResult

FATES = {"kept": "▸ kept", "finished": "✓ finished", "pruned": "× pruned"}


def beam_tree(result: "BeamResult", vocabulary: Vocabulary, *, title: str | None = None) -> Player:
    """Grow the tree of one beam search with a slider: each step, and at the end what was found.

    ``result`` is what :meth:`Seq2Seq.beam_search` says of one sentence, ``vocabulary`` that of the
    target. A step shows the continuations that the search compared, best first: kept (▸), finished
    (✓), pruned (×), with their log-probabilities in nats, and the tree so far, running hypotheses in
    bold. Where a score is not the log-probability (length, coverage) it stands beside it.
    """
    tree = _Tree(result, vocabulary)
    T = len(tree.picture.levels)
    steps = [tree.step(depth) for depth in range(1, T + 1)]
    frames = [
        f"<div class=course-frame><p class=says>{heading(title)}{says}</p><div class=main>{picture}</div>"
        f"<div class='main tables'>{table}</div></div>"
        for says, picture, table in [*steps, tree.end()]
    ]
    head = f"{escape(title)}: " if title else ""
    sentences = "".join(f"<li>{says}</li>" for says, *_ in [*steps, tree.end()])
    return grid_of_frames(
        frames,
        [Axis("Step", [*(f"{i} of {T}" for i in range(1, T + 1)), "result"], play=True)],
        shared=style(OF_TREES) + tree.picture.definitions(),
        static=f"{tree.picture.whole()}<figcaption>{head}the tree of a beam search"
        f"<ol style='list-style:none;padding:0'>{sentences}</ol></figcaption>",
        summary=f"Beam search, {T} steps",
    )


class _Tree:
    """The search in words: one sentence, one picture and one table a step."""

    def __init__(self, result: "BeamResult", vocabulary: Vocabulary) -> None:
        self.result = result
        self.nodes = result.tree
        words = vocabulary.decode(node.token for node in self.nodes)
        self.picture = Picture([(w, n.parent, n.fate) for w, n in zip(words, self.nodes, strict=True)])
        self.scored = any(abs(node.score - node.total) > 1e-6 for node in self.nodes[1:])

    def step(self, depth: int) -> tuple[str, str, str]:
        """Return the sentence, the tree and the table of the words at ``depth``, from 1."""
        places = self.picture.levels[depth - 1]
        says = "; ".join(self._deed(fate, places) for fate in FATES)
        rows = [[FATES[self.nodes[place].fate], *self._row(place)] for place in places]
        T = len(self.picture.levels)
        table = self._table("fate", rows, [self.nodes[place].fate for place in places])
        return f"<b>Step {depth} of {T}</b>: {says}.", self.picture.at(depth, self._going(places)), table

    def end(self) -> tuple[str, str, str]:
        """Return the same for the end of the search: the n best hypotheses."""
        ends = self.result.ends
        rows = [
            [f"{rank}. {'✓ finished' if hypothesis.finished else '… cut off'}", *self._row(end)]
            for rank, (hypothesis, end) in enumerate(zip(self.result.hypotheses, ends, strict=True), start=1)
        ]
        best = f"{self._said(ends[0])} {decimal(self.nodes[ends[0]].score)}"
        alive = f"{best}, the best of {len(ends)}" if len(ends) > 1 else best
        return (
            f"<b>Result</b>: {alive}.",
            self.picture.at(len(self.picture.levels), list(ends)),
            self._table("rank", rows, ["finished"] * len(ends)),
        )

    def _going(self, places: list[int]) -> list[int]:
        return [place for place in places if self.nodes[place].fate != "pruned"]

    def _deed(self, fate: str, places: list[int]) -> str:
        """Say what happened to the words of one fate: their sentences, or for the pruned their number."""
        of_fate = [place for place in places if self.nodes[place].fate == fate]
        if fate == "pruned":
            return f"prunes {len(of_fate) or 'none'}"
        verb = {"kept": "keeps", "finished": "finishes"}[fate]
        value = {"kept": "total", "finished": "score"}[fate]
        named = [f"{self._said(place)} {decimal(getattr(self.nodes[place], value))}" for place in of_fate]
        return f"{verb} {listed(named) or 'none'}"

    def _sentence(self, place: int) -> list[str]:
        return [self.picture.words[at] for at in self.picture.path(place)]

    def _said(self, place: int) -> str:
        return f"‘{word(' '.join(self._sentence(place)))}’"

    def _row(self, place: int) -> list[str]:
        node = self.nodes[place]
        *before, last = self._sentence(place)
        text = f"{escape(' '.join(before))} <b>{escape(last)}</b>"
        numbers = [node.log_prob, node.total, *([node.score] if self.scored else [])]
        return [
            f"<td class=hyp{' dir=rtl' if direction([*before, last]) == 'rtl' else ''}>{text}",
            *map(decimal, numbers),
        ]

    def _table(self, first: str, rows: list[list[str]], fates: list[str]) -> str:
        names = [first, "hypothesis", "log P of word", "log P", *(["score"] if self.scored else [])]
        head = "".join(f"<th>{name}" for name in names)
        kinds = ["" if fate == "kept" else f" class={fate}" for fate in fates]  # the everyday row stays light
        body = "".join(
            f"<tr{kind}><th>{row[0]}{row[1]}{''.join(f'<td>{cell}' for cell in row[2:])}"
            for kind, row in zip(kinds, rows, strict=True)
        )
        return f"<div class=scroll tabindex=0 role=region aria-label=Hypotheses><table><tr>{head}{body}</table></div>"
