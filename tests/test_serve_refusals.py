"""Who is answered by a served page, and who is not: requests as other sites and other programs send them."""

import http.client
import json
import os
import random
import re
import select
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest

import cruxmap as cm
from cruxmap.errors import Code
from cruxmap.ground import version_of
from cruxmap.serve.guard import HEADERS, SECONDS_TO_SEND, TOKEN
from helpers.commands import EXAMPLES
from helpers.served import ASKED, Answer, Served, change, copied, served


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


# --- saving ------------------------------------------------------------------------------------------


@pytest.fixture
def folder(library: Served) -> Iterator[Path]:
    """The folder of the worldviews; whatever a test leaves in the project is an error."""
    before = contents(library.project)
    yield library.project / "arguments/library/worldviews"
    after = contents(library.project)
    for path in after.keys() - before.keys():
        path.unlink()
    for path, data in before.items():
        if after.get(path) != data:
            path.write_bytes(data)
    assert after == before


def contents(project: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and path.name != "said.txt"
    }


def version_in(folder: Path, name: str = "treasurer") -> str:
    return version_of((folder / f"{name}.yaml").read_bytes())


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({TOKEN: None}, 403, Code.WRONG_TOKEN),
        ({TOKEN: "x"}, 403, Code.WRONG_TOKEN),
        ({"origin": None}, 403, Code.WRONG_ORIGIN),
        ({"origin": "null"}, 403, Code.WRONG_ORIGIN),
        ({"origin": "https://example.org"}, 403, Code.WRONG_ORIGIN),
        ({"sec_fetch_site": "cross-site"}, 403, Code.WRONG_ORIGIN),
        ({"sec_fetch_site": "same-site"}, 403, Code.WRONG_ORIGIN),
        ({"host": "example.org"}, 421, Code.WRONG_HOST),
        ({"content_type": None}, 415, Code.WRONG_REQUEST),
        ({"content_type": "text/plain"}, 415, Code.WRONG_REQUEST),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, Code.WRONG_REQUEST),
        ({"content_type": "application/json; charset=latin-1"}, 415, Code.WRONG_REQUEST),
    ],
    ids=str,
)
def test_what_the_page_did_not_send_is_not_saved(
    library: Served, folder: Path, headers: dict[str, str | None], status: int, code: Code
) -> None:
    answer = library.save(change("guest"), **headers)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_is_saved_by_another_method(library: Served, folder: Path, method: str) -> None:
    origin = f"http://{library.netloc}"
    answer = library.ask("/save", method, **{TOKEN: library.token}, origin=origin)
    assert (answer.status, answer.code) == (405, Code.WRONG_REQUEST)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../x",
            "..",
            ".",
            "",
            "/etc/x",
            "worldviews/x",
            "a/../b",
            "%2e%2e%2fx",
            "..%2fx",
            "x.yaml",
            "x\0",
            "x\n",
        ),
        *("..\\x", "C:x", "~x", "X", "map", "true", "x" * 201, "ﬁ", "x ", "-x"),
    ],
)
def test_an_id_that_is_none_is_refused(library: Served, folder: Path, name: str) -> None:
    answer = library.save(change(name))
    assert answer.status in (400, 422)
    assert answer.code in (Code.BAD_ID, Code.RESERVED_ID, Code.WRONG_REQUEST)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"id": NaN}',
        json.dumps({**change("guest"), "path": "/tmp/x"}).encode(),
        json.dumps(change("guest", judgements=[1])).encode(),
        json.dumps(change("guest", judgements={"soil-sound": 0.5})).encode(),
        json.dumps(change("guest", rejects="all")).encode(),
        json.dumps(change("guest", remarks={"soil-sound": "\ud800"})).encode(),
        json.dumps(change("guest", brings={"claims": []})).encode(),
        json.dumps(change("guest", brings={"../x": {}})).encode(),
        json.dumps(change("guest", brings={"routes": {"soil-sound": [{}]}})).encode(),
        json.dumps(change("guest", version=1)).encode(),
        json.dumps(change("guest", fitted={"soil-sound": 5})).encode(),
        json.dumps(change("guest", stated={"of": "soil-sound"})).encode(),
        json.dumps(change("guest", stated=["soil-sound"])).encode(),
        json.dumps(change("guest", asked="soil-sound")).encode(),
        json.dumps(change("guest", asked=[None])).encode(),
    ],
    ids=range(22),
)
def test_what_has_not_the_shape_of_a_change_is_refused(library: Served, folder: Path, body: bytes) -> None:
    answer = library.save(body)
    assert (answer.status, answer.code) == (400, Code.WRONG_REQUEST)


def test_what_would_be_a_problem_is_sent_back(library: Served, folder: Path) -> None:
    for parts, problem in (
        ({"judgements": {"nothing": "5%"}}, Code.UNKNOWN_ADDRESS),
        ({"judgements": {"soil-sound": "lots"}}, Code.UNREADABLE_JUDGEMENT),
        ({"from": "../x"}, Code.UNKNOWN_WORLDVIEW),
        ({"stated": [{"of": "nothing", "credence": "5%"}]}, Code.UNKNOWN_ID),
        ({"stated": [{"of": ["soil-sound", 5]}]}, Code.MISSING_KEY),
        ({"asked": ["nothing"]}, Code.UNKNOWN_ADDRESS),
        ({"asked": [{"from": "soil-sound"}]}, Code.UNKNOWN_KEY),
        ({"accepts": ["soil-sound"]}, Code.WRONG_REFERENCE),
        ({"brings": {"claims": {"soil-sound": {"text": "Mine.", "credence": "5%"}}}}, Code.DUPLICATE_ID),
    ):
        answer = library.save(change("guest", **parts))
        assert (answer.status, answer.code) == (422, Code.CANNOT_SAVE)
        assert problem in {found["code"] for found in answer.json["problems"]}


def test_what_an_interview_made_is_saved_as_what_it_is(library: Served, folder: Path) -> None:
    why = "to what I answered in the interview"
    interviewed = {
        "from": "map",
        "judgements": {"soil-sound": "50%", "funding-secured": "60% to 70%"},
        "fitted": {"funding-secured": why},
        "stated": [{"of": "opens-on-time", "credence": "20%"}, {"of": "work-in-time", "credence": "40%"}],
        "asked": ["winter", {"of": "funding-secured"}],
    }
    schema = folder.parents[2] / "schemas/worldview.schema.json"
    schema.parent.mkdir()
    schema.touch()
    try:
        answer = library.save(change("guest", **interviewed))
        assert answer.status == 200
        text = (folder / "guest.yaml").read_text()
        assert text.startswith("# yaml-language-server: $schema=../../../schemas/worldview.schema.json\n")
        assert f"\n  funding-secured: {{value: 60% to 70%, fitted: {why}}}\n" in text
        assert "\nstated:\n  - {of: opens-on-time, credence: 20%}\n" in text
        assert "\nasked:\n  - winter\n  - {of: funding-secured}\n" in text
        unasked = change(
            "guest",
            answer.json["version"],
            nobodys=["winter"],
            **{
                "from": "guest",
                "judgements": {"winter": {"mild": "60%", "hard": "rest"}},
            },
        )
        answer = library.save(unasked)
        assert answer.status == 200
        said = "\n  winter: {value: {mild: 60%, hard: rest}, elicited: false}\n"
        assert said in (folder / "guest.yaml").read_text()
        more = {
            "from": "guest",
            "judgements": {"funding-secured": "65%", "winter": {"mild": "50%", "hard": "rest"}},
            "fitted": {},
            "stated": [{"of": "work-in-time", "credence": "45%"}, {"of": "soil-sound", "credence": "90%"}],
            "asked": ["soil-sound"],
        }
        answer = library.save(change("guest", answer.json["version"], **more))
        assert answer.status == 200
        after = (folder / "guest.yaml").read_text()
        assert "\n  funding-secured: 65%\n" in after
        assert "elicited" not in after
        assert "\n  - {of: opens-on-time, credence: 20%}\n  - {of: work-in-time, credence: 45%}\n" in after
        assert "\n  - {of: soil-sound, credence: 90%}\n" in after
        assert "\nasked:\n  - {of: funding-secured}\n  - soil-sound\n" in after
    finally:
        schema.unlink()
        schema.parent.rmdir()
        (folder / "guest.yaml").unlink(missing_ok=True)


def test_a_version_that_is_old_is_a_conflict_with_both_texts(library: Served, folder: Path) -> None:
    text = (folder / "treasurer.yaml").read_text()
    answer = library.save(change(version="0" * 64))
    assert (answer.status, answer.code) == (409, Code.CHANGED_MEANWHILE)
    assert (answer.json["on_disk"], answer.json["version"]) == (text, version_in(folder))
    assert answer.json["mine"] == text.replace(
        "    note: stated\n", "    note: stated\n  soil-sound: 50%\n"
    )
    answer = library.save(change())
    assert (answer.status, answer.code, answer.json["on_disk"]) == (409, Code.ALREADY_THERE, text)
    answer = library.save(change("gone", version="0" * 64))
    assert (answer.status, answer.code, answer.json["on_disk"]) == (409, Code.CHANGED_MEANWHILE, None)


def test_a_link_is_not_followed(library: Served, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    text = (folder / "treasurer.yaml").read_text().replace("worldview: treasurer", "worldview: linked")
    outside.write_text(text)
    for target in (outside, folder / "treasurer.yaml", tmp_path / "nothing.yaml"):
        (folder / "linked.yaml").symlink_to(target)
        for version in (None, version_of(outside.read_bytes()), version_in(folder)):
            answer = library.save(change("linked", version=version))
            assert (answer.status, answer.code) == (409, Code.CANNOT_WRITE)
            assert "it is a symbolic link" in answer.json["message"]
        (folder / "linked.yaml").unlink()
    assert outside.read_text() == text
    assert not (tmp_path / "nothing.yaml").exists()


@pytest.mark.parametrize("place", ["arguments", "arguments/library", "arguments/library/worldviews"])
def test_nothing_is_saved_through_a_folder_that_is_a_link(
    library: Served, folder: Path, place: str
) -> None:
    linked, elsewhere = library.project / place, library.project / "elsewhere"
    linked.rename(elsewhere)
    linked.symlink_to(elsewhere)
    try:
        for version, name in ((None, "guest"), (version_in(folder), "treasurer")):
            answer = library.save(change(name, version=version))
            assert (answer.status, answer.code) == (409, Code.CANNOT_WRITE)
    finally:
        linked.unlink()
        elsewhere.rename(linked)


def test_what_is_no_file_is_not_written_over(library: Served, folder: Path) -> None:
    (folder / "guest.yaml").mkdir()
    try:
        answer = library.save(change("guest"))
        assert (answer.status, answer.code) == (409, Code.CANNOT_WRITE)
    finally:
        (folder / "guest.yaml").rmdir()
    os.mkfifo(folder / "guest.yaml")
    try:
        answer = library.save(change("guest"))
        assert (answer.status, answer.code) == (409, Code.CANNOT_WRITE)
    finally:
        (folder / "guest.yaml").unlink()


# --- large and slow --------------------------------------------------------------------------------


def test_what_is_too_large_is_refused_before_it_is_sent(library: Served, folder: Path) -> None:
    sender = Sender(library, f"content-length: {100 << 20}")
    assert sender.answer().startswith(b"HTTP/1.1 413 ")  # nothing of it was sent


def test_what_grows_too_large_is_refused_on_the_way(library: Served, folder: Path) -> None:
    sender = Sender(library, "transfer-encoding: chunked")
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    sent = 0
    try:
        while sent < 100 << 20 and not sender.has_answer():
            sender.send(piece)
            sent += 0x10000
    except OSError:  # the server has closed its side
        pass
    assert sent < 20 << 20
    answer = sender.answer()
    assert answer.startswith(b"HTTP/1.1 413 ") or answer == b""


@pytest.mark.long
def test_who_sends_too_slowly_is_not_waited_for(library: Served, folder: Path) -> None:
    begun = time.monotonic()
    sender = Sender(library, "content-length: 100")
    sender.send(b"{")
    assert sender.answer().startswith(b"HTTP/1.1 408 ")
    assert SECONDS_TO_SEND - 1 < time.monotonic() - begun < SECONDS_TO_SEND + 30


class Sender:
    """Somebody who sends something to be saved, piece by piece."""

    def __init__(self, library: Served, *headers: str) -> None:
        host, port = library.netloc.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        lines = [
            "POST /save HTTP/1.1",
            f"host: {library.netloc}",
            f"origin: http://{library.netloc}",
            f"{TOKEN}: {library.token}",
            "content-type: application/json",
            *headers,
        ]
        self.send("\r\n".join((*lines, "", "")).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def has_answer(self) -> bool:
        return bool(select.select([self.socket], [], [], 0)[0])

    def answer(self) -> bytes:
        """Return the beginning of what comes back; nothing where the connection was just closed."""
        try:
            return self.socket.recv(1000)
        except ConnectionResetError:
            return b""
        finally:
            self.socket.close()


# --- many at once, and the end -----------------------------------------------------------------------


def test_of_fifty_writers_one_wins_and_every_file_is_whole(library: Served, folder: Path) -> None:
    before = (folder / "treasurer.yaml").read_bytes()
    version = version_of(before)
    library.told()

    def write(number: int) -> Answer:
        return library.save(change(version=version, judgements={"soil-sound": f"{number + 20}%"}))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(write, range(50)))
    text = (folder / "treasurer.yaml").read_text()
    (folder / "treasurer.yaml").write_bytes(before)
    won = [number for number, answer in enumerate(answers) if answer.status == 200]
    assert len(won) == 1
    assert {(answer.status, answer.code) for answer in answers if answer.status != 200} == {
        (409, Code.CHANGED_MEANWHILE)
    }
    assert text == before.decode().replace(
        "    note: stated\n", f"    note: stated\n  soil-sound: {won[0] + 20}%\n"
    )
    assert [path.name for path in folder.iterdir()] == ["treasurer.yaml"]


@pytest.mark.long
def test_killed_anywhere_it_leaves_each_file_whole(tmp_path: Path) -> None:
    project = copied(EXAMPLES / "library", tmp_path)
    file = project / "arguments/library/worldviews/treasurer.yaml"
    for number in range(6):
        with served(project, "library") as running:
            running.told()
            Timer(0.04 * number + random.Random(number).random(), running.process.kill).start()
            wanted = file.read_text()
            while running.process.poll() is None:
                before, judged = wanted, f"{random.random():.12%}"
                wanted = re.sub(
                    r"(  soil-sound: .*\n)?stated:", f"  soil-sound: {judged}\nstated:", before
                )
                try:
                    sent = change(version=version_of(before.encode()), judgements={"soil-sound": judged})
                    assert running.save(sent).status == 200
                except (OSError, http.client.HTTPException):
                    assert file.read_text() in (before, wanted)
                    break
                assert file.read_text() == wanted
        assert cm.read_model(project / "models/library.yaml")


@pytest.mark.long
def test_each_code_was_met(library: Served, folder: Path) -> None:
    sent = json.dumps(change("guest")).encode()
    met = [
        library.ask(host="example.org"),
        library.ask("/news", **{TOKEN: library.token}, origin="https://example.org"),
        library.ask("/news"),
        library.ask("/page", **{TOKEN: library.token}),
        library.save(sent, content_length=str(100 << 20)),
        library.save(b"", content_length="10"),
        library.save(change("guest", judgements={"nothing": "5%"})),
        library.save(change(version="0" * 64)),
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


def test_an_interrupt_ends_it_before_all_has_begun(tmp_path: Path) -> None:
    with served(copied(EXAMPLES / "library", tmp_path), "library") as running:
        time.sleep(0.3)  # while its other process loads what it needs
        assert running.end() == 0
        assert "Traceback" not in running.said
