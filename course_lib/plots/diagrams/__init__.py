"""Pictures of boxes, arrows, cells and grids that grow stage by stage. Chapters 1 to 5 and 7.

    picture = Diagram(4, 2, captions=["A word comes in.", "The encoder says something of it."])
    word = picture.text("dog", at=(1, 0.4), symbol="x")
    state = picture.box("h_1", at=(1, 1.4), symbol="h", math=True, stage=2)
    picture.arrow(word, state)

``widgets.stages(picture)`` lays a slider over the stages; ``plots.show(picture.figure(), picture.alt())``
shows the last one. Lengths are units of 0.8 inch, from the lower left corner: 6.5 fill a phone's screen.
A part stands where it will stand from the first stage on, so nothing moves when the next one appears.
"""

from course_lib.plots.diagrams.diagram import Diagram
from course_lib.plots.diagrams.parts import Chain, Part

__all__ = ["Chain", "Diagram", "Part"]
