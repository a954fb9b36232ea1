"""The forms that a map goes through on its way to an estimate, as text; and the map itself as a picture."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from cruxmap.errors import Code, Problem, WrongUsage

if TYPE_CHECKING:
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.present.map_picture import Picture


class Stage(StrEnum):
    """The forms that a map goes through on its way to an estimate."""

    MAP = "map"
    NETWORK = "network"
    PLAN = "plan"
    PYMC = "pymc"


class Drawing(StrEnum):
    """What a map can be drawn as."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    DOT = "dot"
    MERMAID = "mermaid"


def stage_text(stage: Stage, model: "ModelSpec") -> str:
    """Write a model's map in one of its forms; nothing heavier is imported than that form needs."""
    match stage:
        case Stage.MAP:
            from cruxmap.present.map_text import map_text

            return map_text(model.map)
        case Stage.NETWORK:
            from cruxmap.engine.text import network_text
            from cruxmap.network.inquiry import inquire

            return network_text(inquire(model).network)
        case Stage.PLAN:
            from cruxmap.engine.exact_or_sampled import approach_text
            from cruxmap.network.inquiry import inquire

            inquiry = inquire(model)
            observed = [variable for variable, _ in inquiry.given]
            return approach_text(inquiry.network, inquiry.targets, observed)
        case Stage.PYMC:
            from cruxmap.bayes.model import build, model_text

            return model_text(build(model))


def drawing_for(file: Path | None) -> Drawing:
    """Return what to draw into a file, by the end of its name. Raises `WrongUsage`."""
    named = {**{str(drawing): drawing for drawing in Drawing}, "gv": Drawing.DOT, "mmd": Drawing.MERMAID}
    suffix = "svg" if file is None else file.suffix.lstrip(".")
    if suffix not in named:
        message = f"the name {file and file.name} does not say what to draw"
        raise WrongUsage((Problem(Code.UNKNOWN_FORMAT, message, hint="give --format as well"),))
    return named[suffix]


def picture_of(
    model: "ModelSpec", worldview: str, progress: Callable[[str, int, int], None] | None = None
) -> "Picture":
    """Return the map as one worldview sees it, with probabilities given what the model supposes."""
    from cruxmap.insight.marginals import marginals_and_telling
    from cruxmap.insight.sentences import in_words
    from cruxmap.insight.whose import is_fitted
    from cruxmap.language.argument_map import mentioned
    from cruxmap.language.inheritance import NOBODY, settle
    from cruxmap.present.canvas import made_from
    from cruxmap.present.map_picture import picture

    supposed = (*model.assuming, *model.observed)
    seen = settle(model.map, worldview, model.settings)
    fitted = sum(is_fitted(worldview, setting) for setting in seen.settings)
    whose = "the map's own numbers" if worldview == "map" else f"the numbers of {worldview}"
    whose += f", {fitted} of them fitted" if fitted else ""
    nobodys = sum(one.origin == NOBODY and one.value.text != "rest" for one in seen.settings)
    whose += f", {nobodys} of them nobody's" if nobodys else ""
    given = f", given {', '.join(in_words(model.map, one) for one in supposed)}" if supposed else ""
    if progress is not None:
        progress("probabilities of all entries", 0, 1)
    asked = replace(model, worldviews=(worldview,), reconcile=False)
    known, telling = marginals_and_telling(asked)
    shown = picture(
        model.map,
        seen,
        known,
        title=f"{model.map.title or model.map.id} ({whose}{given})",
        target=model.target.condition,
        given=[name for condition in supposed for name in mentioned(condition)],
        telling=telling,
    )
    return replace(shown, made_from=made_from(model))
