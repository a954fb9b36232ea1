"""Maps and worldviews that several test files ask about, as people write them."""

GARDEN = """
claims:
  rain: {text: It rains., credence: 20% to 40%}
  sprinkler: {text: The sprinkler is on., credence: 30%}
  wet:
    text: The grass is wet.
    given:
      - {id: both, when: [rain, sprinkler], credence: 99%}
      - {id: rained, when: rain, credence: 80% to 95%}
      - {id: sprinkled, when: sprinkler, credence: 60% to 90%}
      - {otherwise: 5%}
  slippery: {text: The path is slippery., given: [{when: wet, credence: 70%}, {otherwise: 10%}]}
  far: {text: It rains on the other side of the world., credence: 10% to 30%}
  mould: {text: The grass has mould., credence: 1% to 5%}
questions:
  season:
    text: Which season is it?
    states: [dry, mild, rainy]
    credence: {dry: 20% to 40%, mild: 40%, rainy: rest}
arguments:
  clouds: {text: There are dark clouds., credence: 50% to 70%, for: rain, strength: 3x to 10x}
  drought: {text: It is the dry season., premises: [{season: dry}], against: rain, strength: 5x}
  mirage: {text: The clouds are smoke., credence: 10% to 30%, undercuts: clouds}
  damp: {text: Wet grass grows mould., premises: [wet], credence: 80%, for: mould, strength: 4x}
"""
"""A claim of each kind, a question, and arguments on arguments; most tests ask for `wet`."""

ANN = """
judgements:
  rain: 10% to 20%
  wet.rained: 97%
  clouds.strength: 2x
  season: {dry: 60%, mild: 30%, rainy: 10%}
  far: 90%
stated: [{of: wet, credence: 30% to 50%}]
"""
"""A worldview on the garden that states an estimate."""

BOB = """
judgements:
  rain: 60% to 80%
  sprinkler: 10% to 60%
  clouds.strength: 8x
  mirage: 50%
rejects: [drought]
"""
"""Another, that rejects an argument."""

TRIAD = """
claims:
  c: {{text: The claim., credence: {c}}}
  u: {{text: The question., given: [{{when: c, credence: {true}}}, {{otherwise: {false}}}]}}
"""
"""A claim and one question about it; the numbers are put in by `format`."""

TRAINING = """
timelines:
  training: {text: The training., phases: {early: 3, late: 4}}
events:
  goal:
    text: A goal forms.
    timeline: training
    emerges: {early: {credence: 10% to 40%, pace: 0.3x to 3x}, late: 20% to 60%}
  plan:
    text: Plans are made.
    timeline: training
    requires: [goal]
    emerges: {early: 10% to 60%, late: {credence: 30% to 80%, pace: 0.5x to 2x}}
questions:
  kind:
    text: Which kind of goal is it?
    states: [none, weak, strong]
    given:
      - id: soon
        when: {event: goal, during: early}
        credence: {none: 10% to 20%, weak: 20% to 30%, strong: rest}
      - {otherwise: {none: 50% to 70%, weak: 20% to 30%, strong: rest}}
claims:
  danger:
    text: It is dangerous.
    routes:
      - {id: planned, when: {event: plan, by_end_of: late}, chance: 20% to 50%}
      - {id: strongly, when: {kind: strong}, chance: 30% to 80%}
    leak: 0.1% to 1%
arguments:
  checked: {text: Somebody checks., credence: 40% to 80%, against: danger.planned, strength: 1.5x to 6x}
  tamed: {text: It is tamed., credence: 20% to 60%, against: {kind: strong}, strength: 2x to 9x}
  untamed: {text: Taming fails., credence: 30% to 60%, undercuts: tamed, force: 50% to 90%}
"""
"""Events on a timeline, routes to a claim, and arguments on both."""

TRAINING_QUESTION = (
    "target: danger\nobserved: [{event: plan, ever: true}]\nassuming: [{kind: [weak, strong]}]\n"
)
TRAINING_WORLDVIEW = (
    "judgements: {kind.soon.strong: 50% to 80%, kind.soon.weak: 15% to 40%}\nrejects: [untamed]\n"
)

ONE = """
claims:
  a: {text: A., credence: 5% to 60%}
  b: {text: B., given: [{when: a, credence: 90%}, {otherwise: 20%}]}
  c: {text: C., credence: 10% to 30%}
"""
"""Only the credence of `a` can be learned from `b`, so that one integral has the answer."""

CARLSMITH = """
claims:
  feasible: {text: Systems become feasible., credence: 65%}
  incentives: {text: There are incentives., credence: 80%}
  hard: {text: Alignment is hard., credence: 40%}
  seeking: {text: Some seek power., credence: 65%}
  disempowered: {text: Humanity is disempowered., credence: 40%}
  catastrophe: {text: It is a catastrophe., credence: 95%}
  doom: {text: All of it., all_of: [feasible, incentives, hard, seeking, disempowered, catastrophe]}
"""
"""The conjunction of the report on power-seeking, without the texts."""

SUPERFORECASTERS = """
judgements: {feasible: 80%, incentives: 90%, hard: 58%, seeking: 25%, disempowered: 5%, catastrophe: 40%}
stated: [{of: doom, credence: 1%}]
"""
"""Superforecasters on the same, with what they said of the whole."""
