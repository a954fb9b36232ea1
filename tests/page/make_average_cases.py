"""Write the cases of plans and of averages over draws, which Python and the page's JavaScript both run.

`python tests/page/make_average_cases.py` does it. `tests/test_page_averages.py` runs them in Python,
`tests/page/averages.test.mjs` and `tests/page/plans.test.mjs` in Node, on the models of `cases/answers.json`.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.page_answers import FILES, model_of
from helpers.page_averages import averages_of
from helpers.page_propagation import propagation_of

CASES = Path(__file__).parent / "cases"


TABLES = {"averages": averages_of, "propagation": propagation_of}


def main() -> None:
    """Write the tables."""
    for table, cases_of in TABLES.items():
        cases = {name: cases_of(model_of(name)) for name in FILES}
        indent = 1 if table == "averages" else None
        text = json.dumps(cases, ensure_ascii=False, indent=indent)
        (CASES / f"{table}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
