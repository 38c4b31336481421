"""Which camera has which driver, and at which address."""

import re
from io import BytesIO
from pathlib import Path

import av
import pytest
from click.testing import CliRunner

from devices import DRIVERS, Cameras, Driver, Unavailable, film
from devices.pattern import Pattern
from exchange.settings import Settings
from run import create_app, main
from work import works

README = Path(__file__).parent.parent.parent / "README.md"
KNOWN = (Driver("gate", lambda address: ("gate", address)), Driver("test", lambda address: "test"))


@pytest.mark.parametrize(
    ("configuration", "id", "expected"),
    [
        ("*=test", 1, "test"),
        ("1=gate *=test", 1, ("gate", "")),
        ("1=gate *=test", 11, "test"),
        ("1=gate:rtsp://10.0.0.7:554/a=b *=test", 1, ("gate", "rtsp://10.0.0.7:554/a=b")),
        ("  *=test\n 2=gate: ", 2, ("gate", "")),
    ],
)
def test_a_camera_has_the_driver_that_is_configured(configuration, id, expected):
    assert Cameras(configuration, KNOWN)(id) == expected


@pytest.mark.parametrize("configuration", ["", "1=gate"])
def test_a_camera_that_nobody_configured_is_unavailable(configuration):
    with pytest.raises(Unavailable, match="camera 2 has no driver"):
        Cameras(configuration, KNOWN)(2)


WRONG = [
    pytest.param("1=door", "no driver 'door'; there are: test", id="an unknown driver"),
    pytest.param("1=test:x", "seconds since 1970", id="an address that it does not take"),
    pytest.param("test", "no ID=DRIVER", id="no id"),
    pytest.param("1=", "no ID=DRIVER", id="no driver"),
    pytest.param("01=test", "no ID=DRIVER", id="no such id"),
    pytest.param("1=test 1=test", "once", id="twice"),
]


@pytest.mark.parametrize(("configuration", "told"), WRONG)
def test_what_is_no_configuration_ends_the_start_with_a_word(configuration, told, monkeypatch):
    with pytest.raises(ValueError, match=told):
        works(Settings(cameras=configuration))
    monkeypatch.setenv("PARLEY_CAMERAS", configuration)
    ended = CliRunner().invoke(main, ["serve", "--database", "sqlite://"], obj=create_app)
    assert ended.exit_code == 1
    assert told in ended.output
    assert "Traceback" not in ended.output


def test_the_driver_in_the_readme_works(tmp_path):
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    scope = {}
    exec(source, scope)
    file = tmp_path / "device.mp4"
    file.write_bytes(film(Pattern(0), 2, lambda done: None).video)
    cameras = Cameras(f"1=stream:{file} 2=stream:{tmp_path}/none", (*DRIVERS, scope["STREAM"]))
    with av.open(BytesIO(film(cameras(1), 2, lambda done: None).video)) as container:
        assert len([*container.decode(video=0)]) == 20
    with pytest.raises(Unavailable, match="ended after 20"):
        film(cameras(1), 3, lambda done: None)
    with pytest.raises(Unavailable, match="failed after 0"):
        film(cameras(2), 1, lambda done: None)
