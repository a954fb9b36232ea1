"""What can go wrong in somebody's files, and where.

A `Problem` is a value: stages collect them, the library raises one `InvalidMap` with all of
them, and only the command line prints. Nothing here imports the rest of the package.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A place in a file. Lines and columns count from 1.

    What somebody typed is in no file: `file` is then `<address>` of what it is for, or `<input>`; in data
    it has the keys that lead there. It is a tuple, as these are made by the hundred thousand: that takes a
    third of the time of a dataclass.

    Attributes
    ----------
    file
        The file's name, as problems print it.
    line, column
        Where it starts.
    length
        How many characters it has.

    Examples
    --------
    >>> import cruxmap as cm
    >>> print(cm.Span("map.yaml", 3, 5))
    map.yaml:3:5
    """

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    @property
    def is_typed(self) -> bool:
        """Whether this is no place in a file."""
        return self.file.startswith("<")

    def __str__(self) -> str:
        return self.file[1:-1] if self.is_typed else f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("<input>")


class Code(StrEnum):
    """The stable code of every problem and warning; `docs/problems.md` has a section on each.

    Attributes
    ----------
    value
        The code as it is printed.

    Examples
    --------
    >>> import cruxmap as cm
    >>> cm.Code.UNKNOWN_ID.value
    'unknown-id'
    """

    # files
    NO_SUCH_FILE = "no-such-file"
    UNREADABLE_FILE = "unreadable-file"
    NOT_UTF8 = "not-utf8"
    YML_FILE = "yml-file"
    MISPLACED_FILE = "misplaced-file"
    YAML_SYNTAX = "yaml-syntax"
    YAML_FEATURE = "yaml-feature"
    SEVERAL_DOCUMENTS = "several-documents"
    TOO_DEEP = "too-deep"
    DUPLICATE_KEY = "duplicate-key"
    EMPTY_MAP = "empty-map"
    BAD_INCLUDE = "bad-include"
    INCLUDE_CIRCLE = "include-circle"
    # shapes
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    MISPLACED_KEY = "misplaced-key"
    WRONG_SHAPE = "wrong-shape"
    UNKNOWN_LANGUAGE = "unknown-language"
    NOT_TRUE_OR_FALSE = "not-true-or-false"
    NOT_WHOLE_NUMBER = "not-a-whole-number"
    EMPTY_LIST = "empty-list"
    REPEATED = "repeated"
    # ids
    BAD_ID = "bad-id"
    RESERVED_ID = "reserved-id"
    DUPLICATE_ID = "duplicate-id"
    OTHER_ID = "other-id"
    # judgements
    UNREADABLE_JUDGEMENT = "unreadable-judgement"
    WRONG_KIND = "wrong-kind"
    STRENGTH_BELOW_ONE = "strength-below-one"
    CERTAIN_STATED = "certain-stated"
    SAME_AS_CIRCLE = "same-as-circle"
    # references
    UNKNOWN_ID = "unknown-id"
    WRONG_REFERENCE = "wrong-reference"
    UNKNOWN_STATE = "unknown-state"
    UNKNOWN_PHASE = "unknown-phase"
    UNKNOWN_TIMELINE = "unknown-timeline"
    UNKNOWN_VOICE = "unknown-voice"
    UNKNOWN_SOURCE = "unknown-source"
    UNKNOWN_LOCATOR = "unknown-locator"
    UNKNOWN_ADDRESS = "unknown-address"
    UNKNOWN_WORLDVIEW = "unknown-worldview"
    DIFFERENT_TIMELINES = "different-timelines"
    # entries
    NO_BASIS = "no-basis"
    SEVERAL_BASES = "several-bases"
    IMPOSSIBLE_COUNT = "impossible-count"
    UNCOVERED_CASE = "uncovered-case"
    OTHERWISE_NEEDED = "otherwise-needed"
    MISPLACED_OTHERWISE = "misplaced-otherwise"
    MISSING_SHARE = "missing-share"
    MISPLACED_REST = "misplaced-rest"
    SHARES_SUM = "shares-sum"
    TOO_FEW_STATES = "too-few-states"
    GAP_THRESHOLDS = "gap-thresholds"
    NO_DIRECTION = "no-direction"
    CREDENCE_NEEDED = "credence-needed"
    NOT_ARGUABLE = "not-arguable"
    NO_ROUTES = "no-routes"
    TOO_MANY_ARGUMENTS = "too-many-arguments"
    CYCLE = "cycle"
    # worldviews
    WORLDVIEW_CIRCLE = "worldview-circle"
    MIXED_SHARES = "mixed-shares"
    REJECTED_AND_ACCEPTED = "rejected-and-accepted"
    NOTHING_TO_ACCEPT = "nothing-to-accept"
    NOT_A_DIGEST = "not-a-digest"
    # expectations
    UNCLEAR_EXPECTATION = "unclear-expectation"
    IMPOSSIBLE_EXPECTATION = "impossible-expectation"
    # questionnaires that were filled in
    UNREADABLE_FORM = "unreadable-form"
    UNCLEAR_ANSWER = "unclear-answer"
    # files of other programs
    UNREADABLE_IMPORT = "unreadable-import"
    # found by inference only
    IMPOSSIBLE_EVIDENCE = "impossible-evidence"
    TOO_WIDE = "too-wide"
    # asked on a command line
    TWO_METHODS = "two-methods"
    TWO_QUESTIONS = "two-questions"
    UNCLEAR_GOAL = "unclear-goal"
    UNCLEAR_FACTOR = "unclear-factor"
    UNCLEAR_WEIGHTS = "unclear-weights"
    UNCLEAR_COMPARISON = "unclear-comparison"
    UNCLEAR_MODEL = "unclear-model"
    UNREADABLE_SETTING = "unreadable-setting"
    UNKNOWN_LIST = "unknown-list"
    UNKNOWN_TAG = "unknown-tag"
    UNKNOWN_KIND = "unknown-kind"
    AMBIGUOUS_NAME = "ambiguous-name"
    UNKNOWN_EXAMPLE = "unknown-example"
    UNKNOWN_CODE = "unknown-code"
    UNKNOWN_FORMAT = "unknown-format"
    UNKNOWN_REVISION = "unknown-revision"
    NO_INTERVIEW = "no-interview"
    NOTHING_TO_ASK = "nothing-to-ask"
    ALREADY_THERE = "already-there"
    CANNOT_USE = "cannot-use"
    CANNOT_WRITE = "cannot-write"
    NO_DRAWING_PROGRAM = "no-drawing-program"
    # asked of a page that is served
    WRONG_HOST = "wrong-host"
    WRONG_ORIGIN = "wrong-origin"
    WRONG_TOKEN = "wrong-token"
    WRONG_REQUEST = "wrong-request"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    CANNOT_SAVE = "cannot-save"
    CHANGED_MEANWHILE = "changed-meanwhile"
    # where the work is done
    UNKNOWN_EXECUTOR = "unknown-executor"
    MISSING_EXTRA = "missing-extra"
    NO_CLUSTER = "no-cluster"
    OTHER_VERSION = "other-version"
    LOST_WORKERS = "lost-workers"
    LOST_CLUSTER = "lost-cluster"
    # warnings
    COMMENT_AFTER_TEXT = "comment-after-text"
    NO_FORCE = "no-force"
    CERTAIN_BUT_ARGUED = "certain-but-argued"
    UNCITED_SOURCE = "uncited-source"
    UNREACHABLE_CLAIM = "unreachable-claim"
    ROW_AGAINST_ARGUMENT = "row-against-argument"
    STRAY_TAG = "stray-tag"
    NOT_ELICITED = "not-elicited"
    JUDGED_BUT_REJECTED = "judged-but-rejected"
    MADE_FROM_ANOTHER = "made-from-another"
    UNLISTED_WORLDVIEW = "unlisted-worldview"
    OUT_OF_REACH = "out-of-reach"
    WITHOUT_EFFECT = "without-effect"


MOST_QUOTED = 100
"""Characters of what somebody wrote that a message repeats: the place tells where the rest is."""
_QUOTED = re.compile("`([^`]*)`")


def _clipped(words: str) -> str:
    """Return a message with what it quotes cut short."""
    if len(words) <= MOST_QUOTED:
        return words
    return _QUOTED.sub(
        lambda q: q[0] if len(q[1]) <= MOST_QUOTED else f"`{q[1][: MOST_QUOTED - 3]}...`", words
    )


class Hint(str):
    """What may help, where it has one right form: `instead` belongs in the place of what is `written`.

    That stands at the problem's place, or is a part of what stands there.

    >>> hint = Hint("did you mean `rust`?", "rusts", "rust")
    >>> f"{hint} {hint.written} -> {hint.instead}"
    'did you mean `rust`? rusts -> rust'
    """

    written: str
    instead: str

    def __new__(cls, text: str, written: str = "", instead: str = "") -> "Hint":
        """Return a text that knows what to write."""
        made = super().__new__(cls, text)
        made.written, made.instead = str(written), str(instead)
        return made


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend.

    Attributes
    ----------
    code
        A stable `Code`.
    message
        What is wrong, in a sentence.
    span
        Where: a `Span`.
    hint
        What may help. A `Hint` is one that an editor can put into the file.
    line_text
        The text of that line.

    Examples
    --------
    >>> import cruxmap as cm
    >>> try:
    ...     cm.read_map("claims: {rain: {text: It rains., credenc: 30%}}")
    ... except cm.InvalidMap as invalid:
    ...     problem = invalid.problems[0]
    >>> problem.code.value, str(problem.span), problem.hint
    ('unknown-key', 'map:1:34', 'did you mean `credence`?')
    """

    code: Code
    message: str
    span: Span = NOWHERE
    hint: str = ""
    line_text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _clipped(self.message))
        object.__setattr__(self, "hint", _clipped(self.hint))

    def __str__(self) -> str:
        place = "" if self.span.file == NOWHERE.file else f"{self.span}: "
        head = f"{place}{self.code}: {self.message}"
        return f"{head} ({self.hint})" if self.hint else head


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems sorted by place, each once: of what two maps tell of one file, that with a hint."""
    found: dict[tuple[Code, str, Span], Problem] = {}
    for problem in problems:
        same = (problem.code, problem.message, problem.span)
        if same not in found or not found[same].hint:
            found[same] = problem
    return tuple(sorted(found.values(), key=lambda problem: (problem.span, problem.code)))


class InvalidMap(ValueError):  # noqa: N818 - the public name
    """Raised with every problem found, each once.

    Attributes
    ----------
    problems
        What has to be mended, sorted by place: each a `Problem`.
    warnings
        What is probably not meant, likewise.

    Examples
    --------
    >>> import cruxmap as cm
    >>> try:
    ...     cm.probability(cm.example("library"), "soil-sond")
    ... except cm.InvalidMap as invalid:
    ...     print(invalid)
    unknown-id: there is no claim `soil-sond` (did you mean `soil-sound`?)
    """

    def __init__(self, problems: tuple[Problem, ...], warnings: tuple[Problem, ...] = ()) -> None:
        self.problems, self.warnings = by_place(problems), by_place(warnings)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type["InvalidMap"], tuple[tuple[Problem, ...], ...]]:
        return type(self), (self.problems, self.warnings)


class WrongUsage(InvalidMap):
    """Raised for what was asked on a command line, or cannot be done here; nobody's files are to blame."""
