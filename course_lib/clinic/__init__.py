"""Bugs to switch on, and what finds them in code that you wrote yourself. Chapter 15."""

from course_lib.clinic.adapters import batch_second, inverted_masks, keras_like, log_weights, whole_sequence
from course_lib.clinic.bugs import BUGS, IN_MODELS, Bug, clash, sick
from course_lib.clinic.diagnosis import diagnose
from course_lib.clinic.examination import Exam, exam
from course_lib.clinic.interface import CALLED_AS, Implementation, InterfaceError
from course_lib.clinic.patients import Patient
from course_lib.clinic.report import Broken, Checked, Finding, Report, Unchecked

__all__ = [
    "BUGS",
    "CALLED_AS",
    "IN_MODELS",
    "Broken",
    "Bug",
    "Checked",
    "Exam",
    "Finding",
    "Implementation",
    "InterfaceError",
    "Patient",
    "Report",
    "Unchecked",
    "batch_second",
    "clash",
    "diagnose",
    "exam",
    "inverted_masks",
    "keras_like",
    "log_weights",
    "sick",
    "whole_sequence",
]
