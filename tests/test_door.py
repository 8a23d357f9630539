"""The command line's one door: whatever goes wrong behind it is one sentence, never a traceback."""

import io
import os
import signal
import subprocess
import sys
import textwrap
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.__main__ import main
from course_lib.commands import failures, training
from course_lib.commands.door import enter
from course_lib.commands.failures import explained, is_ours
from course_lib.commands.parser import parse
from course_lib.commands.streams import Output
from course_lib.commands.training import recipe_of
from course_lib.corpora import load
from course_lib.corpora.text import tokenise
from course_lib.models import build_model
from course_lib.saved_models import save_model
from course_lib.vocabulary import Vocabulary

torch.set_num_threads(1)

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["--steps", "2", "--validate-every", "1", "--hidden", "4", "--embedding", "4", "--batch-size", "8"]
SMALL += ["--min-count", "1", "--examples", "1", "--device", "cpu"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sentence pairs and an untrained model of their words."""
    folder = tmp_path_factory.mktemp("door")
    lines = [f"{a} {b}.\t{b} – {a} !" for a in ("one", "two", "six", "ten") for b in ("été", "cat", "dog", "café")]
    (folder / "pairs.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words, sizes = Vocabulary.build([["one", "cat", "été", ".", "debug", "ami"]]), {"embedding": 4, "hidden": 4}
    save_model(folder / "model", build_model("cho", words, words, **sizes), "cho", sizes)
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail; return the sentence."""
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said and said.strip().endswith((".", "?", "--help"))
    return said[said.index("python -m course_lib") :]  # a progress bar may stand before it


# ------------------------------------------------------------------------------- before any work


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "arguments are required: command"),
        ("trian", "invalid choice: 'trian'"),
        ("train", "one of the arguments --tsv --corpus --recipe is required"),
        ("train --corpus copy --tsv x", "not allowed with"),
        ("train --corpus=", "Unknown corpus ''"),
        ("train --corpus coppy", "Did you mean 'copy'?"),
        ("train --corpus copy --max-words 3", "--max-words: 'copy' has no such option. Leave it out. It has: none."),
        ("train --corpus copy --language French", "--language: 'copy' has no such option"),
        ("train --tsv x --data y", "--data: 'tsv' has no such option. Leave it out. It has: --max-words, --language."),
        ("train --corpus tatoeba --source de", "--source: 'tatoeba' has no such option"),
        ("train --recipe tatoeba --accept-licence", "--accept-licence: 'tatoeba' has no such option"),
        ("train --recipe multi30k --language fra", "--language: 'multi30k' has no such option"),
        ("train --recipe multi30k --tsv x", "not allowed with"),
        ("train --recipe multi31k", "invalid choice: 'multi31k'"),
        ("train --recipe multi30k --model cho", "--model: the recipe 'multi30k' was made for its own"),
        ("train --corpus multi30k --source xx", "source: expected one of 'en', 'de', 'fr', 'cs', got 'xx'"),
        ("train --corpus copy --label-smoothing 1", "--label-smoothing: expected a share from 0 up to but not"),
        ("train --corpus copy --average-last 1.5", "--average-last: expected a share from 0 to 1, got 1.5"),
        ("train --corpus copy --alike target", "--alike: expected one of 'source', 'both', got 'target'"),
        ("train --corpus copy --pieces 0", "--pieces: expected 1 or more, got 0"),
        ("train --corpus copy --beam 0", "--beam: expected 1 or more, got 0"),
        ("train --tsv=", "--tsv: expected the name of a file or a folder, got ''"),
        ("train --corpus copy --out=", "--out: expected the name"),
        ("train --corpus copy --dropout nan", "--dropout: expected a share from 0 up to but not including 1, got nan"),
        ("train --corpus copy --dropout 1", "--dropout: expected a share"),
        ("train --corpus copy --learning-rate inf", "--learning-rate: expected a number above 0, got inf"),
        ("train --corpus copy --steps 2.5", "--steps: expected a whole number, 1 or more, got '2.5'"),
        ("train --corpus copy --steps 0", "--steps: expected 1 or more, got 0"),
        ("train --corpus copy --test-pairs 0", "--test-pairs: expected 1 or more, got 0"),
        ("train --corpus copy --examples -1", "--examples: expected 0 or more, got -1"),
        ("train --corpus copy --seed -1", "--seed: expected 0 or more, got -1"),
        ("train --corpus copy --seed 4294967296", "--seed: expected at most 4,294,967,295"),
        ("train --corpus copy --hidden 99999999999", "--hidden: expected at most 1,000,000"),
        ("train --corpus copy --batch-size x", "--batch-size: expected a whole number, 1 or more, got 'x'"),
        ("train --corpus copy --device gpu", "device: expected one of 'auto', 'cuda', 'mps', 'cpu', got 'gpu'"),
        ("train --corpus copy --precision half", "--precision: expected one of 'float32', 'bf16', got 'half'"),
        ("translate", "arguments are required: --model"),
        ("translate --model m -x", "A sentence that begins with a dash stands after --"),
        ("translate --model=", "--model: expected the name"),
        ("translate --model m --beam x hello", "--beam: expected a whole number, 1 or more, got 'x'"),
        ("translate --model nowhere hello", "nowhere"),
    ],
)
def test_what_cannot_be_run_is_said_before_any_work(
    line: str, expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(training, "fit", lambda *_: pytest.fail("training began"))
    said = answer(capsys, *line.split())
    assert expected in said and said.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_a_model_that_no_machine_can_hold_is_refused_before_it_is_built(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "fit", lambda *_: pytest.fail("training began"))
    small = ["train", "--tsv", str(folder / "pairs.txt"), "--out", str(folder / "huge"), *SMALL]
    with monkeypatch.context() as patch:
        patch.setattr(os, "sysconf", lambda name: 50)  # a machine of 2,500 bytes
        assert "this machine has 0" in answer(capsys, *small)
    huge = ["--min-count", "1", "--hidden", "1000000"]
    said = answer(capsys, "train", "--tsv", str(folder / "pairs.txt"), "--out", str(folder / "huge"), *huge)
    assert said.count("\n") == 1 and "parameters needs" in said and "--hidden" in said


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["translate", "-h"], ["corpora", "--debug"], ["--debug", "corpora"]]
)
def test_help_and_lists_are_success(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out


def test_every_option_of_the_help_takes_its_own_default(capsys: pytest.CaptureFixture[str]) -> None:
    there = {name: value for name, value in training.defaults().items() if value is not None}
    assert len(there) == 19  # --max-words, --language and --pieces have none that holds for every corpus
    given = [f"--{name.replace('_', '-')}={value}" for name, value in there.items()]
    command = ["train", "--corpus", "copy"]
    assert recipe_of(parse([*command, *given])) == recipe_of(parse(command))
    assert main(["train", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"(default: {value})" in shown for value in there.values())


# ------------------------------------------------------------------------------- from error to sentence


def _command(monkeypatch: pytest.MonkeyPatch, error: Callable[[], Any]) -> None:
    """Let the command ``corpora`` end as ``error`` does."""
    monkeypatch.setattr("course_lib.commands.parser.list_corpora", lambda options: error())


@pytest.mark.parametrize(
    "fault",
    [lambda: 1 // 0, lambda: {}["part"], lambda: int("x"), lambda: [][3], lambda: None.part, lambda: b"\xff".decode()],  # type: ignore[attr-defined, index]
    ids=["division", "key", "foreign ValueError", "index", "attribute", "decoding"],
)
def test_what_nobody_foresaw_is_one_sentence_that_takes_the_blame(
    fault: Callable[[], Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _command(monkeypatch, fault)
    said = answer(capsys, "corpora")
    assert "This is a fault of course_lib, not yours" in said and "--debug" in said and said.count("\n") == 1


def test_debug_shows_the_traceback_as_well(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _command(monkeypatch, lambda: 1 // 0)
    assert main(["corpora", "--debug"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said and "ZeroDivisionError" in said.splitlines()[-2]
    assert said.splitlines()[-1].startswith("python -m course_lib corpora: This is a fault")


def test_a_sentence_named_debug_is_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", "--model", str(folder / "model"), "--", "--debug"]) == 0
    answer(capsys, "translate", "--model", "nowhere", "--", "--debug")


def test_errors_that_the_library_raises_are_told_from_those_that_pass_through_it() -> None:
    def caught(call: Callable[[], Any]) -> Exception:
        try:
            call()
        except Exception as error:
            return error
        raise AssertionError

    assert is_ours(caught(lambda: load("copy", size=0)))
    assert is_ours(caught(lambda: load("tsv")))  # a raise over several lines
    assert not is_ours(caught(lambda: Vocabulary.build(3)))  # type: ignore[arg-type]
    assert not is_ours(caught(lambda: failures.explained(1)))  # type: ignore[arg-type]
    assert not is_ours(ValueError("never raised"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), "not enough memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "not enough memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), "--batch-size"),
        (ModuleNotFoundError("No module named 'sacrebleu'", name="sacrebleu"), 'pip install sacrebleu"'),
        (PermissionError(13, "Permission denied", "runs/x"), "runs/x: Permission denied. Check"),
        (RecursionError("maximum recursion depth exceeded"), "fault of course_lib"),
        (RuntimeError(""), "RuntimeError: no message"),
        (RuntimeError("first\nsecond"), "RuntimeError: first."),
    ],
)
def test_errors_that_a_machine_causes_are_put_into_words(error: Exception, expected: str) -> None:
    assert expected in explained(error) and "\n" not in explained(error)


def test_a_precision_that_the_processor_lacks_is_named_with_the_one_that_it_has(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise RuntimeError("could not create a primitive descriptor for the LSTM forward propagation primitive.")

    monkeypatch.setattr(torch.nn.LSTM, "forward", lacking)
    command = ["train", "--tsv", str(folder / "pairs.txt"), "--out", str(folder / "bf16"), "--model", "luong", *SMALL]
    assert "use 'float32'" in answer(capsys, *command, "--precision", "bf16")
    assert "fault of course_lib" in answer(capsys, *command)


def test_no_home_says_where_a_download_can_go(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "ATTENTION_DATA"):
        monkeypatch.delenv(name, raising=False)

    def nobody(_: object) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    said = answer(capsys, "train", "--corpus", "tatoeba")
    assert "no home folder" in said and "XDG_CACHE_HOME" in said


# ------------------------------------------------------------------------------- sentences in


def test_a_sentence_of_three_thousand_elisions_is_split_and_not_recursed_into(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(folder / "model")
    assert "3,001 words" in answer(capsys, "translate", "--model", model, "l'" * 3000 + "ami")
    assert tokenise("l'" * 3000 + "ami's") == ("l'",) * 3000 + ("ami", "'s")


def test_a_whole_text_in_a_line_is_refused_by_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = str(folder / "model")
    assert "Sentence 2 holds 100,000 words" in answer(capsys, "translate", "--model", model, "cat", "cat " * 100_000)
    monkeypatch.setattr("sys.stdin", io.StringIO("cat\n" + "cat " * 2001))
    assert "Line 2 of standard input holds 2,001 words" in answer(capsys, "translate", "--model", model)


def test_standard_input_in_another_encoding_is_said_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # longer than what is read ahead, which is decoded at once
    text = io.TextIOWrapper(io.BytesIO(b"\n" * 20_000 + "été\n".encode("latin-1")), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", text)
    said = answer(capsys, "translate", "--model", str(folder / "model"))
    assert "Standard input is not utf-8" in said and "PYTHONIOENCODING" in said


def test_a_training_whose_pairs_hold_a_whole_text_ends_before_the_first_update(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text("".join(f"{n}\t{n}\n" for n in range(40)) + f"{'a ' * 3000}\tb\n", encoding="utf-8")
    said = answer(capsys, "train", "--tsv", str(path), "--out", str(tmp_path / "run"), "--max-words", "5000", *SMALL)
    assert "holds 3,000 words" in said
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


# ------------------------------------------------------------------------------- Ctrl-C


def test_ctrl_c_says_what_is_kept_wherever_it_comes(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    out = folder / "interrupted"
    command = ["train", "--tsv", str(folder / "pairs.txt"), "--out", str(out), *SMALL]
    for place in ("load", "_check_memory", "fit"):
        with monkeypatch.context() as patch:
            patch.setattr(training, place, interrupted)
            assert main(command) == 130
        said = capsys.readouterr().err
        assert "nothing is kept" in said and said.strip().count("\n") == 0
    for place in ("save_model", "evaluate", "_show_translations"):
        with monkeypatch.context() as patch:
            patch.setattr(training, place, interrupted)
            assert main(command) == 130
        assert "checkpoint.pt holds the training up to its last validation" in capsys.readouterr().err
    monkeypatch.setattr("course_lib.commands.translation.load_saved", interrupted)
    assert main(["translate", "--model", str(folder / "model"), "cat"]) == 130
    assert "No file was changed" in capsys.readouterr().err


TORCH = """
    import os, signal, time
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep({})
    except KeyboardInterrupt:
        raise ImportError("initialisation failed") from None
    raise ImportError("went on")
"""


def with_another_torch(
    folder: Path, seconds: float, before: Callable[[], object] | None = None
) -> tuple[int, str, str]:
    """Run a command beside a module in torch's place that is interrupted, and rewords it, as compiled ones do.

    It takes Ctrl-C as a command in a terminal does, even where these tests run in the background and do not.
    """
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text(textwrap.dedent(TORCH.format(seconds)))
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", "corpora"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        cwd=folder,
        preexec_fn=before or partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    return done.returncode, done.stderr.strip(), done.stdout


def test_ctrl_c_while_torch_loads_is_one_line(tmp_path: Path) -> None:
    assert with_another_torch(tmp_path, 20) == (130, "Interrupted. Nothing had begun.", "")


def test_what_was_started_to_ignore_ctrl_c_ignores_it_while_torch_loads(tmp_path: Path) -> None:
    """As a shell's script starts what has a "&" behind it."""
    code, said, _ = with_another_torch(tmp_path, 0, lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    assert code == 2 and "went on" in said


def test_a_second_ctrl_c_while_the_first_is_answered_is_no_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "load", interrupted)
    monkeypatch.setattr("course_lib.commands.parser.kept", interrupted)
    try:
        code = main(["train", "--tsv", str(folder / "pairs.txt"), "--out", str(folder / "twice"), *SMALL])
    except KeyboardInterrupt:
        pytest.fail("It came through the door.")
    assert code == 130


def test_a_connection_that_breaks_is_a_failure(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(training, "load", broken)
    said = answer(capsys, "train", "--tsv", str(folder / "pairs.txt"), "--out", str(folder / "broken"), *SMALL)
    assert "Broken pipe" in said


# ------------------------------------------------------------------------------- streams


def in_a_process(*arguments: str, encoding: str = "utf-8", reads: int | None = None) -> tuple[int, str, str]:
    """Run a command in a fork that owns its process; return exit code, output and errors.

    With ``reads`` the reader of its output goes after so many bytes, which may end within a letter.
    """
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            for end, stream in ((out_end, 1), (err_end, 2)):
                os.dup2(end, stream)
            for end in (out, err, out_end, err_end):
                os.close(end)
            sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding=encoding, errors="backslashreplace", closefd=False)  # noqa: SIM115
            signal.signal(signal.SIGINT, signal.default_int_handler)
            code = enter(arguments, owns_process=True)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    for end in (out_end, err_end):
        os.close(end)
    with open(out, "rb") as output, open(err, "rb") as errors:
        if reads is not None:
            seen = output.read(reads)
            output.close()
        else:
            seen = output.read()
        said = errors.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, seen.decode(encoding, "ignore" if reads is not None else "strict"), said.decode(encoding)


@pytest.mark.parametrize(("encoding", "arrow"), [("ascii", "  -> "), ("cp1252", "  -> "), ("utf-8", "  → ")])
def test_an_output_that_has_no_arrow_does_not_end_a_training(folder: Path, encoding: str, arrow: str) -> None:
    out = folder / f"run-{encoding}"
    command = ["train", "--tsv", str(folder / "pairs.txt"), "--out", str(out), *SMALL]
    code, printed, said = in_a_process(*command, encoding=encoding)
    assert code == 0 and arrow in printed and "Traceback" not in said
    assert said.count("PYTHONIOENCODING=utf-8") == (encoding != "utf-8")
    assert (out / "history.json").exists()


def test_a_reader_who_leaves_ends_a_translation_and_not_a_training(folder: Path) -> None:
    code, printed, said = in_a_process("translate", "--model", str(folder / "model"), *["cat"] * 3000, reads=1)
    assert (code, said) == (0, "") and len(printed) <= 1
    out = folder / "unread"
    code, _, said = in_a_process("train", "--tsv", str(folder / "pairs.txt"), "--out", str(out), *SMALL, reads=0)
    assert code == 0 and (out / "history.json").exists()
    assert (said.strip() or "step/s]").endswith(("step/s]", "s/step]"))  # the second on a slow machine


@pytest.mark.parametrize("command", ["corpora", "--help"])
def test_an_output_that_takes_no_more_is_an_error_and_not_a_success(command: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("This system has no /dev/full.")
    child = os.fork()
    if child == 0:
        code = 99
        try:
            sys.stdout = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115
            sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
            code = enter([command], owns_process=True)
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2


def test_what_cannot_be_encoded_is_replaced_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    bytes_ = io.BytesIO()
    output = Output(io.TextIOWrapper(bytes_, encoding="ascii", errors="strict"))
    print("a → b…", file=output)
    print("été", file=output)
    output.flush()
    assert bytes_.getvalue() == b"a -> b...\n?t?\n"
    assert capsys.readouterr().err.count("ascii, lacks some letters") == 1


def test_a_process_without_streams_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from course_lib.commands.streams import open_missing_streams

    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    open_missing_streams()
    assert sys.stdin.read() == "" and sys.stdout.write("x") == sys.stderr.write("x") == 1
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()


# ------------------------------------------------------------------------------- any command line

WORDS = st.sampled_from(
    [
        "",
        "0",
        "1",
        "2",
        "-1",
        "2.5",
        "nan",
        "inf",
        "1e999",
        "9" * 30,
        "9" * 5000,
        "x",
        "--",
        "-",
        "é→",
        "\0",
        "a b",
        "'",
    ]
)
NUMBER = st.one_of(st.integers(1, 3).map(str), WORDS)


def _options(paths: dict[str, str]) -> st.SearchStrategy[list[str]]:
    """Return a strategy for the options of every command: fitting values, and others."""
    numbers = "max-words min-count steps batch-size learning-rate embedding hidden dropout seed validate-every"
    names = [f"--{name}" for name in (*numbers.split(), "validation-pairs", "test-pairs", "examples")]
    number = st.tuples(st.sampled_from(names), NUMBER)
    path = st.one_of(st.sampled_from(list(paths.values())), WORDS)
    other = st.one_of(
        st.tuples(st.sampled_from(["--tsv", "--out", "--model"]), path),
        st.tuples(st.just("--corpus"), st.one_of(WORDS, st.sampled_from(["phrasebook", "tsv", "multi30k"]))),
        st.tuples(st.just("--model"), st.sampled_from(["cho", "luong", "bahdanau", "sutskever", "vaswani", "xu"])),
        st.tuples(st.sampled_from(["--language", "--device", "--precision"]), st.one_of(WORDS, st.just("cpu"))),
        st.tuples(st.sampled_from(["--debug", "--help", "--nothing", "sentence", "l'" * 3000])),
    )
    return st.lists(st.one_of(number, other), max_size=5).map(lambda found: [word for pair in found for word in pair])


def _line(paths: dict[str, str]) -> st.SearchStrategy[list[str]]:
    """Return a strategy for whole command lines; half of the trainings could run but for what is drawn."""
    train = [*("train", "--tsv", paths["tsv"], "--out", paths["out"]), *SMALL]
    translate = ["translate", "--model", paths["model"], "one cat."]
    starts = st.sampled_from([train, train, translate, ["train", *SMALL], ["translate"], ["corpora"], [], ["x"]])
    return st.tuples(starts, _options(paths)).map(lambda parts: [*parts[0], *parts[1]])


def check_line(line: list[str], paths: dict[str, str], capsys: pytest.CaptureFixture[str]) -> int:
    """A command line ends well, or in a sentence, or with the usage's hint; never in a traceback."""
    code = main(line)
    captured = capsys.readouterr()
    assert code in (0, 2)
    if "--debug" not in line:
        assert "Traceback" not in captured.err
        assert "fault of course_lib" not in captured.err, captured.err
    if code == 2:
        last = captured.err.strip().splitlines()[-1]
        assert len(last) > 20 and (last.endswith((".", "?", "--help")) or "--tsv fra-eng.zip" in last)
    return code


EXAMPLES = int(os.environ.get("DOOR_EXAMPLES", "40"))


def test_any_command_line_ends_well_or_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ATTENTION_DATA", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("cat\n"))
    (tmp_path / "empty").write_bytes(b"")
    paths = {"tsv": str(folder / "pairs.txt"), "model": str(folder / "model"), "out": "run", "empty": "empty"}
    paths |= {"folder": str(folder), "missing": "no/such/file.zip"}
    codes = []

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(_line(paths))
    def lines(line: list[str]) -> None:
        codes.append(check_line(line, paths, capsys))

    lines()
    assert {0, 2} == set(codes)


def test_options_that_come_before_the_command_line_is_read_have_an_answer_to_ctrl_c() -> None:
    options = Namespace(**vars(parse(["corpora"])))
    assert options.interrupted(options) == "No file was changed."
