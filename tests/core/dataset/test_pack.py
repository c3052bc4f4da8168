"""Tiles as plain arrays: values, ranges, labels and refusals, worked out from the files they come from."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgbsar_core.dataset.pack import Packed, pack_folder
from rgbsar_core.errors import InputError, OperationCancelled, ResourceLimitError
from tests.core.dataset.places import TILE, description, make, tile_names, write_labels, write_layers
from tests.rasters import read_raster


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set of three classes and a few tiles; not to be written to."""
    folder = tmp_path_factory.mktemp("pläce")
    optical, sar, _, _ = write_layers(folder)
    make((optical, sar, write_labels(folder / "labels.gpkg")), folder / "data set", shares=(60, 20, 20))
    return folder / "data set"


@pytest.fixture
def own(place: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(place, tmp_path / "data set"))


def pack(folder: Path, target: Path, progress: Any = lambda share, text: None, stop: Any = lambda: False) -> Packed:
    target.mkdir(exist_ok=True)
    return pack_folder(str(folder), target, progress, stop)


def change(folder: Path, **entries: Any) -> None:
    (folder / "dataset.json").write_text(json.dumps({**description(folder), **entries}), encoding="utf-8")


def test_arrays_hold_the_tiles_of_each_list_in_its_order(place, tmp_path):
    packed = pack(place, tmp_path / "packed")
    names = tile_names(place)
    assert packed.tiles == {split: len(names[split]) for split in names}
    for split in names:
        optical = np.load(tmp_path / "packed" / f"{split}_optical.npy")
        assert optical.dtype == np.uint8 and optical.shape == (len(names[split]), 3, TILE, TILE)
        for number, name in enumerate(names[split]):
            assert (optical[number] == read_raster(place / "optical" / f"{name}.tif")).all()


def test_calibrated_sar_is_in_decibels(place, tmp_path):
    pack(place, tmp_path / "packed")
    power = read_raster(place / "sar" / f"{tile_names(place)['val'][0]}.tif").astype(np.float64)
    found = np.load(tmp_path / "packed" / "val_sar.npy")[0]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, 10 * np.log10(power), rtol=0, atol=1e-5)


def test_labels_are_class_indices_and_255_without_a_class(place, tmp_path):
    packed = pack(place, tmp_path / "packed")
    values = np.stack([read_raster(place / "label" / f"{name}.tif")[0] for name in tile_names(place)["train"]])
    found = np.load(tmp_path / "packed" / "train_label.npy")
    assert (found[values > 0] == values[values > 0] - 1).all() and (found[values == 0] == 255).all()
    assert packed.pixels["train"] == tuple(int((values == value).sum()) for value in (1, 2, 3))


def test_ranges_are_the_percentiles_of_the_whole_scene(place, tmp_path):
    """Not of the tiles: a map of the scene is scaled by these numbers."""
    pack(place, tmp_path / "packed")
    (scene,) = json.loads((tmp_path / "packed" / "packed.json").read_text())["scenes"]
    _, _, optical, sar = write_layers(tmp_path)
    np.testing.assert_allclose(scene["optical"], np.percentile(optical, (1, 99), axis=(1, 2)).T)
    decibels = 10 * np.log10(np.percentile(sar.astype(np.float64), (1, 99), axis=(1, 2)).T)
    np.testing.assert_allclose(scene["sar"], decibels, atol=1e-4)


def test_where_a_modality_has_no_value_there_is_none_and_no_label(own, tmp_path):
    from tests.rasters import write_raster

    name = tile_names(own)["train"][0]
    sar = read_raster(own / "sar" / f"{name}.tif")
    sar[:, :5] = np.nan
    write_raster(own / "sar" / f"{name}.tif", sar, nodata=np.nan)
    pack(own, tmp_path / "packed")
    assert np.isnan(np.load(tmp_path / "packed" / "train_sar.npy")[0, :, :5]).all()
    labels = np.load(tmp_path / "packed" / "train_label.npy")[0]
    assert (labels[:5] == 255).all() and (labels[5:] != 255).any()


def test_scaled_numbers_become_physical_values(own, tmp_path):
    optical = {**description(own)["optical"], "scale": [0.5] * 3, "offset": [-1.0] * 3}
    change(own, optical=optical)
    pack(own, tmp_path / "packed")
    numbers = read_raster(own / "optical" / f"{tile_names(own)['train'][0]}.tif")
    assert (np.load(tmp_path / "packed" / "train_optical.npy")[0] == numbers * np.float32(0.5) - 1).all()


def test_progress_rises_to_the_end(place, tmp_path):
    shares: list[float] = []
    pack(place, tmp_path / "packed", lambda share, text: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_cancelling_stops_between_tiles(place, tmp_path):
    with pytest.raises(OperationCancelled):
        pack(place, tmp_path / "packed", stop=lambda: True)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux which files are open")
def test_a_cancelled_job_holds_no_array_open_while_its_error_is_handled(place, tmp_path):
    """Windows could not remove the file."""
    answers = iter([False, False, True])
    with pytest.raises(OperationCancelled) as caught:
        pack(place, tmp_path / "packed", stop=lambda: next(answers))
    assert caught.tb is not None and "train_optical.npy" in {path.name for path in (tmp_path / "packed").iterdir()}
    assert not [file for file in Path("/proc/self/fd").iterdir() if "packed" in str(file.resolve())]


def test_a_disk_that_fills_up_while_tiles_are_written_is_told(place, tmp_path):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(ResourceLimitError, match=r"could not be written to .* \(File too large\); .* TMPDIR"):
            pack(place, tmp_path / "packed")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_is_too_small_is_refused_before_writing(place, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())
    with pytest.raises(ResourceLimitError, match=r"0\.0 GB free; the tiles need .* TMPDIR"):
        pack(place, tmp_path / "packed")
    assert list((tmp_path / "packed").iterdir()) == []


def test_other_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match="was not found; expected a data set"):
        pack(tmp_path / "nothing", tmp_path / "packed")
    with pytest.raises(InputError, match=r"has no dataset\.json; .*createtrainingdata"):
        pack(tmp_path, tmp_path / "packed")


def spoil_lists(folder: Path) -> None:
    (folder / "val.txt").write_text("")


def spoil_files(folder: Path) -> None:
    (folder / "sar" / f"{tile_names(folder)['train'][0]}.tif").unlink()


def spoil_classes(folder: Path) -> None:
    change(folder, classes=description(folder)["classes"][:1])


def spoil_ranges(folder: Path) -> None:
    sources = [{k: v for k, v in source.items() if k != "stretch"} for source in description(folder)["sources"]]
    change(folder, sources=sources)


def spoil_names(folder: Path) -> None:
    change(folder, sources=[{**source, "name": "elsewhere"} for source in description(folder)["sources"]])


def spoil_size(folder: Path) -> None:
    change(folder, tile_size=64)


def spoil_labels(folder: Path) -> None:
    change(folder, classes=description(folder)["classes"][:2])


def spoil_balance(folder: Path) -> None:
    from tests.rasters import write_raster

    for name in tile_names(folder)["train"]:
        write_raster(folder / "label" / f"{name}.tif", np.full((TILE, TILE), 2, np.uint8))


@pytest.mark.parametrize(("spoil", "message"), [
    (spoil_lists, r"no validation tile in val\.txt"),
    (spoil_files, "lacks files"),
    (spoil_classes, r"one class only \(field\)"),
    (spoil_ranges, "value ranges of its scenes"),
    (spoil_names, "belongs to no scene"),
    (spoil_size, r"32 x 32 pixels; dataset.json says 3 of 64 x 64"),
    (spoil_labels, r"holds 3; the classes of dataset\.json are 1, 2"),
    (spoil_balance, r"show one class only \(forest\)"),
])  # fmt: skip
def test_what_cannot_be_trained_from_is_refused(own, tmp_path, spoil, message):
    spoil(own)
    with pytest.raises(InputError, match=message):
        pack(own, tmp_path / "packed")
