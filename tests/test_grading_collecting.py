"""Downloads of any kind become one notebook a student, and nothing in them can do harm."""

import io
import os
import tracemalloc
import zipfile

import pytest

from grading import collecting
from grading.collecting import collect, student_of
from grading.releasing import released
from grading.sources import read_set
from tests.oracles.small_set import code, notebook, source, write_source


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assignments")
    write_source(folder)
    return {"ps1": released(read_set("ps1", folder))}


@pytest.fixture
def downloads(tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def sent(mark: str = "") -> bytes:
    return notebook([*source(), code(f"mark = {mark!r}")])


def zipped(files: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()


def put(folder, place: str, content: bytes, age: int = 0):
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))


@pytest.mark.parametrize(
    ("place", "student"),
    [
        ("Jane Doe_123456_assignsubmission_file_/ps1.ipynb", "jane-doe"),
        ("Jane Doe_123456_assignsubmission_file_ps1.ipynb", "jane-doe"),
        ("doejane_LATE_4711_99_ps1-2.ipynb", "doejane"),
        ("doejane_4711_99_ps1.ipynb", "doejane"),
        ("downloads.zip/doejane_4711_99_ps1.ipynb", "doejane"),
        ("jane doe/week 2/deep/ps1 (1).ipynb", "jane-doe"),
        ("Jane Doe ps1.ipynb", "jane-doe"),
        ("Zoë Müller/ps1.ipynb", "zoë-müller"),
        ("李华/ps1.ipynb", "李华"),
        ("../../etc/ps1.ipynb", "etc"),
    ],
)
def test_whose_notebook_it_is_stands_in_its_path(place, student):
    assert student_of(place.removeprefix("../../")) == student


def test_renamed_nested_copied_and_zipped_notebooks_are_found(downloads, public):
    put(downloads, "anna/my homework FINAL.ipynb", sent())
    put(downloads, "ben/a/b/c/ps1 (1).ipynb", sent())
    put(downloads, "cleo/work.zip", zipped({"inner/ps1.ipynb": sent(), "__MACOSX/._ps1.ipynb": b"x", "data.csv": b"x"}))
    put(downloads, "moodle.zip", zipped({"Dan Doe_77_assignsubmission_file_/ps1.ipynb": sent()}))
    put(downloads, "eve/.ipynb_checkpoints/ps1-checkpoint.ipynb", sent())
    put(downloads, "eve/ps1.ipynb.txt", sent("eve"))
    found = collect(downloads, "ps1", public)
    assert sorted(found.files) == ["anna", "ben", "cleo", "dan-doe", "eve"] and not found.problems
    assert found.files["eve"].content == sent("eve")


def test_the_last_one_counts_and_the_others_are_told(downloads, public):
    put(downloads, "anna/ps1.ipynb", sent("old"), age=100)
    put(downloads, "anna/ps1 (1).ipynb", sent("new"), age=1)
    put(downloads, "ben/ps1 (2).ipynb", sent("second"))
    put(downloads, "ben/ps1 (1).ipynb", sent("first"))
    found = collect(downloads, "ps1", public)
    assert found.files["anna"].content == sent("new") and found.files["ben"].content == sent("second")
    assert len(found.superseded["anna"]) == 1


def test_a_damaged_file_does_not_replace_a_whole_one(downloads, public):
    put(downloads, "anna/ps1.ipynb", sent(), age=100)
    put(downloads, "anna/ps1 (1).ipynb", b"{")
    found = collect(downloads, "ps1", public)
    assert found.files["anna"].content == sent() and len(found.problems) == 1


def test_a_student_whose_only_file_is_damaged_is_reported_and_kept(downloads, public):
    put(downloads, "anna/ps1.ipynb", b"")
    found = collect(downloads, "ps1", public)
    assert "anna" in found.files and "empty" in found.problems[0].reason


def test_another_notebook_is_no_submission(downloads, public):
    put(downloads, "anna/holiday.ipynb", notebook([code("x = 1")]))
    found = collect(downloads, "ps1", public | {"ps2": public["ps1"][:1]})
    assert not found.files and "none of the problem sets" in found.problems[0].reason


def test_a_link_is_not_followed(downloads, public, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(sent("secret"))
    (downloads / "anna").mkdir()
    (downloads / "anna" / "ps1.ipynb").symlink_to(secret)
    (downloads / "ben").symlink_to(tmp_path)
    found = collect(downloads, "ps1", public)
    assert not found.files and "link" in found.problems[0].reason


def test_a_path_that_climbs_out_of_a_zip_is_refused(downloads, public):
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = 0o120777 << 16
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("../../evil.ipynb", "/etc/evil.ipynb", "C:/evil.ipynb", "a\\..\\..\\evil.ipynb"):
            archive.writestr(name, sent())
        archive.writestr(link, "/etc/passwd")
    put(downloads, "anna/ps1.zip", kept.getvalue())
    found = collect(downloads, "ps1", public)
    assert not found.files and len(found.problems) == 5


def test_a_zip_bomb_fills_nothing(downloads, public, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_BYTES", 10_000)
    monkeypatch.setattr(collecting, "MOST_UNPACKED", 100_000)
    put(downloads, "anna/ps1.zip", zipped({"ps1.ipynb": b" " * 50_000}))
    put(downloads, "ben/ps1.zip", zipped({f"{k}.ipynb": b" " * 9_000 for k in range(50)}))
    deep = sent()
    for _ in range(6):
        deep = zipped({"ps1.zip": deep})
    put(downloads, "cleo/ps1.zip", deep)
    put(downloads, "dan/ps1.zip", b"PK\x03\x04 no zip")
    found = collect(downloads, "ps1", public)
    said = "\n".join(problem.reason for problem in found.problems)
    assert "Too large" in said and "deep" in said and "cannot be read" in said


def test_a_size_that_a_zip_lies_about_is_not_believed(downloads, public, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_BYTES", 10_000)
    content = bytearray(zipped({"ps1.ipynb": b" " * 20_000_000}))
    lie = (100).to_bytes(4, "little")
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = lie
    put(downloads, "anna/ps1.zip", bytes(content))
    tracemalloc.start()
    found = collect(downloads, "ps1", public)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "anna" not in found.files and found.problems
    assert most < 2_000_000, "it was unpacked, whatever it says"


def test_a_folder_that_is_not_there_is_told(tmp_path, public):
    with pytest.raises(FileNotFoundError, match="FROM="):
        collect(tmp_path / "none", "ps1", public)
