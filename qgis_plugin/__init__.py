"""RGB-SAR Land Cover: a QGIS Processing provider for land-cover maps from an optical and a SAR layer."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Called by QGIS; ``iface`` is None in ``qgis_process``."""
    from .plugin import RgbSarPlugin

    return RgbSarPlugin(iface)
