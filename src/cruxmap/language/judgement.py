"""The notations for credences and ratios, both ways.

`parse_value` turns `1% to 5%`, `about 5%`, `3x` or `very likely` into an `Elicited` number (or a link,
`same as ADDRESS`); `format_value` writes one so that it reads back to the last bit. What cannot be
read raises `UnreadableError` with a hint that shows the nearest right form.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple, assert_never

from cruxmap.errors import Code, Hint
from cruxmap.language.argument_map import Elicited, Rest, Role, SameAs, Scale, Value
from cruxmap.language.names import nearest
from cruxmap.language.yaml_text import TYPOGRAPHIC

type Lexicon = Mapping[tuple[Scale, str], Elicited]
"""Phrases by kind: one phrase may mean a probability in one place and a ratio in another."""


class UnreadableError(ValueError):
    """Text that is no judgement where it stands: a problem that lacks its place."""

    def __init__(self, code: Code, message: str, hint: str) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(f"{message} ({hint})")


_NUMBER = r"((?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)"
_IS_NUMBER = re.compile(_NUMBER)
_PLAIN = re.compile(rf"{_NUMBER}(%?)")
_FRACTION = re.compile(rf"{_NUMBER}(?:/| in ){_NUMBER}")
_ODDS = re.compile(rf"{_NUMBER}:{_NUMBER}")
_RATIO = re.compile(rf"{_NUMBER}x")
_INTERVAL = re.compile("(.+?) to (.+)")
_BOUND = re.compile(r"(under|over|<|>)\s*(.+)")
_ABOUT = re.compile("about (.+)")
_SAME_AS = re.compile(r"same as (\S+)")
_DIGITS = Context(prec=400)
"""Digits enough for `1 - p` of whatever floats can hold, whatever the program around it has set."""


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
    scale = meaning_scale(text)
    try:
        return _number(text, scale)
    except UnreadableError as error:
        role = Role.PACE if scale is Scale.RATIO else Role.CREDENCE
        hint = _near_miss(_tidied(text), role, {}) or "an interval such as `5% to 20%` or `3x to 10x`"
        raise UnreadableError(error.code, error.message, hint) from None


def meaning_scale(text: str) -> Scale:
    """Return of which kind the meaning of a lexicon's phrase is, if it is any."""
    return Scale.RATIO if "x" in text else Scale.PROBABILITY


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
    if scale is Scale.RATIO:
        return Elicited(scale, *_ratio_ends(text), text)
    with localcontext(_DIGITS):
        low, high = _probability_ends(text)
        return Elicited(scale, low.p, high.p, text, (low.complement, high.complement))


class _Odds(NamedTuple):
    """A probability as two weights, so that what is near 100% keeps as many digits as what is near 0%."""

    pro: Decimal
    con: Decimal
    p: float
    complement: float

    @property
    def is_open(self) -> bool:
        """Whether it lies strictly between 0% and 100%, and floats can tell."""
        return self.p > 0 and self.complement > 0

    def tenth(self) -> "_Odds":
        """Return a tenth of the probability."""
        return _odds(self.pro, 9 * self.pro + 10 * self.con)

    def nine_tenths_on(self) -> "_Odds":
        """Return the probability that leaves a tenth of what this one leaves."""
        return _odds(9 * self.con + 10 * self.pro, self.con)

    def __str__(self) -> str:
        return _as_percent(self.p, self.complement)


def _odds(pro: Decimal, con: Decimal) -> _Odds:
    total = pro + con
    return _Odds(pro, con, float(pro / total), float(con / total)) if total else _Odds(pro, con, 0.0, 0.0)


type _Ends = tuple[_Odds, _Odds]


def _probability_ends(text: str) -> _Ends:
    if interval := _INTERVAL.fullmatch(text):
        return _between(text, *interval.groups())
    if bound := _BOUND.fullmatch(text):
        return _bounded(text, *bound.groups())
    if about := _ABOUT.fullmatch(text):
        middle = _weights(about[1])
        if middle is None or not middle.is_open:
            raise _unreadable(text, "a number strictly between 0% and 100%, as in `about 5%`")
        pro, con, *_ = middle
        return _open(text, _odds(pro, 2 * con), _odds(2 * pro, con))
    point = _weights(text)
    if point is None:
        raise _unreadable(text, f"write for example {_FORMS} or a phrase such as `likely`")
    if not (point.is_open or (text.endswith("%") and 0 in point[:2])):
        hint = (
            "certainty is written `0%` or `100%`"
            if min(point[:2]) >= 0
            else "nothing is likelier than `100%`"
        )
        raise _unreadable(text, hint)
    return point, point


_FORMS = "`5%`, `1% to 5%`, `under 1%`, `about 5%`, `1 in 20`, `1:19`"


def _weights(text: str) -> _Odds | None:
    """Read a percentage, a number below 1, a fraction or odds, whatever their size; `None` if it is none."""
    if plain := _PLAIN.fullmatch(text):
        number, whole = Decimal(plain[1]), Decimal(100 if plain[2] else 1)
    elif fraction := _FRACTION.fullmatch(text):
        number, whole = map(Decimal, fraction.groups())
    elif odds := _ODDS.fullmatch(text):
        return _odds(*map(Decimal, odds.groups()))
    else:
        return None
    return _odds(number, whole - number)


def _between(text: str, first: str, second: str) -> _Ends:
    low, high = _weights(first), _weights(second)
    if low is None or high is None or {_unit(first), _unit(second)} == {"%", ""}:
        raise _unreadable(text, "both ends the same way, as in `1% to 5%`")
    for end, weights in ((first, low), (second, high)):
        if weights.con < 0:
            raise _unreadable(text, f"`{end}` is more than 100%")
    for end, weights in ((first, low), (second, high)):
        if not weights.is_open:
            raise _unreadable(text, _without_certainty(text, end, low, high))
    order = (low.pro * high.con).compare(high.pro * low.con)
    if order == 0:
        raise _unreadable(text, f"`{first}`: an interval needs two ends")
    if order > 0:
        raise _unreadable(text, f"`{second} to {first}`: the lower end comes first")
    return low, high


def _without_certainty(text: str, end: str, low: _Odds, high: _Odds) -> str:
    """Say that an end of an interval is certain, and what is near the interval and has no such end."""
    if high.is_open:
        instead = f"under {high}" if 9 * high.pro <= high.con else f"1% to {high}"
    else:
        instead = f"over {low}" if 9 * low.con <= low.pro else f"{low} to 99%"
    why = f"an interval cannot end at `{end}`, which is certain"
    if (low.is_open or high.is_open) and _reads(instead, Scale.PROBABILITY):
        return Hint(f"{why}: write `{instead}`", text, instead)
    return why


def _unit(end: str) -> str:
    """Return what makes a number mean something: `5` beside `6%` could be either."""
    plain = _PLAIN.fullmatch(end)
    return "weights" if plain is None else plain[2]


def _bounded(text: str, side: str, bound: str) -> _Ends:
    end = _weights(bound)
    if end is None or not end.is_open:
        raise _unreadable(text, "a bound strictly between 0% and 100%, as in `under 1%` or `over 99%`")
    if side in ("under", "<"):
        if 9 * end.pro > end.con:
            raise _unreadable(text, f"above 10% say where it ends, as in `{end.tenth()} to {end}`")
        return _open(text, end.tenth(), end)
    if 9 * end.con > end.pro:
        raise _unreadable(text, f"below 90% say where it ends, as in `{end} to {end.nine_tenths_on()}`")
    return _open(text, end, end.nine_tenths_on())


def _open(text: str, low: _Odds, high: _Odds) -> _Ends:
    if not (low.is_open and high.is_open):
        raise _unreadable(text, "too near 0% or 100% for an interval: give a point")
    return low, high


def _ratio_ends(text: str) -> tuple[float, float]:
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


_MAX_LISTED, _MAX_COMPARED = 12, 200
"""Phrases of a lexicon that a hint lists, and that what cannot be read is compared with."""


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
        phrases = ", ".join(islice(_phrases_of(lexicon, role.scale), _MAX_LISTED))
        return UnreadableError(Code.WRONG_KIND, message, f"{_example(role)}, or one of: {phrases}")
    if text == "":
        return UnreadableError(Code.UNREADABLE_JUDGEMENT, f"there is no {role} here", _example(role))
    if text == "rest":
        return _unreadable(text, "`rest` stands for one share of a question, beside all its other shares")
    tidy = _tidied(text)
    meant = _near_miss(tidy, role, lexicon)
    if meant is not None:
        hint = f"did you mean {meant}?"
        if TYPOGRAPHIC.search(text):
            hint = f"typographic quotes are letters here: write {meant}"
        only = meant.strip("`")
        return _unreadable(text, hint if "`" in only else Hint(hint, text, only))
    return _unreadable(text, _hint(tidy, role.scale) or error.hint)


def _phrases_of(lexicon: Lexicon, scale: Scale) -> Iterator[str]:
    return (phrase for its, phrase in lexicon if its is scale)


def _reads(text: str, scale: Scale) -> bool:
    return _hint(text, scale) is None


def _hint(text: str, scale: Scale) -> str | None:
    """Say why no notation reads text; `None` if one does."""
    if _SIGN.search(text):
        return "numbers have no sign here"
    try:
        _number(text, scale)
    except UnreadableError as error:
        return error.hint
    return None


def _example(role: Role) -> str:
    return (
        "a ratio such as `3x`" if role.scale is Scale.RATIO else "a probability such as `5%` or `1% to 5%`"
    )


_OFTEN_WRITTEN: tuple[tuple[str, str], ...] = (
    ("[\"'\u2018-\u201f\u00ab\u00bb]", ""),
    ("\u00d7", "x"),
    (r" ?percent", "%"),
    (r"(?<=[0-9]) (?=[%x])", ""),
    (r" out of ", " in "),
    (r"( in [0-9]+),([0-9]{3}),?(?=(?:[0-9]{3})?\b)", r"\1\2"),
    (r"(?<![0-9.,])([0-9]+),([0-9]+)(?![0-9.,])", r"\1.\2"),
    (r"(?<=[0-9]) ?([:/]) ?(?=[0-9])", r"\1"),
    (r"(?<![^ \u2013-])\+(?=[0-9.])", ""),
    (r"^(?:between|from) ", ""),
    (r"^(?:~|\u2248|ca\.?|c\.|around|roughly|approximately) ?(?=[0-9.])", "about "),
    (r"^(?:less than|below|at most|up to|\u2264|<=) ?(?=[0-9.])", "under "),
    (r"^(?:more than|greater than|above|at least|\u2265|>=) ?(?=[0-9.])", "over "),
)
_DASH = re.compile(r" ?(?:(?<!e)-+|\u2013|\u2014|\.\.+|\bto\b|\band\b|,) ?")
_SIGN = re.compile(r"(?<![^ \u2013-])[-\u2212\u2013](?=[0-9.])")


def _tidied(text: str) -> str:
    """Return text with what is often written otherwise as the language has it."""
    tidy = " ".join(text.lower().split())
    for pattern, replacement in _OFTEN_WRITTEN:
        tidy = re.sub(pattern, replacement, tidy)
    return tidy.strip()


def _near_miss(tidy: str, role: Role, lexicon: Lexicon) -> str | None:
    """Return a right form that is near what was written, between backticks; `None` if nothing is near."""
    unit = "x" if role.scale is Scale.RATIO else "%"
    number = tidy.removesuffix(unit)
    bare = unit == "%" and _IS_NUMBER.fullmatch(number) is not None
    if bare and Decimal(number) in (0, 1):
        return "`0%`" if Decimal(number) == 0 else "`1%` or `100%`"
    with_unit = tidy if bare and Decimal(number) < 1 else f"{number}{unit}"
    candidates = [tidy, with_unit, re.sub(r"^(about|under|over|<|>) ?(\S+?)%?$", r"\1 \2%", tidy)]
    ends = [end.removesuffix(unit) for end in _DASH.split(tidy)]
    if len(ends) == 2 and all(_IS_NUMBER.fullmatch(end) for end in ends):
        low, high = sorted(ends, key=float)
        all_bare = unit not in tidy and role.scale is Scale.PROBABILITY
        candidates += [f"{low} to {high}"] if all_bare else []
        candidates += [f"{low}{unit} to {high}{unit}"]
    like = nearest(tidy, islice(_phrases_of(lexicon, role.scale), _MAX_COMPARED), 0.75)
    candidates += [like] if like else []
    for candidate in candidates:
        if _reads(candidate, role.scale) or (role.scale, candidate) in lexicon:
            return f"`{candidate}`"
    return None


# --- writing ------------------------------------------------------------------------------------


def notation_of(value: Value) -> str:
    """Write what stands in a number's place as it was written, or else as `format_value` does."""
    match value:
        case Elicited(text=text):
            return text or format_value(value)
        case SameAs(address=address):
            return f"same as {address}"
        case Rest():
            return "rest"
        case _:
            assert_never(value)


def format_value(value: Elicited) -> str:
    """Write a number so that `parse_value` gives the same ends back, to the last bit.

    >>> format_value(Elicited(Scale.PROBABILITY, 0.01, 0.05))
    '1% to 5%'
    """
    if value.scale is Scale.RATIO:
        low, high = (f"{_numeral(Decimal(repr(end)))}x" for end in (value.low, value.high))
    elif value.is_point and 0 < value.low < 1e-6:
        return _numeral(Decimal(repr(value.low)))
    else:
        low, high = map(_as_percent, (value.low, value.high), value.complements)
    return low if value.is_point else f"{low} to {high}"


def probability_text(number: Decimal) -> str:
    """Write a number from 0 to 1 as a probability, with all its digits.

    >>> probability_text(Decimal("0.0125")), probability_text(Decimal("1e-9")), probability_text(Decimal(1))
    ('1.25%', '1e-9', '100%')
    """
    with localcontext(_DIGITS):
        return _numeral(number) if 0 < number < Decimal("1e-6") else f"{_numeral(number.scaleb(2))}%"


def _as_percent(p: float, complement: float) -> str:
    """Write a probability by what it leaves, where that gives it back: near 100% that has more digits."""
    with localcontext(_DIGITS):
        number = 1 - Decimal(repr(complement))
        if float(number) != p:
            number = Decimal(repr(p))
        return f"{_numeral(number.scaleb(2))}%"


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
