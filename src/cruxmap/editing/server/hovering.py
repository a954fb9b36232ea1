"""What an editor shows of a name: its words, where they come from, and what number everybody has there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cruxmap.editing.server.desk import Snapshot
from cruxmap.editing.server.numbers import Probabilities
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Citation,
    Entry,
    Question,
    judgements_of,
)
from cruxmap.language.drafting import Draft
from cruxmap.language.for_editors.mentions import Mention
from cruxmap.language.for_editors.uses import Sort
from cruxmap.language.inheritance import NOBODY, Setting
from cruxmap.language.judgement import format_value, notation_of
from cruxmap.language.names import KIND_OF, is_at
from cruxmap.present.phrases import percent

MOST_STATES = 6
"""States of one entry whose probabilities are shown."""

MOST_PLACES = 8
"""Places for numbers of one entry that are listed."""


@dataclass(frozen=True, slots=True)
class Present:
    """The probabilities of a model, and whether they are of what its files say now."""

    model: str
    of: Probabilities
    is_now: bool


def hover_text(mention: Mention, snapshot: Snapshot, draft: Draft, present: Present | None) -> str:
    """Return in Markdown what is known of a name, nothing where nothing is."""
    argument_map, name, address = draft.map, mention.name, mention.address
    match mention.sort:
        case Sort.SOURCE | Sort.LOCATOR:
            return _source(argument_map, name)
        case Sort.VOICE:
            found = [(voice.about.id, "voice", voice.about.text) for voice in argument_map.voices]
        case Sort.TIMELINE:
            found = [(t.about.id, "timeline", t.about.text) for t in argument_map.timelines]
        case Sort.WORLDVIEW:
            found = [(w.about.id, "worldview", w.about.text) for w in argument_map.worldviews]
        case Sort.PHRASE:
            found = [
                (phrase, "phrase", format_value(meaning)) for (_, phrase), meaning in draft.lexicon.items()
            ]
        case _:
            owner = (address or name).partition(".")[0].partition("#")[0]
            entry = argument_map.entry.get(owner)
            return "" if entry is None else _entry(entry, address or name, snapshot, draft, present)
    return "\n\n".join(
        f"**`{id_}`** · {what}\n\n{_plain(text)}" for id_, what, text in found if id_ == name
    )


def _plain(text: str) -> str:
    """Return somebody's words as Markdown that shows them and does nothing else."""
    return " ".join(_SIGNS.sub(r"\\\g<0>", text).split())


_SIGNS = re.compile(r"[\\`*_{}\[\]<>#|!~]")


def _source(argument_map: ArgumentMap, name: str) -> str:
    key, _, locator = name.partition("#")
    source = next((each for each in argument_map.sources if each.id == key), None)
    if source is None:
        return ""
    parts = [f"**`{name}`** · source", _plain(", ".join(filter(None, (source.title, source.author))))]
    parts += [_plain(place.section) for place in source.locators or () if place.id == locator]
    parts += [_plain(word) for word in (source.url, source.date, source.note)]
    return "\n\n".join(filter(None, parts))


def _entry(entry: Entry, address: str, snapshot: Snapshot, draft: Draft, present: Present | None) -> str:
    about = entry.about
    head = f"**`{about.id}`** · {KIND_OF[type(entry)]}"
    if about.brought_by:
        head += f", which {about.brought_by} brings"
    own = [judgement for judgement in judgements_of(entry) if is_at(judgement.address, address)]
    addresses = [judgement.address for judgement in own] or [j.address for j in judgements_of(entry)]
    parts = [head, _plain(about.text), _cited(about.citations), _plain(about.note)]
    if address != about.id:
        parts.append(f"`{address}`")
    if isinstance(entry, Question) and (texts := entry.text_of):
        parts.append("\n".join(f"- `{state}`: {_plain(text)}" for state, text in texts.items()))
    parts += _tables(entry, addresses, snapshot, draft, present)
    return "\n\n".join(filter(None, parts))


def _cited(citations: Iterable[Citation]) -> str:
    cited = ", ".join(f"`{citation}`" for citation in citations)
    return f"Source: {cited}" if cited else ""


def _tables(
    entry: Entry, addresses: list[str], snapshot: Snapshot, draft: Draft, present: Present | None
) -> Iterator[str]:
    """Yield a table of who has which probability and which number, and where numbers are several, these."""
    worldviews = [MAP_WORLDVIEW, *draft.map.worldview]
    single = addresses[0] if len(addresses) == 1 else None
    head = [
        "worldview",
        *(["probability"] if present else []),
        *([f"`{single}`", "whose"] if single else []),
    ]
    rows = []
    for worldview in worldviews:
        row = [worldview]
        if present:
            row.append(_chances(entry, present.of.get(worldview, {}).get(entry.about.id)))
        if single:
            row += _number(snapshot, draft, worldview, single)
        rows.append(row)
    if present:
        rows = [row for row in rows if row[1] or single]
    if len(head) > 1:
        yield "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
    if present:
        when = "" if present.is_now else ", before what was written last"
        yield f"*Probabilities are those of {present.model}, at central judgements{when}.*"
    if single is None and addresses:
        shown = (f"- `{a}`: {_values(snapshot, draft, worldviews, a)}" for a in addresses[:MOST_PLACES])
        more = len(addresses) - MOST_PLACES
        yield "\n".join((*shown, *([f"- and {more} more"] if more > 0 else [])))


def _chances(entry: Entry, states: Mapping[str, float] | None) -> str:
    if not states:
        return ""
    if states.keys() == {"true", "false"}:
        return percent(states["true"])
    texts = entry.text_of if isinstance(entry, Question) else {}
    first = [*states.items()][:MOST_STATES]
    shown = [f"{_plain(texts.get(state, state))} {percent(p)}" for state, p in first]
    return ", ".join(shown) + (" ..." if len(states) > MOST_STATES else "")


def _setting(snapshot: Snapshot, draft: Draft, worldview: str, address: str) -> Setting | None:
    perspective = snapshot.perspective(draft, worldview) if draft.sound else None
    return None if perspective is None else perspective.setting.get(address)


def _number(snapshot: Snapshot, draft: Draft, worldview: str, address: str) -> list[str]:
    """Return a worldview's number and whose it is."""
    setting = _setting(snapshot, draft, worldview, address)
    if setting is None:
        value = draft.map.judgements[address].value
        return [notation_of(value), "the map's"] if worldview == MAP_WORLDVIEW else ["", ""]
    if setting.rejected:
        return ["not brought" if setting.not_brought else "rejected", setting.origin]
    whose = {MAP_WORLDVIEW: "the map's", NOBODY: NOBODY}.get(setting.origin, f"{setting.origin}'s")
    if setting.origin == worldview != MAP_WORLDVIEW:
        whose = "fitted" if setting.fitted else "own"
    return [notation_of(setting.value), whose]


def _values(snapshot: Snapshot, draft: Draft, worldviews: list[str], address: str) -> str:
    """Return the map's number in a place, and the numbers that worldviews put there."""
    own = [
        f"{worldview} {number}"
        for worldview in worldviews
        for number, whose in [_number(snapshot, draft, worldview, address)]
        if whose in ("own", "fitted")
    ]
    first, _ = _number(snapshot, draft, MAP_WORLDVIEW, address)
    return "; ".join((first, *own))
