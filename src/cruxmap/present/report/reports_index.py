"""The page that links the pages of several models."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from cruxmap.insight.main_points import text_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.report.markup import Html, said, tag
from cruxmap.present.report.packaging import page_style
from cruxmap.present.report.page_file import whole_page

TITLE = "What is asked: a page that answers each"


@dataclass(frozen=True, slots=True)
class Linked:
    """A model, and where its page is from the index, as a path with slashes."""

    model: ModelSpec
    path: str


def reports_index(linked: Iterable[Linked]) -> str:
    """Return a page without scripts that links the pages of models."""
    items = [tag("li", _about(one)) for one in linked]
    within = tag("main", tag("h1", TITLE), tag("ul", items, class_="bare"), id="page")
    return whole_page(TITLE, page_style(), Html(within))


def _about(one: Linked) -> list[Html]:
    model = one.model
    asked = len(model.worldviews)
    whose = f"{asked} worldview{'s' * (asked != 1)}"
    return [
        tag("h2", tag("a", said(model.map.title or model.id), href=quote(one.path, safe="/."))),
        tag("p", said(text_of(model)), class_="question"),
        tag("p", said(model.id), f", {whose}", class_="small"),
    ]
