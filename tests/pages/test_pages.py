"""text/html: who gets it, what is in it, and that nothing in it is what a client made of it."""

import hashlib
import json
import re
from base64 import b64encode
from functools import cache

import pytest

from exchange.settings import Settings
from exchange.state import mark
from models import Movie, find, remove, save
from negotiate.security import OF_PAGES
from representations import HTML, REPRESENTATIONS
from representations.base import ListOf, Scalar, Shape
from representations.frame import Field, Form, Frame, Sent
from representations.html import page as page_of
from run import create_app
from tests.pages.reading import BROWSER, one, page, parsed, text

PATHS = (
    *("/", "/customers", "/customers/1", "/customers/1/invoices", "/products", "/products/1"),
    *("/invoices?per_page=4", "/invoices/1", "/invoices/1/items", "/items/1", "/tasks"),
    *("/cameras", "/cameras/1", "/cameras/1/movies", "/problems", "/problems/invalid"),
    *("/sensors", "/sensors/1", "/sensors/1/readings", "/schemas"),
    *("/healthz", "/readyz", "/customers?page=2&per_page=3", "/customers?first=nobody"),
    *("/customers?after=&per_page=3&sort=-last", "/invoices/1?expand=customer&fields=total"),
    "/customers?last[like]=*a*&country=Greece&per_page=3",
    "/invoices?total[ge]=1&customer.country=Greece&per_page=2",
    "/metrics",  # of which no two answers are the same
)
WRONG = (
    ("/nothing", 404), ("/customers/0", 404), ("/customers/99999", 404), ("/customers?x=1", 400),
    ("/customers?sort=x", 400), ("/a//b/../<script>alert(1)</script>/%00", 404),
    ("/" + "a/" * 500, 404), ("/customers?page=999", 400),
)  # fmt: skip


@pytest.fixture(scope="module")
def app(sample_file, tmp_path_factory):
    """One for all: those that write take back what they wrote."""
    copy = tmp_path_factory.mktemp("pages") / "parley.db"
    copy.write_bytes(sample_file.read_bytes())
    url = f"sqlite:///{copy}"
    app = create_app(Settings(database_url=url, rate_limits="off", open_writes=True))
    yield app
    app.database.close()


@pytest.fixture(scope="module")
def client(app):
    return app.test_client()


@pytest.fixture(scope="module")
def shown(client):
    """The answer to a browser and the page in it; of each path once, as parsing takes its time."""

    @cache
    def shown(path: str):
        answer = client.get(path, headers={"Accept": BROWSER})
        return answer, parsed(answer.data)

    return shown


# Who gets it


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html", "text/html"),
        ("application/json;q=0.9, text/html", "text/html"),
        ("*/*", "application/json"),  # curl
        (None, "application/json"),
        ("text/html, application/xml", "application/xml"),  # the server's order
        ("text/html;q=0.5, application/msgpack, application/json", "application/json"),
        ("text/html, application/vnd.msgpack", "text/html"),  # html stands before msgpack
        ("text/*", "text/xml"),
        ("application/xhtml+xml, */*;q=0.1", "application/json"),
    ],
)
def test_who_gets_a_page(client, accept, media_type):
    headers = {} if accept is None else {"Accept": accept}
    assert client.get("/customers/1", headers=headers).mimetype == media_type


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("text/html;q=0.9, application/json", "application/problem+json"),
        ("text/html, application/json", "application/problem+json"),  # the server's order
        ("text/html, application/atom+xml", "application/problem+xml"),
        ("*/*", "application/problem+json"),
        ("image/png", "application/problem+json"),
    ],
)
def test_who_gets_a_problem_as_a_page(client, accept, media_type):
    answer = client.get("/nothing", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, media_type)


def test_format_names_it(client):
    assert client.get("/customers/1?format=html").mimetype == "text/html"
    assert client.get("/customers/0?format=html").mimetype == "text/html"


def test_it_is_never_read(client):
    answer = client.post("/customers", data="<p>", headers={"Content-Type": "text/html"})
    assert answer.status_code == 415
    assert "text/html" not in answer.headers["Accept-Post"]


# What every page is


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_valid_and_names_what_it_is(shown, path):
    answer, root = shown(path)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert root.get("lang") == "en"
    assert text(one(root, "//h1")) == text(one(root, "//title")).removesuffix(" · Parley") != ""
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    for control in root.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        labels = root.xpath("//label[@for=$id]", id=control.get("id"))
        assert labels or control.get("aria-label"), control.attrib
    for place in root.xpath("//*[@aria-describedby]"):
        assert place.get("aria-describedby") in ids


@pytest.mark.parametrize(("path", "status"), WRONG)
def test_a_problem_is_a_valid_page_too(client, shown, path, status):
    answer, root = shown(path)
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    told = client.get(path).json
    assert text(one(root, "//h1")) == told["title"]
    assert text(one(root, "//p[@class='detail']")) == " ".join(told["detail"].split())
    assert one(root, "//section[@id='page']//p/a").get("href") == told["type"]
    assert json.loads(one(root, "//*[@data-sent='json']").text)["status"] == status


@pytest.mark.parametrize("path", [*PATHS, *(path for path, _ in WRONG)])
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(shown, path):
    answer, root = shown(path)
    assert answer.headers["Content-Security-Policy"] == OF_PAGES["Content-Security-Policy"]
    assert [each.text for each in root.xpath("//script") if each.text] == []
    assert root.xpath("//style | //@style | //base | //iframe | //object | //img") == []
    assert [name for each in root.iter() for name in each.attrib if name.startswith("on")] == []
    for url in root.xpath("//@href | //@src | //@action"):
        assert re.match("/(?!/)|#", url), url
    assert "Set-Cookie" not in answer.headers


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = OF_PAGES["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    sources = {source for part in policy.split("; ") for source in part.split()[1:]}
    assert sources == {"'none'", "'self'", "blob:"}  # the last: what its own script has made


def test_other_answers_keep_the_strictest_policy(client):
    answer = client.get("/customers/1")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; frame")


@pytest.mark.slow
def test_every_link_leads_somewhere(client):
    """From page to page, each path once in each of its forms."""
    seen, todo = set(), ["/"]
    while todo:
        path = todo.pop()
        answer = client.get(path, headers={"Accept": BROWSER})
        assert answer.status_code == 200, path
        if answer.mimetype != "text/html":
            continue
        for url in parsed(answer.data).xpath("//@href | //@src"):
            target = url.partition("#")[0]
            shape = re.sub(r"[0-9]+|=[^&]*", "", target)
            if target and shape not in seen:
                seen.add(shape)
                todo.append(target)
    assert {"/customers/", "/items/", "/problems/invalid"} <= seen


@pytest.mark.parametrize("path", ["//link[@rel='stylesheet']", "//script", "//link[@rel='icon']"])
def test_what_a_page_is_made_of_is_kept_for_ever(client, path):
    element = one(page(client, "/"), path)
    url = element.get("href") or element.get("src")
    answer = client.get(url, headers={"Accept": "*/*"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    digest = b64encode(hashlib.sha256(answer.data).digest()).decode()
    assert element.get("integrity") in (None, f"sha256-{digest}")
    assert hashlib.sha256(answer.data).hexdigest()[:16] in url
    assert client.get(url.replace("/assets/", "/assets/0")).status_code == 404


def test_script_and_style_name_no_other_address(client):
    for path in ("//link[@rel='stylesheet']/@href", "//script/@src"):
        content = client.get(one(page(client, "/"), path)).get_data(as_text=True)
        urls = set(re.findall(r"https?://[^\s\"')]+", content))
        assert urls <= {"http://www.w3.org/2001/XMLSchema-instance"}
        assert "@import" not in content


# It is a representation like any other


def test_parameters_in_another_order_are_the_same_page(app, client):
    tags = set()
    for query in ("country=Portugal&sort=first", "sort=first&country=Portugal"):
        tags.add(client.get(f"/customers?{query}", headers={"Accept": BROWSER}).headers["ETag"])
        app.cache._store.clear()
    assert len(tags) == 1


def test_it_has_its_own_tag_and_is_kept(client):
    first, again = (client.get("/customers/1", headers={"Accept": BROWSER}) for _ in range(2))
    assert first.headers["ETag"].endswith('-html"')
    assert first.headers["ETag"].startswith('"1.')
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert again.headers["Cache-Status"] == "Parley; hit"
    fields = {"Accept": BROWSER, "If-None-Match": first.headers["ETag"]}
    for _ in range(2):  # the long way and the short one
        answer = client.get("/customers/1", headers=fields)
        assert answer.status_code == 304
        assert answer.headers["Content-Security-Policy"] == OF_PAGES["Content-Security-Policy"]


def test_a_page_is_not_older_than_a_write(client):
    product = {"sku": "Z-1", "name": "Zither", "price": "0.10", "currency": "EUR"}
    path = client.post("/products", json=product).headers["Location"]
    for name in ("Zither", "Changed"):
        assert client.put(path, json=product | {"name": name}).status_code == 200
        assert text(one(page(client, path), "//dd[@data-member='name']")) == name
    client.delete(path)
    assert client.get(path, headers={"Accept": BROWSER}).status_code == 404


def test_each_query_has_a_page_of_its_own(client):
    for path in ("/customers?sort=last", "/customers?sort=-last", "/customers"):
        assert text(one(page(client, path), "//section[@id='json']/p/code[1]")) == f"GET {path}"


@pytest.mark.parametrize("path", PATHS[:-1])
@pytest.mark.parametrize("name", ["json", "xml"])
def test_a_tab_shows_the_bytes_and_fields_that_are_sent(client, shown, path, name):
    _, root = shown(path)
    sent = client.get(path, headers={"Accept": f"application/{name}"})
    assert one(root, f"//*[@data-sent='{name}']").text.encode() == sent.data
    rows = root.xpath(f"//section[@id='{name}']/dl/div")
    fields = {one(row, "dt").text: one(row, "dd").text for row in rows}
    assert fields.items() <= dict(sent.headers).items()
    needed = {"Content-Type", "Vary", "Cache-Control", "Link"}
    assert needed | ({"ETag"} if "ETag" in sent.headers else set()) <= fields.keys()


def test_head_is_get_without_the_page(client):
    got, head = (
        client.open("/invoices/1", method=m, headers={"Accept": BROWSER}) for m in ("GET", "HEAD")
    )
    assert head.data == b""
    same = ("ETag", "Content-Type", "Content-Length", "Content-Security-Policy")
    assert [head.headers[name] for name in same] == [got.headers[name] for name in same]


def test_behind_a_path_everything_is_below_it(app):
    settings = app.settings.model_copy(update={"public_url": "https://example.org/api"})
    app = create_app(settings)
    client = app.test_client()
    root = page(client, "/customers/1")
    assert one(root, "//script").get("src").startswith("/api/assets/")
    assert one(root, "//header/a").get("href") == "/api/"
    links = root.xpath("//nav[@aria-label='Breadcrumbs']//a/@href")
    assert links == ["https://example.org/api/", "https://example.org/api/customers"]
    app.database.close()


@pytest.fixture
def movie(app):
    """The path of a movie, gone again at the end."""
    with app.database.unit(write=True):
        made = save(Movie(), Movie.accept({"camera_id": 1, "seconds": 1}))
        made.keep(b"video", b"poster")
        id = made.id
    yield f"/movies/{id}"
    with app.database.unit(write=True):
        remove(find(Movie, id))


def test_a_movie_is_shown_on_its_page(client, movie):
    video = one(page(client, movie), "//video")
    shown = (video.get("src"), video.get("poster"))
    assert shown == (f"{movie}?format=mp4", f"{movie}?format=png")
    assert [client.get(url).data for url in shown] == [b"video", b"poster"]


# Finding one's way


@pytest.mark.parametrize(
    ("path", "crumbs"),
    [
        ("/", [("Home", None)]),
        ("/customers", [("Home", "/"), ("customers", None)]),
        ("/invoices/1/items",
         [("Home", "/"), ("invoices", "/invoices"), ("1", "/invoices/1"), ("items", None)]),
        ("/items/1", [("Home", "/"), ("items", None), ("1", None)]),
        ("/problems/invalid", [("Home", "/"), ("problems", "/problems"), ("invalid", None)]),
    ],
)  # fmt: skip
def test_crumbs(client, path, crumbs):
    steps = page(client, path).xpath("//nav[@aria-label='Breadcrumbs']//li")
    found = [(text(step), next(iter(step.xpath("a/@href")), None)) for step in steps]
    assert found == crumbs


def test_what_a_row_refers_to_is_a_link(client):
    invoice = client.get("/invoices/1").json
    root = page(client, "/invoices/1")
    assert (
        one(root, "//dd[@data-member='customer_id']/a").get("href") == invoice["links"]["customer"]
    )
    table = one(root, "//dd[@data-member='items']//table")
    for row, item in zip(table.xpath("tbody/tr"), invoice["items"], strict=True):
        links = row.xpath("td/a/@href")
        assert links == [item["links"][rel] for rel in ("self", "invoice", "product")]


def test_rows_without_a_place_of_their_own_show_their_links(client):
    links = page(client, "/schemas").xpath("//tr[td='customer']//a/@href")
    assert links == ["/schemas/customer.json", "/schemas/customer.xsd"]
    assert page(client, "/customers").xpath("//th[.='Links']") == []


def test_a_form_leaves_it_to_the_server_what_is_too_long(client):  # decision 18
    assert page(client, "/customers").xpath("//*[@maxlength]") == []


def test_a_tab_names_the_request_that_it_shows(client):
    asked, accept = page(client, "/customers/1?format=html").xpath("//section[@id='json']//code")
    assert [text(asked), text(accept)] == ["GET /customers/1", "Accept: application/json"]


@pytest.mark.parametrize(
    ("path", "name", "expected", "sort"),
    [
        ("/customers", "last", "/customers?sort=last", None),
        ("/customers?sort=last", "last", "/customers?sort=-last", "ascending"),
        ("/customers?sort=-last", "last", "/customers?sort=last", "descending"),
        ("/customers?page=2&country=Greece&per_page=1", "city",
         "/customers?country=Greece&per_page=1&sort=city", None),
    ],
)  # fmt: skip
def test_headings_sort(client, path, name, expected, sort):
    heading = one(page(client, path), f"//th[normalize-space()='{name.capitalize()}']")
    assert (one(heading, "a").get("href"), heading.get("aria-sort")) == (expected, sort)


def test_pages_lead_to_each_other(client):
    root = page(client, "/customers?per_page=7&page=2")
    links = {a.get("rel"): a.get("href") for a in root.xpath("//nav[@aria-label='Pages']/a")}
    told = client.get("/customers?per_page=7&page=2").json["links"]
    assert links == {rel: told[rel] for rel in ("first", "prev", "next", "last")}
    assert "Page 2 of 3 · 20 in all" in text(one(root, "//nav[@aria-label='Pages']"))


def submitted(form, **values: str) -> str:
    """The URL that a browser without scripts asks for."""
    pairs = {each.get("name"): each.get("value", "") for each in form.xpath(".//input[@name]")}
    return form.get("action"), list((pairs | values).items())


@pytest.mark.parametrize(
    ("path", "name", "value", "expected"),
    [
        ("/customers?sort=-last&page=1", "country[like]", "Gr*",
         "/customers?sort=-last&country[like]=Gr*"),
        ("/invoices?total[ge]=5", "issued_on[le]", "2026-06-30",
         "/invoices?total[ge]=5&issued_on[le]=2026-06-30"),
        ("/invoices?status=paid", "status", "draft", "/invoices?status=draft"),
        ("/invoices", "customer_id", "3", "/invoices?customer_id=3"),
    ],
)  # fmt: skip
def test_a_filter_works_without_scripts(client, path, name, value, expected):
    root = page(client, path)
    form = one(root, f"//form[.//*[@name='{name}'][not(@type='hidden')]]")
    action, pairs = submitted(form, **{name: value})
    found = client.get(action, query_string=pairs).json
    wanted = client.get(expected).json
    assert wanted["total"] > 0
    assert found["items"] == wanted["items"]


def test_a_filter_can_be_taken_away(client):
    root = page(client, "/customers?country=Greece&last[like]=*&sort=last&page=1")
    links = root.xpath("//p[@class='filters']/a/@href")
    assert links == [
        "/customers?last%5Blike%5D=%2A&sort=last",
        "/customers?country=Greece&sort=last",
    ]


# Forms


def names_of(form) -> list[str]:
    return form.xpath("./*[@data-name]/@data-name")


@pytest.mark.parametrize(
    ("path", "id", "names", "methods"),
    [
        ("/customers", "form-post",
         ["first", "last", "email", "phone", "company", "street", "city", "postal_code", "country"],
         ["POST"]),
        ("/customers/1/invoices", "form-post",  # the path says whose
         ["status", "issued_on", "due_on", "currency", "note", "items"], ["POST"]),
        ("/invoices/1/items", "form-post",
         ["product_id", "description", "quantity", "unit_price"], ["POST"]),
        ("/invoices/1", "form-patch",
         ["customer_id", "status", "issued_on", "due_on", "currency", "note", "items"],
         ["PATCH", "PUT"]),
        ("/invoices/1", "form-delete", [], ["DELETE"]),
    ],
)  # fmt: skip
def test_a_form_has_what_a_client_writes(client, path, id, names, methods):
    form = one(page(client, path), f"//form[@id='{id}']")
    assert (names_of(form), form.xpath(".//button[@type='submit']/@value")) == (names, methods)


def test_a_form_shows_what_there_is(client):
    invoice = client.get("/invoices/1").json
    form = one(page(client, "/invoices/1"), "//form[@id='form-patch']")
    assert one(form, ".//*[@id='form-patch-status']/option[@selected]").text == invoice["status"]
    assert one(form, ".//*[@id='form-patch-due_on']").get("value") == invoice["due_on"]
    rows = form.xpath(".//fieldset/div[@class='row']")
    assert len(rows) == len(invoice["items"])
    quantities = [one(row, ".//*[@data-name='quantity']/input").get("value") for row in rows]
    assert quantities == [str(item["quantity"]) for item in invoice["items"]]
    assert one(form, ".//*[@id='form-patch-customer_id']").get("required") is not None


@pytest.mark.parametrize("path", ["/customers/1?fields=first", "/", "/problems", "/healthz"])
def test_what_is_shown_in_part_or_not_written_has_no_form_for_it(client, path):
    forms = page(client, path).xpath("//details[@class='write']//form/@id")
    assert forms == (["form-delete"] if "customers" in path else [])


@pytest.mark.parametrize(
    ("path", "schema"), [("/customers", "customers"), ("/invoices/1", "invoice")]
)
def test_guides_are_linked(client, path, schema):
    nav = one(page(client, path), "//nav[@aria-label='Guides']")
    found = {text(a): a.get("href") for a in nav.xpath("a")}
    assert found == {"Docs": "/docs", "Schema": f"/schemas/{schema}.json"}


def test_there_is_no_guide_to_a_schema_that_there_is_not(embedded_url):
    app = create_app(Settings(database_url=embedded_url, open_writes=True))
    app.get("/without", endpoint="without")(mark(lambda: {"a": 1}, shape=Shape("without")))
    app.access.needs["without"] = {"GET": "anyone"}
    nav = one(page(app.test_client(), "/without"), "//nav[@aria-label='Guides']")
    assert [a.get("href") for a in nav.xpath("a")] == ["/docs"]
    app.database.close()


# What clients wrote

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus '",
    "</pre></textarea></title><script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt;",
    "&amp;#60;",
    "a\nb\n",
    "\n\nfirst",
    "<!--",
    "]]>",
    "\u202eevil",
    "\\\"'`${x}",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "#page",
    "\u2028\u2029",
    "a\rb",
    "<svg/onload=alert(1)>",
    " ",
]


@pytest.fixture
def hostile(client, value):
    """The path of a customer with the text in each member."""
    texts = dict.fromkeys(("first", "last", "phone", "company", "city", "country"), value)
    answer = client.post("/customers", json=texts | {"email": "a@example.org"})
    assert answer.status_code == 201, answer.data
    yield answer.headers["Location"]
    client.delete(answer.headers["Location"])


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_hostile_text_is_text(client, hostile, value):
    expected = value.replace("\r", "\n")  # what HTML makes of it
    root = page(client, hostile)
    assert one(root, "//dd[@data-member='first']").xpath("string()") == expected
    control = one(root, "//*[@id='form-patch-first']")
    shown = control.get("value") if control.tag == "input" else control.text
    assert shown == expected
    assert json.loads(one(root, "//*[@data-sent='json']").text)["first"] == value
    harmless(root)
    listed = page(client, "/customers?sort=-id&per_page=1")
    assert listed.xpath("//tbody/tr/td[2]")[0].xpath("string()") == expected
    harmless(listed)


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_hostile_text_in_a_query_is_text(client, value):
    for name in ("first", "last[like]", "country[ne]"):
        answer = client.get(
            "/customers", query_string={name: value, "per_page": 1}, headers={"Accept": BROWSER}
        )
        root = parsed(answer.data)
        harmless(root)
        assert answer.status_code == 200
        chip = one(root, "//p[@class='filters']/a")
        assert text(chip) == " ".join(f"{name} = {value} ×".split())
    for query in ({value: "x"}, {"sort": value}, {"fields": value}, {"page": value}):
        harmless(
            parsed(client.get("/customers", query_string=query, headers={"Accept": BROWSER}).data)
        )


def harmless(root) -> None:
    assert len(root.xpath("//script")) == 1
    assert root.xpath("//img | //svg | //style") == []
    assert [name for each in root.iter() for name in each.attrib if name.startswith("on")] == []
    for url in root.xpath("//@href | //@src | //@action"):
        assert re.match(r"/(?![/\\])|#(page|json|xml|main)$", url), url


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_hostile_names_and_links_are_text(value):
    """Data, shapes and surroundings that nothing of ours makes."""
    links = {"self": value, value: value}
    data = {value: value, "id": value, "links": links, "b": [{value: [value]}]}
    fields = (Field(value, "text", options=(value,)), Field("b", "list", item=value))
    frame = Frame(
        path=f"/{value}",
        query=((value, value),),
        crumbs=((value, None),),
        sent=(Sent("json", "JSON", "application/json", ((value, value),), value),),
        sought=fields[:1],
        forms=(Form(("POST",), value, fields),),
    )
    content = page_of(data, Shape(value, {"b": ListOf(Shape("item"))}), frame).decode()
    for needle in ("<script>alert", "<img", "<svg", "<b>", "<!--"):
        assert needle not in content
    urls = re.findall(r'href="([^"]*)"', content)
    assert [url for url in urls if re.match(r"javascript:|/[/\\]", url)] == []


@pytest.mark.parametrize("text", ["\x00", "a\x08b", "\ud800", "\uffff", "\x1b[31m"])
def test_what_html_cannot_carry_is_replaced(text):
    content = page_of({"name": "x", "a": text}, Shape("r", {"a": Scalar.TEXT}), Frame())
    parsed(content)
    assert "\ufffd" in content.decode()


def test_a_page_can_be_made_without_a_frame():
    data = {"items": [{"id": 1, "total": "1.00"}], "links": {}}
    shape = Shape("rows", {"items": ListOf(Shape("row", {"id": Scalar.INTEGER}))})
    assert text(one(parsed(HTML.encode(data, shape)), "//tbody/tr")) == "1 1.00"
    assert HTML in REPRESENTATIONS
