"""What `cruxmap new NAME` writes: one of the examples that come with the package, under a name of its own."""

from collections.abc import Iterable
from pathlib import Path, PurePath

from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.ground import UNFINISHED
from cruxmap.language.argument_types import checks_types
from cruxmap.language.context import check_word
from cruxmap.language.files import ARGUMENTS, MODELS
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.editor_files import schema_line
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import did_you_mean
from cruxmap.language.reading import read_model
from cruxmap.language.yaml_text import text_of

FOLDER = Path(__file__).parents[1] / "examples"
"""A project for each example. Its map and its model have the example's name."""

FIRST_EXAMPLE = "library"
"""The smallest one: its comments explain what a beginner edits."""


def examples() -> list[str]:
    """Return the names of the examples."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def template(name: str, like: str = FIRST_EXAMPLE) -> dict[str, str]:
    """Return the files of an example's map, worldviews and model, by path relative to the new project.

    Raises InvalidMap for a name that cannot be an id, and WrongUsage for an example that is not there.
    """
    findings = Findings()
    check_word(findings, text_of(name))
    findings.raise_if_any()
    known_example(like)
    project = FOLDER / like
    model = project / MODELS / f"{like}.yaml"  # nothing but a model mentions a name of a map or model
    files = [*sorted((project / ARGUMENTS / like).rglob("*.yaml")), model]
    text = {file: file.read_text("utf-8") for file in files}
    text[model] = text[model].replace(like, name)
    placed = {file: PurePath(file.relative_to(project).as_posix().replace(like, name)) for file in files}
    return {path.as_posix(): schema_line(path) + text[file] for file, path in placed.items()}


IGNORED = f"""\
# What cruxmap writes and can write again.
figures/
.*{UNFINISHED}
"""


def first_files(name: str, there: Iterable[str]) -> dict[str, str]:
    """Return a README and what git is to ignore, for a project with a new map; none of those that are there.

    `there` are the names of what is in the project's folder: any README counts as one.
    """
    names = {one.lower() for one in there}
    readme = {} if any(one.startswith("readme") for one in names) else {"README.md": _readme(name)}
    return readme | ({} if ".gitignore" in names else {".gitignore": IGNORED})


def _readme(name: str) -> str:
    return f"""\
# {name.replace("-", " ").capitalize()}

An argument map, made with cruxmap. `arguments/{name}/` has the map, with a file for each reviewer in
`worldviews/`; `models/{name}.yaml` says what is asked of it.

* `cruxmap check`, after each edit: what is wrong, and where
* `cruxmap run {name}`: the estimates, where the reviewers part, and pictures, in `figures/{name}/`
* `cruxmap report {name}`: one page to send to reviewers
* `cruxmap interview {name} --as NAME`: asks NAME question by question, and writes the answers as a worldview

With git, also

* `cruxmap diff {name} --git HEAD`: what your edits do to the answer
* `cruxmap check --stale`: numbers that are older than the sentence that they are about
* `cruxmap history {name}`: how the estimates came to be
"""


@checks_types
def example(name: str = FIRST_EXAMPLE) -> ModelSpec:
    """Read the model of an example that comes with the package.

    Parameters
    ----------
    name
        `library` (the smallest), `legal-case`, `diagnosis`, `safety-case` or `engineering-decision`.

    Returns
    -------
    The model, as `read_model` reads it.

    Raises
    ------
    WrongUsage
        For an example that is not there.

    Examples
    --------
    >>> import cruxmap as cm
    >>> cm.example("legal-case").map.title
    'Is the accused the attacker?'
    """
    return read_model(FOLDER / known_example(name) / MODELS / f"{name}.yaml")


def known_example(name: str) -> str:
    """Return the name of an example that is there. Raises WrongUsage."""
    known = examples()
    if name not in known:
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        raise WrongUsage((Problem(Code.UNKNOWN_EXAMPLE, f"there is no example `{name}`", hint=hint),))
    return name
