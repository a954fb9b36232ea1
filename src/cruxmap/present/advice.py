"""What to do about an uncertainty, in words: look for evidence, think harder, or talk."""

from cruxmap.insight.uncertainty import Advice, Uncertainty
from cruxmap.present.phrases import part

WHAT_TO_DO = {Advice.LOOK: "look for evidence", Advice.THINK: "think harder", Advice.TALK: "talk"}

WHERE_IT_LIES = {
    Advice.LOOK: "in the world, where no judgement settles it",
    Advice.THINK: "in numbers that are left wide",
    Advice.TALK: "in disagreement",
}

NOTHING_TO_DO = "Nothing is uncertain here: there is nothing to look for, to think about or to talk about."


def advice_text(found: Uncertainty) -> str:
    """Say whether to look for evidence, to think harder or to talk, first what can settle most."""
    shares = found.information.shares
    if not shares:
        return NOTHING_TO_DO
    (first, most), *others = shares.items()
    do = WHAT_TO_DO[first]
    rest = (
        f"then {WHAT_TO_DO[advice]}, as {share_text(share)} lies {WHERE_IT_LIES[advice]}"
        f"{_mostly(found, advice)}"
        for advice, share in others
        if share > 0
    )
    head = f"{do[0].upper()}{do[1:]} first, as {share_text(most)} of the uncertainty lies"
    return "; ".join([f"{head} {WHERE_IT_LIES[first]}{_mostly(found, first)}", *rest]) + "."


def share_text(share: float) -> str:
    """Write a part of the uncertainty, a small one with a digit more."""
    return part(share, 0 if share >= 0.1 else 1)


def _mostly(found: Uncertainty, advice: Advice) -> str:
    """Name the entry that most of a part goes with, if it is known by entry."""
    entries = {Advice.THINK: found.imprecision, Advice.TALK: found.disagreement}.get(advice)
    return f" ({part(entries[0].share)} of it over {entries[0].id})" if entries else ""
