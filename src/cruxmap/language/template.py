"""What `cruxmap new NAME` writes: a small map that works, to be edited. Its files are in `new_map`."""

from pathlib import Path

from cruxmap.language.context import check_word
from cruxmap.language.findings import Findings
from cruxmap.language.yaml_text import text_of

FOLDER = Path(__file__).parent / "new_map"
FILES_OF_MAP = ("map", "claims", "arguments", "worldviews/treasurer")


def template(name: str) -> dict[str, str]:
    """Return the files of a small map, worldview and model, by path relative to the project.

    Raises InvalidMap for a name that cannot be an id.
    """
    findings = Findings()
    check_word(findings, text_of(name))
    findings.raise_if_any()
    paths = (*(f"arguments/NAME/{file}.yaml" for file in FILES_OF_MAP), "models/NAME.yaml")
    return {p.replace("NAME", name): (FOLDER / p).read_text("utf-8").replace("NAME", name) for p in paths}
