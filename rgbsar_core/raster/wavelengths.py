"""Which band of an optical file a wavelength makes it: from band metadata or descriptions to common band names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Optional

# nanometres: lowest, highest; wide ones, after the common band names of the STAC electro-optical extension 1.1,
# https://github.com/stac-extensions/eo
RANGES = {
    "coastal": (400, 450), "blue": (450, 530), "green": (510, 600), "yellow": (580, 620), "red": (620, 690),
    "rededge": (690, 790), "rededge071": (690, 730), "rededge075": (730, 760), "rededge078": (760, 800),
    "nir": (760, 1000), "nir08": (800, 900), "nir09": (900, 1000), "cirrus": (1350, 1400), "swir16": (1550, 1750),
    "swir22": (2080, 2350),
}  # fmt: skip
# Where several bands lie in the range (hyperspectral images), the one nearest to the centre of Sentinel-2A's band.
# Source: Sentinel-2 spectral response functions, ESA, S2A central wavelengths.
_CENTRES = {
    "coastal": 443, "blue": 493, "green": 560, "red": 665, "rededge": 704, "rededge071": 704, "rededge075": 741,
    "rededge078": 783, "nir": 833, "nir08": 865, "nir09": 945, "cirrus": 1374, "swir16": 1614, "swir22": 2202,
}  # fmt: skip
_NANOMETRES = {"nm": 1.0, "nanometers": 1.0, "nanometres": 1.0, "nanometer": 1.0, "nanometre": 1.0}
_MICROMETRES = {unit: 1000.0 for unit in ("um", "µm", "μm", "micrometers", "micrometres", "microns", "micrometer")}
_UNITS = {**_NANOMETRES, **_MICROMETRES}
_IN_TEXT = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s*(nm|um|µm|μm|nanomet(?:er|re)s?|micromet(?:er|re)s?|microns)\b", re.IGNORECASE
)
_KEYS = ("WAVELENGTH", "CENTRAL_WAVELENGTH", "CENTER_WAVELENGTH", "CENTRAL_WAVELENGTH_NM", "CENTRAL_WAVELENGTH_UM")
_UNIT_KEYS = ("WAVELENGTH_UNITS", "WAVELENGTH_UNIT")


def wavelength_nm(description: str, metadata: Mapping[str, str]) -> Optional[float]:
    """Central wavelength of a band in nanometres, or None where the file does not tell.

    Args:
        description: of the band; ENVI files have the wavelength there, ``Band 4 (665.0 Nanometers)``.
        metadata: items of the band, as GDAL's drivers name them (``wavelength`` and ``wavelength_units``,
            ``CENTRAL_WAVELENGTH_UM`` ...).
    """
    items = {name.upper().replace(":", "_"): value.strip() for name, value in metadata.items()}
    unit = next((items[key].lower() for key in _UNIT_KEYS if key in items), "")
    for key in _KEYS:
        text = items.get(key, "")
        if re.fullmatch(r"\d+(\.\d+)?", text):
            named = "nm" if key.endswith("_NM") else "um" if key.endswith("_UM") else unit
            # without a unit: no optical wavelength is above 30 micrometres or below 30 nanometres
            factor = _UNITS.get(named, 1000.0 if float(text) < 30 else 1.0)
            return float(text) * factor
        description = f"{text} {description}" if text else description
    found = _IN_TEXT.findall(description)
    if len(found) != 1:  # none, or a range of two
        return None
    number, named = found[0]
    return float(number) * (1000.0 if named.lower().startswith(("u", "µ", "μ", "mi")) else 1.0)


def nearest_band(common_name: str, wavelengths: Mapping[int, float]) -> Optional[int]:
    """Number of the band that is this colour, or None.

    Args:
        common_name: such as ``red`` or ``swir16``.
        wavelengths: nanometres by band number.
    """
    if common_name not in RANGES:
        return None
    low, high = RANGES[common_name]
    centre = _CENTRES.get(common_name, (low + high) / 2)
    inside = [number for number, length in wavelengths.items() if low <= length <= high]
    return min(inside, key=lambda number: (abs(wavelengths[number] - centre), number), default=None)
