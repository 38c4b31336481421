"""Rows: read as they were written, in units of work that hold or leave nothing."""

import sqlite3
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import event, func, inspect, select

from exchange.settings import Settings
from models import (
    Busy,
    Conflict,
    Customer,
    Database,
    Invalid,
    Invoice,
    Item,
    Model,
    NotFound,
    Product,
    find,
    read,
    remove,
    save,
)
from models.sample import fill


def numbered(model, statement, number, size):
    """The rows of a page, and how many there are in all."""
    search = model.search(statement, (), "", Settings())
    return search.page(number, size), search.count()


MODELS = (Customer, Product, Invoice, Item)
MEMBERS = {
    Customer: "id first last email phone company street city postal_code country"
    " created_at updated_at",
    Product: "id sku name description price currency created_at updated_at",
    Invoice: "id number customer_id status issued_on due_on currency note items total"
    " created_at updated_at",
    Item: "id invoice_id product_id description quantity unit_price amount",
}
CUSTOMER = {"first": "A", "last": "B", "email": "a@example.org"}
LINES = [{"product_id": 1, "quantity": 2}, {"product_id": 2, "quantity": 1, "unit_price": "0.30"}]


@pytest.mark.parametrize("model", MODELS)
def test_the_members_are_those_of_the_contract_in_its_order(model):
    assert [*model.members()] == MEMBERS[model].split()


@pytest.mark.parametrize("model", MODELS)
def test_reading_and_objects_say_the_same(sample, model):
    with sample.unit(write=True) as session:
        ids = session.scalars(select(model.id).order_by(model.id)).all()
        assert ids
        rows = [read(model, id) for id in ids]
        assert rows == [find(model, id).to_dict() for id in ids]
        assert [[*row] for row in rows] == [[*MEMBERS[model].split(), "version"]] * len(rows)
        page, total = numbered(model, select(model), 2, 7)
    assert total == len(ids)
    assert page == [{k: v for k, v in row.items() if k != "version"} for row in rows[7:14]]


def test_what_save_says_is_what_is_read(sample):
    data = Invoice.accept({"customer_id": 1, "currency": "EUR", "status": "issued", "items": LINES})
    with sample.unit(write=True):
        made = save(Invoice(), data).to_dict()
    with sample.unit(write=False):
        assert read(Invoice, made["id"]) == made
        prices = [read(Product, 1)["price"], Decimal("0.30")]
    assert [item["unit_price"] for item in made["items"]] == prices
    assert made["total"] == 2 * prices[0] + prices[1]
    assert made["number"] is not None


def test_statements_of_a_page_do_not_grow_with_it(sample):
    seen = []
    event.listen(sample.engine, "after_cursor_execute", lambda *each: seen.append(each[2]))
    counts = []
    for size in (1, 50):
        seen.clear()
        with sample.unit(write=False):
            numbered(Invoice, select(Invoice), 1, size)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_unit_that_fails_leaves_nothing(bare):
    def half() -> None:
        with bare.unit(write=True):
            save(Customer(), Customer.accept(CUSTOMER))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with bare.unit(write=True) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 0


def test_every_write_is_a_new_version(sample):
    versions = []
    for _ in range(3):
        with sample.unit(write=True):
            row = find(Customer, 1)
            plain = row.to_dict()
            data = Customer.accept({k: v for k, v in plain.items() if k != "version"})
            versions.append(save(row, data).to_dict()["version"])
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("act", [find, Model.stamp.__func__, read])
def test_an_absent_row_is_not_found(bare, act):
    with bare.unit(write=True), pytest.raises(NotFound):
        act(Customer, 1)


def test_a_row_that_others_refer_to_stays(sample):
    for model in (Customer, Product):
        with pytest.raises(Conflict), sample.unit(write=True):
            remove(find(model, 1))
        with sample.unit(write=False):
            assert model.stamp(1)[0] == 1


def test_faults_have_paths():
    with pytest.raises(Invalid) as caught:
        Invoice.accept({"items": [{"quantity": 0, "x": 1}]})
    assert {tuple(fault.path) for fault in caught.value.faults} == {
        ("customer_id",),
        ("currency",),
        ("items", 0, "product_id"),
        ("items", 0, "quantity"),
        ("items", 0, "x"),
    }


def test_the_embedded_database_is_durable(bare):
    with bare.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found["journal_mode"] == "wal"
    assert found["synchronous"] == 2  # FULL
    assert found["foreign_keys"] == 1
    assert found["busy_timeout"] >= 1000


def test_a_writer_takes_its_lock_at_once_and_readers_go_on(bare):
    path = bare.engine.url.database
    with bare.unit(write=True) as session:
        session.scalar(select(func.count()).select_from(Customer))
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM customers").fetchone() == (0,)
        other.close()


def test_a_database_that_stays_locked_is_busy(bare):
    path = bare.engine.url.database
    event.listen(bare.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout=50"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy), bare.unit(write=True):
        save(Customer(), Customer.accept(CUSTOMER))
    holder.execute("ROLLBACK")
    holder.close()
    with bare.unit(write=True):
        save(Customer(), Customer.accept(CUSTOMER))


def test_writers_wait_for_each_other(bare):
    def write(place: int) -> None:
        for each in range(10):
            with bare.unit(write=True):
                data = CUSTOMER | {"email": f"{place}.{each}@example.org"}
                save(Customer(), Customer.accept(data))

    threads = [Thread(target=write, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with bare.unit(write=True) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 40


def test_create_twice_keeps_the_rows(sample):
    sample.create()
    with sample.unit(write=False):
        assert Customer.stamp(1)[0] == 1
    assert sample.has_tables()


def test_the_sample_is_the_same_twice_and_adds_up(tmp_path):
    made = []
    for name in "ab":
        database = Database(f"sqlite:///{tmp_path / name}")
        assert not database.has_tables()
        database.create()
        assert sum(fill(database, 12)) == 12
        with database.unit(write=True) as session:
            names = {*inspect(database.engine).get_table_names()} - {"generations"}  # random
            ask = session.connection().exec_driver_sql
            made.append({name: ask(f"SELECT * FROM {name}").all() for name in names})
            invoices = numbered(Invoice, select(Invoice), 1, 1000)[0]
        with pytest.raises(ValueError, match="already"):
            next(fill(database, 1))
        database.close()
    assert made[0] == made[1]
    assert {invoice["status"] for invoice in invoices} == {"draft", "issued", "paid", "void"}
    for invoice in invoices:
        amounts = [item["quantity"] * item["unit_price"] for item in invoice["items"]]
        assert invoice["total"] == sum(amounts)
        assert (invoice["number"] is None) == (invoice["status"] == "draft")
    numbers = [invoice["number"] for invoice in invoices if invoice["number"]]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_numbers_go_on_after_the_sample(sample):
    data = Invoice.accept({"customer_id": 1, "currency": "EUR", "status": "void"})
    with sample.unit(write=True) as session:
        last = session.scalar(select(func.max(Invoice.number)))
        assert save(Invoice(), data).number == last + 1


def test_a_secret_is_the_same_for_all_who_ask_at_once(database_url):
    found = []
    databases = [Database(database_url) for _ in range(4)]
    threads = [Thread(target=lambda on=on: found.append(on.secret("x"))) for on in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in databases:
        each.close()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(found[0]) > 30
