"""A small captioner and the pictures that its tests share."""

from course_lib.corpora.pictures.captions import caption_pair
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.corpora.pictures.scenes import draw_scenes
from course_lib.models import xu2015
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary
from tests.oracles.models import shaken

SCENES = draw_scenes(1500, seed=1).train
CELLS = cell_vocabulary()
WORDS = Vocabulary.build(scene.caption for scene in SCENES)
PAIRS = tuple(map(caption_pair, SCENES[:6]))
SIZES = {"embedding": 3, "hidden": 4, "channels": 2, "features": 3, "attention_size": 5}


def captioner(seed: int = 0, **options) -> Seq2Seq:
    """Return a captioner of xu2015, shaken."""
    return shaken(xu2015(CELLS, WORDS, **(SIZES | options)), seed)
