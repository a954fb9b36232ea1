"""The dialogue of an interview: one question at a time, until what is left would hardly matter.

In: the path of a model, a reviewer's name and what is wished. Out: their worldview's file, which is whole
after every answer, and on the screen what came out. Whoever ends it, in whatever way, loses at most the
answer that is being typed.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cruxmap.engine.executors import Progress
from cruxmap.errors import InvalidMap
from cruxmap.ground import OtherVersion
from cruxmap.insight.interview import Interview, Question, Reply, question_of, resume
from cruxmap.insight.interview.outcome import company, outcome
from cruxmap.interviewing import screen
from cruxmap.interviewing.answers import read_answer
from cruxmap.interviewing.keeping import Kept, checked_entry, no_interview, open_worldview
from cruxmap.language.argument_map import Argument
from cruxmap.language.loose_notation import SKIPS
from cruxmap.language.past.stale import StaleJudgement, stale
from cruxmap.language.reading import read_model, unheard
from cruxmap.present import interview_text as text
from cruxmap.present.interview_text import Line
from cruxmap.present.question_words import QuestionWords, why, words_of

REJECTS = re.compile(r"(?:i )?reject(?:ed)?(?: (?:this|this argument|that|it))?(?: ([0-9]+))?")
STOPS = frozenset({"stop", "quit", "exit", "end", "q"})
BACKS = frozenset({"back", "b"})
WHYS = frozenset({"why", "why do you ask", "why this", "why?", "why do you ask?"})
HELPS = frozenset({"?", "help", "h"})
"""What is typed in place of an answer, in small letters."""

SECONDS = 60.0
"""A minute."""

MOST_DOUBTFUL = 3
"""So many answers at most are to be looked at again; none where no more were given than that."""

type Went = Literal["on", "stopped"]
"""Whether the interview goes on after a question."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished of an interview: to be about an entry, to be short, and what is shown and written."""

    about: str | None = None
    minutes: float | None = None
    questions: int | None = None
    show_numbers: bool = False
    only_asked: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Where an interview is: its answers, the file they are in, and what is wished."""

    path: Path
    kept: Kept
    interview: Interview
    wishes: Wishes

    def words(self, question: Question) -> QuestionWords:
        """Return a question in words, without what the reviewer has rejected."""
        rejected = [r.question.entry for r in self.interview.replies if r.what == "rejected"]
        return words_of(self.kept.model, question, rejected)


def hold(path: Path, name: str, wishes: Wishes, progress: Progress) -> None:
    """Hold an interview in a terminal, or with whoever writes the lines of stdin.

    Raises `InvalidMap`, and `WrongUsage` for what is asked of the file.
    """
    screen.take_any_letters()
    progress(f"reading {path.as_posix()}", 0, 1)
    kept = open_worldview(path, name, unmarked=True)
    wishes = replace(wishes, about=checked_entry(kept.model.map, wishes.about))
    if not kept.is_marked and not _may_touch(kept):
        return
    screen.tell(text.head(kept.model, name, kept.path.as_posix()))
    progress("working out which questions matter", 0, 1)
    interview = resume(kept.model, name, about=wishes.about)
    room = Room(path, replace(kept, resumed=interview.replies), interview, wishes)
    screen.tell(text.went_on(interview))
    screen.tell(text.answered_before_a_change(_older(room, name)))
    try:
        room = _converse(room, progress)
        close(room, progress)
    except KeyboardInterrupt:
        screen.tell([Line(""), *text.plainly(_where(room.kept))])
        raise


def _older(room: Room, name: str) -> list[tuple[str, StaleJudgement]]:
    """Return questions whose answers are older than what they are about, with what has changed."""
    argument_map = room.kept.model.map
    found_stale = stale(argument_map)
    numbers, statements = found_stale.by_number(argument_map), found_stale.by_statement
    found = []
    for question in (reply.question for reply in room.interview.replies):
        older, places = (
            (statements, (question.id,)) if question.kind == "stated" else (numbers, question.addresses)
        )
        changes = [older[name, at] for at in places if (name, at) in older]
        found += [(room.words(question).sentence, changes[0])] if changes else []
    return found


def _may_touch(kept: Kept) -> bool:
    """Ask whether to write to a file that no interview made. Raises `WrongUsage` if nobody can be asked."""
    if not screen.is_watched():
        raise no_interview(kept)
    file = kept.path.as_posix()
    screen.tell(
        text.plainly(
            f"{file} was not made by an interview. What it says stays and counts as answered. What you "
            "answer now would be written beside it, with the numbers that follow. Go on? (yes or no)"
        )
    )
    try:
        if screen.read().lower() in ("y", "yes"):
            return True
    except EOFError:
        pass
    screen.tell(text.plainly(f"{file} is as it was."))
    return False


def _where(kept: Kept) -> str:
    if not kept.path.exists():
        return "Nothing was answered, and nothing was written."
    return f"All that you answered is in {kept.path.as_posix()}."


# --- one question after another -------------------------------------------------------------------------


def _converse(room: Room, progress: Progress) -> Room:
    begun, before, went = time.monotonic(), len(room.interview.replies), "on"
    wishes = room.wishes
    while went == "on":
        put = len(room.interview.replies) - before
        if wishes.questions is not None and put >= wishes.questions:
            screen.tell(text.plainly(f"That was the last of {put} questions."))
            break
        if wishes.minutes is not None and time.monotonic() - begun > SECONDS * wishes.minutes:
            screen.tell(text.plainly(f"The {wishes.minutes:g} minutes are over."))
            break
        progress("choosing the next question", 0, 1)
        suggestion = room.interview.next()
        if suggestion is None:
            screen.tell(text.plainly(text.nothing_more(room.interview)))
            break
        asking = Asking(suggestion.question, suggestion.move, f"Question {put + 1}", None)
        room, went = _ask(room, asking, progress)
    return room


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as it is put: why, under what heading, and the reply that it had before, if any."""

    question: Question
    move: float | None
    heading: str
    earlier: Reply | None


def _ask(room: Room, asking: Asking, progress: Progress) -> tuple[Room, Went]:
    """Put a question until there is an answer, or something in place of it."""
    _put(room, asking)
    while True:
        try:
            typed = screen.read()
        except EOFError:
            return room, "stopped"
        said = typed.lower().rstrip(".!").replace("\u2019", "'")
        if said in STOPS:
            return room, "stopped"
        if said in BACKS:
            if (earlier := _before(room, asking)) is not None:
                return _ask(room, Asking(earlier.question, None, "Once more", earlier), progress)
            screen.tell(text.plainly("There is no question before this one."))
            continue
        if not said and asking.earlier is not None:
            return room, "on"
        if (told := _told(room, asking, said)) is not None:
            screen.tell(told)
            continue
        if (rejected := REJECTS.fullmatch(said)) is not None:
            room, is_done = _reject(room, asking, rejected[1])
            if is_done:
                return room, "on"
            continue
        try:
            reply = _reply(room, asking.question, typed, said)
        except InvalidMap as invalid:
            screen.tell(text.problem_lines(invalid.problems, room.words(asking.question)))
            continue
        if (recorded := _recorded(room, reply, progress)) is not None:
            return _after(recorded, asking, reply, progress)


def _put(room: Room, asking: Asking) -> None:
    screen.tell([Line("")])
    screen.tell(
        text.question_lines(
            room.kept.model.map, room.words(asking.question), asking.heading, asking.earlier
        )
    )
    if room.wishes.show_numbers:
        screen.tell([_mapped(room, asking.question)])


def _told(room: Room, asking: Asking, said: str) -> list[Line] | None:
    """Return what is told where somebody asks back, or types nothing; `None` for all else."""
    words = room.words(asking.question)
    if said in HELPS:
        return text.help_lines(words, asking.question, room.kept.model.map)
    if said in WHYS:
        return text.plainly(why(words, asking.move))
    if not said:
        return text.plainly("Type an answer, or skip, or ? for all that you can type.")
    return None


def _reply(room: Room, question: Question, typed: str, said: str) -> Reply:
    if said in SKIPS:
        return Reply(question, "skipped")  # a question mark alone has been taken for help
    return Reply(question, "answered", read_answer(typed, question, room.kept.model.map))


def _silent(what: str, done: int, of: int) -> None:
    """Hear of what is being done."""


def _recorded(room: Room, reply: Reply, progress: Progress = _silent) -> Room | None:
    """Return the room with a reply, once it is in the file; say why where that cannot be, and return none."""
    try:
        return _record(room, reply, progress)
    except InvalidMap as invalid:
        screen.tell(text.not_kept_lines(invalid.problems))
        return None


def _record(room: Room, reply: Reply, progress: Progress) -> Room:
    """Return the room with a reply, once it is in the file. Raises `InvalidMap` where that cannot be.

    Where somebody else has changed the file, it is read again, and the reply goes on top of what it says.
    """
    progress("taking in the answer", 0, 1)
    with screen.undisturbed():
        try:
            interview = room.interview.after(reply)
            kept = room.kept.written(interview, only_asked=room.wishes.only_asked)
        except OtherVersion:
            kept = open_worldview(room.path, room.kept.name, unmarked=True)
            before = resume(kept.model, kept.name, about=room.wishes.about)
            interview = before.after(reply)
            kept = replace(kept, resumed=before.replies)
            kept = kept.written(interview, only_asked=room.wishes.only_asked)
            screen.tell(text.plainly(f"{kept.path.as_posix()} has changed meanwhile, and was read again."))
        return replace(room, kept=kept, interview=interview)


def _before(room: Room, asking: Asking) -> Reply | None:
    """Return the reply before that to a question; none where it is the first."""
    replies = room.interview.replies
    place = replies.index(asking.earlier) if asking.earlier in replies else len(replies)
    return replies[place - 1] if place > 0 else None


def _reject(room: Room, asking: Asking, number: str | None) -> tuple[Room, bool]:
    """Reject the argument that is asked about, or the one with a number; tell whether that answers all."""
    argument_map, question = room.kept.model.map, asking.question
    listed = room.words(question).arguments
    if number is None:
        if not isinstance(argument_map.entry[question.entry], Argument):
            hint = (
                ": say which of those on it, as in `reject 1`" if listed else ", and there is none on it"
            )
            screen.tell(text.plainly(f"This is not about an argument{hint}."))
            return room, False
        name = question.entry
    elif not 1 <= int(number) <= len(listed):
        screen.tell(text.plainly(f"There is no argument {number} here."))
        return room, False
    else:
        name = listed[int(number) - 1]
    its_own = question if name == question.entry else question_of(argument_map, "judgement", name)
    if (recorded := _recorded(room, Reply(its_own, "rejected"))) is None:
        return room, False
    room = recorded
    if its_own is question:
        return room, True
    screen.tell(text.plainly(f"{name} counts for nothing from now on. The question once more:"))
    _put(room, asking)
    return room, False


# --- after an answer --------------------------------------------------------------------------------------


def _after(room: Room, asking: Asking, reply: Reply, progress: Progress) -> tuple[Room, Went]:
    """Show the map's number, and where the answer does not go with earlier ones, ask which gives way."""
    if reply.what != "answered":
        return room, "on"
    if not room.wishes.show_numbers:
        screen.tell([_mapped(room, asking.question)])
    clash = None if asking.earlier is not None else room.interview.clash(reply)
    if clash is None:
        return room, "on"
    sentences = [room.words(earlier.question).sentence for earlier in clash.earlier]
    implied = text.numbers_text(
        room.kept.model.map, reply.question, room.interview.implied(reply.question)
    )
    screen.tell(text.clash_lines(room.kept.model, reply, clash, sentences, implied))
    choices = {"1": reply, **{str(n): earlier for n, earlier in enumerate(clash.earlier, 2)}}
    while True:
        try:
            said = screen.read().lower()
        except EOFError:
            return room, "stopped"
        if said in STOPS:
            return room, "stopped"
        if said in choices:
            again = choices[said]
            return _ask(room, Asking(again.question, None, "Once more", again), progress)
        if said in ("", "neither", "both"):
            return room, "on"
        try:
            another = _reply(room, reply.question, said, said)
        except InvalidMap:
            told = f"Type one of {', '.join(choices)}, or another answer, or Enter alone to keep all."
            screen.tell(text.plainly(told))
            continue
        if (recorded := _recorded(room, another)) is not None:
            return recorded, "on"


def _mapped(room: Room, question: Question) -> Line:
    numbers = room.interview.mapped(question)
    argument_map = room.kept.model.map
    written = text.numbers_text(argument_map, question, numbers)
    given = [argument_map.judgements[address].elicited for address in question.addresses]
    whose = "By the map, where nobody gave it" if given and not any(given) else "By the map's own numbers"
    return Line(f"{whose}: {written}.", "dim")


# --- at the end -------------------------------------------------------------------------------------------


def close(room: Room, progress: Progress) -> None:
    """Say what came out."""
    kept = room.kept
    if kept.version is None or kept.is_as_it_was:
        where = _where(kept)
    else:
        where = f"{kept.path.as_posix()} has changed since your last answer was written there, or is gone."
    screen.tell([Line(""), Line(where)])
    if kept.version is None:
        return
    screen.tell(text.plainly(text.how_sure(room.interview, only_asked=room.wishes.only_asked)))
    screen.tell([Line(""), *text.again_lines(room.kept.model.map, tuple(_doubtful(room)))])
    model = read_model(room.path)
    if kept.name not in model.map.worldview:
        return
    progress("what it hangs on", 0, 1)
    screen.tell(text.outcome_lines(outcome(model, kept.name, progress)))
    progress("who is near, and who is far", 0, 1)
    screen.tell(text.company_lines(company(model, kept.name, progress)))
    if kept.name in unheard(model):
        screen.tell(text.unheard_lines(room.path.as_posix(), kept.name))


def _doubtful(room: Room) -> Iterator[tuple[Reply, str, str]]:
    """Yield answers that fit the others least, each with its question and what the others imply."""
    answered = [reply for reply in room.interview.replies if reply.what == "answered"]
    for reply in room.interview.to_look_at_again(MOST_DOUBTFUL) if len(answered) > MOST_DOUBTFUL else ():
        numbers = room.interview.implied(reply.question)
        implied = text.numbers_text(room.kept.model.map, reply.question, numbers)
        yield reply, room.words(reply.question).sentence, implied
