"""The library behind *Attention, Step by Step*: corpora, models, traces, figures and sliders.

Each file holds one noun, and imports point one way: from the models down to the words.
"""

__version__ = "0.1.0"
