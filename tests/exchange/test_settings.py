"""Settings: options before the environment, the environment before the file."""

import pytest
from pydantic import ValidationError

from exchange.settings import Settings


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "parley.toml"
    path.write_text('port = 7000\nhost = "10.0.0.1"\nper_page = 7\n')
    return {"PARLEY_CONFIG": str(path)}


def test_an_option_wins_over_the_environment_and_that_over_the_file(file):
    settings = Settings.load(file | {"PARLEY_PORT": "7001", "PARLEY_HOST": "10.0.0.2"}, port=7002)
    assert (settings.port, settings.host, settings.per_page) == (7002, "10.0.0.2", 7)


def test_an_option_that_is_not_given_is_none_and_decides_nothing():
    assert Settings.load({"PARLEY_PORT": "7001"}, port=None).port == 7001


def test_the_environment_carries_settings_to_another_process():
    settings = Settings(port=7003, public_url="https://example.org", max_depth=9)
    assert Settings.load(settings.environment()) == settings


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PARLEY_PORT": "eighty"}, id="a port that is no number"),
        pytest.param({"PARLEY_PORT": "65536"}, id="a port that there is not"),
        pytest.param({"PARLEY_THREADS": "3"}, id="fewer threads than streams leave room for"),
        pytest.param({"PARLEY_MAX_DEPTH": "201"}, id="deeper than libxml2 reads"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(environment):
    with pytest.raises(ValidationError):
        Settings.load(environment)


def test_an_unknown_name_in_the_file_is_refused(tmp_path):
    path = tmp_path / "parley.toml"
    path.write_text("prot = 7000\n")
    with pytest.raises(ValidationError, match="prot"):
        Settings.load({"PARLEY_CONFIG": str(path)})
