"""Which band of a file is which input of the model."""

from __future__ import annotations

import re
from typing import Optional

from ..errors import BandCountError
from ..model_card import Band, InputSpec
from .source import RasterBand, RasterSource
from .wavelengths import nearest_band, wavelength_nm

_SENTINEL_2 = {
    "b1": "coastal", "b2": "blue", "b3": "green", "b4": "red", "b5": "rededge071", "b6": "rededge075",
    "b7": "rededge078", "b8": "nir", "b8a": "nir08", "b9": "nir09", "b10": "cirrus", "b11": "swir16",
    "b12": "swir22",
}  # fmt: skip
_POLARISATIONS = {"vv", "vh", "hh", "hv"}
_POLARISATION = re.compile(r"(?<![a-z])(vv|vh|hh|hv)(?![a-z])")


def choose_bands(
    source: RasterSource, spec: InputSpec, chosen: Optional[tuple[int, ...]]
) -> tuple[tuple[int, ...], list[str], list[str]]:
    """Band numbers in the order of the model's card.

    Args:
        source: the file.
        spec: what the model expects.
        chosen: the user's band numbers, or None to go by the file's band names, else by wavelengths, else by position.

    Returns:
        Band numbers; sentences on what was assumed; warnings.

    Raises:
        BandCountError: too few bands, another number chosen than the model has, or a number the file lacks.
    """
    wanted = ", ".join(_title(band) for band in spec.bands)
    count = len(spec.bands)
    their, s = ("their", "s") if count > 1 else ("its", "")
    available = [band.number for band in source.bands]
    if chosen is not None:
        missing = [number for number in chosen if number not in available]
        if missing:
            raise BandCountError(
                f"Band {missing[0]} was chosen, but {source.label} has the bands {_range(available)}. "
                "Choose bands it has."
            )
        if len(chosen) != count:
            raise BandCountError(
                f"{len(chosen)} {source.role} bands were chosen; the model was trained on {count} ({wanted}). "
                "Choose as many, in this order."
            )
        return chosen, [], []
    if len(available) < count:
        raise BandCountError(
            f"{source.title} has {_plural(len(available))}; the model was trained on "
            f"{count} ({wanted}). Choose a raster with these bands, or a model trained on fewer."
        )
    named = _by_name(source.bands, spec)
    if named is not None:
        return named, [f"{_taken(named, source)} taken as {wanted}, by {their} name{s}."], []
    by_length = _by_wavelength(source.bands, spec)
    if by_length is not None:
        return by_length, [f"{_taken(by_length, source)} taken as {wanted}, by {their} wavelength{s}."], []
    first = tuple(available[:count])
    taken = f"{_taken(first, source)} taken as {wanted}, by position"
    warnings = []
    if len(available) > count:
        warnings.append(f"{taken}, of {len(available)} that have no fitting names. Choose the bands if that is wrong.")
    elif source.role == "SAR" and all(_words(band) & _POLARISATIONS for band in source.bands):
        found = ", ".join(band.description for band in source.bands)
        warnings.append(f"The SAR bands are called {found}; the model was trained on {wanted}. Expect a poorer map.")
    return first, [f"{taken}."], warnings


def common_name(band: RasterBand, role: str) -> str:
    """The field's word for a band, such as red or VV, as far as the file's own names tell; else empty.

    Args:
        band: of the file.
        role: ``optical`` or ``sar``.
    """
    words = _words(band)
    known = _POLARISATIONS if role == "sar" else {*_SENTINEL_2.values(), "pan"}
    found = words & known
    name = found.pop() if len(found) == 1 else ""
    return name.upper() if role == "sar" else name


def _by_name(bands: tuple[RasterBand, ...], spec: InputSpec) -> Optional[tuple[int, ...]]:
    numbers = []
    for wanted in spec.bands:
        keys = {_plain(text) for text in (wanted.name, wanted.common_name) if text}
        keys |= {_SENTINEL_2[key] for key in keys if key in _SENTINEL_2}
        fitting = [band.number for band in bands if keys & _words(band)]
        if len(fitting) != 1:
            return None
        numbers.append(fitting[0])
    return tuple(numbers) if len(set(numbers)) == len(numbers) else None


def _by_wavelength(bands: tuple[RasterBand, ...], spec: InputSpec) -> Optional[tuple[int, ...]]:
    if spec.role != "optical":
        return None
    lengths = {band.number: wavelength_nm(band.description, band.metadata) for band in bands}
    known = {number: length for number, length in lengths.items() if length is not None}
    numbers = []
    for wanted in spec.bands:
        name = _plain(wanted.common_name or wanted.name)
        number = nearest_band(_SENTINEL_2.get(name, name), known)
        if number is None or number in numbers:
            return None
        numbers.append(number)
    return tuple(numbers)


def _words(band: RasterBand) -> set[str]:
    """Everything the file calls a band, in plain lower case."""
    text = re.sub(r"red[\s_-]+edge", "rededge", band.description.lower())  # whose first word is no red
    words = {_plain(text), _plain(re.split(r"[,;:(\s]", text.strip(), maxsplit=1)[0])} - {""}
    words |= {match for match in _POLARISATION.findall(re.sub(r"[^a-z]", " ", text))}
    for key in ("BANDNAME", "POLARISATION", "POLARIZATION", "STANDARD_NAME", "COMMON_NAME"):
        words |= {_plain(value) for name, value in band.metadata.items() if name.upper() == key}
    words |= {_SENTINEL_2[word] for word in words if word in _SENTINEL_2}
    if not words and band.color in ("Red", "Green", "Blue"):
        words.add(band.color.lower())
    return words


def _plain(text: str) -> str:
    """Lower case, and B04 as b4."""
    return re.sub(r"^b0+(?=\d)", "b", text.strip().lower())


def _title(band: Band) -> str:
    return band.name if band.common_name in ("", band.name) else f"{band.name} ({band.common_name})"


def _taken(numbers: tuple[int, ...], source: RasterSource) -> str:
    return f"Band{'s' if len(numbers) > 1 else ''} {_list(numbers)} of {source.label}"


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _range(numbers: list[int]) -> str:
    return _list(tuple(numbers)) if len(numbers) <= 8 else f"{numbers[0]} to {numbers[-1]}"


def _plural(count: int) -> str:
    return f"{count} band" if count == 1 else f"{count} bands"
