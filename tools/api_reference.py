"""Sphinx extension: the reference of the library, written by autodoc from the docstrings when the book is built.

The directive ``{room} attention`` documents what ``course_lib.attention`` offers: the names in its ``__all__``, or
what a module defines; of a folder without a face of its own, every module in it. Below each name stands
the file it is written in, and the chapters that this file's docstring names.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from types import ModuleType
from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import signature, stringify_signature
from sphinx.util.nodes import get_node_source, make_refnode
from typing_extensions import is_protocol

LIBRARY = "course_lib"
CHAPTERS = re.compile(r"\b(?:[Ee]very chapter|[Aa]ll chapters|[Cc]hapters? \d+(?:(?:, | and | to )\d+)*)")
CODE = re.compile(r"(``.*?``|:[\w:]+:`[^`]*`|`[^`]*`_*)")
SUBSCRIPT = re.compile(
    r"(?<![\w/.])([A-Za-zα-ωΣΠ\u1e00-\u1eff\u0100-\u017f][\u0300-\u036f]?)_(\{[^}]*\}|<?[A-Za-z0-9α-ω\u0100-\u017f]{1,2})(?![A-Za-z0-9_])"
)
"""A symbol of one letter and its index: W_a, s_{i-1}, α_ij, y_<i."""
DOCSTRING = re.compile(rf"docstring of ({LIBRARY}[\w.]*)")
SUPERSCRIPT = re.compile(r"\^(\{[^}]*\}|\([^()]*\)|[\wα-ω])")


def modules(room: str) -> list[str]:
    """Return the modules to document for ``room``, one if it has a face; ImportError if there is no such room."""
    name = f"{LIBRARY}.{room}"
    module = importlib.import_module(name)
    if hasattr(module, "__all__") or not hasattr(module, "__path__"):
        return [name]
    inside = sorted(found.name for found in pkgutil.iter_modules(module.__path__) if not found.ispkg)
    return [name, *(f"{name}.{one}" for one in inside)]


def chapters_of(module: str) -> str:
    """Return the chapters that the docstring of ``module`` names, as it names them."""
    found = CHAPTERS.findall(inspect.getdoc(importlib.import_module(module)) or "")
    return "; ".join(one[0].lower() + one[1:] for one in dict.fromkeys(found))


def say_where(_app: Any, what: str, _name: str, found: Any, _options: Any, lines: list[str]) -> None:
    """Add to the docstring of a function or class the file that it is written in, and who uses it."""
    home = getattr(found, "__module__", None) or ""
    if what not in ("function", "class", "exception") or not home.startswith(LIBRARY):
        return
    file = home.replace(".", "/")
    if hasattr(importlib.import_module(home), "__path__"):
        file += "/__init__"
    lines += ["", " · ".join(filter(None, [f"``{file}.py``", chapters_of(home)])), ""]


def as_formulas(_app: Any, _what: str, _name: str, _found: Any, _options: Any, lines: list[str]) -> None:
    """Set indices of symbols low and exponents high, and let ``|`` be a bar; what stands in backticks stays."""
    lines[:] = [
        "".join(part if part.startswith((":", "`")) else _set(part) for part in CODE.split(line)) for line in lines
    ]


def _set(text: str) -> str:
    text = SUBSCRIPT.sub(lambda found: rf"{found[1]}\ :sub:`{found[2].strip('{}')}`\ ", text.replace("|", r"\|"))
    return SUPERSCRIPT.sub(lambda found: rf"\ :sup:`{found[1].strip('{}()')}`\ ", text)


def signature_of_init(_app: Any, what: str, _name: str, found: Any, _options: Any, *_: Any) -> tuple[str, None] | None:
    """Give a class the arguments of its ``__init__``: what remembers how it was built takes any, to hand on."""
    from course_lib.built import Built  # brings torch: only where there is something to document

    if what == "class" and is_protocol(found):  # nobody builds one: what counts is how it is called, if it is
        call = vars(found).get("__call__")
        return (_written(call, with_return=True) if call else ""), None
    if what != "class" or not issubclass(found, Built):
        return None
    if found.__init__ is Built.__init__:  # a form for others to fill
        return "()", None
    return _written(found.__init__, with_return=False), None


def _written(method: Any, *, with_return: bool) -> str:
    """Write the arguments of ``method`` without ``self``, in autodoc's form."""
    whole = signature(method)
    bare = whole.replace(parameters=list(whole.parameters.values())[1:])
    return stringify_signature(bare, show_return_annotation=with_return, unqualified_typehints=True)


def call_of_factory(
    _app: Any, _what: str, _name: str, found: Any, _options: Any, written: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    """Write a default that is made anew for each object as its call: ``<factory>`` is no Python, and is left unread."""
    if not written or "<factory>" not in written or not dataclasses.is_dataclass(found):
        return None
    for field in dataclasses.fields(found):
        if field.init and field.default_factory is not dataclasses.MISSING:
            written = written.replace("<factory>", f"{getattr(field.default_factory, '__name__', '...')}()", 1)
    return written, returned


def point_at_face(app: Any, env: Any, node: Any, content: Any) -> Any:
    """Lead a name of the library from the file it is written in to where its room documents it.

    What is there and no room's face shows, a type behind the scenes, stays plain text; what is not there is a warning.
    """
    target = str(node.get("reftarget", ""))
    if node.get("refdomain") != "py":
        return None
    known = env.get_domain("py").objects
    ending = f".{target.removeprefix(f'{LIBRARY}.').split('.')[-1]}" if target.startswith(LIBRARY) else f".{target}"
    room = ".".join(target.split(".")[:2]) if target.startswith(LIBRARY) else LIBRARY
    fitting = sorted((name for name in known if name.startswith(f"{room}.") and name.endswith(ending)), key=len)
    if fitting:
        entry = known[fitting[0]]
        return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content, fitting[0])
    speaker = DOCSTRING.search(str(get_node_source(node)))  # its own file knows names that its room's face does not
    home = importlib.import_module(LIBRARY) if speaker is None else _module_of(speaker[1])
    return content if _is_there(target) or _is_there(f"{home.__name__}.{target}") else None


def _module_of(name: str) -> ModuleType:
    """Return the module in which ``name`` stands, or which it is."""
    while True:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            name = name.rpartition(".")[0]


def _is_there(target: str) -> bool:
    """Say whether ``target`` is a module or a name of the library."""
    first, *rest = target.split(".")
    if first != LIBRARY:
        return False
    found: Any = importlib.import_module(LIBRARY)
    for place, part in enumerate(rest, start=1):
        if not hasattr(found, part):
            if not inspect.ismodule(found):
                return False
            try:
                importlib.import_module(".".join([LIBRARY, *rest[:place]]))
            except ModuleNotFoundError:
                return False
        found = getattr(found, part)
    return True


class Room(SphinxDirective):
    """``{room} name``: what that room of the library offers."""

    required_arguments = 1
    option_spec: ClassVar = {"without": str}  # names that another page documents

    def run(self) -> list[nodes.Node]:
        lines = ["```{eval-rst}"]
        for name in modules(self.arguments[0]):
            lines += [f".. automodule:: {name}", "   :members:"]
            lines += [f"   :exclude-members: {self.options['without']}"] if "without" in self.options else []
            lines += [""]
        text = nodes.container()
        self.state.nested_parse(StringList([*lines, "```"], self.env.docname), self.content_offset, text)
        return text.children


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("room", Room)
    app.connect("autodoc-process-docstring", as_formulas)
    app.connect("autodoc-process-signature", signature_of_init)
    app.connect("autodoc-process-signature", call_of_factory)
    app.connect("autodoc-process-docstring", say_where)
    app.connect("missing-reference", point_at_face)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
