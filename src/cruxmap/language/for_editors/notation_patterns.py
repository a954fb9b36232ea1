"""The notations of numbers as JSON Schemas, for editors: as near to `judgement` as a pattern comes.

A pattern sees text and no arithmetic: it knows that `160%` is no probability, and of whole numbers which
is the larger. It lets pass whatever may be a phrase of a map's own lexicon.
Patterns are such that Python and JavaScript read them alike.
"""

from typing import Any

from cruxmap.language.argument_map import Scale
from cruxmap.language.judgement import LEXICON

type Schema = dict[str, Any]

# --- numbers --------------------------------------------------------------------------------------

_DIGITS = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_EXPONENT = "[eE][+-]?[0-9]{1,3}"
_SCALED = f"{_DIGITS}{_EXPONENT}"
_ANY = f"{_DIGITS}(?:{_EXPONENT})?"
_ABOVE_0 = "(?=[0.]*[1-9])"
"""Not every digit that follows is a zero."""


def _one_of(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


_WEIGHTS = _one_of(*(f"{_ABOVE_0}{_ANY}{between}{_ABOVE_0}{_ANY}" for between in ("/", " in ", ":")))
_DECIMAL = _ABOVE_0 + _one_of(r"0*\.[0-9]+", _SCALED)
_PERCENT = f"{_ABOVE_0}{_one_of(r'0*[0-9]{1,2}(?:\.[0-9]+)?', r'\.[0-9]+', _SCALED)}%"
_NONE = r"0*(?:\.0+|0)%"
_ALL = r"0*100(?:\.0+)?%"
_AT_MOST_A_TENTH = _one_of(
    f"{_ABOVE_0}{_one_of(r'0*10(?:\.0+)?', r'0*[0-9](?:\.[0-9]+)?', r'\.[0-9]+', _SCALED)}%",
    _ABOVE_0 + _one_of(r"0*\.(?:0[0-9]*|10*)", _SCALED),
    _WEIGHTS,
)
_AT_LEAST_NINE_TENTHS = _one_of(
    f"{_one_of(r'0*9[0-9](?:\.[0-9]+)?', _SCALED)}%", _one_of(r"0*\.9[0-9]*", _SCALED), _WEIGHTS
)


def _forwards(end: str, unit: str) -> str:
    """Return a pattern of intervals whose ends, where they are whole and below 100, do not run backwards."""
    one = [f"{a}{unit} to [0-{a}]{unit}" for a in range(1, 10)]
    two = [f"{a}[0-9]{unit} to (?:[0-9]|[1-{a - 1}][0-9]){unit}" for a in range(2, 10)]
    same = [f"{a}{b}{unit} to {a}[0-{b}]{unit}" for a in range(1, 10) for b in range(10)]
    return rf"(?!{_one_of(*one, f'1[0-9]{unit} to [0-9]{unit}', *two, *same)}\s*$){end} to {end}"


_OPEN = _one_of(_PERCENT, _DECIMAL, _WEIGHTS)
_INTERVALS = _one_of(
    _forwards(_one_of(_PERCENT, _WEIGHTS), "%"),
    "{0} to {0}".format(_one_of(_DECIMAL, _WEIGHTS)),
    rf"(?:under|<)\s*{_AT_MOST_A_TENTH}",
    rf"(?:over|>)\s*{_AT_LEAST_NINE_TENTHS}",
    f"about {_OPEN}",
)
_TIMES = f"{_ABOVE_0}{_ANY}x"
_TIMES_OR_MORE = _one_of(r"0*[1-9][0-9]*(?:\.[0-9]+)?", _SCALED) + "x"
_TIMES_TO_TIMES, _OR_MORE_TO_MORE = (_forwards(times, "x") for times in (_TIMES, _TIMES_OR_MORE))
_LINK = r"same as \S+"

# --- phrases --------------------------------------------------------------------------------------

_PHRASES = {
    scale: [phrase for its, phrase in LEXICON if its is scale]
    for scale in (Scale.PROBABILITY, Scale.RATIO)
}
_BEGINS_NOTATION = _one_of(
    *("about", "around", "roughly", "approximately", "ca", "circa", "between", "from", "under", "over"),
    *("below", "above", "less than", "more than", "at most", "at least", "up to"),
)


def _misspellings(phrase: str) -> str:
    """Return a pattern of what is one letter off a phrase, or is the phrase in other cases."""
    letter = "[a-zA-Z]"
    near = []
    for n, sign in enumerate(phrase):
        before, after = phrase[:n], phrase[n + 1 :]
        near += [f"{before}{letter}?{after}", f"{before}{letter}{sign}{after}"]
        if after and after[0] != sign:
            near.append(f"{before}{after[0]}{sign}{after[1:]}")
    cases = "".join(f"[{sign}{sign.upper()}]" if sign.isalpha() else sign for sign in phrase)
    return _one_of(*near, f"{phrase}{letter}", cases)


def _own_phrases(scale: Scale) -> str:
    """Return a pattern of what may be a phrase of a map's own: words that are not nearly a known one."""
    other = Scale.RATIO if scale is Scale.PROBABILITY else Scale.PROBABILITY
    not_these = _one_of("rest", "same as.*", *_PHRASES[other], *map(_misspellings, _PHRASES[scale]))
    words = _one_of("[^0-9%]+", rf"(?!{_BEGINS_NOTATION}[ .]*[0-9])[a-zA-Z][^%]*")
    return rf"(?!{not_these}\s*$){words}"


# --- what may stand where -------------------------------------------------------------------------


def _whole(*patterns: str) -> str:
    return rf"^\s*{_one_of(*patterns)}\s*$"


def _below_one(least: float = 0) -> list[Schema]:
    """Return schemas for what YAML libraries make of `0.3`, and those for YAML 1.1 of `3:1`: 181."""
    return [
        {"type": "number", "exclusiveMinimum": least, "exclusiveMaximum": 1},
        {"type": "number", "minimum": 61},
    ]


def _number(examples: str, *patterns: str, scale: Scale | None, also: list[Schema]) -> Schema:
    own = [] if scale is None else [_own_phrases(scale)]
    told = {"errorMessage": f"cannot read this: write for example {examples}"}
    phrases = [] if scale is None else [{"enum": _PHRASES[scale], **told}]
    return {"anyOf": [*phrases, {"type": "string", "pattern": _whole(*patterns, *own), **told}, *also]}


_PROBABILITIES = "`5%`, `1% to 5%`, `under 1%`, `about 5%`, `1 in 20`, or `likely`"
_RATIOS = "`3x`, `2x to 10x`, or `moderate`"
_CLOSED = (_NONE, _ALL, _OPEN)

NUMBERS: dict[str, Schema] = {
    "probability": _number(
        _PROBABILITIES, *_CLOSED, _INTERVALS, _LINK, scale=Scale.PROBABILITY, also=_below_one()
    ),
    "share": _number(
        f"{_PROBABILITIES}, or `rest`",
        *_CLOSED,
        _INTERVALS,
        _LINK,
        "rest",
        scale=Scale.PROBABILITY,
        also=_below_one(),
    ),
    "stated": _number(_PROBABILITIES, _OPEN, _INTERVALS, scale=Scale.PROBABILITY, also=_below_one()),
    "ratio": _number(_RATIOS, _TIMES, _TIMES_TO_TIMES, _LINK, scale=Scale.RATIO, also=[]),
    "strength": _number(_RATIOS, _TIMES_OR_MORE, _OR_MORE_TO_MORE, _LINK, scale=Scale.RATIO, also=[]),
    "meaning": _number(
        "`5% to 20%` or `3x to 10x`",
        *_CLOSED,
        _INTERVALS,
        _TIMES,
        _TIMES_TO_TIMES,
        scale=None,
        also=_below_one(),
    ),
    "bound": _number("`5%` or `2x`", *_CLOSED, _TIMES, scale=None, also=_below_one()),
    "probability-bound": _number("`5%`", *_CLOSED, scale=None, also=_below_one()),
    "upper-bound": _number("`5%`", _OPEN, _ALL, scale=None, also=_below_one()),
    "lower-bound": _number("`5%`", _OPEN, _NONE, scale=None, also=_below_one()),
    "factor-bound": _number("`2x`", _TIMES, scale=None, also=[]),
}
"""What may stand where a number does, by the name of the place."""

PHRASED = {
    **dict.fromkeys(("probability", "share", "stated"), Scale.PROBABILITY),
    **dict.fromkeys(("ratio", "strength"), Scale.RATIO),
}
"""Those of them that may be a phrase, and of which kind."""

NO_PHRASE = _whole(*_CLOSED, _INTERVALS, _TIMES, _TIMES_TO_TIMES, "same as.*", "rest")
"""A pattern of what cannot be a phrase, as it means a number already."""
