"""Sphinx extension: the last touch to every page. Markup of the theme is mended, and a policy says what may run.

The policy lets a page load only what comes with the book, and run inside the page only the scripts that the theme
writes around the article: each is named by its hash. A script that text or an output brings along does not run.
"""

import base64
import hashlib
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
INLINE = re.compile(r"<script(?![^>]*\s(?:src|type)=)[^>]*>(.*?)</script>", re.DOTALL)
ANY_SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
HANDLER = re.compile(r'\son[a-z]+="([^"]*)"')
CHARSET = '<meta charset="utf-8" />'

# What the theme and its neighbours write, and what a screen reader or a validator wants: seen by axe-core.
MENDS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # The words inside are the better name: they say what is shown.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    (re.compile(r'(search-button-field[^>]*) aria-label="Search"'), r"\1"),
    (re.compile(r'(<i class="theme-switch[^>]*) title="[^"]*"'), r"\1"),
    (re.compile(r'<summary>(?=<span class="toctree-toggle")'), '<summary aria-label="The pages of this part">'),
    (re.compile(r'<div id="pst-primary-sidebar"'), r'\g<0> role="complementary" aria-label="The book"'),
    # The corner of a table names neither a row nor a column.
    (re.compile(r"<th\b[^>]*>(?:\s|<p></p>)*</th>"), "<td></td>"),
    # A paper in a list of papers; the name for it that Docutils writes has been given up.
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"'),
    # What a function takes, one a line, is a list without terms.
    (
        re.compile(r'<dl>\n(?=<dd><em class="sig-param")((?:(?!</dl>).)*)</dl>', re.DOTALL),
        lambda found: "<ul>\n" + found[1].replace("<dd>", "<li>").replace("</dd>", "</li>") + "</ul>",
    ),
)


def mended(page: str) -> str:
    """Return ``page`` with the theme's markup set right."""
    for found, better in MENDS:
        page = found.sub(better, page)
    return page


def digest(script: str) -> str:
    """Return a script's name in a policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def policy(page: str) -> str:
    """Return what ``page`` may load and run."""
    around = ARTICLE.sub("", page)
    scripts = sorted({digest(script) for script in INLINE.findall(around)})
    handlers = sorted({digest(html.unescape(text)) for text in HANDLER.findall(ANY_SCRIPT.sub("", around))})
    # The widget manager compiles the schema that it checks stored widgets against.
    compiling = ["'unsafe-eval'"] if WIDGET_STATE in page else []
    own = "'self' file:"  # file: for those who took the book along; a browser lets no page of a server ask for a file
    allowed = {
        "default-src": "'none'",
        "script-src": " ".join([own, *compiling, *scripts]),
        "script-src-attr": " ".join(["'unsafe-hashes'", *handlers]) if handlers else "'none'",
        "style-src": f"{own} 'unsafe-inline'",  # formulas, widgets and figures carry styles of their own
        "img-src": f"{own} data:",
        "font-src": f"{own} data:",
        "connect-src": "'self'",  # what MathJax reads aloud by
        "worker-src": "'self' blob:",
        "form-action": own,
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in allowed.items())


def finished(page: str) -> str:
    """Return ``page`` mended, with its policy before the first thing that it loads."""
    page = mended(page)
    return page.replace(
        CHARSET, f'{CHARSET}\n    <meta http-equiv="Content-Security-Policy" content="{policy(page)}" />', 1
    )


def finish(app: Any, error: Exception | None) -> None:
    """Give every page its last touch; called by Sphinx when all are written."""
    if error or app.builder.format != "html":
        return
    for name in [*app.env.found_docs, "genindex", "search"]:
        path = Path(app.outdir, f"{name}.html")
        path.write_text(finished(path.read_text("utf-8")), "utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
