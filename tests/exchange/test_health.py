"""/healthz, /readyz and /metrics: of this moment, in every representation (issue 5, 6)."""

import sqlite3
import time
from threading import Event

import pytest
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families

from exchange.settings import Settings
from exchange.state import traits
from models import Database
from representations import MEASURED
from run import create_app

PROBES = ("/healthz", "/readyz", "/metrics")
SCRAPER = (
    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=1.0.0;q=0.5,"
    "text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
)


@pytest.fixture
def database_url(tmp_path, sample_file):
    """SQLite alone: the others are checked where a test names them."""
    copy = tmp_path / "parley.db"
    copy.write_bytes(sample_file.read_bytes())
    return f"sqlite:///{copy}"


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize("format", [each.name for each in MEASURED])
def test_a_probe_is_of_this_moment_in_every_representation(client, path, format):
    if format == "prometheus" and path != "/metrics":
        assert client.get(path, query_string={"format": format}).status_code == 406
        return
    answer = client.get(f"{path}?format={format}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "Accept"
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers
    assert "Cache-Status" not in answer.headers
    assert answer.content_type == next(e.content_type for e in MEASURED if e.name == format)


def test_probes_are_marked_for_who_asks_for_credentials_and_counts(app):
    marked = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if traits(app.view_functions[rule.endpoint]).is_probe
    }
    assert marked == {*PROBES}


def test_a_ready_server_tells_its_parts(client):
    told = client.get("/readyz").json
    assert told == {
        "status": "ready",
        "database": {"state": "up", "kind": "sqlite", "version": sqlite3.sqlite_version},
        "cache": {"state": "up", "kind": "process"},
    }


def test_a_database_on_a_server_tells_its_kind(postgresql_url):
    app = create_app(Settings(database_url=postgresql_url))
    assert app.test_client().get("/readyz").json["database"]["kind"] == "postgresql"
    app.database.close()


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_without_its_database_it_is_alive_but_not_ready(app, tmp_path, accept):
    app.database = Database(f"sqlite:///{tmp_path / 'secret' / 'folder.db'}")
    client, fields = app.test_client(), {"Accept": accept}
    assert client.get("/healthz", headers=fields).status_code == 200
    answer = client.get("/readyz", headers=fields)
    assert (answer.status_code, answer.content_type.split(";")[0]) == (
        503,
        accept.replace("/", "/problem+"),
    )
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in answer.text
    if accept == "application/json":
        assert answer.json["errors"] == [{"pointer": "/database", "detail": "is down"}]
    else:
        assert etree.fromstring(answer.data).findtext(".//{*}pointer") == "/database"


def test_a_database_without_our_tables_is_not_ready(app, tmp_path):
    app.database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert app.test_client().get("/readyz").status_code == 503


def test_without_its_cache_it_is_ready_and_says_so(database_url):
    url = "redis://:the-password@127.0.0.1:1/0"
    app = create_app(Settings(database_url=database_url, cache_url=url))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["cache"] == {"state": "down"}
    assert answer.json["database"]["state"] == "up"
    app.database.close()


def test_a_part_that_hangs_is_down_in_time_and_asked_once(app, monkeypatch, capfd):
    monkeypatch.setattr("exchange.health.SECONDS", 0.2)
    asked, end = [], Event()

    def hang():
        asked.append(1)
        end.wait(20)

    app.database.health = hang
    began = time.monotonic()
    try:
        answers = [app.test_client().get("/readyz") for _ in range(3)]
    finally:
        end.set()
    assert [answer.status_code for answer in answers] == [503] * 3
    assert time.monotonic() - began < 10
    assert len(asked) == 1
    assert "the-password" not in capfd.readouterr().err


def samples(answer):
    """The values by the name and the labels, as Prometheus reads them."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted(client):
    client.get("/customers/1")
    client.get("/customers/1")
    client.get("/customers/2", headers={"Accept": "application/xml"})
    client.get("/nothing")
    answer = client.get("/metrics", headers={"Accept": SCRAPER})
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found, count = samples(answer), "parley_requests_total"
    route = "/customers/<id:id>"
    assert found[count, *sorted(["200", "GET", "miss", "json", route])] == 1
    assert found[count, *sorted(["200", "GET", "hit", "json", route])] == 1
    assert found[count, *sorted(["200", "GET", "miss", "xml", route])] == 1
    assert found[count, *sorted(["404", "GET", "none", "json", "none"])] == 1
    assert found["parley_request_seconds_count", *sorted(["GET", route])] == 3
    assert found["parley_request_seconds_bucket", *sorted(["+Inf", "GET", route])] == 3
    assert found["parley_request_seconds_sum", *sorted(["GET", route])] > 0


def test_other_representations_have_the_same_counts(client):
    client.get("/customers/1")
    families = {each["name"]: each for each in client.get("/metrics?format=json").json["items"]}
    requests = families["parley_requests"]
    assert requests["type"] == "counter"
    assert families["parley_request_seconds"]["type"] == "histogram"
    (sample,) = requests["samples"]
    assert sample["value"] == "1.0"
    assert sample["labels"]["route"] == "/customers/<id:id>"


def test_what_clients_make_up_makes_no_series(client):
    for each in range(30):
        client.get(f"/nothing/{each}?x={each}")
        client.open("/customers", method=f"BREW{each}")
        client.get(f"/customers/{1000 + each}")
    series = [name for name in samples(client.get("/metrics")) if name[0].endswith("_total")]
    assert len(series) == 3
    assert any("other" in each for each in series)


@pytest.mark.parametrize(("tag", "status"), [('"x"', 200), ("*", 304)])
def test_a_probe_has_no_tag_but_exists(client, tag, status):  # 13.1.2
    assert client.get("/healthz", headers={"If-None-Match": tag}).status_code == status
