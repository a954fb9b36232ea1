"""What an edit did, in lines for a terminal: the estimates that moved, and the ranking."""

from collections.abc import Iterator, Mapping, Sequence

from cruxmap.present.phrases import from_to, percent

FIRST = 8
"""Places of a ranking that are told."""


def estimates_lines(
    before: Mapping[str, float | None],
    now: Mapping[str, float | None],
    changed: Sequence[str],
    *,
    means: bool,
) -> Iterator[str]:
    """Yield a line for each worldview of which the estimate is another; all of them where none was known."""
    kind = "mean over draws" if means else "central"
    width = max(map(len, (*before, *now)), default=0)
    if not changed:
        yield f"  {kind}: no estimate changes"
        return
    yield f"  {kind}:"
    for name in changed:
        if name not in now:
            told = f"gone, was {percent(before[name])}"
        elif name not in before:
            told = percent(now[name]) + (" (new)" if before else "")
        else:
            told = from_to(before[name], now[name])
        yield f"    {name:<{width}}  {told}"
    if before and set(now) - set(changed):
        yield "    the others as they were"


def ranking_lines(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Yield what has another place among the first of a ranking; its beginning where none was known."""
    old, new = list(before[:FIRST]), list(now[:FIRST])
    if not before:
        yield f"  the target turns on: {', '.join(new) or 'nothing'}"
        return
    if old == new:
        yield "  ranking: as it was"
        return
    places = {name: place for place, name in enumerate(before, 1)}
    told = (
        f"{place} {name}"
        + ("" if places.get(name) == place else f" (was {places.get(name, 'not in it')})")
        for place, name in enumerate(new, 1)
    )
    yield f"  ranking: {', '.join(told)}"
    gone = [name for name in old if name not in new]
    if gone:
        yield f"    no more among the first {len(new)}: {', '.join(gone)}"
