"""What came of putting reviewers' files into a project, as a table and in words."""

from collections.abc import Iterator

from cruxmap.insight.merged import Merged
from cruxmap.insight.plain import counted
from cruxmap.language.names import with_and
from cruxmap.language.visitors import Arrival, Standing
from cruxmap.present.tables import Column, Table

STANDINGS = {
    Standing.NEW: "put there",
    Standing.THERE: "was there already",
    Standing.TWICE: "named twice",
}


def merge_table(merged: Merged) -> Table:
    """Return one row per file: what it is, what it brings, and what has changed since it was made."""
    columns = (
        Column("worldview", "worldview"),
        Column("from", "from", get=lambda arrival: arrival.path),
        Column("standing", "", get=lambda arrival: STANDINGS[arrival.standing]),
        Column("judgements", "numbers", right=True, get=lambda arrival: len(arrival.judgements)),
        Column("brings", "brings", get=lambda arrival: "\n".join(_brought(arrival))),
        Column("since_made", "since it was made", get=lambda arrival: "\n".join(_since(arrival))),
    )
    many = counted(len(merged.put), "file")
    title = f"Put {many if merged.put else 'nothing'} into {merged.folder}/"
    return Table.of(title, columns, merged.arrivals)


def next_steps(merged: Merged, model: str) -> str:
    """Return what to do next, a line for each; `model` is as somebody named it."""
    lines = [
        f"{file} lists its worldviews: add {with_and(names)} to its `worldviews`"
        for file, names in merged.left_out.items()
    ]
    names = [arrival.worldview for arrival in merged.put]
    alone = f" -w {names[0]}" if len(names) == 1 else ""
    lines += ["Next: cruxmap check", f"      cruxmap estimate {model}{alone}"]
    return "".join(f"{line}\n" for line in lines)


def _brought(arrival: Arrival) -> Iterator[str]:
    for section, ids in arrival.brings.items():
        if ids:
            what = section if len(ids) > 1 else section.removesuffix("s")
            yield f"{what} {', '.join(ids)}"


def _since(arrival: Arrival) -> Iterator[str]:
    """Yield what has changed of what the worldview speaks of, or of the map where it does not say that."""
    since = arrival.since
    if since is None:
        yield "it does not say"
    elif not since.tells_entries:
        yield "the map" if since.other_map else "nothing"
    elif not since.changed and not since.gone:
        yield "nothing changed"
    else:
        named = (("changed", since.changed), ("gone", since.gone))
        yield from (f"{how}: {', '.join(ids)}" for how, ids in named if ids)
