"""Readings: times that clients write, and the search that sensors need."""

import pytest

READING = {"value": "21.50", "unit": "°C"}


def test_a_reading_without_a_time_is_of_now(wire):
    made = wire.make("/sensors/1/readings", "reading", READING)
    assert made["measured_at"] > "2026-01"
    assert made.keys() == {"id", "sensor_id", "measured_at", "value", "unit", "links"}
    kept = wire.write("PUT", made["links"]["self"], "reading", READING | {"value": "1"})
    again = wire.format.read(kept.data)
    assert (again["measured_at"], again["value"]) == (made["measured_at"], "1.00")


@pytest.mark.parametrize(
    "time", ["2026-02-28T23:59:59Z", "0999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_a_time_comes_back_as_it_was_sent(wire, time):
    made = wire.make("/sensors/1/readings", "reading", READING | {"measured_at": time})
    assert made["measured_at"] == time
    found = wire.get(f"/sensors/1/readings?measured_at={time}")["items"]
    assert [row["id"] for row in found] == [made["id"]]


@pytest.mark.parametrize(
    "time",
    [
        "2026-02-30T00:00:00Z", "2026-02-28", "2026-02-28T23:59:59", "2026-02-28 23:59:59Z",
        "2026-02-28T23:59:59+00:00", "2026-02-28T23:59:59.5Z", "2026-02-28T23:59:60Z",
        "2026-02-28T25:00:00Z", "0000-01-01T00:00:00Z", "20260228T235959Z", "", "now", 0,
        "2026-02-28T23:59:59z", "٢026-02-28T23:59:59Z",
    ],
)  # fmt: skip
def test_what_is_no_time_in_utc_is_impossible(wire, time):
    data = READING | {"measured_at": time}
    answer = wire.write("POST", "/sensors/1/readings", "reading", data)
    assert wire.pointers(answer) == {wire.pointer("reading", "measured_at")}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("measured_at[ge]=2026-01-02T00:00:00Z", 24),
        ("measured_at[ge]=2026-01-02T00:00:00Z&measured_at[lt]=2026-01-02T06:00:00Z", 6),
        ("measured_at[gt]=2026-01-02T23:00:00Z", 0),
        ("sensor.name=Outdoors", 48),
        ("unit=K", 0),
    ],
)
def test_readings_are_searched_by_time(wire, query, count):
    assert wire.get(f"/sensors/1/readings?{query}")["total"] == str(count)


def test_the_warmest_comes_first(wire):
    rows = wire.get("/sensors/1/readings?sort=-value&per_page=48")["items"]
    values = [float(row["value"]) for row in rows]
    assert values == sorted(values, reverse=True)
    assert any(value < 0 for value in values)
