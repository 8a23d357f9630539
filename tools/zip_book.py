"""Pack the built book into one file that works without a network: unpack it and open index.html; run by `make zip`."""

import argparse
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from build_book import HTML, ROOT

ZIP = ROOT / "_build" / "attention-step-by-step.zip"
FOLDER = "attention-step-by-step"
OF_A_SERVER = {".made-from", "404.html", "robots.txt", "sitemap.xml"}


def pack(html: Path, output: Path) -> int:
    """Write every file of the book into ``output``, the same bytes each time; return how many there are."""
    files = [path for path in sorted(html.rglob("*")) if path.is_file() and path.name not in OF_A_SERVER]
    with ZipFile(output, "w") as archive:
        for path in files:
            entry = ZipInfo(f"{FOLDER}/{path.relative_to(html).as_posix()}")  # of 1980: the day is no part of a book
            archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)
    return len(files)


def main() -> int:
    parser = argparse.ArgumentParser(description="Pack the built book into one file.")
    parser.add_argument("output", nargs="?", type=Path, default=ZIP)
    output = parser.parse_args().output
    count = pack(HTML, output)
    print(f"{output}: {count} files, {output.stat().st_size / 1e6:.0f} MB: unpack it and open {FOLDER}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
