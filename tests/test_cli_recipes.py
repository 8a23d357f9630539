"""A recipe from a shell: its settings, what is given in their place, its training taken up again, its translations."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from course_lib.__main__ import main
from course_lib.commands.parser import parse
from course_lib.commands.training import BASE, out_folder, recipe_of
from course_lib.corpora.splitting import START, Splitting, source_splitting, target_splitting
from course_lib.corpora.subwords import Subwords
from course_lib.models import build_model
from course_lib.saved_models import load_saved, save_model
from course_lib.seq2seq import Seq2Seq, Translation
from course_lib.training.recipes import RECIPES, Recipe, Trained
from course_lib.vocabulary import Vocabulary

torch.set_num_threads(1)

SMALL = "--steps 4 --validate-every 2 --validation-pairs 5 --hidden 8 --embedding 6 --batch-size 8 --beam 2 --seed 3"


def asked(line: str) -> Recipe:
    return recipe_of(parse(["train", *line.split()]))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_without_more_is_the_one_of_the_library(name: str) -> None:
    found = asked(f"--recipe {name}")
    assert replace(found, config=replace(found.config, checkpoint=None)) == RECIPES[name]
    assert found.config.checkpoint == Path("runs") / name / "checkpoint.pt"
    assert out_folder(parse(["train", "--corpus", "copy"])) == Path("runs/model")


def test_what_is_given_stands_in_the_place_of_the_recipes_own_and_nothing_else_moves() -> None:
    own = RECIPES["multi30k"]
    found = asked(
        "--recipe multi30k --source en --target de --data f --max-words 30 --steps 9 --hidden 7 --label-smoothing 0.2 "
        "--average-last 0.5 --alike source --beam 3 --pieces 99 --min-count 4 --precision float32 --out o"
    )
    assert found.corpus_options == {"source": "en", "target": "de", "path": Path("f"), "max_words": 30}
    assert (found.beam, found.pieces, found.min_count, found.model) == (3, 99, 4, own.model)
    assert found.options == {**own.options, "hidden": 7}
    changes: dict[str, Any] = {"steps": 9, "average_last": 0.5, "alike": "source", "precision": "float32"}
    objective = replace(own.config.objective, label_smoothing=0.2)
    assert found.config == replace(own.config, **changes, objective=objective, checkpoint=Path("o/checkpoint.pt"))


def test_a_corpus_of_the_course_takes_its_own_options_and_a_file_has_its_defaults() -> None:
    captions = asked("--corpus multi30k --data f --source de --target en --accept-licence --max-words 7")
    wanted = {"path": Path("f"), "source": "de", "target": "en", "accept_licence": True, "max_words": 7}
    assert (captions.corpus, captions.corpus_options) == ("multi30k", wanted)
    assert asked("--corpus copy").corpus_options == {}
    assert asked("--corpus tatoeba --language mar").corpus_options == {"language": "mar"}
    assert asked("--tsv x").corpus_options == {**BASE.corpus_options, "path": Path("x")}
    assert asked("--tsv x --max-words 3 --language French").corpus_options["max_words"] == 3


def test_a_recipe_trains_as_in_python_is_taken_up_again_and_writes_whole_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beams: list[int] = []  # a model of four updates has no BLEU, of words or of pieces: what is asked for shows it
    counted = Trained.bleu
    monkeypatch.setattr(
        Trained,
        "bleu",
        lambda self, pairs, beam=1, bootstrap=0: beams.append(beam) or counted(self, pairs, beam, bootstrap),
    )
    command = ["train", "--recipe", "phrasebook", *SMALL.split(), "--examples", "2", "--device", "cpu"]
    command += ["--pieces", "200", "--out", str(tmp_path)]
    assert main(command) == 0
    assert beams == [1, 2]
    said = capsys.readouterr().out
    assert "source pieces of words" in said and "at the end BLEU is of words" in said
    assert "With a beam of 2:\nBLEU|nrefs:1|" in said and said.count("%]") + said.count("] (n = ") >= 2
    assert START not in said and said.count("\n  → ") == 2

    own = RECIPES["phrasebook"]
    recipe = replace(own, pieces=200, options={**own.options, "hidden": 8, "embedding": 6}, beam=2)
    trained = recipe.run(steps=4, validate_every=2, validation_pairs=5, batch_size=8, seed=3, device="cpu")
    model, extra, _ = load_saved(tmp_path)
    assert extra["length_normalisation"] == own.length_normalisation
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), trained.model.parameters(), strict=True))
    assert (source_splitting(extra), target_splitting(extra)) == (
        trained.corpus.source_splitting,
        trained.corpus.target_splitting,
    )
    test = own.load().test
    assert f"{trained.bleu(test, 2, 1000)}" in said and f"On {len(test)} test pairs" in said
    assert f"{trained.bleu(test, bootstrap=1000)}" in said

    before = (tmp_path / "history.json").read_bytes()
    capsys.readouterr()
    assert main(command) == 0
    assert "step " not in capsys.readouterr().out.replace(" steps in", "")  # finished: nothing is trained again
    assert (tmp_path / "history.json").read_bytes() == before

    sentence = trained.corpus.source_splitting.whole(trained.corpus.test[0].source)
    assert main(["translate", "--model", str(tmp_path), "--beam", "2", " ".join(sentence)]) == 0
    assert capsys.readouterr().out == f"{' '.join(trained.translate([sentence], beam=2)[0])}\n"


def test_a_beam_is_compared_as_the_recipe_says_and_greedy_search_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = []

    def spy(_: Seq2Seq, sentences: object, **search: Any) -> list[Translation]:
        searches.append({name: value for name, value in search.items() if name != "unknown"})
        return [Translation((), 0.0, True)]

    words, sizes = Vocabulary.build([["a"]]), {"embedding": 4, "hidden": 4}
    for extra in ({}, {"length_normalisation": 0.6}):
        save_model(tmp_path, build_model("cho", words, words, **sizes), "cho", sizes, extra=extra)
        monkeypatch.setattr(Seq2Seq, "translate", spy)
        for beam in ("1", "4"):
            assert main(["translate", "--model", str(tmp_path), "--beam", beam, "a"]) == 0
    beams = [{"beam": 4, "length_normalisation": share} for share in (1.0, 0.6)]
    assert searches == [{"beam": 1}, beams[0], {"beam": 1}, beams[1]]


def test_a_translation_is_printed_in_whole_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = ("running", "dogs")
    pieces = Subwords.train([sentence], 12)
    found = Translation(pieces.encode(sentence), 0.0, True)
    assert len(found.tokens) > 2
    monkeypatch.setattr(Seq2Seq, "translate", lambda *_, **__: [found])
    words, sizes = Vocabulary.build([["a"]]), {"embedding": 4, "hidden": 4}
    extra = {"target_splitting": Splitting(subwords=pieces.model).to_record()}
    save_model(tmp_path, build_model("cho", words, words, **sizes), "cho", sizes, extra=extra)
    assert main(["translate", "--model", str(tmp_path), "a"]) == 0
    assert capsys.readouterr().out == "running dogs\n"
