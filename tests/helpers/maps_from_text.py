"""Small maps written as people write them, read from a folder that exists for the time of reading."""

from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model


def model(text: str, ask: str, **worldviews: str) -> ModelSpec:
    """The model `ask` (YAML without its first two keys) of the map `text`, with worldviews by id."""
    with TemporaryDirectory() as folder:
        return read_model(write(Path(folder), text, ask, **worldviews))


def write(folder: Path, text: str, ask: str, **worldviews: str) -> Path:
    """Write the same into a folder, and return the model's file."""
    (folder / "arguments/small/worldviews").mkdir(parents=True, exist_ok=True)
    (folder / "arguments/small/map.yaml").write_text(dedent(text))
    for name, judgements in worldviews.items():
        path = folder / "arguments/small/worldviews" / f"{name}.yaml"
        path.write_text(f"worldview: {name}\ntext: One view.\n{dedent(judgements)}")
    (folder / "models").mkdir(exist_ok=True)
    path = folder / "models/small.yaml"
    path.write_text(f"model: small\nmap: ../arguments/small\n{dedent(ask)}")
    return path
