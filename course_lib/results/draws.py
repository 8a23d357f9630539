"""Which draw of its corpus a record was made on, and if it is today's. Chapters 3, 5, 6, 8 to 13, 15 and 16; pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course_lib.results import load

TODAY = {
    ("en-fr", '{"max_length": 40, "seed": 1, "size": 100000}'): "542c8a6600be8678",
    ("en-zh", '{"max_length": 40, "seed": 1, "size": 100000}'): "d511783ae3d51d81",
    ("en-fr", '{"lexicon": "small", "max_length": 20, "seed": 1, "size": 20000}'): "94363148388cc918",
    ("en-fr", '{"lexicon": "small", "max_length": 30, "seed": 1, "size": 60000}'): "ca6090b149bbc8ff",
    ("copy", '{"max_length": 10, "seed": 1, "size": 5000}'): "0d4503f7fc99b9ef",
    (
        "en-fr",
        '{"gender": "feminine", "lexicon": "small", "max_length": 20, "seed": 1, "size": 20000}',
    ): "9592a171a317979a",
    (
        "en-fr",
        '{"gender": "masculine", "lexicon": "small", "max_length": 20, "seed": 1, "size": 20000}',
    ): "d3dd7df52187f033",
    ("en-fr", '{"lexicon": "small", "max_length": 12, "seed": 1, "size": 20000}'): "7c0f202a5c6fc77b",
    ("en-zh", '{"lexicon": "small", "max_length": 20, "seed": 1, "size": 20000}'): "515e3610f29f5dc3",
    ("en-mr", '{"lexicon": "small", "max_length": 20, "seed": 1, "size": 20000}'): "d52ab55980884395",
    ("lists", '{"least": 2, "most": 5, "order": "said", "seed": 1, "size": 5000}'): "4d586a88a820c716",
    ("lists", '{"least": 2, "most": 8, "order": "sorted", "seed": 1, "size": 5000}'): "4688a3aa44673037",
    ("lists", '{"least": 2, "most": 10, "order": "said", "seed": 1, "size": 5000}'): "567fe4337699c65a",
    ("lists", '{"most": 8, "seed": 1, "size": 5000}'): "ac653fce7c89d955",
    ("en-fr", '{"lexicon": "small", "max_length": 20, "seed": 1, "size": 10000}'): "57199c7d8215510a",
    ("en-zh", '{"lexicon": "small", "max_length": 20, "seed": 1, "size": 10000}'): "4e3eae7ee0f9998a",
    ("scenes", '{"seed": 1, "size": 10000}'): "613d4ac7adf3f942",
}
"""(corpus, options in JSON) -> fingerprint of what it draws now. A page cannot wait for 100,000 sentences to be
drawn; tests/test_frozen_draws.py can, and compares each of these."""

NO_NAME = {"bahdanau_pieces": "en-fr", "captions": "scenes", "clinic": "en-fr"}
"""Records whose settings do not name their one corpus."""

DRAWN_AGAIN = {"captions": "613d4ac7adf3f942"}
"""Records from before a run noted its fingerprint: what the code of the commit that made them draws."""


@dataclass(frozen=True)
class Draw:
    """One draw of a corpus: its name, the options in JSON with sorted keys, the fingerprint where one is known."""

    corpus: str
    options: str
    fingerprint: str | None


def draws(name: str, record: Mapping[str, Any]) -> list[Draw]:
    """Return what the runs of the record ``name`` were made on, each draw once, in the order of the runs.

    ValueError where a run does not say on what it was made.
    """
    runs = [record] if "trace" in record else list(record.values())  # the front page holds one run alone
    found: dict[Draw, None] = {}
    for run in runs:
        named = _options(name, run["settings"])
        if not named:
            raise ValueError(f"{name}: a run does not say what it was made on; its settings need 'pairs'.")
        for corpus, pairs in named.items():
            options = {key: value for key, value in pairs.items() if key != "draws"}
            fingerprint = pairs.get("draws", DRAWN_AGAIN.get(name))
            found[Draw(corpus, json.dumps(options, sort_keys=True), fingerprint)] = None
    return list(found)


def made_on(name: str) -> str:
    """Return a line that says whether the record ``name`` is of the draw that its corpora give today.

    ValueError where :data:`TODAY` does not know the options of one of its draws.
    """
    made = draws(name, load(name))
    if unknown := [draw for draw in made if (draw.corpus, draw.options) not in TODAY]:
        raise ValueError(f"{name}: TODAY has no fingerprint for {unknown[0].corpus} {unknown[0].options}; add it.")
    moved = [draw for draw in made if draw.fingerprint != TODAY[draw.corpus, draw.options]]
    if not moved:
        pictures = {draw.corpus for draw in made} == {"scenes"}
        what = "pictures that the course" if pictures else "sentences that the grammar"
        return f"{name}: made on the {what} draws today."
    changes = [
        f"{draw.corpus} {draw.fingerprint or 'unknown'}, today {TODAY[draw.corpus, draw.options]}" for draw in moved
    ]
    return f"{name}: made on an earlier draw of the grammar ({'; '.join(changes)})."


def _options(name: str, settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return corpus -> options, with the fingerprint under "draws", of one run."""
    corpus, pairs = settings.get("corpus"), settings.get("pairs", {})
    if "scenes" in settings and not pairs:  # the first captions kept their number alone; the seed of the draw was 1
        return {NO_NAME[name]: {"size": settings["scenes"], "seed": 1}}
    if corpus or "size" in pairs:
        return {corpus or NO_NAME[name]: pairs} if pairs else {}
    return dict(pairs)
