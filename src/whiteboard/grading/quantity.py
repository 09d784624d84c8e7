"""Numbers with units, as people write them: "104.3 GiB", "28G", "67万", (112, "GB")."""

import re
from typing import NamedTuple

_DECIMAL = {prefix: 1000**i for i, prefix in enumerate(["", "K", "M", "G", "T", "P"])}
_BINARY = {f"{prefix}i": 1024**i for i, prefix in enumerate("KMGTP", 1)}
BYTES = {f"{prefix}B": size for prefix, size in {**_DECIMAL, **_BINARY}.items()}
_SECONDS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "min": 60, "h": 3600, "d": 86400}
_FLOPS = {f"{prefix}FLOPs": size for prefix, size in _DECIMAL.items()}
_FAMILIES = (BYTES, _SECONDS, _FLOPS)

# Other spellings, in lower case. "28G" is how GB is said where bytes are asked for.
_ALIASES = {
    **{prefix.lower(): f"{prefix}B" for prefix in "KMGTP"},
    **{f"{prefix}i".lower(): f"{prefix}iB" for prefix in "KMGTP"},
    **dict.fromkeys(("byte", "bytes", "字节"), "B"),
    **{f"{name}byte{s}": f"{name[0].upper()}B" for name in ("kilo", "mega", "giga", "tera")
       for s in ("", "s")},
    **dict.fromkeys(("second", "seconds", "sec", "秒"), "s"),
    **dict.fromkeys(("millisecond", "milliseconds", "毫秒"), "ms"),
    **dict.fromkeys(("minute", "minutes", "分钟"), "min"),
    **dict.fromkeys(("hour", "hours", "小时"), "h"),
    **dict.fromkeys(("day", "days", "天"), "d"),
}  # fmt: skip
# How large counts are written; what follows them ("passes", “遍”) is for the reader.
_COUNTS = {"k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12, "万": 1e4, "亿": 1e8,
           "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}  # fmt: skip
_COUNT = re.compile(r"(thousand|million|billion|trillion|[万亿]|[kmbgt](?![a-z]))?", re.IGNORECASE)
_ABOUT = r"(?:about|around|roughly|approximately|approx\.?|ca\.?|大约|大概|约|~|≈|≃|×)?"
_NUMBER = re.compile(
    _ABOUT + r"\s*([-+]?[\d.,_]*\d\.?(?:[eE][-+]?\d+)?)\s*([^\d*/+]*?)[\s.。!！]*", re.I
)
_WIDE = str.maketrans("０１２３４５６７８９．，（）％", "0123456789.,()%")


class Quantity(NamedTuple):
    """A number and its unit."""

    number: float
    unit: str = ""

    @property
    def base(self) -> float:
        """The number in its family's smallest unit: bytes, seconds, FLOPs, or as it is."""
        return self.number * (family(self.unit) or {}).get(self.unit, 1)

    def __str__(self):
        return f"{self.number:g} {self.unit}".strip()


def parse(value) -> Quantity:
    """The number and the text behind it. Raises ValueError where there is no number."""
    if isinstance(value, tuple | list) and len(value) == 2:
        return Quantity(float(value[0]), str(value[1]).strip())
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.translate(_WIDE).strip())
        if not match:
            raise ValueError(value)
        return Quantity(float(re.sub("[,_]", "", match[1])), match[2])
    try:
        return Quantity(float(value))
    except TypeError as error:
        raise ValueError(value) from error


def family(unit: str) -> dict | None:
    """unit → size of the units that measure the same, or None where nothing is measured."""
    return next((found for found in _FAMILIES if unit in found), None)


def in_family(quantity: Quantity, known: dict) -> Quantity | None:
    """The quantity with its unit as `known` spells it, or None for a unit of another family."""
    written = quantity.unit.lower()
    names = (written, _ALIASES.get(written, written).lower())
    unit = next((unit for unit in known if unit.lower() in names), None)
    return None if unit is None else quantity._replace(unit=unit)


def counted(quantity: Quantity, unit: str) -> Quantity:
    """A count in units of one, whatever stands behind its magnitude: "67万 遍" is 670,000."""
    if quantity.unit.startswith("%") and not unit.startswith("%"):
        quantity = Quantity(quantity.number / 100)
    magnitude = _COUNT.match(quantity.unit)[0].lower()
    return Quantity(quantity.number * _COUNTS.get(magnitude, 1), unit)
