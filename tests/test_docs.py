"""What the README says is true: its table of settings, and the files that it names."""

import re
from pathlib import Path

import pytest

from exchange.settings import Settings

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.MULTILINE)


def settings_in_readme() -> dict[str, tuple[str, str]]:
    text = (ROOT / "README.md").read_text().partition("## Configuration")[2]
    return {name: (default, meaning) for name, default, meaning in ROW.findall(text)}


def test_the_readme_has_every_setting_with_its_default_and_meaning() -> None:
    declared = {
        name: (str(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    }
    assert settings_in_readme() == declared


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    named = re.findall(r"`((?:\w+/)+\w+\.(?:py|yaml|md))`", (ROOT / page).read_text())
    absent = {"models/supplier.py", "resources/suppliers.py", "representations/cbor.py"}
    assert [name for name in named if name not in absent and not (ROOT / name).exists()] == []
