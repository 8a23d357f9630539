"""From a picture to one annotation a place of a grid. Chapter 10."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.built import Built
from course_lib.corpora.pictures.cells import cell_pixels
from course_lib.corpora.pictures.scenes import GRID
from course_lib.encoders import Encoded, State
from course_lib.shapes import Float, Int
from course_lib.vocabulary import EOS, SPECIAL_TOKENS, Vocabulary

CELLS = GRID * GRID


class GridEncoder(Built):
    """A small CNN: its last feature map, read row by row, is the annotations a_i: Xu et al. (2015), §3.1.1.

    The source is a picture in the words of :mod:`course_lib.corpora.pictures.captions`. They are laid out as pixels
    again; two convolutions of stride 2 and one of stride 1 turn 32 × 32 pixels into 8 × 8 annotations. ValueError for
    a vocabulary that holds anything but cells.

    Departs from the paper:

    - CNN: three layers, from random weights, which learn with the decoder; the paper: a VGG net trained on ImageNet,
      which stays as it is (§4.3).
    - what the CNN reads: the colours, and x and y of each pixel (Liu et al., 2018), for captions say what is left of
      what; the paper: the colours.
    """

    cells: Float[Tensor, "V 3 4 4"]
    places: Float[Tensor, "2 32 32"]

    def __init__(self, vocabulary: Vocabulary, channels: int, features: int) -> None:
        super().__init__()
        words = vocabulary.tokens[len(SPECIAL_TOKENS) :]
        cells = np.stack([*np.zeros((len(SPECIAL_TOKENS), *cell_pixels(words[0]).shape)), *map(cell_pixels, words)])
        self.register_buffer("cells", torch.from_numpy(cells).float(), persistent=False)
        line = torch.linspace(-1, 1, GRID * cells.shape[-1])
        self.register_buffer("places", torch.stack(torch.meshgrid(line, line, indexing="ij")), persistent=False)
        self.cnn = nn.Sequential(
            nn.Conv2d(3 + 2, channels, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, features, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(),
        )
        for layer in self.cnn:
            if isinstance(layer, nn.Conv2d):  # torch's default lets the annotations fade out (He et al., 2015)
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Encode S = 65 ids, 64 cells and ``</s>``: an annotation each, and their mean (1, B, M).

        ``</s>`` keeps its place, so that row i of the weights has one entry a source word as
        everywhere in the course, but is masked: there is nothing to see.
        """
        if bool((lengths != CELLS + 1).any()):
            raise ValueError(f"A picture is {CELLS} cells and </s>; got a source of {source.shape[1]} words.")
        annotations = self.annotate(self.picture(source))  # (B, 64, M)
        mean = annotations.mean(1)  # (B, M)
        return Encoded(State(mean[None]), F.pad(annotations, (0, 0, 0, 1)), source != EOS)

    def picture(self, source: Int[Tensor, "B S"]) -> Float[Tensor, "B 3 32 32"]:
        """Return the pixels of pictures in words."""
        cells = self.cells[source[:, :CELLS]].unflatten(1, (GRID, GRID))  # (B, row, column, 3, y, x)
        return cells.permute(0, 3, 1, 4, 2, 5).flatten(4, 5).flatten(2, 3)  # (B, 3, row and y, column and x)

    def annotate(self, images: Float[Tensor, "B 3 32 32"]) -> Float[Tensor, "B 64 M"]:
        """Return the annotations of images, the places row by row."""
        planes = torch.cat((images, self.places.expand(len(images), -1, -1, -1)), dim=1)  # (B, 3 + 2, 32, 32)
        return self.cnn(planes).flatten(2).mT  # (B, M, 8, 8), (B, M, 64), (B, 64, M)
