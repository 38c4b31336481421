"""Vocabularies of old systems over HTTP: offered and read where they are for, and nowhere else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import ROOT, free_port

ACME = "application/vnd.acme.customer+xml"
UBL = "application/vnd.oasis.ubl.invoice+xml"
RECORD = (
    "<CUSTREC xmlns='http://acme.example/billing/1' FNAME='Zoë' LNAME='Å' MAIL='z@example.org'/>"
)


@pytest.fixture
def database_url(embedded_url: str) -> str:
    return embedded_url


def get(client, path, accept, **fields):
    return client.get(path, headers={"Accept": accept, **fields})


def send(client, method, path, content, media_type=ACME, **fields):
    headers = {"Content-Type": media_type, **fields}
    return client.open(path, method=method, data=content.encode(), headers=headers)


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("/customers/1", ACME, ACME),
        ("/customers/1?format=acme-customer", "application/json", ACME),
        ("/customers/1", f"{ACME}, */*;q=0.1", ACME),
        ("/customers/1", "application/*+xml", "application/xml"),  # ours stand first
        ("/invoices/1", UBL, UBL),
        ("/invoices/1", f"{ACME}, {UBL};q=0.1", UBL),
        ("/customers/1", UBL, None),
        ("/invoices/1", ACME, None),
        ("/customers", ACME, None),
        ("/products/1?format=acme-customer", "*/*", None),
        ("/", ACME, None),
        ("/problems/invalid", ACME, None),
    ],
)
def test_where_it_is_offered(client, path, accept, expected):
    answer = get(client, path, accept)
    if expected is None:
        assert answer.status_code == 406
        return
    assert (answer.status_code, answer.mimetype) == (200, expected)
    assert answer.content_type == f"{expected}; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "linked", "read"),
    [
        ("/customers/1", {"acme-customer"}, {"Accept": ACME}),
        ("/customers", set(), {"Accept-Post": ACME}),
        ("/invoices/1", {"ubl-invoice"}, {"Accept": UBL}),
        ("/customers/1/invoices", set(), {"Accept-Post": UBL}),
        ("/products/1", set(), {}),
        ("/invoices/1/items", set(), {}),
    ],
)
def test_where_it_is_told(client, path, linked, read):
    options, answer = client.options(path), client.get(path)
    for name in ("Accept", "Accept-Post", "Accept-Patch"):
        told = {each for each in (ACME, UBL) if each in options.headers.get(name, "")}
        assert told == ({read[name]} if name in read else set())
        assert options.headers.get(name) == answer.headers.get(name)
    names = {name for name in ("acme-customer", "ubl-invoice") if name in answer.headers["Link"]}
    assert names == linked


def test_it_has_a_tag_of_its_own_that_protects_a_write(client):
    answer = get(client, "/customers/1", ACME)
    tag = answer.headers["ETag"]
    assert tag.endswith('-acme-customer"')
    assert get(client, "/customers/1", ACME, **{"If-None-Match": tag}).status_code == 304
    for status in (200, 412):
        content = answer.get_data(as_text=True)
        assert (
            send(client, "PUT", "/customers/1", content, **{"If-Match": tag}).status_code == status
        )


def test_what_was_read_can_be_sent_back(client):
    before = client.get("/customers/2").json
    sent = get(client, "/customers/2", ACME).get_data(as_text=True)
    assert send(client, "PUT", "/customers/2", sent).status_code == 200
    after = client.get("/customers/2").json
    assert {**after, "updated_at": 0} == {**before, "updated_at": 0}


def test_a_record_becomes_a_customer(client):
    answer = send(client, "POST", "/customers", RECORD, Accept=ACME)
    assert (answer.status_code, answer.mimetype) == (201, ACME)
    assert etree.fromstring(answer.data).get("FNAME") == "Zoë"
    made = client.get(answer.headers["Location"]).json
    assert (made["first"], made["last"], made["phone"]) == ("Zoë", "Å", None)


def test_an_invoice_goes_out_as_ubl_and_comes_back_as_another(client):
    draft = {"customer_id": 1, "currency": "EUR", "items": [{"product_id": 1, "quantity": 2}]}
    made = client.post("/invoices", json=draft).json
    content = get(client, made["links"]["self"], UBL).get_data(as_text=True)
    answer = send(client, "POST", "/customers/1/invoices", content, UBL)
    assert answer.status_code == 201, answer.data
    other = answer.json
    kept = ("customer_id", "status", "issued_on", "due_on", "currency", "note", "total")
    assert [other[name] for name in kept] == [made[name] for name in kept]
    assert [(each["product_id"], each["quantity"]) for each in other["items"]] == [(1, 2)]
    again = send(client, "PUT", made["links"]["self"], content, UBL)
    assert [each["id"] for each in again.json["items"]] == [each["id"] for each in made["items"]]


@pytest.mark.parametrize(
    ("path", "media_type", "status"),
    [
        ("/customers", ACME, 201),
        ("/customers", UBL, 415),
        ("/products", ACME, 415),
        ("/customers/1/invoices", ACME, 415),
        ("/tokens", ACME, 401),
    ],
)
def test_where_it_is_read(client, path, media_type, status):
    answer = send(client, "POST", path, RECORD, media_type)
    assert answer.status_code == status
    if status == 415:
        assert media_type not in answer.headers["Accept-Post"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ("<CUSTREC", 400, "vnd.acme"),
        (RECORD.replace("/>", " AGE='7'/>"), 400, "AGE&apos; is not allowed"),
        (f"<!DOCTYPE a>{RECORD}", 400, "DOCTYPE"),
        (RECORD.replace("z@", "z"), 422, "/customer/email"),
        (RECORD.replace("LNAME='Å'", ""), 422, "/customer/last"),
        (RECORD.replace("Zoë", "x" * 201), 422, "/customer/first"),
        (RECORD.replace("Zoë", "x" * 2**20), 413, "bytes"),
    ],
    ids=["cut", "unknown", "DOCTYPE", "email", "missing", "long", "large"],
)
def test_what_is_wrong_is_a_problem_in_xml(client, content, status, said):
    answer = send(client, "POST", "/customers", content, Accept=ACME)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+xml")
    assert said in answer.get_data(as_text=True)


def test_what_cannot_be_said_is_a_406_and_nothing_happened(client):
    draft = {"customer_id": 1, "currency": "EUR"}
    path = client.post("/invoices", json=draft).json["links"]["self"]
    answer = get(client, path, UBL)
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+xml")
    assert "without items" in answer.get_data(as_text=True)
    assert "format=xml" in answer.headers["Link"]
    before = client.get("/invoices").json["total"]
    assert client.post("/invoices", json=draft, headers={"Accept": UBL}).status_code == 406
    assert client.get("/invoices").json["total"] == before


X = "application/vnd.broken+xml"
STYLESHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/{}">{}</xsl:template></xsl:stylesheet>"""


@pytest.mark.parametrize(
    ("media_type", "text", "message"),
    [
        (X, "<a>\n<b></a>", "broken/out.xsl, line 2: Opening and ending tag mismatch"),
        (X, STYLESHEET.format("customer", "<a b='{$c}'/>"), "broken/out.xsl, line 2: Variable 'c'"),
        (X, STYLESHEET.format("costumer", "<a/>"), "broken/out.xsl: there is no type 'costumer'"),
        ("application/problem+xml", STYLESHEET.format("customer", "<a/>"),
         "broken/media-type: another representation is application/problem+xml already"),
    ],
)  # fmt: skip
def test_a_broken_one_is_told_at_start(
    tmp_path: Path, sample_file: Path, media_type: str, text: str, message: str
):
    for path in ROOT.iterdir():
        if path.is_dir() and path.name not in ("vocabularies", ".venv", "instance"):
            (tmp_path / path.name).symlink_to(path)
    shutil.copy(ROOT / "run.py", tmp_path)
    folder = tmp_path / "vocabularies" / "broken"
    folder.mkdir(parents=True)
    (folder / "media-type").write_text(media_type)
    (folder / "out.xsl").write_text(text)
    (folder / "in.xsl").write_text(STYLESHEET.format("a", "<customer/>"))
    options = ["--port", str(free_port()), "--database", f"sqlite:///{sample_file}"]
    answer = subprocess.run(
        [sys.executable, "run.py", "serve", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line.startswith(f"Error: {message}")
