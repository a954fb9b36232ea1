"""Write the cases of interviews, which Python and the page's JavaScript both run.

`python tests/page/make_interview_cases.py` does it: small models, and what Python says at each step of an
interview about them. `tests/test_page_interview.py` runs them in Python, `tests/page/interview.test.mjs` in
Node.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cruxmap.insight.interview.travelling import interview_data, interview_of
from helpers.page_answers import FILES, model_of
from helpers.page_interview import steps_of

CASES = Path(__file__).parent / "cases"

STEPS = 12
"""Replies in each interview, if it lasts so long."""


def main() -> None:
    found = {}
    for name in FILES:
        interview = interview_of(model_of(name))
        assert interview is not None
        found[name] = {"interview": interview_data(interview), "steps": steps_of(interview, STEPS)}
    text = json.dumps(found, separators=(",", ":"), sort_keys=True)
    (CASES / "interview.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
