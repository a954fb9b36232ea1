"""What `cruxmap new NAME` writes: a small map that works, to be edited."""

from cruxmap.language.desk import check_word
from cruxmap.language.findings import Findings
from cruxmap.language.yaml_text import text_of

_MAP = """\
# What the argument is about, who says what, and where.
map:
  title: Will the new library open on time?
  text: >-
    A small map to start from. Change the sentences and numbers, add your own,
    and run `cruxmap check` after each step.
sources:
  report:
    title: Report of the building committee
    date: 2026-03-01
voices:
  architect:
    text: The architect, in the report.
  treasurer:
    text: The treasurer, in the report.
"""

_CLAIMS = """\
# A claim is true or false. Each says on what it rests: here three have a credence of
# their own, one a table of cases, and the last is defined by others.
claims:
  funding-secured:
    text: >-
      The money for the whole building is there before work starts.
    source: report#2
    credence: 60% to 85%
  soil-sound:
    text: >-
      The ground needs no extra foundations.
    source: report#3
    credence: very likely
  work-in-time:
    text: >-
      The builders finish within the planned eighteen months.
    given:
      - id: mild-and-sound
        when: {winter: mild, soil-sound: true}
        credence: 75% to 95%
      - id: mild
        when: {winter: mild}
        credence: 40% to 70%
      - otherwise: 15% to 40%
  opens-on-time:
    text: >-
      The new library opens on the announced day.
    all_of: [funding-secured, work-in-time]
    if_met: over 95%

# A question has several states, of which one is true.
questions:
  winter:
    text: >-
      How hard is the winter in the first year of work?
    states: [mild, hard]
    credence:
      mild: 55% to 75%
      hard: rest
"""

_ARGUMENTS = """\
# An argument speaks for a claim or against it, with a strength: how many times it
# multiplies (or divides) the odds if it holds. Another one may undercut it.
arguments:
  grant-was-promised:
    text: >-
      The ministry has promised the grant in writing.
    by: architect
    source: report#2
    credence: 70% to 90%
    for: funding-secured
    strength: moderate
  promises-lapse:
    text: >-
      Written promises lapsed twice when the government changed.
    by: treasurer
    source: report#4
    credence: 40% to 70%
    undercuts: grant-was-promised
    force: 50% to 80%
"""

_WORLDVIEW = """\
# One reviewer's judgements. Whatever is left out stays as the map has it.
worldview: treasurer
voice: treasurer
text: >-
  Money is the weak point; the builders have kept their dates before.
judgements:
  funding-secured: 40% to 65%
  promises-lapse: 70% to 90%
  work-in-time.mild:
    value: about 70%
    source: report#5
    note: stated
stated:
  - of: opens-on-time
    credence: 20% to 50%
    source: report#6
"""

_MODEL = """\
# A question put to the map.
model: {name}
map: ../arguments/{name}
target: opens-on-time
also: [work-in-time]
assuming: [soil-sound]
worldviews: [map, treasurer]
"""


def template(name: str) -> dict[str, str]:
    """Return the files of a small map, worldview and model, by path relative to the project.

    Raises InvalidMap for a name that cannot be an id.
    """
    findings = Findings()
    check_word(findings, text_of(name))
    findings.raise_if_any()
    folder = f"arguments/{name}"
    return {
        f"{folder}/map.yaml": _MAP,
        f"{folder}/claims.yaml": _CLAIMS,
        f"{folder}/arguments.yaml": _ARGUMENTS,
        f"{folder}/worldviews/treasurer.yaml": _WORLDVIEW,
        f"models/{name}.yaml": _MODEL.format(name=name),
    }
