"""``diagnose``: look for the bugs of chapter 15 in code of your own."""

import importlib
from argparse import Namespace
from typing import Any

from course_lib.clinic import diagnose
from course_lib.clinic.calling import crash_in_words


def run_diagnosis(options: Namespace) -> None:
    """Print the report on what ``options.target`` names, as text or as JSON; ValueError where anything was found.

    The name stands for an implementation, or for a class that makes one without arguments.
    """
    report = diagnose(_found(options.target), options.seed)
    print(report.to_json() if options.json else report)
    if report.findings or report.broken:
        raise ValueError(f"{len(report.findings)} found, {len(report.broken)} broken; the report says what to do.")


def _found(target: str) -> Any:
    module_name, _, name = target.partition(":")
    if not module_name or not name:
        raise ValueError(f"Expected package.module:name, such as mymodel:attention, got {target!r}.")
    try:
        found = getattr(importlib.import_module(module_name), name)
        return found() if isinstance(found, type) else found
    except Exception as error:
        raise ValueError(crash_in_words(target, error)) from error
