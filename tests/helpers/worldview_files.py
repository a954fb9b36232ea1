"""Worldview files as many hands would write them: the same content in many styles."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

ADDRESSES = (
    "goal",
    "goal.strength",
    "a-claim",
    "a-claim.row-1",
    "way.long-route",
    "b",
    "ownership.none",
    "z9",
)
QUESTIONS = ("ownership", "ownership.capable", "when")
STATES = ("none", "partial", "strong")
ENTRIES = ("goal", "a-claim", "b", "when", "ownership")
NUMBERS = (
    "5%",
    "1% to 5%",
    "3:1",
    "about 5%",
    "likely",
    "0.05",
    "1e-8",
    ">90%",
    "<1%",
    "1 in 20",
    "same as b",
    "3x",
)
WORDS = (
    "plain",
    "colon: here",
    "hash # in",
    "it's",
    'the "best"',
    "ü",
    "日本",
    "\U0001f600",
    "a, b",
    "[x]",
    "{y}",
    "- z",
)
WORDS += (
    "100%",
    "?",
    "!no",
    "&so",
    "*all",
    "> more",
    "| pipe",
    "%",
    "@",
    "`tick`",
    "yes",
    "null",
    "~",
    "'",
    '"',
    "\\n",
)

numbers = st.sampled_from(NUMBERS)
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)
sources = st.sampled_from(["post#P1", "comments#C10.2", ["post#P1", "post#P2.1"]])
notes = st.sampled_from(["stated", "inferred, since it is so", "x: y", "it's #1", "ünï"])


def long_forms(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return long forms of judgements."""
    extra = {"source": sources, "note": notes, "tags": st.just(["t"])}
    return st.fixed_dictionaries({"value": values}, optional=extra)


def fitted(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return long forms of judgements that were moved to meet what is stated."""
    return st.fixed_dictionaries({"value": values, "fitted": st.just("To fit, it moved.")})


parts = numbers | long_forms(numbers)
shares = st.fixed_dictionaries(dict.fromkeys(STATES, parts))
conditions = st.sampled_from(
    ["a-claim", {"not": "b"}, {"when": "early"}, {"when": ["early", "late"]}, ["a-claim", "b"]]
)
statements = st.fixed_dictionaries(
    {"of": conditions, "credence": numbers},
    optional={"assuming": st.lists(conditions, max_size=2), "source": sources, "note": notes},
)
asked = st.sampled_from([*ADDRESSES, *QUESTIONS]) | st.fixed_dictionaries({"of": conditions})
arguments = st.fixed_dictionaries(
    {"text": sentences, "against": st.sampled_from(["goal", ["goal", "b"], {"when": "early"}])},
    optional={
        "premises": st.lists(conditions, min_size=1, max_size=3),
        "strength": numbers | long_forms(numbers),
        "credence": numbers | long_forms(numbers),
        "source": sources,
        "note": notes,
    },
)
claims = st.fixed_dictionaries({"text": sentences, "credence": parts}, optional={"note": notes})
route_ids = st.sampled_from(["r1", "r2", "r3"])
routes = st.fixed_dictionaries({"chance": parts}, optional={"when": conditions, "note": notes})


def with_ids(by_id: Mapping[str, Any]) -> list[Any]:
    """Return routes as a file lists them."""
    return [{"id": id_, **route} for id_, route in by_id.items()]


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a worldview's file says."""
    judgements = draw(st.dictionaries(st.sampled_from(ADDRESSES), parts | fitted(numbers), max_size=5))
    judgements |= draw(
        st.dictionaries(st.sampled_from(QUESTIONS), shares | long_forms(shares), max_size=2)
    )
    for row in QUESTIONS:  # shares are given all at once or one by one
        for state in STATES if row in judgements else ():
            judgements.pop(f"{row}.{state}", None)
    names = st.lists(st.sampled_from(ENTRIES), max_size=3, unique=True)
    found = {
        "worldview": "mine",
        "voice": draw(st.sampled_from(["", "me"])),
        "text": draw(sentences),
        "made_from": draw(
            st.sampled_from([{}, {"map": "0123456789abcdef", "entries": {"goal": "01234567"}}])
        ),
        "judgements": judgements,
        "rejects": draw(names | st.sampled_from(ENTRIES)),
        "accepts": draw(names),
        "stated": draw(st.lists(statements, max_size=3)),
        "asked": draw(st.lists(asked, max_size=3)),
        "remarks": draw(st.dictionaries(st.sampled_from(ENTRIES), sentences, max_size=3)),
        "claims": draw(st.dictionaries(st.sampled_from(["c1", "c2"]), claims, max_size=2)),
        "arguments": draw(st.dictionaries(st.sampled_from(["x1", "x2", "x3"]), arguments, max_size=3)),
        "routes": draw(
            st.dictionaries(
                st.sampled_from(["way", "other-way"]),
                st.dictionaries(route_ids, routes, min_size=1, max_size=3).map(with_ids),
                max_size=2,
            )
        ),
    }
    order = draw(st.permutations(list(found)))
    return {
        key: found[key]
        for key in order
        if found[key] or (key not in ("made_from", "voice", "asked") and draw(st.booleans()))
    }


class Writer:
    """Writes values in one person's habits, which change from line to line."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def often(self, share: float = 0.5) -> bool:
        """Return true in a share of cases."""
        return self.chance.random() < share

    def comment(self) -> str:
        """Return a comment for the end of a line, mostly none."""
        return self.chance.choice(["", "", "", "", " # why", "   # 5%: {a: b}, 'x", "\t# tab"])

    def file(self, content: Mapping[str, Any]) -> str:
        """Return a file."""
        if self.often(0.06):
            text = self.flow(content, 0) + "\n"
        else:
            text = "".join(f"{line}\n" for line in self.block_mapping(content, ""))
        head = self.chance.choice(["", "", "# head\n", "---\n", "# head: {\n\n", "%YAML 1.1\n---\n"])
        tail = self.chance.choice(["", "", "# end\n", "\n\n", "...\n" if "---" in head else ""])
        text = head + text + tail
        if self.often(0.2):
            text = text.removesuffix("\n")
        text = text.replace("\n", self.chance.choice(["\n", "\n", "\n", "\r\n", "\r"]))
        return self.chance.choice(["", "", "", "\ufeff"]) + text

    def key(self, key: str) -> str:
        """Return a key."""
        return self.chance.choice([key] * 6 + [f'"{key}"', f"'{key}'"])

    def scalar(self, text: str, flow: bool) -> str:
        """Return a text on one line."""
        plain = (
            text not in ("", "?", "-") and not set(text) & set("\"'#&*!|>%@`[]{}\\") and ": " not in text
        )
        plain = plain and text.strip() == text and not (flow and ("," in text)) and text[-1] != ":"
        plain = (plain and not text.startswith(("? ", "- ", "> ", "| ", "~ "))) or text in ("5%", "0.05")
        single = "'" + text.replace("'", "''") + "'"
        double = json.dumps(text, ensure_ascii=self.often(0.2) and max(text, default="") < "\uffff")
        return (
            self.chance.choice([text] * 6 + [single, double])
            if plain
            else self.chance.choice([single, double])
        )

    def flow(self, value: Any, indentation: int) -> str:
        """Return a value in brackets, on one line or several."""
        if isinstance(value, str):
            if " " in value and self.often(0.1):
                words = self.scalar(value, True).split(" ")
                at = self.chance.randrange(1, len(words)) if len(words) > 1 else 0
                before, after = " ".join(words[:at]), " ".join(words[at:])
                if (
                    at
                    and before
                    and after
                    and before[-1] not in " \\"
                    and after[0] not in " #"
                    and words[0][0] == '"'
                ):
                    return f"{before}\n{' ' * (indentation + 1)}{after}"
            return self.scalar(value, True)
        wide = self.often(0.25)
        inner = indentation + self.chance.choice([1, 2, 4])
        parts = []
        for part in value.items() if isinstance(value, Mapping) else value:
            if isinstance(value, Mapping):
                parts.append(f"{self.key(part[0])}: {self.flow(part[1], inner)}")
            else:
                parts.append(self.flow(part, inner))
        opening, closing = "{}" if isinstance(value, Mapping) else "[]"
        trailing = "," if parts and self.often(0.2) else ""
        if not wide:
            space = self.chance.choice(["", "", " "])
            between = self.chance.choice([", ", ", ", ",  "])
            return f"{opening}{space}{between.join(parts)}{trailing}{space}{closing}"
        lines = [f"{opening}{self.comment()}"]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            lines.append(f"{' ' * inner}{part}{trailing if last else ','}{self.comment()}")
            if self.often(0.1):
                lines.append(f"{' ' * inner}# between")
        return "\n".join([*lines, f"{' ' * (indentation + 1)}{closing}"])

    def block_mapping(self, content: Mapping[str, Any], indentation: str) -> list[str]:
        """Return a mapping, one entry below the other."""
        lines: list[str] = []
        for key, value in content.items():
            if self.often(0.08):
                lines.append("")
            if self.often(0.08):
                lines.append(f"{indentation}# {key}: above")
            lines += self.entry(key, value, indentation)
        return lines

    def entry(self, key: str, value: Any, indentation: str) -> list[str]:
        """Return an entry of a mapping."""
        name = f"{indentation}{self.key(key)}:"
        deeper = indentation + " " * self.chance.choice([1, 2, 2, 2, 4])
        if isinstance(value, str):
            if value == "":
                return [f"{name}{self.comment()}"]
            if self.often(0.3 if " " in value else 0.05) and value[0] not in " " and self.often():
                sign = self.chance.choice([">-", "|-"])
                return [
                    f"{name} {sign}{self.comment()}",
                    *self.under(value, sign, deeper),
                    *[""] * self.often(0.1),
                ]
            return [
                f"{name}{self.chance.choice([' ', ' ', '  '])}{self.scalar(value, False)}{self.comment()}"
            ]
        if not value and self.often():
            return [f"{name}{self.comment()}", *[f"{deeper}# nothing yet"] * self.often(0.2)]
        if not value or self.often(0.4):
            flow = self.flow(value, len(indentation)).split("\n")
            return [*f"{name} {chr(10).join(flow)}{self.comment()}".split("\n")]
        lines = [f"{name}{self.comment()}"]
        if isinstance(value, Mapping):
            lines += self.block_mapping(value, deeper)
        else:
            lines += self.block_list(value, self.chance.choice([indentation, deeper]))
        if self.often(0.1):
            lines.append(f"{deeper}# below {key}")
        return lines

    def under(self, text: str, sign: str, indentation: str) -> list[str]:
        """Return the lines of a text under `>-` or `|-`."""
        words, lines = text.split(" "), [""]
        for word in words:
            folds = sign == ">-" and self.often(0.2) and lines[-1]
            if folds:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
        return [f"{indentation}{line}" for line in lines]

    def block_list(self, items: Sequence[Any], indentation: str) -> list[str]:
        """Return a list, one item below the other."""
        lines: list[str] = []
        for item in items:
            if isinstance(item, Mapping) and item and self.often():
                first, *others = self.block_mapping(item, f"{indentation}  ")
                if first.strip() and not first.strip().startswith("#"):
                    lines += [f"{indentation}- {first.strip()}", *others]
                    continue
            flow = self.flow(item, len(indentation)).split("\n")
            lines += f"{indentation}- {chr(10).join(flow)}{self.comment()}".split("\n")
        return lines
