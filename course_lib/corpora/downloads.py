"""Fetch a file over HTTP whole, checked, or not at all. Chapter 1.

A connection that breaks is taken up again where it broke (RFC 9110, section 14: Range, If-Range). What
has arrived stands in a temporary file, which becomes the real one after its size, its content and its
hash are right, and is removed in every other case.
"""

import errno
import hashlib
import re
import socket
import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, NoReturn

from tqdm.auto import tqdm

from course_lib.corpora.packed import PackedFileError, check_zip
from course_lib.files import open_atomically
from course_lib.options import check_count, check_number

_ZIP = "zip file"
_CHUNK = 1 << 16
_PAUSE = 1.0  # seconds before the second attempt; twice as long before each further one
_AGENT = "Mozilla/5.0 (compatible; attention-step-by-step)"  # some sites turn Python's own name away


class DownloadError(OSError):
    """A file that could not be fetched; the message says what went wrong, and nothing is left behind."""


class _Broken(Exception):
    """The connection ended before the file did."""


def download_file(
    url: str, path: str | Path, *, sha256: str, attempts: int = 4, timeout: float = 30, progress: bool = True
) -> None:
    """Fetch what stands at ``url`` into ``path``; its hash says that it is the right file, and whole.

    The rest as in :func:`download_zip`.
    """
    _fetch(url, path, "file", sha256, attempts, timeout, progress)


def download_zip(
    url: str,
    path: str | Path,
    *,
    sha256: str | None = None,
    attempts: int = 4,
    timeout: float = 30,
    progress: bool = True,
) -> None:
    """Fetch the zip file at ``url`` into ``path``.

    ``attempts`` connections at most, ``timeout`` seconds of silence in each; ``sha256`` is the hash the
    file must have, in hexadecimal. DownloadError where it cannot be had: no network, an error of the
    server, a connection cut every time, a web page or a damaged file in its place, another hash, a
    folder or a disk that takes no more.
    """
    _fetch(url, path, _ZIP, sha256, attempts, timeout, progress)


def _fetch(
    url: str, path: str | Path, kind: str, sha256: str | None, attempts: int, timeout: float, progress: bool
) -> None:
    check_count("attempts", attempts)
    check_number("timeout", timeout, above=0)
    path = Path(path)
    try:
        with open_atomically(path) as file:
            _receive(_Transfer(url, file, kind, timeout), attempts, progress)
            _check(url, file, kind, sha256)
    except DownloadError:
        raise
    except OSError as error:
        full = " The disk is full." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise DownloadError(f"{path} could not be written.{full} ({error})") from error


def _receive(transfer: "_Transfer", attempts: int, progress: bool) -> None:
    """Write the whole of a file, over as many connections as it takes and is allowed."""
    name = transfer.url.rsplit("/", 1)[-1]
    with tqdm(desc=name, unit="B", unit_scale=True, delay=0.5, disable=not progress) as bar:
        for attempt in range(attempts):
            try:
                return transfer.go_on(bar)
            except _Broken as error:
                if attempt + 1 == attempts:
                    raise DownloadError(
                        f"{transfer.url} did not arrive whole in {attempts} attempts: {error}."
                    ) from error
                time.sleep(_PAUSE * 2**attempt)


class _Transfer:
    """One file on its way: what has arrived, and which version of it."""

    def __init__(self, url: str, file: IO[bytes], kind: str, timeout: float) -> None:
        self.url, self.file, self.kind, self.timeout = url, file, kind, timeout
        self.version: str | None = None  # ETag or date: two halves of different versions make no file
        self.expected: int | None = None  # bytes

    def go_on(self, bar: tqdm) -> None:
        """Connect once and write what comes, from where the file stops; _Broken if it is still not whole."""
        try:
            with self._open() as response:
                self._place(response)
                bar.total, bar.n = self.expected, self.file.tell()
                bar.refresh()
                self._copy(response, bar)
        except urllib.error.HTTPError as error:
            with error:
                self._refuse(error)
        except urllib.error.URLError as error:
            if self.expected is None and isinstance(error.reason, socket.gaierror):
                raise DownloadError(f"{self.url}: no network, or no such server ({error.reason}).") from error
            raise _Broken(f"no connection ({error.reason})") from error
        # http.client ends in silence where a connection does: only the count shows it.
        if self.expected is not None and self.file.tell() < self.expected:
            raise _Broken(f"the connection ended after {self.file.tell():,} of {self.expected:,} bytes")

    def _refuse(self, error: urllib.error.HTTPError) -> NoReturn:
        """_Broken for an answer that may be another one next time, DownloadError for the rest."""
        if error.code == 416:
            raise _Broken(f"the server holds only {self.file.tell():,} of the {self.expected} bytes it promised")
        if error.code == 429 or error.code >= 500:
            raise _Broken(f"the server answers {error.code} {error.reason}")
        raise DownloadError(f"{self.url}: the server answers {error.code} {error.reason}.")

    def _open(self) -> HTTPResponse:
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        if (arrived := self.file.tell()) and self.version:
            headers |= {"Range": f"bytes={arrived}-", "If-Range": self.version}
        try:
            request = urllib.request.Request(self.url, headers=headers)
            return urllib.request.urlopen(request, timeout=self.timeout)
        except (HTTPException, ConnectionError, TimeoutError) as error:  # URLError holds all others
            raise _Broken(f"no answer ({error})") from error
        except ValueError as error:  # of the address, or of one that the server sent us to
            raise DownloadError(f"{self.url}: no address that can be asked ({error}).") from error

    def _place(self, response: HTTPResponse) -> None:
        """Put the file's end where the response begins."""
        _refuse_page(self.url, self.kind, response.headers.get_content_type())
        part = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
        if response.status == 206 and part and int(part[1]) == self.file.tell() and int(part[2]) == self.expected:
            return
        self.file.seek(0)
        self.file.truncate()
        if response.status == 206:
            self.version = None  # what it sends is not what was asked for: next time from the start
            raise _Broken("the server went on in the wrong place")
        length = response.headers.get("Content-Length", "")
        self.expected = int(length) if length.isdecimal() else None
        strong = response.headers.get("ETag", "")
        self.version = strong if strong.startswith('"') else response.headers.get("Last-Modified")

    def _copy(self, response: HTTPResponse, bar: tqdm) -> None:
        while chunk := _read(response):
            self.file.write(chunk)
            bar.update(len(chunk))


def _read(response: HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK)
    except (HTTPException, OSError) as error:  # caught here, where it cannot be the disk's
        raise _Broken(f"the connection broke ({error})") from error


def _check(url: str, file: IO[bytes], kind: str, sha256: str | None) -> None:
    """DownloadError unless ``file`` has the hash wanted and, where it is to be a zip file, is a whole one."""
    file.seek(0)
    start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        _refuse_page(url, kind, "text/html")
    file.seek(0)
    if sha256 is not None and (found := hashlib.sha256(file.read()).hexdigest()) != sha256.lower():
        raise DownloadError(f"{url}: expected a file with the SHA-256 {sha256.lower()}, got {found}.")
    try:
        if kind == _ZIP:
            check_zip(file)
    except PackedFileError as error:
        raise DownloadError(f"{url}: what arrived {error}") from error


def _refuse_page(url: str, kind: str, found: str) -> None:
    if found in ("text/html", "application/xhtml+xml"):
        raise DownloadError(
            f"{url}: expected a {kind}, got a web page. A network that asks for a log-in answers so, and a "
            "site that turns programs away."
        )
