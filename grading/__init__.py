"""Grade the problem sets: collect what came, run it apart, test what it left, report. For instructors.

Never a part of :mod:`course_lib`, which students install. Submitted code runs behind a wall (:mod:`grading.walls`)
in a process of its own (:mod:`grading.guest`), which never sees a test; the tests run here (:mod:`grading.apart`),
and ask it for values (:mod:`grading.values`).
"""
