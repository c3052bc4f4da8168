"""From two files to a map: a small real ASANet once, everything around it with an engine without torch."""

from __future__ import annotations

import csv
import dataclasses
import logging
import math
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

import rgbsar_core
from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import EngineError, InputError, MissingDependencyError, OperationCancelled, RasterIOError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.parameters import ClassificationParameters, EngineOptions
from rgbsar_core.raster.areas import AreaTally
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.preview import MapPicture
from rgbsar_core.results import ClassificationResult
from rgbsar_core.strips import RowBlock
from tests.core.conftest import HARD, NODATA_ROWS
from tests.core.fakes import ROWS, NumpyEngine, fingerprint
from tests.rasters import NORTH_UP, UTM_11N, read_raster, wkt, write_polygons, write_raster

PLAIN = EngineOptions(device="cpu", precision="float32", backend="torch", threads=1)
EXTRAS = {"confidence": "sûr.tif", "probabilities": "each.tif", "area_table": "areas.csv", "report": "report.html"}


def job(
    layers: tuple[str, str], model: Path, folder: Path, *extras: str, **options: object
) -> ClassificationParameters:
    """Parameters with the map and the named extras in one folder."""
    return ClassificationParameters(
        optical=layers[0],
        sar=layers[1],
        model=str(model),
        output=str(folder / "map.tif"),
        engine=PLAIN,
        **{name: str(folder / EXTRAS[name]) for name in extras},
        **options,
    )


@dataclasses.dataclass(frozen=True)
class Run:
    """One complete run with the real network."""

    parameters: ClassificationParameters
    result: ClassificationResult
    progress: list[tuple[float, str]]
    inputs_before: dict[str, str]

    @property
    def folder(self) -> Path:
        return Path(self.parameters.output).parent


@pytest.fixture(scope="module")
def run(scene, model_file, tmp_path_factory) -> Run:
    inputs = tmp_path_factory.mktemp("in put")
    optical, sar = scene
    layers = (
        write_raster(inputs / "optique 'été' №1.tif", optical),
        write_raster(inputs / f"sar {HARD} ß.tif", sar, nodata=-9999),
    )
    folder = tmp_path_factory.mktemp("out put ü")
    parameters = dataclasses.replace(
        job(layers, model_file, folder, *EXTRAS, sar_units="linear"), output=str(folder / f"Karte 'A' {HARD} é.tif")
    )
    before = fingerprint(inputs)
    progress: list[tuple[float, str]] = []
    result = rgbsar_core.classify_rasters(parameters, lambda share, text: progress.append((share, text)))
    return Run(parameters, result, progress, before)


@pytest.fixture(scope="module")
def probabilities(scene, model_file) -> np.ndarray:
    """(2, 64, 64): what the network says when it is called by hand; the scene is exactly one tile."""
    import torch

    from rgbsar_core.engine.model_file import load_model

    optical, sar = scene
    normal_sar = np.where(sar == -9999, 0, (sar - 0.5) / 0.25)  # nodata enters as zero after normalisation
    network, _ = load_model(model_file)
    with torch.inference_mode():
        logits = network(
            torch.from_numpy(((optical - 128.0) / 64).astype(np.float32))[None],
            torch.from_numpy(normal_sar.astype(np.float32))[None],
        )
    return logits[0].softmax(0).numpy()


def test_the_map_is_the_networks_answer_in_the_legends_values(run, probabilities):
    expected = np.where(probabilities[0] >= probabilities[1], 1, 3)
    expected[:NODATA_ROWS] = 0
    found = read_raster(run.parameters.output)[0]
    clear = np.abs(probabilities[0] - probabilities[1]) > 1e-4
    assert set(np.unique(found)) == {0, 1, 3}
    assert np.array_equal(found[clear], expected[clear])
    assert clear.mean() > 0.99 and np.ptp(probabilities[0]) > 0.5


def test_confidence_and_probabilities_are_the_networks_in_percent(run, probabilities):
    confidence = read_raster(run.parameters.confidence)[0]
    each = read_raster(run.parameters.probabilities)
    mapped = slice(NODATA_ROWS, None)
    assert np.abs(confidence[mapped] - 100 * probabilities.max(0)[mapped]).max() <= 1.01
    assert np.abs(each[:, mapped] - 100 * probabilities[:, mapped]).max() <= 1.01
    assert (confidence[:NODATA_ROWS] == 255).all() and (each[:, :NODATA_ROWS] == 255).all()


def test_the_map_lies_on_the_optical_grid_with_names_colours_and_origin(run):
    dataset = gdal.Open(run.parameters.output)
    band = dataset.GetRasterBand(1)
    assert dataset.GetGeoTransform() == NORTH_UP
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == str(UTM_11N)
    assert band.GetNoDataValue() == 0
    assert band.GetCategoryNames()[1] == "water" and band.GetCategoryNames()[3] == "Wald „Süd“ <3"
    assert band.GetColorTable().GetColorEntry(3)[:3] == (0, 128, 0)
    assert dataset.GetMetadataItem("RGBSAR_MODEL") == "test"
    assert dataset.GetMetadataItem("RGBSAR_TRAINING_ATTRIBUTION") == "Nobody & sons"


def test_areas_are_pixels_times_their_ground_on_the_ellipsoid(run):
    # On the central meridian, where the scene lies, UTM's scale is 0.9996: a pixel of 10 m covers more ground.
    pixel = 10 * 10 / 0.9996**2
    labels = read_raster(run.parameters.output)
    for area in run.result.areas:
        assert area.pixels == int((labels == area.value).sum()) > 0
        assert area.square_metres == pytest.approx(area.pixels * pixel, rel=1e-6)
    assert run.result.nodata_pixels == NODATA_ROWS * 64
    assert sum(area.pixels for area in run.result.areas) == (64 - NODATA_ROWS) * 64


def test_the_area_table_has_one_row_a_class(run):
    with open(run.parameters.area_table, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    water, forest = run.result.areas
    assert [(row["value"], row["name"], row["color"]) for row in rows] == [
        ("1", "water", "#0000ff"),
        ("3", "Wald „Süd“ <3", "#008000"),
    ]
    assert [int(row["pixels"]) for row in rows] == [water.pixels, forest.pixels]
    assert float(rows[0]["hectares"]) == pytest.approx(water.square_metres / 10_000, abs=1e-4)
    assert sum(float(row["percent"]) for row in rows) == pytest.approx(100, abs=0.002)


class _Page(HTMLParser):
    """Texts, and every address the page would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "data", "srcset")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_report_names_everything_and_fetches_nothing(run):
    text = Path(run.parameters.report).read_text(encoding="utf-8")
    page = _Page(text)
    said = " ".join(page.texts)
    assert all(address.startswith("data:image/png;base64,") for address in page.fetched) and page.fetched
    assert not {"script", "link", "iframe"} & set(page.tags) and "@import" not in text and "url(" not in text
    for wanted in (
        "water",
        "Wald „Süd“ <3",
        run.parameters.optical,
        run.parameters.sar,
        run.parameters.output,
        "Test model",
        "Nobody & sons",
        "CC0-1.0",
        "mIoU",
    ):
        assert wanted in said, wanted
    assert "<3" not in text  # the class name's angle bracket is escaped


def test_nothing_but_the_named_files_appears_and_inputs_stay_as_they_were(run):
    side_files = {path.name for path in run.folder.iterdir() if path.name.endswith(".aux.xml")}
    wanted = {Path(run.parameters.output).name, *EXTRAS.values()}
    assert {path.name for path in run.folder.iterdir()} - side_files == wanted
    assert fingerprint(Path(run.parameters.optical).parent) == run.inputs_before


def test_what_an_engine_waits_for_is_shown_at_the_share_already_done(layers, model_file, tmp_path):
    class Waiting(NumpyEngine):
        def predict(self, strips, is_cancelled, tell=None):
            for number, block in enumerate(super().predict(strips, is_cancelled)):
                if number == 1:
                    tell("Waiting for memory")
                yield block

    steps: list[tuple[float, str]] = []
    parameters = job(layers, model_file, tmp_path)
    rgbsar_core.classify_rasters(parameters, lambda share, text: steps.append((share, text)), engine=Waiting())
    where = [text for _, text in steps].index("Waiting for memory")
    assert steps[where][0] == steps[where - 1][0] > 0


def test_progress_rises_to_one_and_names_the_steps(run):
    shares = [share for share, _ in run.progress]
    assert shares == sorted(shares) and shares[-1] == 1.0
    texts = [text for _, text in run.progress]
    assert texts[0] == "Opening and aligning the two layers" and "Loading the model 'Test model'" in texts
    assert any(re.fullmatch(r"Classifying: row 64 of 64, \d+ s left", text) for text in texts)


def test_the_result_says_what_ran(run):
    engine = run.result.engine
    assert (engine.device, engine.precision, engine.backend, engine.tile_size) == ("cpu", "float32", "torch", 64)
    assert (run.result.width, run.result.height) == (64, 64)
    assert run.result.statistics.tiles == 1 and run.result.statistics.network_seconds > 0
    assert run.result.seconds >= run.result.statistics.total_seconds


# Everything below runs without torch.


def test_the_callers_engine_is_used_and_left_open_and_its_warnings_come_last_and_once(
    layers, model_file, tmp_path, caplog
):
    engine = NumpyEngine(warnings=("It ran out of memory.", "It ran out of memory."))
    with caplog.at_level(logging.WARNING):
        result = classify_rasters(job(layers, model_file, tmp_path), engine=engine)
    assert result.engine.backend == "numpy" and not engine.closed and engine.ended
    assert result.warnings.count("It ran out of memory.") == 1
    assert [record.getMessage() for record in caplog.records] == list(result.warnings)


def test_areas_by_hand_for_a_known_map(layers, model_file, tmp_path, scene):
    result = classify_rasters(job(layers, model_file, tmp_path), engine=NumpyEngine())
    even = int((scene[0][0, NODATA_ROWS:] % 2 == 0).sum())
    assert [area.pixels for area in result.areas] == [even, (64 - NODATA_ROWS) * 64 - even]


def ellipsoid_zone(latitude: float) -> float:
    """Ground between the equator and a latitude per radian of longitude, m2, WGS 84 (Snyder 1987, eq. 3-12)."""
    a, f = 6378137.0, 1 / 298.257223563
    e = math.sqrt(f * (2 - f))
    s = math.sin(math.radians(latitude))
    return a * a * (1 - e * e) / 2 * (s / (1 - (e * s) ** 2) + math.atanh(e * s) / e)


def test_geographic_pixels_shrink_towards_the_pole_as_on_the_ellipsoid():
    legend = Legend((LandCoverClass(1, "south", (0, 0, 1)), LandCoverClass(2, "north", (0, 0, 2))))
    grid = Grid(10, 40, (5.0, 0.5, 0.0, 80.0, 0.0, -0.5), wkt(4326))  # 80 to 60 degrees north, 5 degrees wide
    labels = np.where(np.arange(40)[:, None] < 20, 2, 1).astype(np.uint8).repeat(10, axis=1)
    tally = AreaTally(grid, legend)
    for row in (0, 24):
        tally.add(RowBlock(row, labels[row : row + 24], labels[row : row + 24]))
    width = math.radians(5.0)
    expected = {
        "south": width * (ellipsoid_zone(70) - ellipsoid_zone(60)),
        "north": width * (ellipsoid_zone(80) - ellipsoid_zone(70)),
    }
    for area in tally.areas():
        assert area.pixels == 200
        assert area.square_metres == pytest.approx(expected[area.name], rel=2e-5)
    assert tally.nodata_pixels == 0


def test_the_picture_shows_every_second_pixel_in_the_legends_colours(tmp_path):
    labels = np.zeros((6, 4), np.uint8)
    labels[1], labels[3], labels[5, 3] = 1, 2, 2
    legend = Legend((LandCoverClass(1, "a", (10, 20, 30)), LandCoverClass(2, "b", (40, 50, 60))))
    picture = MapPicture(4, 6, legend, largest_side=3)
    for row in (0, 4):
        picture.add(RowBlock(row, labels[row : row + 4], labels[row : row + 4]))
    path = tmp_path / "picture.png"
    path.write_bytes(picture.png())
    dataset = gdal.Open(str(path))
    assert (dataset.RasterXSize, dataset.RasterYSize) == (2, 3)
    found = dataset.ReadAsArray()
    assert np.array_equal(found, [[1, 1], [2, 2], [0, 2]])
    table = dataset.GetRasterBand(1).GetColorTable()
    assert table.GetColorEntry(1) == (10, 20, 30, 255) and table.GetColorEntry(2) == (40, 50, 60, 255)
    assert table.GetColorEntry(0)[3] == 0


@pytest.mark.parametrize("width, height", [(1, 5000), (5000, 1), (901, 900), (1, 1)])
def test_the_picture_of_any_shape_is_no_larger_than_asked(width, height):
    legend = Legend((LandCoverClass(1, "a", (10, 20, 30)),))
    picture = MapPicture(width, height, legend)
    picture.add(RowBlock(0, np.ones((height, width), np.uint8), np.ones((height, width), np.uint8)))
    header = picture.png()[16:24]
    sides = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")
    assert max(sides) <= 900 and min(sides) >= 1


EVERY = ("output", *EXTRAS)


@pytest.mark.parametrize("name", EXTRAS)
def test_two_outputs_of_one_name_are_refused(layers, model_file, tmp_path, name):
    target = job(layers, model_file, tmp_path).output
    parameters = job(layers, model_file, tmp_path, **{name: os.path.join(os.path.dirname(target), ".", "map.tif")})
    refused(parameters, "share the name .*expected a file for each.*Give each output", tmp_path)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("which", ["optical", "sar", "model", "mask"])
def test_an_output_that_is_an_input_is_refused_and_the_input_stays(layers, model_file, tmp_path, name, which):
    model = tmp_path / "in put" / "model.safetensors"
    model.write_bytes(model_file.read_bytes()[:100])  # refused before it is read
    square = [(500_000, 4_000_000), (500_500, 4_000_000), (500_500, 3_999_500)]
    mask = write_polygons(tmp_path / "in put" / "mask.gpkg", [square])
    parameters = job(layers, model, tmp_path, mask=f"{mask}|layername=polygons")
    parameters = dataclasses.replace(parameters, **{name: getattr(parameters, which).split("|layername")[0]})
    refused(parameters, "is also an input.*expected a file of its own.*Choose another name", tmp_path)


def test_an_output_that_is_a_source_of_a_virtual_raster_is_refused(layers, model_file, tmp_path):
    virtual = str(tmp_path / "virtual.vrt")
    gdal.BuildVRT(virtual, [layers[0]]).FlushCache()
    parameters = dataclasses.replace(job((virtual, layers[1]), model_file, tmp_path), output=layers[0])
    refused(parameters, "is also an input", tmp_path)


def test_an_input_reached_through_a_link_is_recognised(layers, model_file, tmp_path):
    link = tmp_path / "link.tif"
    try:
        link.symlink_to(layers[0])
    except OSError:
        pytest.skip("no symbolic links here")
    refused(dataclasses.replace(job(layers, model_file, tmp_path), output=str(link)), "is also an input", tmp_path)


@pytest.mark.parametrize("name", EVERY)
def test_a_missing_folder_is_refused_before_any_work(layers, model_file, tmp_path, name):
    parameters = dataclasses.replace(
        job(layers, model_file, tmp_path), **{name: str(tmp_path / "no such folder" / "file.x")}
    )
    refused(parameters, "folder .*no such folder.* does not exist; expected a folder.*Create it", tmp_path)


@pytest.mark.parametrize("name", EVERY)
def test_a_folder_given_as_file_is_refused(layers, model_file, tmp_path, name):
    parameters = dataclasses.replace(job(layers, model_file, tmp_path), **{name: str(tmp_path / "in put")})
    refused(parameters, "is a folder; expected a file name", tmp_path)


def refused(parameters: ClassificationParameters, message: str, folder: Path) -> None:
    before = fingerprint(folder)
    steps: list[str] = []
    with pytest.raises(InputError, match=message):
        classify_rasters(parameters, lambda share, text: steps.append(text), engine=NumpyEngine())
    assert steps == [] and fingerprint(folder) == before


def test_cancelling_half_way_leaves_nothing_and_ends_the_prediction(layers, model_file, tmp_path):
    before = fingerprint(tmp_path)
    rows: list[int] = []
    engine = NumpyEngine(rows.append)
    with pytest.raises(OperationCancelled):
        classify_rasters(job(layers, model_file, tmp_path, *EXTRAS), None, lambda: len(rows) >= 2, engine)
    assert rows == [0, ROWS] and engine.ended
    assert fingerprint(tmp_path) == before


def test_cancelling_after_the_last_row_leaves_nothing(layers, model_file, tmp_path):
    before = fingerprint(tmp_path)
    steps: list[str] = []
    with pytest.raises(OperationCancelled):
        classify_rasters(
            job(layers, model_file, tmp_path, *EXTRAS),
            lambda share, text: steps.append(text),
            lambda: "Finishing the files" in steps,
            NumpyEngine(),
        )
    assert fingerprint(tmp_path) == before


def test_an_engine_that_fails_leaves_nothing_and_its_own_error_comes_out(layers, model_file, tmp_path):
    before = fingerprint(tmp_path)

    def fail(row: int) -> None:
        raise EngineError("The worker died.")

    with pytest.raises(EngineError, match="The worker died"):
        classify_rasters(job(layers, model_file, tmp_path, *EXTRAS), engine=NumpyEngine(fail))
    assert fingerprint(tmp_path) == before


def test_a_failing_writer_stops_the_engine_and_an_older_map_survives(layers, model_file, tmp_path, monkeypatch):
    from rgbsar_core.raster.partial import PartialRaster

    Path(tmp_path, "map.tif").write_bytes(b"the map of yesterday")
    Path(tmp_path, "areas.csv").write_bytes(b"its areas")
    before = fingerprint(tmp_path)

    def fail(self: PartialRaster, rows: np.ndarray) -> None:
        raise RasterIOError("'map.tif' could not be written: the disk is gone.")

    monkeypatch.setattr(PartialRaster, "append", fail)
    engine = NumpyEngine()
    with pytest.raises(RasterIOError, match="the disk is gone"):
        classify_rasters(job(layers, model_file, tmp_path, *EXTRAS), engine=engine)
    assert engine.ended
    assert fingerprint(tmp_path) == before


def test_a_report_that_cannot_be_written_leaves_no_map_either(layers, model_file, tmp_path, monkeypatch):
    before = fingerprint(tmp_path)

    def fail(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(RasterIOError, match="report.html' could not be written .No space left.*Free disk space"):
        classify_rasters(job(layers, model_file, tmp_path, "report"), engine=NumpyEngine())
    assert fingerprint(tmp_path) == before


def test_a_table_that_is_open_elsewhere_gets_a_sentence_and_the_map_stays(layers, model_file, tmp_path, monkeypatch):
    replace = os.replace

    def held(source: Path, target: Path) -> None:
        if str(target).endswith(".csv"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(RasterIOError, match="The map is complete, but '.*areas.csv' could not be replaced .Permission"):
        classify_rasters(job(layers, model_file, tmp_path, "area_table"), engine=NumpyEngine())
    assert read_raster(tmp_path / "map.tif").any()


def test_a_confidence_that_is_open_elsewhere_leaves_the_older_map_and_the_rows(
    layers, model_file, tmp_path, monkeypatch
):
    parameters = dataclasses.replace(job(layers, model_file, tmp_path, "confidence", "probabilities"), resume=True)
    for path in parameters.outputs:
        for side in ("", ".aux.xml"):
            Path(path + side).write_text(f"older {side}")
    before, replace = fingerprint(tmp_path), os.replace

    def held(source: Path, target: Path) -> None:
        if parameters.confidence in (str(source), str(target)):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", held)
        with pytest.raises(RasterIOError, match="could not be replaced: Perm.*64 of 64 rows are kept"):
            classify_rasters(parameters, engine=NumpyEngine())
    after = fingerprint(tmp_path)
    assert {path: digest for path, digest in after.items() if ".resume" not in path} == before
    assert classify_rasters(parameters, engine=NumpyEngine()).resumed_rows == 64
    assert not [path for path in fingerprint(tmp_path) if "partial" in path or "resume" in path]


def test_without_torch_and_without_an_engine_the_sentence_says_what_to_install(
    layers, model_file, tmp_path, monkeypatch
):
    before = fingerprint(tmp_path)
    monkeypatch.delitem(sys.modules, "rgbsar_core.engine.local", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match="torch is not installed; running the network needs it. Install"):
        classify_rasters(job(layers, model_file, tmp_path))
    assert fingerprint(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="paths are short there anyway")
def test_names_as_long_as_the_file_system_allows_work(layers, model_file, tmp_path):
    paths = {name: str(tmp_path / ("地" * 79 + str(number))) for number, name in enumerate(EVERY)}  # 238 of 255 bytes
    result = classify_rasters(dataclasses.replace(job(layers, model_file, tmp_path), **paths), engine=NumpyEngine())
    assert all(os.path.exists(path) for path in paths.values()) and result.report == paths["report"]


def test_a_one_pixel_scene_works(model_file, tmp_path):
    layers = (
        write_raster(tmp_path / "o.tif", np.full((3, 1, 1), 4, np.uint8)),
        write_raster(tmp_path / "s.tif", np.full((2, 1, 1), 0.5, np.float32)),
    )
    result = classify_rasters(job(layers, model_file, tmp_path, *EXTRAS), engine=NumpyEngine())
    assert (result.width, result.height, result.nodata_pixels) == (1, 1, 0)
    assert [area.pixels for area in result.areas] == [1, 0]
