"""Model files at hand: the models folder of the profile, and what the user calls a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from qgis.core import QgsApplication, QgsSettings

from . import core_link, runtime, sources

_REMOTE = ("/vsicurl", "/vsis3", "/vsigs", "/vsiaz", "http:", "https:", "ftp:")


def folder() -> Path:
    """Where installed models lie: the user's choice, else a folder of the QGIS profile."""
    chosen = str(QgsSettings().value(runtime.MODELS_FOLDER_SETTING, "") or "")
    return Path(chosen) if chosen else Path(QgsApplication.qgisSettingsDirPath()) / "rgbsar_landcover" / "models"


def folders() -> list[Path]:
    """The models folder, and that of a working copy of the repository if the plugin runs from one."""
    return [place for place in (folder(), core_link.core_parent() / "models") if place.is_dir()]


def installed() -> list[Any]:
    """Every installed model (the core's ``StoredModel``), by title."""
    found: list[Any] = core_link.core_module("model_store").list_models(folders())
    return found


def find(text: str) -> str:
    """The model file a user means by a path, a name or a title.

    Raises:
        ModelFileError: no model or several are called so.
    """
    return str(core_link.core_module("model_store").find_model(text, folders()))


def default() -> Optional[str]:
    """The model used last, else the first that is installed, else None."""
    used = str(QgsSettings().value(runtime.MODEL_SETTING, "") or "")
    if used and Path(used).is_file():
        return used
    shipped = sorted(path for place in folders() for path in place.glob("*.safetensors"))
    return str(shipped[0]) if shipped else None


def local_source(layer: Any, role: str) -> str:
    """What GDAL opens of a raster layer, or "" where there is none, it cannot be used or lies on a server."""
    if layer is None or sources.layer_problem(layer, role):
        return ""
    source = sources.gdal_source(layer)
    return "" if source.startswith(_REMOTE) else source


def band_lines(card: Any, rasters: dict[str, str]) -> list[str]:
    """Which bands of the chosen layers the model will take if the user chooses none.

    Args:
        card: the model's card.
        rasters: what GDAL opens, by role (``optical`` or ``sar``); "" for none.

    Returns:
        One sentence a layer.
    """
    lines: list[str] = []
    for spec in card.inputs:
        source, role = rasters.get(spec.role), "SAR" if spec.role == "sar" else "optical"
        if not source:
            continue
        try:
            raster = core_link.core_module("raster.source").open_raster(source, role)
            _, assumed, warned = core_link.core_module("raster.bands").choose_bands(raster, spec, None)
        except core_link.errors.RgbSarError as error:
            assumed, warned = [], [str(error)]
        lines += warned or assumed
    return lines
