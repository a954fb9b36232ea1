"""The notations for credences and ratios, both ways.

`parse_value` turns `1% to 5%`, `about 5%`, `3x` or `very likely` into an `Elicited` number (or a link,
`same as ADDRESS`); `format_value` writes one so that it reads back to the last bit. What cannot be
read raises `UnreadableError` with a hint that shows the nearest right form.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from cruxmap.language.argument_map import Elicited, Role, SameAs, Scale
from cruxmap.language.codes import Code

type Lexicon = Mapping[tuple[Scale, str], Elicited]
"""Phrases by kind: one phrase may mean a probability in one place and a ratio in another."""


class UnreadableError(ValueError):
    """Text that is no judgement where it stands: a problem that lacks its place."""

    def __init__(self, code: Code, message: str, hint: str) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(f"{message} ({hint})")


_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,3}))?"  # its digits and its exponent
_IS_NUMBER = re.compile(_NUMBER)
_CREDENCE = re.compile(rf"{_NUMBER}(%?)")
_RATIO = re.compile(rf"{_NUMBER}x")
_INTERVAL = re.compile(r"(\S+) to (\S+)")
_BOUND = re.compile(r"(under|over|<|>)\s*(\S+)")
_ABOUT = re.compile(r"about (\S+)")
_SAME_AS = re.compile(r"same as (\S+)")


# --- reading ------------------------------------------------------------------------------------


def parse_value(text: str, role: Role, lexicon: Lexicon) -> Elicited | SameAs:
    """Read one judgement in the place that `role` names; phrases are looked up in `lexicon`.

    Raises UnreadableError with the code `unreadable-judgement`, `wrong-kind` or `strength-below-one`.
    """
    text = str(text).strip()
    if text.startswith("same as") and (link := _SAME_AS.fullmatch(text)) is not None:
        return SameAs(link[1])
    scale = role.scale
    phrase = lexicon.get((scale, text))
    if phrase is not None:
        found = Elicited(scale, phrase.low, phrase.high, text)
    else:
        try:
            found = _number(text, scale)
        except UnreadableError as error:
            raise _better_hint(text, role, lexicon, error) from None
    if role is Role.STRENGTH and found.low < 1:
        raise _below_one(text, found)
    return found


def parse_phrase(text: str) -> Elicited:
    """Read the meaning of a lexicon's phrase: numbers of either kind, no phrases and no links."""
    text = str(text).strip()
    scale = Scale.RATIO if "x" in text else Scale.PROBABILITY
    try:
        return _number(text, scale)
    except UnreadableError as error:
        role = Role.PACE if scale is Scale.RATIO else Role.CREDENCE
        hint = _near_miss(text, role, {}) or "an interval such as `5% to 20%` or `3x to 10x`"
        raise UnreadableError(error.code, error.message, hint) from None


def is_notation(text: str) -> bool:
    """Whether text means a judgement without any lexicon, so that it cannot be a phrase of one."""
    text = str(text)
    if text == "rest" or text.startswith("same as"):
        return True
    return any(_reads(text, scale) for scale in Scale)


def with_phrases(phrases: Mapping[str, Elicited]) -> Lexicon:
    """Return the built-in lexicon with a map's own phrases added, or put in place of equal ones."""
    own = {(meaning.scale, phrase): meaning for phrase, meaning in phrases.items()}
    return MappingProxyType({**LEXICON, **own})


@lru_cache(maxsize=4096)
def _number(text: str, scale: Scale) -> Elicited:
    """Read a point, an interval, a bound or `about`: everything but phrases and links."""
    low, high = _probability(text) if scale is Scale.PROBABILITY else _ratio(text)
    return Elicited(scale, low, high, text)


type _Ends = tuple[float, float]


def _probability(text: str) -> _Ends:
    if " to " in text and (interval := _INTERVAL.fullmatch(text)):
        return _between(text, *interval.groups())
    point = _credence(text)
    if point is not None:
        return point, point
    if bound := _BOUND.fullmatch(text):
        return _bounded(text, *bound.groups())
    if about := _ABOUT.fullmatch(text):
        p = _credence(about[1])
        if p is None or not 0 < p < 1:
            raise _unreadable(text, "a number strictly between 0% and 100%, as in `about 5%`")
        return _open(text, p / (2 - p), 2 * p / (1 + p))
    raise _unreadable(
        text, "write for example `5%`, `1% to 5%`, `under 1%`, `about 5%` or a phrase such as `likely`"
    )


def _credence(text: str) -> float | None:
    """Return a percentage, or a bare number between 0 and 1; `None` if it is neither."""
    written = _CREDENCE.fullmatch(text)
    if written is None:
        return None
    digits, exponent, percent = written.groups()
    if not percent:
        value = float(text)
        return value if 0 < value < 1 else None
    value = float(f"{digits}e{int(exponent or 0) - 2}")  # a hundredth, correctly rounded
    return value if 0 < value < 1 or Decimal(text[:-1]) in (0, 100) else None


def _between(text: str, first: str, second: str) -> _Ends:
    low, high = _credence(first), _credence(second)
    if low is None or high is None or first.endswith("%") != second.endswith("%"):
        raise _unreadable(text, "both ends the same way, as in `1% to 5%`")
    if low == high:
        raise _unreadable(text, f"`{first}`: an interval needs two ends")
    if low > high:
        raise _unreadable(text, f"`{second} to {first}`: the lower end comes first")
    return _open(text, low, high)


def _bounded(text: str, side: str, bound: str) -> _Ends:
    p = _credence(bound)
    if p is None or not 0 < p < 1:
        raise _unreadable(text, "a bound strictly between 0% and 100%, as in `under 1%` or `over 99%`")
    if side in ("under", "<"):
        if p > 0.1:
            raise _unreadable(
                text, f"above 10% say where it ends, as in `{_percent(_tenth(p))} to {_percent(p)}`"
            )
        return _open(text, _tenth(p), p)
    if p < 0.9:
        end = _complement(_tenth(_complement(p)))
        raise _unreadable(text, f"below 90% say where it ends, as in `{_percent(p)} to {_percent(end)}`")
    return _open(text, p, _complement(_tenth(_complement(p))))


def _tenth(p: float) -> float:
    return float(Decimal(repr(p)) / 10)


def _complement(p: float) -> float:
    """Return `1 - p` as a person does the sum, digit by digit: 99% leaves 1%, not 1.0000000000000009%."""
    return float(1 - Decimal(repr(p)))


def _open(text: str, low: float, high: float) -> _Ends:
    if not 0 < low < high < 1:
        raise _unreadable(text, "too near 0% or 100% for an interval: give a point")
    return low, high


def _ratio(text: str) -> _Ends:
    point = _times(text)
    if point is not None:
        return point, point
    interval = _INTERVAL.fullmatch(text)
    if interval is None:
        raise _unreadable(text, "write for example `3x`, `2x to 10x` or a phrase such as `moderate`")
    low, high = _times(interval[1]), _times(interval[2])
    if low is None or high is None:
        raise _unreadable(text, "both ends with an `x`, as in `2x to 10x`")
    if low == high:
        raise _unreadable(text, f"`{interval[1]}`: an interval needs two ends")
    if low > high:
        raise _unreadable(text, f"`{interval[2]} to {interval[1]}`: the lower end comes first")
    return low, high


def _times(text: str) -> float | None:
    value = float(text[:-1]) if _RATIO.fullmatch(text) else 0.0
    return value if 0 < value < float("inf") else None


# --- what was meant -----------------------------------------------------------------------------


def _unreadable(text: str, hint: str) -> UnreadableError:
    return UnreadableError(Code.UNREADABLE_JUDGEMENT, f"cannot read `{text}`", hint)


def _below_one(text: str, found: Elicited) -> UnreadableError:
    hint = "turn the argument round"
    if found.high < 1:
        low, high = (f"{1 / end:.3g}x" for end in (found.high, found.low))
        hint += f" and write `{low}`" if low == high else f" and write `{low} to {high}`"
    return UnreadableError(Code.STRENGTH_BELOW_ONE, f"a strength of `{text}` works backwards", hint)


def _better_hint(text: str, role: Role, lexicon: Lexicon, error: UnreadableError) -> UnreadableError:
    """Say what is wrong with text that no notation reads, and what was probably meant."""
    other = Scale.PROBABILITY if role.scale is Scale.RATIO else Scale.RATIO
    if (other, text) in lexicon or _reads(text, other):
        kinds = {Scale.PROBABILITY: "a probability", Scale.RATIO: "a ratio"}
        message = f"`{text}` is {kinds[other]}, and a {role} is {kinds[role.scale]}"
        phrases = [phrase for scale, phrase in lexicon if scale is role.scale]
        return UnreadableError(Code.WRONG_KIND, message, f"{_example(role)}, or one of: {', '.join(phrases)}")
    if text == "":
        return UnreadableError(Code.UNREADABLE_JUDGEMENT, f"there is no {role} here", _example(role))
    if text == "rest":
        return _unreadable(text, "`rest` stands for one share of a question, beside all its other shares")
    meant = _near_miss(text, role, lexicon)
    return error if meant is None else _unreadable(text, f"did you mean {meant}?")


def _reads(text: str, scale: Scale) -> bool:
    try:
        _number(text, scale)
    except UnreadableError:
        return False
    return True


def _example(role: Role) -> str:
    return "a ratio such as `3x`" if role.scale is Scale.RATIO else "a probability such as `5%` or `1% to 5%`"


_WORDS: tuple[tuple[str, str], ...] = (
    ("\u00d7", "x"),
    (r" ?percent", "%"),
    (r"(?<=[0-9]) (?=[%x])", ""),
    (r"^(?:between|from) ", ""),
    (r"^(?:~|\u2248|ca\.?|c\.|around|roughly|approximately) ?(?=[0-9.])", "about "),
    (r"^(?:less than|below|at most|up to|\u2264|<=) ?(?=[0-9.])", "under "),
    (r"^(?:more than|greater than|above|at least|\u2265|>=) ?(?=[0-9.])", "over "),
)
_DASH = re.compile(r" ?(?:(?<!e)-|\u2013|\u2014|\.\.+|\bto\b|\band\b|,) ?")


def _near_miss(text: str, role: Role, lexicon: Lexicon) -> str | None:
    """Return a right form that is near what was written, between backticks; `None` if nothing is near."""
    tidy = " ".join(text.lower().split())
    for pattern, replacement in _WORDS:
        tidy = re.sub(pattern, replacement, tidy)
    unit = "x" if role.scale is Scale.RATIO else "%"
    number = tidy.removesuffix(unit)
    if unit == "%" and _IS_NUMBER.fullmatch(number) and float(number) in (0.0, 1.0):
        return "`0%`" if float(number) == 0 else "`1%` or `100%`"
    candidates = [tidy, f"{number}{unit}", re.sub(r"^(about|under|over|<|>) ?(\S+?)%?$", r"\1 \2%", tidy)]
    ends = [end.removesuffix(unit) for end in _DASH.split(tidy)]
    if len(ends) == 2 and all(_IS_NUMBER.fullmatch(end) for end in ends):
        low, high = sorted(ends, key=float)
        all_bare = unit not in tidy and role.scale is Scale.PROBABILITY
        candidates += [f"{low} to {high}"] if all_bare else []
        candidates += [f"{low}{unit} to {high}{unit}"]
    phrases = [phrase for scale, phrase in lexicon if scale is role.scale]
    candidates += difflib.get_close_matches(tidy, phrases, 1, 0.75)
    for candidate in candidates:
        if _reads(candidate, role.scale) or (role.scale, candidate) in lexicon:
            return f"`{candidate}`"
    return None


# --- writing ------------------------------------------------------------------------------------


def format_value(value: Elicited) -> str:
    """Write a number so that `parse_value` gives the same ends back, to the last bit.

    >>> format_value(Elicited(Scale.PROBABILITY, 0.01, 0.05))
    '1% to 5%'
    """
    if value.scale is Scale.RATIO:
        ends = (f"{_numeral(Decimal(repr(end)))}x" for end in (value.low, value.high))
    elif value.is_point and 0 < value.low < 1e-6:
        return _numeral(Decimal(repr(value.low)))
    else:
        ends = (_percent(end) for end in (value.low, value.high))
    low, high = ends
    return low if value.is_point else f"{low} to {high}"


def _percent(p: float) -> str:
    return f"{_numeral(Decimal(repr(p)).scaleb(2))}%"


def _numeral(number: Decimal) -> str:
    """Write a decimal plainly, or with an exponent where it is very small or very large."""
    number = number.normalize()
    if -6 <= number.adjusted() <= 15:
        return f"{number:f}"
    mantissa, _, exponent = f"{number:e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


# --- the built-in phrases -----------------------------------------------------------------------


def _phrases(scale: Scale, phrases: Mapping[str, str]) -> dict[tuple[Scale, str], Elicited]:
    read = {phrase: _number(text, scale) for phrase, text in phrases.items()}
    return {(scale, phrase): replace(meaning, text=phrase) for phrase, meaning in read.items()}


LEXICON: Lexicon = MappingProxyType(
    _phrases(
        Scale.PROBABILITY,
        {
            "almost no chance": "1% to 5%",
            "very unlikely": "5% to 20%",
            "unlikely": "20% to 45%",
            "roughly even": "45% to 55%",
            "likely": "55% to 80%",
            "very likely": "80% to 95%",
            "almost certain": "95% to 99%",
        },
    )
    | _phrases(
        Scale.RATIO,
        {
            "weak": "1.5x to 3x",
            "moderate": "3x to 10x",
            "strong": "10x to 30x",
            "very strong": "30x to 100x",
        },
    )
)
"""Probabilities as in the United States' Intelligence Community Directive 203; strengths are our own."""
