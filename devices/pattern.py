"""The driver `test`: a test picture with a clock. Its address is the time at which the clock
begins, in seconds since 1970, and the same pictures come again; without one it begins now."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from devices.camera import Driver

_BARS = ("ffffff", "ffff00", "00ffff", "00ff00", "ff00ff", "ff0000", "0000ff", "000000")
_DIGITS = {  # three pixels wide, five high, row by row
    **dict(zip("01234", ("7b6f", "2c97", "73e7", "73cf", "5bc9"), strict=True)),
    **dict(zip("56789", ("79cf", "79ef", "7249", "7bef", "7bcf"), strict=True)),
    ":": "0410",
    ".": "0002",
}
_SCALE = 7  # pixels of the picture for one of a digit
_INK, _PAPER = b"\xff\xff\xff", b"\x20\x20\x20"


@dataclass(frozen=True)
class Pattern:
    """Bars of colour, a clock to tenths of a second, and a mark that moves with every frame."""

    begins: int | None = None
    size: tuple[int, int] = (320, 240)
    rate: int = 10

    def frames(self) -> Generator[bytes, None, None]:
        begins = datetime.fromtimestamp(time.time() if self.begins is None else self.begins, UTC)
        for number in count():
            yield self._picture(begins + timedelta(seconds=number / self.rate), number)

    def _picture(self, moment: datetime, number: int) -> bytes:
        width, height = self.size
        bars = b"".join(bytes.fromhex(_BARS[x * len(_BARS) // width]) for x in range(width))
        mark = 4 * number % width
        below = _PAPER * mark + _INK * 4 + _PAPER * width
        clock = self._clock(f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}")
        rest = height * 3 // 4 - len(clock)
        return b"".join(
            (bars * rest, *clock, below[: width * 3] * (height - height * 3 // 4)),
        )

    def _clock(self, text: str) -> list[bytes]:
        """The rows of pixels that show the text."""
        lines = ["".join(_line(digit, row) for digit in text) for row in range(5)]
        rows = ["", *lines, ""]
        return [self._row(row) for row in rows for _ in range(_SCALE)]

    def _row(self, bits: str) -> bytes:
        width, _ = self.size
        pixels = b"".join((_INK if bit == "1" else _PAPER) * _SCALE for bit in bits)
        side = (width - len(bits) * _SCALE) // 2
        return (_PAPER * side + pixels + _PAPER * width)[: width * 3]


def _line(character: str, row: int) -> str:
    """A row of the character and the gap behind it, as ones and zeros."""
    bits = f"{int(_DIGITS[character], 16):015b}"
    return bits[row * 3 : row * 3 + 3] + "0"


def open_pattern(address: str) -> Pattern:
    if not address:
        return Pattern()
    if not (address.isascii() and address.isdigit() and len(address) < 11):
        raise ValueError(f"cameras: test:{address} should be seconds since 1970")
    return Pattern(int(address))


TEST = Driver("test", open_pattern)
