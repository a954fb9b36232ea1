"""Write the cases of pools and pairs, which Python and the page's JavaScript both run.

`python tests/page/make_together_cases.py` does it. `tests/test_page_together.py` runs them in Python,
`tests/page/together.test.mjs` in Node, on the models of `cases/answers.json` with nothing observed.
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cruxmap.insight.travelling_model import travelling_model
from helpers.page_answers import FILES, model_of
from helpers.page_together import clusterings, fitted_model, fitted_of, together_of

CASES = Path(__file__).parent / "cases"

OF_THE_FILES = {"cruxmap", "digest", "question_digest", "made_from"}
"""What of a model's data tells versions of its files apart."""


def fitted_data() -> dict[str, Any]:
    """Return the model with fitted numbers as data, without what tells versions of its files apart."""
    data = travelling_model(fitted_model())
    return {name: part for name, part in data.items() if name not in OF_THE_FILES}


def main() -> None:
    """Write the table."""
    found = {name: together_of(model_of(name)) for name in FILES}
    fitted = {"model": fitted_data(), **fitted_of(fitted_model())}
    cases = {"clusterings": clusterings(), "models": found, "fitted": fitted}
    text = json.dumps(cases, ensure_ascii=False, indent=1)
    (CASES / "together.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
