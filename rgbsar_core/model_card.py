"""The model card: what a model file says of itself, readable without torch.

A model file is one ``.safetensors`` file. The format starts with the header's length (unsigned 64-bit, little
endian) and a JSON header; its ``__metadata__`` holds our card as JSON text. Nothing is ever unpickled.

Source: the safetensors format description, https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, Optional, Union

from .errors import ClassMapError, ModelFileError
from .legend import Legend

FORMAT_VERSION = 1
CARD_KEY = "rgbsar_card"
OPTICAL_UNITS = ("digital_number", "reflectance")
SAR_UNITS = ("digital_number", "amplitude", "linear", "db")
_LARGEST_HEADER = 100_000_000
_LARGEST_TILE = 16_384
_DEEPEST = 32


@dataclass(frozen=True)
class Band:
    """One channel the network expects: its name, and the field's word for it (``red``, ``VV``)."""

    name: str
    common_name: str = ""

    def __post_init__(self) -> None:
        _check(isinstance(self.name, str) and bool(self.name), f"a band named {self.name!r}", "a text")
        _check(isinstance(self.common_name, str), f"the band's common name {self.common_name!r}", "a text")


@dataclass(frozen=True)
class InputSpec:
    """One modality as the network wants it.

    A value in ``units`` is stretched by the scene's percentiles (if given), clipped (if given), then
    ``(v - mean) / std`` per band.

    Args:
        role: ``optical`` or ``sar``.
        bands: in channel order.
        units: one of :data:`OPTICAL_UNITS` or :data:`SAR_UNITS`.
        percentiles: low and high percentile, taken per scene and band and mapped to 0..1; or None.
        clip: range kept after the stretch, or None.
        mean, std: per band, of the values after stretch and clip.
    """

    role: str
    bands: tuple[Band, ...]
    units: str
    percentiles: Optional[tuple[float, float]]
    clip: Optional[tuple[float, float]]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        _check(self.role in ("optical", "sar"), f"input role '{self.role}'", "optical or sar")
        _check(len(self.bands) > 0, f"no band for {self.role}", "at least one band")
        units = OPTICAL_UNITS if self.role == "optical" else SAR_UNITS
        _check(self.units in units, f"{self.role} units '{self.units}'", ", ".join(units))
        for name in ("mean", "std"):
            numbers = getattr(self, name)
            _check(isinstance(numbers, tuple), f"{self.role} {name} {numbers!r}", "a list of numbers")
            _check(
                len(numbers) == len(self.bands) and all(_is_number(n) for n in numbers),
                f"{len(numbers)} values of {name} for {len(self.bands)} {self.role} bands",
                "one number per band",
            )
        _check(all(std > 0 for std in self.std), f"{self.role} std {self.std}", "numbers above zero")
        if self.percentiles is not None:
            _check(_is_range(self.percentiles, 0, 100), f"percentiles {self.percentiles!r}", "0 <= low < high <= 100")
        if self.clip is not None:
            _check(_is_range(self.clip), f"clip {self.clip!r}", "two numbers, low < high")

    def to_json(self) -> dict[str, Any]:
        """One entry of the card's ``inputs``."""
        data = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}

    @classmethod
    def from_json(cls, data: Any) -> InputSpec:
        """Read one entry of the card's ``inputs``."""
        entry = _known_fields(cls, data, "input")
        _check(isinstance(entry.get("bands"), list), "no list of bands", "a list of bands")
        entry["bands"] = tuple(Band(**_known_fields(Band, band, "band")) for band in entry["bands"])
        for name in ("percentiles", "clip", "mean", "std"):
            if isinstance(entry.get(name), list):
                entry[name] = tuple(entry[name])
        return cls(**entry)


@dataclass(frozen=True)
class ModelCard:
    """Everything needed to run a model rightly and to judge what it is good for.

    Args:
        name: short identifier, lower case.
        title: for people.
        network: name in the registry.
        network_parameters: keyword arguments of the network beyond band and class counts.
        inputs: optical first, then SAR.
        legend: classes in channel order.
        gsd: ground size of a training pixel in metres, or None where unknown.
        tile_size, overlap: of tiled inference, pixels.
        modality_dropout: True if trained to map where one modality is missing.
        description: what the model is, and is not, good for.
        training_data: one dictionary per source: name, licence, attribution, url ...
        seed, commit: of the training run.
        metrics: measured accuracy, with the data it was measured on.
        temperature: the logits are divided by it before the softmax, so that confidences mean what they say.
        licence, citation: of the model.
    """

    name: str
    title: str
    network: str
    network_parameters: dict[str, Any]
    inputs: tuple[InputSpec, ...]
    legend: Legend
    gsd: Optional[float]
    tile_size: int
    overlap: int
    modality_dropout: bool = False
    description: str = ""
    training_data: tuple[dict[str, Any], ...] = ()
    seed: Optional[int] = None
    commit: str = ""
    metrics: Optional[dict[str, Any]] = None
    licence: str = ""
    citation: str = ""
    temperature: float = 1.0
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        roles = tuple(spec.role for spec in self.inputs)
        _check(
            roles in (("optical", "sar"), ("optical",), ("sar",)),
            f"inputs {roles}",
            "optical, sar, or optical then sar",
        )
        for name in ("name", "title", "network"):
            value = getattr(self, name)
            _check(isinstance(value, str) and bool(value), f"{name} {value!r}", "a text")
        _check(isinstance(self.network_parameters, dict), "network_parameters not an object", "an object")
        for name in ("description", "commit", "licence", "citation"):
            _check(isinstance(getattr(self, name), str), f"{name} {getattr(self, name)!r}", "a text")
        for name, lowest in (("tile_size", 32), ("overlap", 0)):
            value = getattr(self, name)
            _check(
                _is_integer(value) and lowest <= value <= _LARGEST_TILE,
                f"{name} {value!r}",
                f"a whole number from {lowest} to {_LARGEST_TILE}",
            )
        _check(self.overlap < self.tile_size, f"overlap {self.overlap}", "less than the tile")
        if self.gsd is not None:
            _check(_is_number(self.gsd) and self.gsd > 0, f"gsd {self.gsd!r}", "metres above zero, or null")
        _check(
            _is_number(self.temperature) and self.temperature > 0,
            f"temperature {self.temperature!r}",
            "a number above zero",
        )
        _check(isinstance(self.modality_dropout, bool), f"modality_dropout {self.modality_dropout!r}", "true or false")
        _check(self.seed is None or _is_integer(self.seed), f"seed {self.seed!r}", "a whole number, or null")
        _check(self.metrics is None or isinstance(self.metrics, dict), "metrics not an object", "an object, or null")
        _check(
            all(isinstance(source, dict) for source in self.training_data),
            "training data that is no list of objects",
            "one object for each source",
        )

    @property
    def optical(self) -> Optional[InputSpec]:
        """The optical input, or None."""
        return next((spec for spec in self.inputs if spec.role == "optical"), None)

    @property
    def sar(self) -> Optional[InputSpec]:
        """The SAR input, or None."""
        return next((spec for spec in self.inputs if spec.role == "sar"), None)

    def to_json(self) -> dict[str, Any]:
        """Plain data, the card as stored; a temperature of 1 is left out, as older versions do not know it."""
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.temperature == 1:
            del data["temperature"]
        data["inputs"] = [spec.to_json() for spec in self.inputs]
        data["legend"] = self.legend.to_json()
        data["training_data"] = list(self.training_data)
        return data

    @classmethod
    def from_json(cls, data: Any) -> ModelCard:
        """Read a card strictly.

        Raises:
            ModelFileError: unknown or missing fields, values out of range, a newer format.
        """
        version = data.get("format_version") if isinstance(data, dict) else None
        expected = f"a number up to {FORMAT_VERSION}"
        _check(_is_integer(version), f"format version {version!r}", expected)
        number = int(version or 0)
        _check(number >= 1, f"format version {number}", expected)
        if number > FORMAT_VERSION:
            raise ModelFileError(
                f"The model file has format {version}; this program reads up to {FORMAT_VERSION}. "
                "Update RGB-SAR Land Cover."
            )
        entry = _known_fields(cls, data, "card")
        _check(isinstance(entry["inputs"], list), "inputs not a list", "a list of inputs")
        entry["inputs"] = tuple(InputSpec.from_json(spec) for spec in entry["inputs"])
        try:
            entry["legend"] = Legend.from_json(entry["legend"])
        except ClassMapError as error:
            raise ModelFileError(f"The model card's legend cannot be used. {error}") from error
        sources = entry.get("training_data", [])
        _check(isinstance(sources, list), "training data that is no list", "a list of objects")
        entry["training_data"] = tuple(sources)
        return cls(**entry)

    def to_metadata(self) -> dict[str, str]:
        """The safetensors header metadata (text to text)."""
        return {CARD_KEY: json.dumps(self.to_json(), ensure_ascii=False), "format": "pt"}


def read_card(path: Union[str, Path]) -> ModelCard:
    """Read the card of a model file with the standard library alone.

    Raises:
        ModelFileError: the file is missing, truncated, not ours, of a newer format or inconsistent.
    """
    path = Path(path)
    remedy = "Choose a model made by this program (`rgbsar convert` imports published checkpoints)."
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header_length = struct.unpack("<Q", file.read(8))[0]
            if not 2 <= header_length <= min(_LARGEST_HEADER, size - 8):
                raise ModelFileError(f"'{path.name}' is truncated or not a .safetensors file. {remedy}")
            header = json.loads(file.read(header_length).decode("utf-8"))
    except OSError as error:
        raise ModelFileError(
            f"'{path}' cannot be read ({error.strerror}); expected a model file (.safetensors). Check the path."
        ) from error
    except (struct.error, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ModelFileError(f"'{path.name}' is truncated or not a .safetensors file. {remedy}") from error
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    text = metadata.get(CARD_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise ModelFileError(f"'{path.name}' is a .safetensors file without a model card. {remedy}")
    _check_length(path, size, header_length, header)
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode("utf-8")  # halves of characters, which no map or report can hold
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"The model card in '{path.name}' is not valid JSON. {remedy}") from error
    try:
        _check(_depth_is_below(data, _DEEPEST), f"objects nested deeper than {_DEEPEST}", "a flat card")
        return ModelCard.from_json(data)
    except ModelFileError as error:
        raise ModelFileError(f"'{path.name}': {error}") from error
    except (TypeError, AttributeError) as error:
        raise ModelFileError(f"'{path.name}': a field of the card has the wrong type ({error}). {remedy}") from error


def _check_length(path: Path, size: int, header_length: int, header: dict[str, Any]) -> None:
    """A file cut off behind the header is noticed without reading the tensors."""
    ends = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
        if not (isinstance(offsets, list) and len(offsets) == 2 and _is_integer(offsets[1])):
            raise ModelFileError(f"'{path.name}' has a damaged header at '{name}'. Fetch the file again.")
        ends.append(offsets[1])
    expected = 8 + header_length + max(ends, default=0)
    if size != expected:
        raise ModelFileError(f"'{path.name}' has {size} bytes; its header announces {expected}. Fetch the file again.")


def _known_fields(kind: type, data: Any, what: str) -> dict[str, Any]:
    """The fields of one JSON object, neither more nor fewer than the dataclass has."""
    _check(isinstance(data, dict), f"{what} {data!r}", "an object")
    names = {field.name for field in fields(kind)}
    unknown = sorted(set(data) - names)
    _check(not unknown, f"unknown field {', '.join(unknown)} in the {what}", "only " + ", ".join(sorted(names)))
    required = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    missing = sorted(required - set(data))
    _check(not missing, f"no {', '.join(missing)} in the {what}", "all of " + ", ".join(sorted(required)))
    return dict(data)


def _check(holds: bool, found: str, expected: str) -> None:
    if not holds:
        raise ModelFileError(
            f"The model card has {_short(found)}; expected {expected}. Repair or replace the model file."
        )


def _depth_is_below(data: Any, limit: int) -> bool:
    """Walks without recursion: whatever comes later may recurse safely."""
    level = [data]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return not level


def _short(text: str) -> str:
    """What a hostile file says of itself may be megabytes long."""
    return text if len(text) <= 200 else f"{text[:200]}..."


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    """A finite number that a float can hold (JSON allows NaN, 1e999 and integers of any length)."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_range(pair: Any, low: float = float("-inf"), high: float = float("inf")) -> bool:
    numbers = isinstance(pair, tuple) and len(pair) == 2 and all(_is_number(n) for n in pair)
    return numbers and bool(low <= pair[0] < pair[1] <= high)
