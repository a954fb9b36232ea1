"""The columns of a table, and the words in them that name what a row is.

    address, kind, text, what, value, worldview ann, ..., for, against, undercuts, premises, ...

`value` is the map's own number, and `worldview NAME` what a worldview says in its place: these are filled in
or changed. A new row is a new claim or argument.
"""

from cruxmap.exchange.plain_data import DIRECTIONS

ENTRIES = {"claims": "claim", "arguments": "argument", "questions": "question", "events": "event"}
AROUND = {"voices": "voice", "sources": "source", "timelines": "timeline", "lexicon": "phrase"}
SECTION_OF = {kind: section for section, kind in (ENTRIES | AROUND).items()}
"""The section of a map's file by what the column `kind` calls one of its entries."""

MAP, MODEL, WORLDVIEW = "map", "model", "worldview"
VIEW = "worldview "
"""How the header of a worldview's column begins."""

BEFORE_VIEWS = ("address", "kind", "text", "what", "value")
COMPUTED = ("low (computed)", "central (computed)", "high (computed)", "whose")
AFTER_VIEWS = ("by", *DIRECTIONS, "premises", "source", "note", "tags", "brought by", "definition")

REJECTED = "rejected"
NOBODY = "nobody"
