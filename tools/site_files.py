"""Sphinx extension: the files of a site that are no page of the book.

404.html is what GitHub Pages shows for an address that leads nowhere, however deep: its links begin at the root
of the host. The site map and robots.txt need the book's whole address, and are written once it has one.
"""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

MISSING = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self'" />
    <meta name="robots" content="noindex" />
    <meta name="description" content="An address that leads to no page of this course." />
    <title>No such page — {title}</title>
    <link rel="icon" href="{root}_static/favicon.svg" />
    <style>
      :root {{ color-scheme: light dark; }}
      body {{ max-width: 34rem; margin: 15vh auto; padding: 0 1rem; font: 17px/1.65 system-ui, sans-serif; }}
      a {{ display: inline-block; padding-block: 0.2rem; }}
    </style>
  </head>
  <body>
    <main>
      <h1>There is no such page</h1>
      <p>It may have moved, or a letter of its address is wrong. From here you find everything:</p>
      <ul>
        <li><a href="{root}book/index.html">the first page, with all chapters</a></li>
        <li><a href="{root}book/map.html">a map of the course</a></li>
        <li><a href="{root}search.html">a search over all pages</a></li>
      </ul>
    </main>
  </body>
</html>
"""


def site_map(address: str, names: list[str]) -> str:
    """Return the list of all pages in the form that search engines read (sitemaps.org)."""
    pages = "".join(f"  <url><loc>{escape(address + name)}.html</loc></url>\n" for name in names)
    space = "www.sitemaps.org/schemas/sitemap/0.9"  # a name that nobody visits
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://{space}">\n{pages}</urlset>\n'


def root_of(repository: str) -> str:
    """Return the path below which GitHub Pages publishes ``repository``."""
    return f"/{repository.rstrip('/').rsplit('/', 1)[-1]}/"


def write(app: Any, error: Exception | None) -> None:
    """Write the files beside the book; called by Sphinx when all pages are written."""
    if error or app.builder.format != "html":
        return
    folder, address = Path(app.outdir), app.config.html_baseurl
    repository = app.config.html_theme_options.get("repository_url", "")
    (folder / "404.html").write_text(MISSING.format(title=app.config.html_title, root=root_of(repository)), "utf-8")
    if address:
        (folder / "sitemap.xml").write_text(site_map(address, sorted(app.env.found_docs)), "utf-8")
        (folder / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n", "utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
