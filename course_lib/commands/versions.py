"""``versions``: what stands in a report of something that does not run."""

import platform
import sys
from argparse import Namespace
from importlib.metadata import PackageNotFoundError, version

import course_lib

PACKAGES = ("torch", "numpy", "matplotlib", "ipywidgets", "ipython", "sacrebleu")


def list_versions(options: Namespace) -> None:
    """Print the versions of the course, of Python and of what the course computes with; nothing of who you are."""
    print(f"{'course_lib':10s} {course_lib.__version__}")
    print(f"{'python':10s} {platform.python_version()}, {sys.platform}, {platform.machine()}")
    for name in PACKAGES:
        print(f"{name:10s} {_version(name)}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
