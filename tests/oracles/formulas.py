"""A coloured formula without its colours."""

import re

OPENING = re.compile(r"\{\\class\{symbol-\w+\}\{")


def plain(tex: str) -> str:
    """Take the classes off again, counting braces: another road than the one that put them on."""
    while found := OPENING.search(tex):
        place, depth = found.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(tex[place], 0)
            place += 1
        assert tex[place] == "}"
        tex = tex[: found.start()] + tex[found.end() : place - 1] + tex[place + 1 :]
    return tex
