"""A shared cache in front, nginx: each client gets its own, and 304s work from end to end."""

import http.client
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port, wait_for
from tests.databases import sample_database

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]
CONFIGURATION = """
{user} daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;
events {{}}
http {{
  access_log off;
  proxy_cache_path {folder}/kept keys_zone=kept:1m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind}; proxy_http_version 1.1;
      proxy_cache kept; proxy_cache_revalidate on;
      proxy_set_header Accept-Encoding $http_accept_encoding;
      {conditions}
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""
CONDITIONS = ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
FORMATS = {
    "application/json": b'{"',
    "application/xml": b"<?xml",
    "application/vnd.parley.typed+xml": b"<?xml",
    "application/vnd.msgpack": b"",
}


@contextmanager
def running(port: int, *command: str, **environment: str) -> Iterator[int]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


SERVING = (
    "--factory",
    "--http",
    "serving.protocol:Protocol",
    "--lifespan",
    "off",
    "--no-proxy-headers",
)


@pytest.fixture(scope="module", params=["run:create_gateway", "tests.http.public_app:create"])
def cached(request, tmp_path_factory) -> Iterator[tuple[int, bool]]:
    """The port of nginx in front of a server, and whether what that says may be kept unasked."""
    folder: Path = tmp_path_factory.mktemp("nginx")
    database = f"sqlite:///{sample_database(folder / 'parley.db')}"
    is_public = request.param != "run:create_gateway"
    # nginx keeps no no-cache, but takes conditions away all the same unless it is told.
    conditions = (
        ""
        if is_public
        else " ".join(
            f"proxy_set_header {name} $http_{name.replace('-', '_').lower()};"
            for name in CONDITIONS
        )
    )
    behind, port = free_port(), free_port()
    user = "user root;" if os.geteuid() == 0 else ""  # else it may not read the folder
    server = (sys.executable, "-m", "uvicorn", request.param, *SERVING, "--port", str(behind))
    settings = {
        "PARLEY_DATABASE_URL": database,
        "PARLEY_OPEN_WRITES": "1",
        "PARLEY_RATE_LIMITS": "off",
    }
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(
            folder=folder, port=port, behind=behind, user=user, conditions=conditions
        )
    )
    with (
        running(behind, *server, **settings),
        running(port, str(NGINX), "-c", str(folder / "nginx.conf"), "-p", str(folder)),
    ):
        yield port, is_public


def get(
    port: int, path: str, method: str = "GET", **fields: str
) -> tuple[http.client.HTTPResponse, bytes]:
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, headers=given)
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.parametrize("path", ["/customers/1", "/customers", "/customers/1/invoices", "/"])
def test_each_client_gets_its_own(cached, path):
    port, is_public = cached
    seen: dict[tuple[str, str], bytes] = {}
    for _ in range(3):
        for media_type, start in FORMATS.items():
            for coding in ("identity", "gzip", "br"):
                answer, content = get(port, path, Accept=media_type, Accept_Encoding=coding)
                assert answer.status == 200
                assert answer.headers["Content-Type"].split(";")[0] == media_type
                assert answer.headers["Content-Encoding"] in (None, coding)
                if answer.headers["Content-Encoding"] is None:
                    assert content.startswith(start)
                assert seen.setdefault((media_type, coding), content) == content
    assert answer.headers["X-Cache"] == ("HIT" if is_public else "MISS")


@pytest.mark.parametrize("media_type", FORMATS)
def test_a_304_from_end_to_end(cached, media_type):
    port, _ = cached
    answer, _ = get(port, "/customers/2", Accept=media_type)
    tag = answer.headers["ETag"]
    again, content = get(port, "/customers/2", Accept=media_type, If_None_Match=tag)
    assert (again.status, content, again.headers["ETag"]) == (304, b"", tag)
    for other in FORMATS.keys() - {media_type}:
        answer, content = get(port, "/customers/2", Accept=other, If_None_Match=tag)
        assert answer.status == 200
        assert content


PAST, FUTURE = "Mon, 01 Jan 2018 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
ROWS = [  # row, fields ({tag} is the current one), status
    ("42", {"If_Match": "*"}, 200),
    ("43", {"If_Match": '"x"'}, 412),
    ("44", {"If_Match": "{tag}", "If_None_Match": "{tag}"}, 304),
    ("46", {"If_None_Match": "W/{tag}"}, 304),
    ("47", {"If_None_Match": "*"}, 304),
    ("48", {"If_None_Match": '"a,b", {tag}'}, 304),
    ("49", {"If_None_Match": '"zz"', "If_Modified_Since": FUTURE}, 200),
    ("50", {"If_None_Match": "{tag}", "If_Modified_Since": PAST}, 304),
    ("51", {"If_None_Match": "7-json"}, 200),
    ("62", {"If_None_Match": "{tag}", "Accept_Encoding": "gzip"}, 200),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("media_type", ["application/json", "application/xml"])
@pytest.mark.parametrize(
    ("fields", "status"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_conditions_from_end_to_end(cached, fields, status, media_type, method):
    """Of what the cache has, as of what it has not: it or the server decides, the same."""
    port, is_public = cached
    path = "/customers?per_page=50"
    whole, _ = get(port, path, Accept=media_type)
    tag = whole.headers["ETag"]
    if is_public and len(fields) == 2 and PAST in fields.values():
        pytest.skip("nginx wants the tag and the date to hold, against 13.1.3")
    given = {name: value.format(tag=tag) for name, value in fields.items()}
    answer, content = get(port, path, method, Accept=media_type, **given)
    assert answer.status == status
    assert bool(content) == (method == "GET" and status != 304)
    if status == 304:  # row 60
        assert answer.headers["Content-Type"] is None
        for name in ("ETag", "Vary", "Cache-Control"):
            assert answer.headers[name] == whole.headers[name]


def test_every_exchange_from_end_to_end(cached):
    """Rows 42 to 80: the exchanges that stand in preconditions.yaml, through the cache."""
    port, is_public = cached
    if is_public:
        pytest.skip("what may be kept for a minute may be a minute old")
    gabbi = (str(Path(sys.executable).parent / "gabbi-run"), "-r", "tests.http.xpaths")
    command = (*gabbi, f"127.0.0.1:{port}", "--", "tests/http/preconditions.yaml")
    given = {"env": os.environ | {"PYTHONPATH": "."}, "capture_output": True, "text": True}
    done = subprocess.run(command, cwd=ROOT, check=False, **given)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_no_cache_is_never_stale(cached):
    port, is_public = cached
    if is_public:
        pytest.skip("what may be kept for a minute may be a minute old")
    for number in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        content = f'{{"company": "Company {number}"}}'
        kind = {"Content-Type": "application/merge-patch+json"}
        with closing(connection):
            connection.request("PATCH", "/customers/3", content, kind)
            assert connection.getresponse().status == 200
        for media_type in ("application/json", "application/xml"):
            assert f"Company {number}".encode() in get(port, "/customers/3", Accept=media_type)[1]
