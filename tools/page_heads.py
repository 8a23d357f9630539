"""Sphinx extension: what the head of a page says to search engines, to those who share it, and to browsers.

A page's description is its own first paragraph. What needs a whole address (the canonical link, the picture
that goes with a shared link) is left out while `repository.url` in _config.yml is the placeholder.
"""

import html
import re
from typing import Any

from docutils import nodes

CARD = "_static/social-card.png"
CARD_SHOWS = "The course's first slider: each word that the model writes, and where in the source it looks."
LONGEST = 200  # characters of a description: what is longer, search engines cut
WITHOUT_TEXT = {  # title and description of the pages that Sphinx makes
    "genindex": ("Index", "Every class and function of the course's library, from A to Z."),
    "search": ("Search", "Search all of the course: chapters, problem sets, glossary and library."),
}
PLACEHOLDER = "OWNER"


def pages_address(repository: str) -> str:
    """Return where GitHub Pages publishes ``repository``, or nothing for the placeholder and for other hosts."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", repository)
    return f"https://{found[1].lower()}.github.io/{found[2]}/" if found and found[1] != PLACEHOLDER else ""


def first_paragraph(doctree: nodes.document) -> str:
    """Return the text of the first paragraph that stands right below a heading; ValueError where there is none."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            return " ".join(paragraph.astext().split())
    raise ValueError(f"{doctree.get('source')}: expected a paragraph below a heading: it describes the page to others.")


def shortened(text: str) -> str:
    """Cut ``text`` behind the last sentence that fits into ``LONGEST``, or behind the last word if none does."""
    if len(text) <= LONGEST:
        return text
    fits = text[:LONGEST]
    sentence = max(fits.rfind(end) for end in (". ", "? ", "! "))
    return fits[: sentence + 1] if sentence > 0 else fits.rsplit(" ", 1)[0].rstrip(",;:") + " …"


def tag(**attributes: str) -> str:
    """Return a <meta> element."""
    said = " ".join(f'{name}="{html.escape(text)}"' for name, text in attributes.items())
    return f"<meta {said} />"


def describe(app: Any, pagename: str, _: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Add to the head of one page; called by Sphinx for each."""
    if doctree:
        title = html.unescape(re.sub(r"<[^>]+>", "", context["title"]))
        text = shortened(first_paragraph(doctree))
    else:
        title, text = WITHOUT_TEXT[pagename]
    tags = [
        tag(name="description", content=text),
        tag(property="og:type", content="article"),
        tag(property="og:site_name", content=context["docstitle"]),
        tag(property="og:title", content=title),
        tag(property="og:description", content=text),
    ]
    if address := app.config.html_baseurl:
        tags += [
            tag(property="og:url", content=f"{address}{pagename}.html"),
            tag(property="og:image", content=address + CARD),
            tag(property="og:image:alt", content=CARD_SHOWS),
            tag(name="twitter:card", content="summary_large_image"),
        ]
    icon = context["pathto"]("_static/apple-touch-icon.png", resource=True)
    tags.append(f'<link rel="apple-touch-icon" href="{icon}" />')
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *tags])


def name_address(app: Any, config: Any) -> None:
    """Tell Sphinx where the book is published: it then writes canonical links."""
    config.html_baseurl = pages_address(config.html_theme_options.get("repository_url", ""))


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.connect("config-inited", name_address)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
