"""What ``rgbsar:classify`` refuses before it starts, and the sentence it gives."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from .conftest import model_card, write_tiff

pytestmark = pytest.mark.qgis

ORIGIN = (500_300.0, 5_000_000.0)


def one_band(folder: Path, epsg: int | None = 32633, origin: tuple[float, float] = ORIGIN) -> str:
    """A raster with one band."""
    return write_tiff(folder / "one.tif", np.ones((1, 40, 40), np.uint8), origin, 10.0, epsg)


def text_file(folder: Path, name: str) -> str:
    """A file that is neither raster nor model."""
    path = folder / name
    path.write_text("this is text", encoding="utf-8")
    return str(path)


def card_only(folder: Path, **changes: Any) -> str:
    """A model file with a card and no tensor."""
    metadata = model_card().to_metadata()
    card = {**json.loads(metadata["rgbsar_card"]), **changes}
    header = json.dumps({"__metadata__": {**metadata, "rgbsar_card": json.dumps(card)}}).encode()
    path = folder / "card.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return str(path)


CASES: dict[str, tuple[Callable[[Path, dict[str, Any]], dict[str, Any]], tuple[str, ...]]] = {
    "model is text": (
        lambda folder, job: {"MODEL": text_file(folder, "model.safetensors")},
        ("'model.safetensors'", "Choose a model"),
    ),
    "no model": (lambda folder, job: {"MODEL": ""}, ("No model is chosen", "Choose a model file")),
    "model is missing": (lambda folder, job: {"MODEL": str(folder / "none.safetensors")}, ("cannot be read",)),
    "model of a newer format": (
        lambda folder, job: {"MODEL": card_only(folder, format_version=99)},
        ("format 99", "Update"),
    ),
    "optical is no raster": (
        lambda folder, job: {"OPTICAL": text_file(folder, "optical.tif")},
        ("optical layer", "Choose a raster"),
    ),
    "optical has too few bands": (
        lambda folder, job: {"OPTICAL": one_band(folder)},
        ("has one band", "takes 3 (R, G, B)", "Choose"),
    ),
    "two bands chosen of three": (
        lambda folder, job: {"OPTICAL_BANDS": [1, 2]},
        ("2 bands", "takes 3 (R, G, B)", "Choose that many"),
    ),
    "a band the layer does not have": (
        lambda folder, job: {"SAR_BANDS": [4]},
        ("has no band 4, only one band",),
    ),
    "SAR without CRS": (lambda folder, job: {"SAR": one_band(folder, epsg=None)}, ("has no CRS", "Assign projection")),
    "SAR is left out": (
        lambda folder, job: {"SAR": None},
        ("No SAR layer was given", "'Test ASANet' needs both layers", "Choose that layer, too"),
    ),
    "optical is left out": (lambda folder, job: {"OPTICAL": ""}, ("No optical layer was given", "needs both layers")),
    "no layer at all": (
        lambda folder, job: {"OPTICAL": None, "SAR": None},
        ("No optical and no SAR layer was given", "Choose a layer"),
    ),
    "layers far apart": (
        lambda folder, job: {"SAR": one_band(folder, origin=(700_000.0, 5_000_000.0))},
        ("share no ground", "Choose layers of the same place"),
    ),
    "output is the optical layer": (lambda folder, job: {"OUTPUT": job["OPTICAL"]}, ("is also an input",)),
    "two outputs of one name": (lambda folder, job: {"CONFIDENCE": job["OUTPUT"]}, ("share the name",)),
    "output folder is missing": (lambda folder, job: {"OUTPUT": str(folder / "no" / "map.tif")}, ("does not exist",)),
    "overlap as large as the tile": (
        lambda folder, job: {"TILE_SIZE": 64, "OVERLAP": 64},
        ("overlap (64 px) is not smaller", "Choose a smaller"),
    ),
    "output is no GeoTIFF": (
        lambda folder, job: {"OUTPUT": str(folder / "map.jpg")},
        ("is no .tif file", "Let its name end in .tif"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_a_sentence(provider: Any, job: dict[str, Any], tmp_path: Path, case: str) -> None:
    """Found, expected, what to do; and nothing is written."""
    import processing
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    before = {path: path.read_bytes() for path in map(Path, (job["OPTICAL"], job["SAR"]))}
    with pytest.raises(QgsProcessingException) as caught:
        processing.run("rgbsar:classify", {**job, **change(inputs, job)})
    for part in expected:
        assert part in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["inputs"]
    assert all(path.read_bytes() == content for path, content in before.items())


def test_layer_of_another_data_provider_is_refused(provider: Any, job: dict[str, Any]) -> None:
    """A tile service has no file GDAL could read here."""
    import processing
    from qgis.core import QgsProcessingException, QgsRasterLayer

    service = QgsRasterLayer("type=xyz&url=http://localhost/%7Bx%7D&zmax=1&zmin=0", "tiles", "wms")
    with pytest.raises(QgsProcessingException, match="data provider 'wms'.*Save it as GeoTIFF"):
        processing.run("rgbsar:classify", {**job, "OPTICAL": service})


def test_crs_set_in_qgis_that_the_file_does_not_have_is_refused(provider: Any, job: dict[str, Any]) -> None:
    """The map would lie elsewhere than the layer is shown. A fraction of a pixel does no harm."""
    import processing
    from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingException, QgsRasterLayer

    layer = QgsRasterLayer(job["OPTICAL"], "image")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:23033"))  # ED50, some hundred metres beside
    with pytest.raises(QgsProcessingException, match="'image' was set to EPSG:23033.*in QGIS.*has EPSG:32633.*'Assign"):
        processing.run("rgbsar:classify", {**job, "OPTICAL": layer})
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:25833"))  # ETRS89, less than a metre beside
    assert processing.run("rgbsar:classify", {**job, "OPTICAL": layer})["MAPPED_PIXELS"] == 70 * 80


def test_file_that_went_after_its_layer_got_another_crs_is_not_found(
    provider: Any, job: dict[str, Any], tmp_path: Path
) -> None:
    import processing
    from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingException, QgsRasterLayer

    path = Path(write_tiff(tmp_path / "image.tif", np.ones((3, 40, 40), np.uint8), ORIGIN, 10.0, 4326))
    layer = QgsRasterLayer(str(path), "image")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    path.unlink()
    with pytest.raises(QgsProcessingException, match="was not found"):
        processing.run("rgbsar:classify", {**job, "OPTICAL": layer})


def test_core_error_reaches_the_user_as_one_sentence(provider: Any, job: dict[str, Any]) -> None:
    """A card without tensors passes the cheap checks; the worker refuses it, names the trouble and stays usable."""
    import processing
    from qgis.core import QgsProcessingException

    folder = Path(job["OUTPUT"]).parent
    broken = card_only(folder)
    with pytest.raises(QgsProcessingException) as caught:
        processing.run("rgbsar:classify", {**job, "MODEL": broken})
    assert "Traceback" not in str(caught.value)
    assert not Path(job["OUTPUT"]).exists()
    assert processing.run("rgbsar:classify", job)["MAPPED_PIXELS"] == 70 * 80


@pytest.mark.parametrize("settings", ["", "|option:A=2", "|credential:AWS_REGION=eu", "|option:A=1|credential:B=2"])
def test_of_a_layer_gdal_opens_the_file_without_options_and_credentials(qgis: Any, settings: str) -> None:
    from qgis_plugin import sources

    class Layer:
        def source(self) -> str:
            return f"/vsis3/bucket/a b.tif{settings}"

    assert sources.gdal_source(Layer()) == "/vsis3/bucket/a b.tif"
