"""The command line: what a user types wrong is answered, and what is typed right does what it says."""

import io
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

import course_lib
from course_lib.__main__ import main
from course_lib.history import History
from course_lib.models import build_model
from course_lib.saved_models import load_model, save_model
from course_lib.training import seed_everything
from course_lib.vocabulary import Vocabulary

torch.set_num_threads(1)

SMALL = ["--steps", "20", "--validate-every", "10", "--hidden", "8", "--embedding", "6", "--batch-size", "8"]
SMALL += ["--min-count", "1", "--examples", "3", "--device", "cpu"]


@pytest.fixture(autouse=True)
def _no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TQDM_MININTERVAL", "100")


@pytest.fixture
def tsv(tmp_path: Path) -> Path:
    """Two hundred numbered sentences and their translations."""
    digits = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    chiffres = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
    lines = [
        f"{digits[n // 100]} {digits[n // 10 % 10]} {digits[n % 10]}.\t"
        f"{chiffres[n // 100]} {chiffres[n // 10 % 10]} {chiffres[n % 10]}."
        for n in range(200)
    ]
    path = tmp_path / "pairs.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _error(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    text = capsys.readouterr().err
    assert "Traceback" not in text
    return text


def test_training_writes_a_model_that_translates_and_a_history(tsv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tsv.parent / "run"
    assert main(["train", "--tsv", str(tsv), "--out", str(out), *SMALL]) == 0
    printed = capsys.readouterr().out
    assert [line.split()[1] for line in printed.splitlines() if line.startswith("step ")] == ["10", "20"]
    assert printed.count("\n  → ") == printed.count("\n  = ") == 3
    assert "BLEU|" in printed
    assert History.from_json((out / "history.json").read_text()).steps == 20
    assert main(["translate", "--model", str(out), "one two three.", "four!"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_transformer_has_one_size_and_is_told_no_other(tsv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tsv.parent / "run"
    command = ["train", "--tsv", str(tsv), "--out", str(out), *SMALL, "--model", "vaswani"]
    assert "as wide as its states, which is --hidden. Leave it out" in _error(capsys, *command)
    place = command.index("--embedding")
    assert main([*command[:place], *command[place + 2 :]]) == 0
    assert load_model(out).encoder.embedding.embedding_dim == 8
    assert main(["translate", "--model", str(out), "one two three."]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1


def test_the_same_command_goes_on_where_it_was_interrupted(tsv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "--tsv", str(tsv), "--out", str(tsv.parent / "run"), *SMALL]
    assert main(command) == 0
    files = [tsv.parent / "run" / name for name in ("weights.pt", "history.json")]
    before = [file.read_bytes() for file in files]
    capsys.readouterr()
    assert main(command) == 0
    assert "step " not in capsys.readouterr().out.replace(" steps in", "")  # finished: nothing is trained again
    assert [file.read_bytes() for file in files] == before  # the seconds too, which no second training would repeat


def test_ctrl_c_says_how_to_go_on(
    tsv: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("course_lib.commands.training.fit", interrupted)
    assert main(["train", "--tsv", str(tsv), "--out", str(tsv.parent / "run"), *SMALL]) == 130
    assert "nothing is kept; the same command starts from the beginning" in capsys.readouterr().err
    (tsv.parent / "run").mkdir()
    (tsv.parent / "run" / "checkpoint.pt").write_bytes(b"")
    assert main(["train", "--tsv", str(tsv), "--out", str(tsv.parent / "run"), *SMALL]) == 130
    assert "checkpoint.pt holds the training up to its last validation; the same" in capsys.readouterr().err
    assert not (tsv.parent / "run" / "model.json").exists()


def test_without_the_file_it_says_what_to_download(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _error(capsys, "train", "--tsv", str(tmp_path / "fra.txt"))
    assert "There is no file" in text
    assert "https://www.manythings.org/anki/" in text
    assert "--tsv fra-eng.zip" in text


def test_a_malformed_line_is_named_by_file_and_number(tsv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tsv.open("a", encoding="utf-8") as file:
        file.write("no tab in this one\n")
    text = _error(capsys, "train", "--tsv", str(tsv), "--out", str(tsv.parent / "run"))
    assert "pairs.txt" in text
    assert "201" in text


def test_a_folder_that_cannot_be_written_is_found_before_training(
    tsv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = _error(capsys, "train", "--tsv", str(tsv), "--out", str(tsv / "run"), *SMALL)
    assert "Choose another" in text


@pytest.mark.parametrize(
    ("option", "value"),
    [("--steps", "0"), ("--hidden", "0"), ("--device", "gpu"), ("--precision", "fp8"), ("--learning-rate", "-1")],
)
def test_a_value_that_makes_no_sense_is_named(
    tsv: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    text = _error(capsys, "train", "--tsv", str(tsv), "--out", str(tsv.parent / "run"), *SMALL, option, value)
    assert option.strip("-") in text
    assert value in text


@pytest.mark.parametrize("damage", ["no folder", "no weights", "cut weights", "another vocabulary"])
def test_a_model_that_is_not_whole_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str) -> None:
    folder, vocabulary = tmp_path / "run", Vocabulary.build([["a", "b"]])
    if damage != "no folder":
        sizes = {"embedding": 6, "hidden": 8}
        save_model(folder, build_model("bahdanau", vocabulary, vocabulary, **sizes), "bahdanau", sizes)
    if damage == "no weights":
        (folder / "weights.pt").unlink()
    if damage == "cut weights":
        content = (folder / "weights.pt").read_bytes()
        (folder / "weights.pt").write_bytes(content[: len(content) // 2])
    if damage == "another vocabulary":
        Vocabulary.build([["a", "b", "c"]]).save(folder / "source_vocabulary.json")
    text = _error(capsys, "translate", "--model", str(folder), "a")
    assert "run" in text
    assert "damaged" in text or "holds no trained model" in text


def test_a_saved_model_comes_back_whole(tmp_path: Path) -> None:
    vocabulary, sizes = Vocabulary.build([["a", "b"]]), {"embedding": 6, "hidden": 8, "layers": 2}
    seed_everything(1)
    model = build_model("sutskever", vocabulary, vocabulary, **sizes)
    save_model(tmp_path, model, "sutskever", sizes)
    again = load_model(tmp_path)
    assert again.name == model.name
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), again.parameters(), strict=True))
    assert json.loads((tmp_path / "model.json").read_text())["options"] == sizes


def test_lines_in_give_as_many_lines_out_and_an_empty_sentence_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary, sizes = Vocabulary.build([["a", "b"]]), {"embedding": 6, "hidden": 8}
    save_model(tmp_path, build_model("bahdanau", vocabulary, vocabulary, **sizes), "bahdanau", sizes)
    monkeypatch.setattr("sys.stdin", io.StringIO("a b\n\nb never seen\n"))
    assert main(["translate", "--model", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 4
    assert lines[1] == ""
    assert "'  ' holds no word" in _error(capsys, "translate", "--model", str(tmp_path), "  ")


def test_an_unknown_model_is_refused_by_name() -> None:
    vocabulary = Vocabulary.build([["a"]])
    with pytest.raises(ValueError, match=r"expected one of 'sutskever', 'cho', .* 'vaswani', got 'transformer'"):
        build_model("transformer", vocabulary, vocabulary)


def test_a_captioner_is_not_offered_for_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert "invalid choice: 'xu'" in _error(capsys, "train", "--tsv", "pairs.tsv", "--model", "xu", "--out", "run")


def test_the_corpora_are_listed_with_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora"]) == 0
    listed = capsys.readouterr().out
    assert "en-fr" in listed
    assert "max_length" in listed


def test_a_report_of_an_error_says_the_versions_and_nothing_of_who_reports(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.commands.versions.PACKAGES", ("torch", "no-such-package"))
    assert main(["versions"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert set(lines) == {"course_lib", "python", "torch", "no-such-package"}
    assert lines["course_lib"] == course_lib.__version__ and lines["torch"] == version("torch")
    assert lines["python"].split(",")[0] == ".".join(map(str, sys.version_info[:3]))
    assert lines["no-such-package"] == "not installed"
    assert str(Path(sys.prefix)) not in str(lines)


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "course_lib", "train"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--tsv" in done.stderr
    assert "Traceback" not in done.stderr
