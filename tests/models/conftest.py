"""Fixtures: a database without rows, and one with the sample."""

from pathlib import Path

import pytest

from models import Database


@pytest.fixture
def bare(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'bare.db'}")
    database.create()
    yield database
    database.close()


@pytest.fixture
def sample(tmp_path: Path, sample_file: Path):
    path = tmp_path / "copy.db"
    path.write_bytes(sample_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()
