"""Numbers as people and spreadsheet programs write them, read where only one thing can be meant.

`5,5 %`, `Likely`, `5%-10%` and `7.0000000000000007E-2` are read as `5.5%`, `likely`, `5% to 10%` and `0.07`.
What a spreadsheet made something else of, as a date of `5-10`, is not guessed at, and neither is `5` where a
probability belongs.
"""

import re

from cruxmap.errors import Code
from cruxmap.language.argument_map import Elicited, Role, SameAs, Scale
from cruxmap.language.judgement import Lexicon, UnreadableError, parse_value

SKIPS = frozenset(
    {"skip", "skipped", "don't know", "dont know", "do not know", "i don't know", "no idea", "?"}
)
REJECTS = frozenset({"reject", "rejected", "i reject this", "i reject this argument"})
"""What stands in place of a number, in small letters, with a straight apostrophe."""

_MONTHS = (
    "jan|janv|ene|gen|feb|fe\u0301v|f\u00e9v|fev|mar|m\u00e4r|mrz|maa|mrt|apr|avr|abr|may|mai|mag|maj|mei"
    "|jun|jui|giu|jul|juil|lug|aug|ao\u00fb|aou|ago|sep|set|oct|okt|out|ott|nov|dec|d\u00e9c|dez|dic"
)
_MONTH = rf"(?:{_MONTHS})[^\W\d_]*\.?"
_MADE_OF_DATES = re.compile(
    rf"""
    \d{{1,4}}[\s./-]*{_MONTH}(?:[\s./-]*\d{{2,4}})?          # 05.Okt, 5-Oct, 10. May 2026
    | {_MONTH}[\s./-]*\d{{1,4}}(?:,?\s*\d{{4}})?             # Oct-05, May 10, 2026
    | \d{{4}}[./-]\d{{1,2}}(?:[./-]\d{{1,2}})?(?:[\sT].*)?   # 2026-10-05 00:00:00
    | \d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{2}}|\d{{4}})(?:\s.*)?  # 05.10.2026, 10/5/26
    | \d{{1,2}}\.\d{{1,2}}\.                                 # 05.10.
    | \d{{1,2}}[./-](?:19|20)\d\d                            # 10/2026
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MADE_OF_TIMES = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?(?:\s*[ap]\.?m\.?)?|\s*[ap]\.?m\.?)", re.IGNORECASE
)
_COUNT_OF_DAYS = re.compile(r"[3-6]\d{4}(?:[.,]\d+)?")
"""A date as the number of days since 1900, as which spreadsheets keep it."""
_MISHAP = re.compile(r"#[\w/]+[!?]?")
"""What stands where a spreadsheet could not compute: `#NAME?`, `#WERT!`, `#N/A`."""

_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d.,])")
_DIGITS_OF_FLOATS = re.compile(r"\d*\.\d{15,}(?:[eE][+-]?\d{1,2})?(?![\d.])")
_REWRITTEN = (
    ("[\u2018\u2019\u201c\u201d\"']", ""),
    (r"(?<![\d.,])(\d+),(\d+)(?![\d.,])", r"\1.\2"),
    (r"(?<=\d) ?(?:%|per ?cent\b|prozent\b)", "%"),
    (r"(?<=\d) ?(?:\u00d7|x\b)", "x"),
    (r"(?<=\d) out of (?=\d)", " in "),
    (r"(?<=\d) ?([:/]) ?(?=\d)", r"\1"),
    (r"^(?:~|\u2248|ca\.|c\.|circa|around|roughly|approximately) ?(?=[\d.])", "about "),
    (r"^(?:less than|below|<) ?(?=[\d.])", "under "),
    (r"^(?:more than|greater than|above|>) ?(?=[\d.])", "over "),
    (r"^(?:between|from) (?=[\d.])", ""),
    (r"(?<=[%x\d])\.$", ""),
)
_RANGE = re.compile(r"([\d.]+)([%x]?) ?(?:-|\u2013|\u2014|\.\.+|\u2026|\bto\b|\band\b) ?([\d.]+)([%x])")


def parse_loosely(text: str, role: Role, lexicon: Lexicon) -> Elicited:
    """Read one answer in the place that `role` names; links, and `rest`, are none.

    Raises UnreadableError: `unclear-answer` where a spreadsheet has made something else of what was typed
    or it could mean two things, and otherwise as `parse_value` does.
    """
    text = _DIGITS_OF_FLOATS.sub(lambda digits: f"{float(digits[0]):.15g}", " ".join(str(text).split()))
    if trouble := _changed_by_a_spreadsheet(text, role):
        raise trouble
    try:
        found = parse_value(text, role, lexicon)
    except UnreadableError as error:
        found = _reread(text, role, lexicon, error)
    if isinstance(found, SameAs):
        hint = f"give the number itself, as in `{'3x' if role.scale is Scale.RATIO else '20%'}`"
        raise UnreadableError(Code.UNREADABLE_JUDGEMENT, f"`{text}` is no number", hint)
    return found


def _reread(text: str, role: Role, lexicon: Lexicon, error: UnreadableError) -> Elicited | SameAs:
    if _THOUSANDS.search(text):
        message = f"`{text}` could mean thousands, or a number with decimals"
        raise UnreadableError(Code.UNCLEAR_ANSWER, message, "write it without a comma") from None
    for meant in dict.fromkeys((_tidied(text), text.casefold(), _phrase_like(text, role, lexicon))):
        try:
            return parse_value(meant, role, lexicon)
        except UnreadableError as another:
            if another.code is Code.STRENGTH_BELOW_ONE:
                raise another from None
    raise error from None


def _changed_by_a_spreadsheet(text: str, role: Role) -> UnreadableError | None:
    """Return what is the matter with a text that nobody typed as it is, if that may be so."""
    interval = "`2x to 5x`" if role.scale is Scale.RATIO else "`5% to 10%`"
    if _MADE_OF_DATES.fullmatch(text) or _COUNT_OF_DAYS.fullmatch(text):
        message = f"`{text}` looks like a date, which spreadsheets make of ranges and fractions"
        hint = f"write a range as {interval}, or its ends in the columns `low` and `high`"
    elif _MADE_OF_TIMES.fullmatch(text):
        message = f"`{text}` looks like a time, which spreadsheets make of odds"
        hint = "write odds of 1:19 as `1 in 20` or `5%`"
    elif _MISHAP.fullmatch(text):
        message = f"`{text}` stands where the spreadsheet could not compute what was typed"
        hint = "type it again, with an apostrophe before it"
    else:
        return None
    return UnreadableError(Code.UNCLEAR_ANSWER, message, hint)


def _tidied(text: str) -> str:
    """Return a text as the language has it, where it is written otherwise and means one thing."""
    tidy = text.casefold()
    for pattern, replacement in _REWRITTEN:
        tidy = re.sub(pattern, replacement, tidy)
    if (ends := _RANGE.fullmatch(tidy)) is not None and ends[2] in ("", ends[4]):
        tidy = f"{ends[1]}{ends[4]} to {ends[3]}{ends[4]}"
    return tidy.strip()


def _phrase_like(text: str, role: Role, lexicon: Lexicon) -> str:
    """Return the phrase that differs from a text in capitals alone, if there is one."""
    meant = text.casefold()
    same = (phrase for scale, phrase in lexicon if scale is role.scale and phrase.casefold() == meant)
    return next(same, meant)
