"""Which file of the library may import which, and how imports and names are read from a source."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "course_lib"

# A file imports only what stands on a line above its own (a folder counts as one room).
ROOMS = (
    {"notation", "files", "options", "finite", "claims", "shades", "shapes", "built", "canonical"},
    {"locks"},
    {"manifest"},
    {"vocabulary"},
    {"corpora"},
    {"fingerprints"},
    {"metrics"},
    {"alignment", "probes"},
    {"batching"},
    {"attention"},
    {"encoders"},
    {"decoders"},
    {"search"},
    {"seq2seq"},
    {"models", "ensembles"},
    {"devices", "history", "interventions", "settings", "tensors"},
    {"evaluation", "export", "saved_models", "word_scores"},
    {"training"},
    {"departures"},
    {"traces"},
    {"tracing", "reaching"},
    {"plots"},
    {"widgets"},
    {"clinic"},
    {"checks"},
    {"results"},
    {"commands", "__main__"},
)
RANK = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}
WITHOUT_TORCH = {
    "notation",
    "finite",
    "shades",
    "shapes",
    "files",
    "locks",
    "manifest",
    "fingerprints",
    "claims",
    "vocabulary",
    "corpora",
    "metrics",
    "alignment",
    "probes",
    "traces",
    "plots",
    "widgets",
    "history",
}
SOURCES = sorted(path for path in LIBRARY.rglob("*.py") if path != LIBRARY / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported_modules(source: str, package: str = "course_lib") -> set[str]:
    """Return the dotted names of every import anywhere in ``source``, relative ones made absolute."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = f"{package}.{node.module or ''}".rstrip(".") if node.level else node.module or ""
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names if base in ("course_lib", package)}
    return found


def wrong_imports(room: str, source: str) -> list[str]:
    """Return what a file of ``room`` may not import but does."""
    modules = imported_modules(source)
    rooms = {name.split(".")[1] for name in modules if name.startswith("course_lib.")} - {room}
    unknown = sorted(name for name in rooms if name not in RANK)
    upward = sorted(name for name in rooms if name in RANK and RANK[name] > RANK[room])
    heavy = ["torch"] if room in WITHOUT_TORCH and any(name.split(".")[0] == "torch" for name in modules) else []
    return [*unknown, *upward, *heavy]


def public_definitions(source: str) -> set[str]:
    """Return the names that a module defines at its top level and does not keep to itself."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if not name.startswith("_")}
