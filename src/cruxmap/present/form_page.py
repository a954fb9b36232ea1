"""A questionnaire as one HTML file, to fill in without any server, or on paper.

Its one script makes a table of the answers, the same as a spreadsheet would, and says at once what will not
be read. Without scripts it is a form to print.
"""

import json
from functools import cache

from cruxmap.language.spreadsheet import written_row
from cruxmap.present.form import Asked, Blank, Form
from cruxmap.present.form_table import columns_of, row_of
from cruxmap.present.report.markup import Html, said, tag
from cruxmap.present.report.packaging import FORM, FORM_STYLES, page_sources, page_style, script
from cruxmap.present.report.page_file import whole_page

INTRODUCTION = (
    "Answer what you can, from what you know and think today. Leave empty what you would rather not answer. "
    "It takes a minute or less for each question."
)
NOTATION = (
    "A probability may be one number or a range that you are 90% sure of: 5%, 2% to 10%, about 5%, under 1%, "
    "1 in 20, or in words, as very unlikely, unlikely, roughly even, likely, very likely. "
    "A question that asks how many times likelier something is takes 3x, or 2x to 10x."
)
STAYS = (
    "This page opens no connections. What you write stays in it until you choose “Download my answers” at "
    "its end; it is gone when you close the page. Send the file to whoever sent you the page."
)
ASSUMED = "Where a question says “given what is assumed”, take these as given, whatever you think of them:"
WITHOUT_SCRIPTS = "Scripts are off, so the answers cannot be downloaded: print this page and write on it."
DOES_NOT_KNOW, REJECTS = "I do not know", "I reject this argument: it has no force at all"


def form_page(form: Form) -> str:
    """Return a questionnaire as a page that runs nothing but its own script and fetches nothing."""
    running, style = _sources()
    main = tag(
        "main",
        [_asked(form, asked) for asked in form.asked],
        _end(),
        data_columns=written_row(columns_of(form)),
        data_phrases=json.dumps(form.phrases, sort_keys=True),
    )
    parts = (_header(form), main, Html(f"<script>{running}</script>"))
    return whole_page(f"Questions: {form.title}", style, Html("\n".join(parts)), scripts=(running,))


def _header(form: Form) -> Html:
    many = "one question" if len(form.asked) == 1 else f"{len(form.asked)} questions"
    return tag(
        "header",
        tag("p", f"{many.capitalize()} about", class_="quiet"),
        tag("h1", said(form.title)),
        tag("p", INTRODUCTION),
        tag("p", NOTATION, id="notation"),
        _assumed(form),
        tag("p", STAYS, class_="screen"),
        tag("noscript", tag("p", WITHOUT_SCRIPTS, class_="warning")),
    )


def _assumed(form: Form) -> Html | None:
    if not form.assuming:
        return None
    clauses = [tag("li", said(f"{clause}.")) for clause in form.assuming]
    return tag("div", tag("p", ASSUMED), tag("ul", clauses))


def _asked(form: Form, asked: Asked) -> Html:
    name = f"q{asked.number}"
    return Html(
        "\n"
        + tag(
            "fieldset",
            tag("legend", tag("span", f"{asked.number}. ", class_="number"), said(asked.sentence)),
            [tag("p", said(line), class_="about") for line in asked.about],
            _arguments("What speaks for it", asked.speaks_for),
            _arguments("What speaks against it", asked.speaks_against),
            [_blank(form, asked, blank, f"{name}-{i}") for i, blank in enumerate(asked.blanks, 1)],
            tag("p", asked.how, id=f"{name}-hint", class_="hint"),
            tag("p", class_="problem", id=f"{name}-problem", role="status"),
            tag(
                "p",
                _choice(f"{name}-unknown", DOES_NOT_KNOW, "don't know"),
                _choice(f"{name}-rejected", REJECTS, "reject") if asked.can_be_rejected else None,
                class_="choices",
            ),
            id=name,
            data_scale=asked.scale,
        )
    )


def _arguments(title: str, sentences: tuple[str, ...]) -> Html | None:
    if not sentences:
        return None
    lines = [tag("li", said(sentence)) for sentence in sentences]
    return tag("div", tag("p", title, class_="quiet"), tag("ul", lines), class_="arguments")


def _blank(form: Form, asked: Asked, blank: Blank, name: str) -> Html:
    question = name.partition("-")[0]
    described = f"{question}-hint {question}-problem"
    shown = [" ", tag("span", "the map has ", said(blank.number), class_="quiet")] if blank.number else []
    return tag(
        "p",
        tag("label", said(blank.label) if blank.label else "Your answer", for_=name),
        " ",
        tag(
            "input",
            id=name,
            type="text",
            autocomplete="off",
            autocapitalize="none",
            spellcheck="false",
            maxlength=200,
            aria_describedby=described,
            data_row=written_row(row_of(form, asked, blank)),
        ),
        shown,
        class_="blank",
    )


def _choice(name: str, words: str, answer: str) -> Html:
    box = tag("input", id=name, type="checkbox", data_says=answer)
    return tag("label", box, f" {words}", for_=name)


def _end() -> Html:
    return tag(
        "section",
        tag("h2", "Your answers"),
        tag(
            "p",
            tag("label", "Your name, in small letters", for_="name"),
            " ",
            tag(
                "input",
                id="name",
                type="text",
                autocomplete="off",
                autocapitalize="none",
                maxlength=60,
                aria_describedby="name-problem",
            ),
            class_="blank",
        ),
        tag("p", id="name-problem", class_="problem", role="status"),
        tag("p", id="count", role="status", class_="screen"),
        tag("p", tag("button", "Download my answers", type="button", id="download"), class_="screen"),
        id="end",
    )


@cache
def _sources() -> tuple[str, str]:
    """Return the script and the style of every questionnaire."""
    return script(page_sources(), FORM), page_style(styles=FORM_STYLES)
