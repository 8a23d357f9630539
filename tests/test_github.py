"""What nobody runs here before it is needed: workflows, forms, releases, Binder; read, and held to the course."""

import json
import re
from pathlib import Path
from typing import Any

import lane
import pytest
import release_notes
import repository_address
import tomllib
import yaml

import course_lib
from course_lib.commands.parser import parse
from course_lib.commands.versions import list_versions

ROOT = Path(__file__).resolve().parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: path.read_text("utf-8") for path in sorted((GITHUB / "workflows").glob("*.yml"))}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
# What else a workflow calls: nothing that could hide how something is built or tested.
BESIDES_MAKE = {".ci/run", "git diff", "touch _build/html/.nojekyll", "gh issue", "gh release"}
MAY_WRITE = {
    "book": {"pages", "id-token"},
    "nightly": {"issues"},
    "release": {"contents"},
    "links": set(),
    "test": set(),
}


def jobs(text: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load(text)["jobs"].values())


def steps(text: str) -> list[dict[str, Any]]:
    return [step for job in jobs(text) for step in job["steps"]]


def strange_commands(text: str) -> list[str]:
    """Return the commands of a workflow that are neither a target of the Makefile nor of the few others."""
    commands = [line.split(" #")[0].strip() for step in steps(text) for line in step.get("run", "").splitlines()]
    found = []
    for command in commands:
        words = [word for word in command.split() if not word.startswith("-")]
        known = words[1] in TARGETS if words[0] == "make" else any(command.startswith(one) for one in BESIDES_MAKE)
        found += [] if known else [command]
    return found


def writes(text: str) -> set[str]:
    """Return what a workflow may write; a job that asks for rights of its own asks for them beside the others."""
    asked = [yaml.safe_load(text).get("permissions", {"everything": "write"})]
    asked += [job["permissions"] for job in jobs(text) if "permissions" in job]
    return {name for rights in asked for name, right in rights.items() if right == "write"}


def test_each_workflow_is_known() -> None:
    assert set(WORKFLOWS) == set(MAY_WRITE)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_calls_what_there_is_and_may_do_no_more_than_it_needs(name: str) -> None:
    text = WORKFLOWS[name]
    assert strange_commands(text) == []
    assert writes(text) == MAY_WRITE[name]
    assert all("timeout-minutes" in job for job in jobs(text) if "environment" not in job)
    used = [step["uses"] for step in steps(text) if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []
    assert "secrets." not in text, "github.token is enough"
    assert re.findall(r"gh[pousr]_\w{20,}|github_pat_\w+", text) == []
    # GitHub puts ${{ … }} into the script as it stands: what strangers write must not get there
    assert re.findall(r"run:.*\$\{\{ *github\.(?:event|head_ref|ref_name)", text) == []


def test_a_careless_workflow_is_seen() -> None:
    text = "jobs: {a: {steps: [{run: make nothing-such}, {run: pip install x}, {run: make --silent notes TAG=v1}]}}"
    assert strange_commands(text) == ["make nothing-such", "pip install x"]
    assert writes(text) == {"everything"}
    assert writes("permissions: {contents: read}\njobs: {a: {permissions: {issues: write}, steps: []}}") == {"issues"}


def test_every_phony_target_is_one_and_every_target_is_phony() -> None:
    """A file named like a target, `links` say, would otherwise keep make from running it."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony is not None and set(phony[1].split()) == TARGETS


FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_one_that_github_takes(path: Path) -> None:
    form = yaml.safe_load(path.read_text("utf-8"))
    assert form["name"] and form["description"]
    assert {part["type"] for part in form["body"]} <= {"input", "textarea", "dropdown", "markdown", "checkboxes"}
    ids = [part["id"] for part in form["body"]]
    assert len(ids) == len(set(ids))
    assert all(part["attributes"]["label"] for part in form["body"])


def test_the_form_asks_for_versions_by_a_command_that_prints_them() -> None:
    text = (GITHUB / "ISSUE_TEMPLATE" / "notebook.yml").read_text("utf-8")
    assert text.count("python -m course_lib versions") == 2
    assert parse(["versions"]).command is list_versions


def test_a_version_is_said_everywhere_alike() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert project["version"] == citation["version"] == course_lib.__version__


def test_the_course_can_be_cited() -> None:
    """What GitHub needs for its button *Cite this repository*; without one of these it shows an error."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["message"] and citation["title"]
    assert [author["name"] for author in citation["authors"]] != []
    assert citation["repository-code"] == repository_address.address()


DAYS = {"5 May 2027": "e", "4 May 2027, 0.2.0": "d", "3 May 2027": "c", "2 May 2027, 0.1.0": "b"}
CHANGELOG = "# What is new\n\n" + "\n".join(f"## {day}\n\n- {told}\n" for day, told in DAYS.items())


def test_a_release_tells_all_days_since_the_one_before() -> None:
    assert release_notes.notes(CHANGELOG, "v0.2.0") == "## 4 May 2027, 0.2.0\n\n- d\n\n## 3 May 2027\n\n- c"
    assert release_notes.notes(CHANGELOG, "v0.1.0") == "## 2 May 2027, 0.1.0\n\n- b"
    with pytest.raises(ValueError, match=r"ends in ', 0\.3\.0'"):
        release_notes.notes(CHANGELOG, "v0.3.0")


def pins(name: str) -> dict[str, str]:
    lines = [line.split(";")[0].split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    return dict(line.split("==") for line in lines if "==" in line)


def test_binder_computes_with_the_pinned_versions() -> None:
    here, there = pins("requirements.txt"), pins(".binder/requirements.txt")
    assert there.pop("torch") == f"{here['torch']}+cpu"
    assert there == {name: here[name] for name in there}
    asked = {re.split(r"[<>=]", line)[0] for line in lane.dependencies()} - {"torch", "filelock"}
    assert asked <= set(there)
    assert (ROOT / ".binder" / "runtime.txt").read_text("utf-8") == "python-3.11\n"


def test_the_dev_container_has_the_python_that_set_up_asks_for() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert container["image"].endswith("python:3.11") and container["postCreateCommand"] == "make setup"


def test_a_lane_installs_what_its_name_says() -> None:
    assert {"torch==2.11.0", "numpy==2.1.3", "ipywidgets==7.7.1"} <= set(lane.packages("colab"))
    assert {"torch==2.2", "numpy<2", "ipywidgets==7.7", "sacrebleu==2.4", "jieba==0.42.1"} <= set(
        lane.packages("oldest")
    )
    assert [line for line in lane.packages("newest") if "==" in line] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {re.split(r"[<>=]", line)[0] for line in lane.packages("colab")}
    assert {re.split(r"[<>=]", line)[0] for line in project["dependencies"]} <= named


def test_who_takes_the_course_over_is_told_first_to_rename_it() -> None:
    """With another's address in it, a notebook of the fork would install the other's library on Colab."""
    for name, heading in (("README.md", "## Taking it over"), ("book/instructor/teaching.md", "## Make it yours")):
        part = (ROOT / name).read_text("utf-8").split(heading)[1].split("\n## ")[0]
        commands = re.findall(r"^(?!git clone)(\w.*)$", part.split("```bash\n")[1].split("```")[0], re.MULTILINE)
        assert commands[0].startswith("make rename REPO="), name
