"""Who is answered by a served page, and who is not: requests as other sites and other programs send them."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from cruxmap.errors import Code
from cruxmap.serve.guard import HEADERS, TOKEN
from helpers.commands import EXAMPLES
from helpers.served import ASKED, Served, copied, served


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = copied(EXAMPLES / "library", tmp_path_factory.mktemp("project"))
    with served(project, "library") as running:
        running.page()
        yield running


@pytest.fixture(scope="module")
def token(library: Served) -> str:
    return library.told()["token"]


def test_the_page_may_ask_where_it_came_from_and_no_file_may(library: Served) -> None:
    assert "connect-src &#x27;self&#x27;" in library.page()


def test_every_answer_says_that_nobody_else_may_have_it(library: Served, token: str) -> None:
    answers = [
        library.ask(),
        library.ask("/news"),
        library.news(),
        library.ask("/nowhere"),
        library.ask(host="x"),
    ]
    assert [answer.status for answer in answers] == [200, 403, 200, 403, 421]
    for answer in answers:
        assert answer.headers.items() >= HEADERS.items()
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "example.org",
        "127.0.0.1",
        "localhost:{port}",
        "127.0.0.1:1",
        "127.0.0.1.example.org:{port}",
        "127.0.0.1:{port}.",
        "0.0.0.0:{port}",
        "[::1]:{port}",
    ],
)
def test_another_name_gets_no_answer(library: Served, token: str, host: str | None) -> None:
    port = library.netloc.partition(":")[2]
    named = None if host is None else host.format(port=port)
    answers = [library.ask(host=named), library.ask("/news", host=named, **{TOKEN: token})]
    assert {answer.status for answer in answers} <= {400, 421}
    assert not any(b'id="news"' in answer.body or token.encode() in answer.body for answer in answers)


def test_two_names_get_no_answer(library: Served) -> None:
    connection = http.client.HTTPConnection(library.netloc)
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("host", library.netloc)
    connection.putheader("host", "example.org")
    connection.endheaders()
    assert connection.getresponse().status in (400, 421)
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "https://{address}"},
        {"origin": "http://{address}.example.org"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
    ids=str,
)
def test_another_origin_gets_no_news(library: Served, token: str, headers: dict[str, str]) -> None:
    sent = {name: value.format(address=library.netloc) for name, value in headers.items()}
    answer = library.ask("/news", **{TOKEN: token, **sent})
    assert (answer.status, answer.code) == (403, Code.WRONG_ORIGIN)


def test_the_page_itself_gets_news(library: Served, token: str) -> None:
    origin = f"http://{library.netloc}"
    assert (
        library.ask("/news", **{TOKEN: token}, origin=origin, sec_fetch_site="same-origin").status == 200
    )


def test_another_site_cannot_read_the_page_but_link_to_it(library: Served) -> None:
    from_there = {"sec_fetch_site": "cross-site"}
    assert library.ask(**from_there, sec_fetch_mode="navigate", sec_fetch_dest="document").status == 200
    for mode, target in (("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe")):
        answer = library.ask(**from_there, sec_fetch_mode=mode, sec_fetch_dest=target)
        assert (answer.status, answer.code) == (403, Code.WRONG_ORIGIN)


@pytest.mark.parametrize("shown", [None, "", "x", "{token}x", "é"])
def test_without_the_token_there_are_no_news(library: Served, token: str, shown: str | None) -> None:
    sent = None if shown is None else shown.format(token=token)
    answer = library.ask("/news", **{TOKEN: sent})
    assert (answer.status, answer.code) == (403, Code.WRONG_TOKEN)


def test_a_token_in_the_address_or_a_cookie_is_none(library: Served, token: str) -> None:
    for answer in (library.ask(f"/news?{TOKEN}={token}"), library.ask("/news", cookie=f"{TOKEN}={token}")):
        assert (answer.status, answer.code) == (403, Code.WRONG_TOKEN)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/news"])
def test_nothing_answers_another_method(library: Served, token: str, path: str, method: str) -> None:
    answer = library.ask(path, method, **{TOKEN: token}, origin=f"http://{library.netloc}")
    assert (answer.status, answer.code) == (405, Code.WRONG_REQUEST)


@pytest.mark.parametrize(
    "path",
    [
        "/models/library.yaml",
        "/../models/library.yaml",
        "/%2e%2e/models/library.yaml",
        "//",
        "/news/",
        "/page",
    ],
)
def test_no_file_is_served(library: Served, token: str, path: str) -> None:
    answer = library.ask(path, **{TOKEN: token})
    assert (answer.status, answer.code) == (404, Code.WRONG_REQUEST)


def test_each_code_was_met(library: Served, token: str) -> None:
    met = [
        library.ask(host="example.org"),
        library.ask("/news", **{TOKEN: token}, origin="https://example.org"),
        library.ask("/news"),
        library.ask("/page", **{TOKEN: token}),
    ]
    assert [answer.code for answer in met] == list(ASKED)


def test_a_port_that_is_taken_is_refused_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    project = copied(EXAMPLES / "library", tmp_path)
    with served(project, "library") as running:
        with served(project, "library", "--port", running.netloc.partition(":")[2]) as second:
            assert second.address == ""
            assert second.process.wait(60) == 2
            assert "problem cannot-use: port" in (project / "said.txt").read_text()
        assert running.end() == 0
