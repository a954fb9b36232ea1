"""The page that a reader opens first: the main points with the pictures that show them, as Markdown.

The revision of the files stands here and nowhere else, so pictures stay the same where only that changes.
"""

from collections.abc import Iterator, Mapping, Sequence

from cruxmap.present.main_points_text import Chapter
from cruxmap.present.tables import markdown

MADE_BY = "This page and what it names were written by `cruxmap run`, which writes them anew each time."

ANSWERING = "To read the argument and move numbers, open in a browser:"


def index_page(
    title: str,
    *,
    page: str,
    chapters: Sequence[Chapter],
    pictures: Mapping[str, Sequence[str]],
    others: Sequence[str],
    made_from: str,
    revision: str | None,
) -> str:
    """Return the page, which points to the `page` that answers.

    `pictures` are file names by the question of the chapter that they belong to.
    """
    parts = [f"# {markdown(title)}", f"{ANSWERING} [{page}]({page})."]
    parts += [*_chapters(chapters, pictures), "## Everything else", *others]
    parts += ["## What this was made from", f"{markdown(made_from)}."]
    parts += [f"Revision {revision}."] if revision else []
    return "\n\n".join([*parts, MADE_BY]) + "\n"


def _chapters(chapters: Sequence[Chapter], pictures: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for chapter in chapters:
        yield f"## {markdown(chapter.question)}"
        yield from map(markdown, chapter.sentences)
        if chapter.points:
            yield "\n".join(f"* {markdown(point)}" for point in chapter.points)
        yield from (f"![{markdown(name)}]({name}.svg)" for name in pictures.get(chapter.question, ()))
