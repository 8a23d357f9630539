"""Gold alignments in files: every format read back, every malformed line named, the published counts met."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpora import CorpusError
from course_lib.corpora.link_files import GoldLinks, read_naacl, read_pharaoh, write_naacl, write_pharaoh

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
needs_real_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the published alignments are not in {SHARED}")


def links(sure, possible=()):
    return GoldLinks(frozenset(sure), frozenset(sure) | frozenset(possible))


GOLD = [links({(0, 0), (1, 2)}, {(1, 1)}), links(()), links({(9, 11)})]


def write(folder, text):
    path = folder / "gold.txt"
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.mark.parametrize(("first", "text"), [(0, "0-0 1-2 1?1\n\n9-11\n"), (1, "1-1 2-3  2p2 \r\n\r\n10-12")])
def test_pharaoh_counts_from_where_it_is_told(tmp_path, first, text):
    assert read_pharaoh(write(tmp_path, text), first=first, lengths=[(2, 3), (1, 1), (10, 12)]) == GOLD
    assert read_pharaoh(write(tmp_path, text), first=first) == GOLD


def test_naacl_counts_from_one_and_a_link_without_a_letter_is_sure(tmp_path):
    text = "0001 1 1\n1 2 3 S 0.5\n1 2 2 P\n3 10 12 1\n3 0 4 S\n\n"
    assert read_naacl(write(tmp_path, text)) == GOLD
    assert read_naacl(write(tmp_path, text), lengths=[(2, 3), (1, 1), (10, 12), (5, 5)]) == [*GOLD, links(())]


def test_a_link_that_is_sure_and_possible_is_sure(tmp_path):
    assert read_pharaoh(write(tmp_path, "0p0 0-0\n"), first=0) == [links({(0, 0)})]
    assert read_naacl(write(tmp_path, "1 1 1 S\n1 1 1 P\n")) == [links({(0, 0)})]


def test_what_is_written_is_the_format(tmp_path):
    write_pharaoh(tmp_path / "gold", GOLD, first=1)
    assert (tmp_path / "gold").read_text() == "1-1 2p2 2-3\n\n10-12\n"
    write_naacl(tmp_path / "gold", GOLD)
    assert (tmp_path / "gold").read_text() == "1 1 1 S\n1 2 2 P\n1 2 3 S\n3 10 12 S\n"


CELLS = st.frozensets(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


@settings(deadline=None, max_examples=30)
@given(gold=st.lists(st.builds(links, CELLS, CELLS), max_size=5), first=st.sampled_from([0, 1]))
def test_what_is_written_is_read_back(tmp_path_factory, gold, first):
    path, lengths = tmp_path_factory.mktemp("gold") / "gold", [(31, 31)] * len(gold)
    write_pharaoh(path, gold, first=first)
    assert read_pharaoh(path, first=first, lengths=lengths) == gold
    write_naacl(path, gold)
    assert read_naacl(path, lengths=lengths) == gold


@pytest.mark.parametrize(
    ("text", "first", "message"),
    [
        ("0-0\n0-0 1_1\n", 0, r"line 2: expected links such as 3-4, 3p4 or 3\?4, got '1_1'"),
        ("0-0\n0--1\n", 0, r"line 2: .* got '0--1'"),
        ("1-1\n2-0\n", 1, r"line 2, link 2-0: the target position is 0, but the first word is 1\. Is the file 0-based"),
        ("0-0\n3-0\n", 0, r"line 2, link 3-0: source position 3 leaves .* 3 words are numbered 0 to 2"),
        ("1-1\n3p4\n", 1, r"line 2, link 3p4: target position 4 leaves .* 3 words are numbered 1 to 3"),
        ("1-1\n", 1, r"expected 2 lines, one a sentence pair, got 1"),
        ("1-1\n", 2, r"first: expected one of 0, 1, got 2"),
        ("1-1\nmaïs 1-1\n", 1, r"line 2: links are written in plain digits, got the byte 0xc3"),
        ("1-1\n1-¹\n", 1, r"line 2: links are written in plain digits"),
    ],
)
def test_pharaoh_errors_name_file_line_and_link(tmp_path, text, first, message):
    with pytest.raises(ValueError, match=message):
        read_pharaoh(write(tmp_path, text), first=first, lengths=[(3, 3), (3, 3)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 1 1\n1 2\n", r"gold\.txt, line 2: expected 'sentence source target \[S\|P\] \[confidence\]', got '1 2'"),
        ("1 1 1 Q\n", r"line 1: expected 'sentence"),
        ("1 1 1 S P\n", r"line 1: expected 'sentence"),
        ("1 1 1 0.5 0.5\n", r"line 1: expected 'sentence"),
        ("1-1 2-2 3-3\n", r"line 1: expected 'sentence"),
        ("0 1 1\n", r"line 1: expected a sentence number of 1 to 2, got 0"),
        ("1 1 1\n3 1 1\n", r"line 2: expected a sentence number of 1 to 2, got 3"),
        ("1 4 1\n", r"line 1: source position 4 leaves the sentence, whose 3 words are numbered 1 to 3"),
    ],
)
def test_naacl_errors_name_file_and_line(tmp_path, text, message):
    with pytest.raises(CorpusError, match=message):
        read_naacl(write(tmp_path, text), lengths=[(3, 3), (3, 3)])


def test_a_missing_file_and_a_wrong_nesting_are_errors(tmp_path):
    for read in (lambda path: read_pharaoh(path, first=0), read_naacl):
        with pytest.raises(CorpusError, match=r"There is no file .*nowhere"):
            read(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"extra: \[\(0, 0\)\]"):
        GoldLinks(frozenset({(0, 0)}), frozenset())


def counts(gold):
    return len(gold), sum(len(g.sure) for g in gold), sum(len(g.possible - g.sure) for g in gold)


@needs_real_data
def test_the_hansards_have_as_many_links_as_published():
    """Och & Ney's 447 sentences of the Canadian parliament, English first."""
    folder = SHARED / "align_enfr"
    lines = (folder / "enfr.src-tgt").read_text("utf-8").splitlines()
    lengths = [tuple(len(side.split()) for side in line.split("|||")) for line in lines]
    gold = read_pharaoh(folder / "enfr.gold", first=1, lengths=lengths)
    assert counts(gold) == (447, 4038, 13400)
    assert gold[0] == links({(0, 0), (1, 1)})
    with pytest.raises(CorpusError, match="leaves the sentence"):
        read_pharaoh(folder / "enfr.gold", first=0, lengths=lengths)


@needs_real_data
def test_the_rwth_sentences_have_as_many_links_as_published_with_their_one_false_link():
    """Line 179 links its 22nd word, the full stop, to the first: an unaligned word (−100) of the longer format."""
    folder = SHARED / "align_deen_rwth"
    sides = [(folder / f"deen.{side}").read_text("utf-8").splitlines() for side in ("de", "en")]
    lengths = [(len(german.split()), len(english.split())) for german, english in zip(*sides, strict=True)]
    gold = read_pharaoh(folder / "deen.talp", first=1, lengths=lengths)
    assert counts(gold) == (508, 9613, 921)
    assert sides[0][178].split()[21] == "." and (21, 0) in gold[178].sure
    assert all((lengths[n][0] - 1, 0) not in g.sure for n, g in enumerate(gold) if n != 178 and lengths[n][1] > 9)
