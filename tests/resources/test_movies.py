"""Movies: what they are in each format, the bytes and parts of them, and their posters."""

import re
from http.client import HTTPConnection
from io import BytesIO

import av
import pytest

from exchange.settings import Settings
from run import create_app
from tests.resources.wire import Wire
from work import works
from work.runner import runner_for

PASSING = ("date", "cache-status", "x-request-id", "last-modified")  # of their moment
TYPES = {"video/mp4": "mp4", "image/png": "png"}


@pytest.fixture
def app(database_url):
    given = {"cameras": "1=test:2026", "open_writes": True, "rate_limits": "off"}
    app = create_app(Settings(database_url=database_url, task_attempts=1, **given))
    yield app
    app.database.close()


@pytest.fixture
def film(wire: Wire, app):
    """What a camera films: the answer of its task, once that has ended."""

    def film(seconds: int, path: str = "/cameras/1/movies"):
        accepted = wire.write("POST", path, "movie", {"seconds": seconds})
        assert accepted.status_code == 202, accepted.data
        assert runner_for(app, works(app.settings)).run()
        return wire.send("GET", accepted.headers["Location"])

    return film


@pytest.fixture
def movie(wire: Wire, film):
    return wire.get(film(2).headers["Location"])


def without_date(answer):
    given = {name.lower(): value for name, value in answer.headers}
    return {name: it for name, it in given.items() if name not in PASSING}


def test_a_movie_says_what_it_is(wire, movie):
    assert movie.keys() == {"id", "camera_id", "seconds", "created_at", "links"}
    assert (movie["camera_id"], movie["seconds"]) == ("1", "2")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", movie["created_at"])
    assert movie["links"] == {"self": f"/movies/{movie['id']}", "camera": "/cameras/1"}
    assert wire.get(movie["links"]["self"]) == movie
    assert wire.rows("/cameras/1/movies") == [movie]


def test_the_whole_walk_by_links_alone(wire, app):
    """Post, poll, follow, fetch; post, cancel."""
    (camera,) = wire.rows(wire.get("/")["links"]["cameras"])
    accepted = wire.write("POST", camera["links"]["movies"], "movie", {"seconds": 1})
    task = wire.format.read(accepted.data)["links"]["self"]
    assert (accepted.status_code, accepted.headers["Location"]) == (202, task)
    polled = wire.send("GET", task)
    assert (polled.status_code, polled.headers["Retry-After"]) == (200, "1")
    assert runner_for(app, works(app.settings)).run()
    ended = wire.send("GET", task)
    result = wire.format.read(ended.data)["links"]["result"]
    assert (ended.status_code, ended.headers["Location"]) == (303, result)
    others = re.findall(r'<([^>]*)>; rel="alternate"; type="([^"]*)"', shown(wire, result))
    (url,) = [url for url, kind in others if kind == "video/mp4"]
    video = wire.send("GET", url)
    assert video.content_type == "video/mp4"
    with av.open(BytesIO(video.data)) as container:
        assert len([*container.decode(video=0)]) == 10
    again = wire.write("POST", camera["links"]["movies"], "movie", {"seconds": 1})
    second = wire.format.read(again.data)["links"]["self"]
    assert wire.send("DELETE", second).status_code == 204
    assert wire.get(second)["state"] == "cancelled"
    assert not runner_for(app, works(app.settings)).run()


def shown(wire, path):
    return wire.send("GET", path).headers["Link"]


@pytest.mark.parametrize("kind", TYPES)
def test_a_part_is_negotiated_like_every_representation(wire, movie, kind):
    path = movie["links"]["self"]
    shown = wire.send("GET", path, Accept=kind, Accept_Encoding="gzip, br, zstd")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, kind)
    assert shown.headers["Vary"] == "Accept"
    assert "Content-Encoding" not in shown.headers
    assert shown.headers["Accept-Ranges"] == "bytes"
    assert re.fullmatch(rf'"1\.[\w-]+-{TYPES[kind]}"', shown.headers["ETag"])
    assert f'type="{kind}"' not in shown.headers["Link"]
    assert 'type="application/xml"' in shown.headers["Link"]
    assert wire.send("GET", path, Accept="*/*", Range="bytes=0-1").status_code == 200
    by_name = wire.send("GET", f"{path}?format={TYPES[kind]}")
    assert by_name.data == shown.data
    by_range = wire.send("GET", path, Accept=f"{kind.partition('/')[0]}/*, */*;q=0.5")
    assert by_range.data == shown.data
    headed = wire.send("HEAD", path, Accept=kind, Range="bytes=0-1")  # 14.2: GET alone
    assert (headed.status_code, headed.data) == (200, b"")
    assert without_date(headed) == without_date(shown)
    tag = shown.headers["ETag"]
    assert wire.send("GET", path, Accept=kind, If_None_Match=tag).status_code == 304
    assert wire.send("GET", path, Accept=kind, If_Match='"x"').status_code == 412


def test_members_have_no_ranges(wire, movie):
    answer = wire.send("GET", movie["links"]["self"], Range="bytes=0-1")
    assert answer.status_code == 200
    assert "Accept-Ranges" not in answer.headers


def test_a_406_lists_the_parts_where_there_are_any(wire, movie):
    answer = wire.send("GET", movie["links"]["self"], Accept="image/jpeg")
    assert answer.status_code == 406
    assert (
        f'<{movie["links"]["self"]}?format=png>; rel="alternate"; type="image/png"'
        in (answer.headers["Link"])
    )
    for path in ("/cameras/1", "/cameras/1/movies"):
        answer = wire.send("GET", path, Accept="video/mp4")
        assert answer.status_code == 406
        assert "video" not in answer.headers["Link"]
        assert wire.send("GET", f"{path}?format=mp4").status_code == 406


def test_what_shows_members_cannot_be_made_as_a_movie(wire):
    answer = wire.send(
        "POST", "/cameras/1/movies", wire.format.write("movie", {"seconds": 1}), Accept="video/mp4"
    )
    assert answer.status_code == 406
    assert wire.rows("/cameras/1/movies") == []


@pytest.mark.parametrize("seconds", [0, 61, -1, 10**30, None, "x", "1.5", ""])
def test_a_movie_has_1_to_60_seconds(wire, seconds):
    answer = wire.write("POST", "/cameras/1/movies", "movie", {"seconds": seconds})
    assert wire.pointers(answer) == {wire.pointer("movie", "seconds")}
    assert wire.rows("/cameras/1/movies") == []


def test_another_camera_in_the_content_is_impossible(wire):
    answer = wire.write("POST", "/cameras/1/movies", "movie", {"seconds": 1, "camera_id": 2})
    assert wire.pointers(answer) == {wire.pointer("movie", "camera_id")}


def test_a_camera_that_is_not_there_makes_no_movie(wire):
    assert wire.write("POST", "/cameras/9/movies", "movie", {"seconds": 1}).status_code == 404
    assert wire.send("GET", "/cameras/9/movies").status_code == 404


def test_a_camera_without_a_driver_fails_its_task_and_nothing_is_written(wire, film):
    camera = wire.make("/cameras", "camera", {"name": "Gate"})
    task = wire.format.read(film(1, camera["links"]["movies"]).data)
    assert (task["state"], task["problem"]["status"]) == ("failed", "503")
    assert f"camera {camera['id']} has no driver" in task["problem"]["detail"]
    assert wire.rows(camera["links"]["movies"]) == []


def test_a_camera_that_is_gone_fails_its_task(wire, film, app):
    camera = wire.make("/cameras", "camera", {"name": "Gate"})
    wire.write("POST", camera["links"]["movies"], "movie", {"seconds": 1})
    assert wire.send("DELETE", camera["links"]["self"]).status_code == 204
    everywhere = app.settings.model_copy(update={"cameras": "*=test:2026"})
    assert runner_for(app, works(everywhere)).run()
    (task,) = wire.rows("/tasks")
    assert (task["state"], task["problem"]["status"]) == ("failed", "422")


def test_the_same_seed_makes_the_same_movie(wire, movie, film):
    again = wire.get(film(2).headers["Location"])
    one, other = (
        wire.send("GET", each["links"]["self"], Accept="video/mp4").data for each in (movie, again)
    )
    assert one == other


def test_a_movie_never_changes_and_its_bytes_go_with_it(wire, movie, app):
    path = movie["links"]["self"]
    assert wire.send("OPTIONS", path).headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert wire.send("DELETE", "/cameras/1").status_code == 409
    tag = wire.send("GET", path, Accept="video/mp4").headers["ETag"]
    assert wire.send("DELETE", path, If_Match='"0.x-mp4"').status_code == 412
    assert wire.send("DELETE", path, If_Match=tag).status_code == 204
    for kind in (wire.format.media_type, *TYPES):
        assert wire.send("GET", path, Accept=kind).status_code == 404
    with app.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM movie_files").scalar() == 0
    assert wire.send("DELETE", "/cameras/1").status_code == 204


@pytest.fixture(scope="module")
def video(server):
    """A movie on a server of its own process: its path, and all its bytes."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    fields = {"Content-Type": "application/json", "Prefer": "wait=10"}
    connection.request("POST", "/cameras/1/movies", '{"seconds": 1}', fields)
    made = connection.getresponse()
    made.read()
    connection.close()
    assert made.status == 201
    path = made.headers["Location"]
    return path, *fetched(server, path)


def fetched(server, path, **fields):
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    connection.request("GET", path, headers={"Accept": "video/mp4"} | given)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


# The field, the status, and what is sent, as a slice of the whole; 14.2, 14.4, 15.3.7, 15.5.17
RANGES = [
    ("bytes=0-0", 206, slice(0, 1)),
    ("bytes=0-499", 206, slice(0, 500)),
    ("bytes=500-999", 206, slice(500, 1000)),
    ("bytes=1000-", 206, slice(1000, None)),
    ("bytes=-1", 206, slice(-1, None)),
    ("bytes=-99999999", 206, slice(None)),
    (f"bytes=0-{'9' * 5000}", 206, slice(None)),
    ("bytes=99999999-,5-6", 206, slice(5, 7)),
    ("bytes=0-1,3-4", 200, slice(None)),
    ("bytes=" + ",".join(["0-"] * 1000), 200, slice(None)),
    ("bytes=2-1", 200, slice(None)),
    ("seconds=0-1", 200, slice(None)),
    ("0-19", 200, slice(None)),
    ("bytes=99999999-", 416, None),
    ("bytes=-0", 416, None),
    (f"bytes={'9' * 5000}-", 416, None),
]


@pytest.mark.parametrize(("field", "status", "part"), RANGES, ids=[row[0][:30] for row in RANGES])
def test_ranges_over_a_socket(server, video, field, status, part):
    path, whole, content = video
    answer, sent = fetched(server, path, Range=field)
    assert answer.status == status
    assert int(answer.headers["Content-Length"]) == len(sent)
    if part is None:
        assert answer.headers["Content-Range"] == f"bytes */{len(content)}"
        assert answer.headers["Content-Type"] == "application/problem+json"
        return
    assert sent == content[part]
    first, last, _ = part.indices(len(content))
    expected = f"bytes {first}-{last - 1}/{len(content)}" if status == 206 else None
    assert answer.headers["Content-Range"] == expected
    for name in ("ETag", "Vary", "Cache-Control", "Content-Type", "Accept-Ranges"):
        assert answer.headers[name] == whole.headers[name]


def test_parts_put_together_play(server, video):
    path, whole, content = video
    tag, parts = whole.headers["ETag"], []
    for start in range(0, len(content), 700):
        answer, part = fetched(server, path, Range=f"bytes={start}-{start + 699}", If_Range=tag)
        assert answer.status == 206
        parts.append(part)
    with av.open(BytesIO(b"".join(parts))) as container:
        assert len([*container.decode(video=0)]) == 10
        assert container.duration == 1_000_000


def test_a_range_of_another_movie_is_the_whole(server, video):
    path, whole, content = video
    for wrong in ('"1.other-mp4"', f"W/{whole.headers['ETag']}", "Sat, 29 Oct 1994 19:43:31 GMT"):
        answer, sent = fetched(server, path, Range="bytes=0-1", If_Range=wrong)
        assert (answer.status, sent) == (200, content), wrong
        answer, sent = fetched(server, path, Range="bytes=99999999-", If_Range=wrong)
        assert answer.status == 200, wrong


def test_preconditions_come_before_the_range(server, video):  # 13.2.2
    path, whole, _ = video
    tag = whole.headers["ETag"]
    for fields, status in (({"If_None_Match": tag}, 304), ({"If_Match": '"x"'}, 412)):
        for field in ("bytes=0-1", "bytes=99999999-"):
            assert fetched(server, path, Range=field, **fields)[0].status == status
