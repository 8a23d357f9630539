"""``corpora``: what there is to train on."""

from argparse import Namespace

from course_lib.corpora import available


def list_corpora(options: Namespace) -> None:
    """Print what ``course_lib.corpora.load`` knows by name."""
    for name, names in available().items():
        print(f"{name:10s} {', '.join(names)}")
