"""A raster too wide for the device is mapped in panels of columns, to the byte as in one piece."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from rgbsar_core.engine import band_rows, blending
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.room import room_for_rows
from rgbsar_core.engine.runner import NetworkRunner
from rgbsar_core.errors import OperationCancelled, ResourceLimitError
from rgbsar_core.strips import Strip
from rgbsar_core.tiling import tile_bands

from .jobs import Scene, job, never, stack
from .stub_model_file import load_model

# Three classes, three optical bands and one SAR band, bands 64 rows high: 28 bytes a pixel that stay, two masks, and
# 24 for each of three bands while they are normalised.
COLUMN = 64 * (28 + 2 + 72)


@pytest.fixture
def engine():
    engine = LocalEngine(load_model)
    yield engine
    engine.close()


@pytest.fixture
def room(monkeypatch):
    """Sets the bytes the device has for rows."""

    def settle(size):
        monkeypatch.setattr("rgbsar_core.engine.local.room_for_rows", lambda device, batch_bytes: size)

    return settle


def mapped(engine, scene, rows=37, first=0, stop=None, changed=None, **options):
    """The map of some rows, and the sentences on it."""
    whole = job("convolution", scene.height, scene.width, probabilities=True, **options)
    info = engine.prepare(replace(whole, first_row=first, stop_row=stop, **(changed or {})))
    bands = tile_bands(scene.height, info.tile_size, info.overlap, info.rows_per_band, first, stop)
    strips = []
    for row in range(bands[0].row, bands[-1].read_stop, rows):
        part = slice(row, min(row + rows, bands[-1].read_stop))
        strips.append(Strip(row, scene.optical[:, part], scene.sar[:, part], scene.valid[part]))
    blocks = list(engine.predict(strips, never))
    return stack([replace(block, row=block.row - first) for block in blocks]), engine.info.warnings


def assert_same(found, expected):
    for name, plane in expected.items():
        assert np.array_equal(found[name], plane), name


@pytest.mark.parametrize(("width", "columns"), [(131, 65), (131, 100), (333, 64), (333, 190)])
@pytest.mark.parametrize(
    "options",
    [
        {"overlap": 0},
        {"overlap": 16, "batch_size": 1},
        {"overlap": 16, "batch_size": 3},
        {"overlap": 40},  # three tiles lie on a pixel
        {"overlap": 48, "batch_size": 5},  # sixteen
    ],
)
def test_every_pixel_is_that_of_the_map_in_one_piece(engine, room, width, columns, options):
    scene = Scene(120, width, seed=width)
    scene.valid[40:60, 20:90] = 0
    scene.valid[:70, 100:180] = 0  # tiles that are left out, so that a batch reaches over panels
    expected, told = mapped(engine, scene, **options)
    assert told == ()
    room(COLUMN * columns)
    found, told = mapped(engine, scene, **options)
    assert_same(found, expected)
    assert f"{width} pixels wide" in told[0] and "panels of columns" in told[0]


@pytest.mark.parametrize("conversion", ["db_to_power", "power_to_db", "db_to_amplitude"])
@pytest.mark.parametrize("tile", [48, 50])
def test_neither_units_nor_odd_tiles_tell_panels_apart(engine, room, conversion, tile):
    scene = Scene(109, 207)
    scene.sar = scene.sar / np.float64(3000)
    changed = {"sar": replace(job("", 1, 1).sar, convert=conversion, scale=(1.0,))}
    expected, _ = mapped(engine, scene, changed=changed, tile_size=tile, overlap=13)
    room(COLUMN * 70)
    found, told = mapped(engine, scene, changed=changed, tile_size=tile, overlap=13)
    assert_same(found, expected)
    assert "panels" in told[0]


@pytest.mark.parametrize(("height", "first", "stop"), [(20, 0, None), (64, 0, None), (300, 55, 240), (300, 120, 121)])
def test_low_rasters_and_parts_of_the_rows_are_the_same_too(engine, room, height, first, stop):
    scene = Scene(height, 250)
    expected, _ = mapped(engine, scene, first=first, stop=stop)
    room(COLUMN * 120)
    found, _ = mapped(engine, scene, first=first, stop=stop)
    assert_same(found, expected)


@pytest.mark.parametrize("left_out", ["optical", "sar"])
def test_a_modality_left_out_is_blank_in_every_panel(engine, room, left_out):
    scene = Scene(100, 250)
    alone = replace(job("convolution+dropout", 100, 250, probabilities=True), **{left_out: None})

    def found():
        engine.prepare(alone)
        return stack(engine.predict([replace(strip, **{left_out: None}) for strip in scene.strips(40)], never))

    expected = found()
    room(COLUMN * 100)
    assert_same(found(), expected)
    assert "panels" in engine.info.warnings[0]


def test_a_band_of_several_tile_rows_gives_way_to_one_before_columns_are_split(engine, room):
    """Three tiles of 64 every 48 columns, batches of 8: three tile rows make a band of 160 rows."""
    scene = Scene(300, 160)
    room(COLUMN * 160 * 160 // 64)
    expected, _ = mapped(engine, scene, batch_size=8)
    assert engine.info.rows_per_band == 3
    room(COLUMN * 160)
    found, told = mapped(engine, scene, batch_size=8)
    assert (engine.info.rows_per_band, told) == (1, ())
    assert_same(found, expected)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_band_is_as_high_as_those_of_the_other_rows_whatever_the_engine_would_choose(engine, rows):
    scene = Scene(300, 160)
    expected, _ = mapped(engine, scene, batch_size=8)
    found, _ = mapped(engine, scene, batch_size=8, changed={"rows_per_band": rows})
    assert engine.info.rows_per_band == rows
    assert_same(found, expected)


def test_other_rows_bands_that_do_not_fit_any_more_are_not_made_lower(engine, room):
    """Three tile rows of 48 make 160 rows of 160 pixels: 2.5 MiB; the room is a byte less."""
    room(COLUMN * 160 * 160 // 64 - 1)
    with pytest.raises(ResourceLimitError, match=r"made 3 rows of tiles at a time, which takes 2\.5 MiB.*2\.5 MiB are"):
        mapped(engine, Scene(300, 160), batch_size=8, changed={"rows_per_band": 3})


def test_a_raster_narrower_than_a_tile_needs_a_whole_tile(engine, room):
    scene = Scene(100, 30)
    expected, _ = mapped(engine, scene)
    room(COLUMN * 64)
    found, told = mapped(engine, scene)
    assert_same(found, expected)
    assert told == ()
    room(COLUMN * 64 - 1)
    with pytest.raises(ResourceLimitError, match="single column of tiles"):
        mapped(engine, scene)


def test_a_device_without_room_for_one_column_of_tiles_is_refused_with_both_numbers(engine, room):
    """64 columns of 6,528 bytes are 0.4 MiB."""
    room(COLUMN * 64 - 1)
    with pytest.raises(ResourceLimitError, match=r"64 pixels wide with 3 classes, take 0\.4 MiB.*0\.4 MiB are left"):
        mapped(engine, Scene(100, 200))
    room(COLUMN * 64)
    assert "panels" in mapped(engine, Scene(100, 200))[1][0]


def test_cancelling_between_panels_ends_the_prediction(engine, room):
    room(COLUMN * 70)
    scene = Scene(640, 400)
    engine.prepare(job("slow", scene.height, scene.width))
    answers = iter([False] * 6)
    with pytest.raises(OperationCancelled):
        list(engine.predict(scene.strips(64), lambda: next(answers, True)))


class LiveBytes(TorchDispatchMode):
    """Counts the memory of the tensors this thread works on, as long as they live."""

    def __init__(self):
        super().__init__()
        self.now = self.most = 0
        self._seen = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else [result]:
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        return result

    def download(self, tensor):
        """A copy on the host, which is not counted."""
        array = tensor.numpy().copy()
        self._seen.add(array.ctypes.data)
        return torch.from_numpy(array)

    def _count(self, storage):
        address, size = storage.data_ptr(), storage.nbytes()
        if address in self._seen or not size:
            return
        self._seen.add(address)
        self.now += size
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self._forget, address, size)

    def _forget(self, address, size):
        self._seen.discard(address)
        self.now -= size


@pytest.mark.parametrize("conversion", ["none", "db_to_power"])
def test_the_device_is_asked_for_no_more_than_it_has(engine, room, monkeypatch, conversion):
    """As on a GPU: pixels are copied to the device, results to the host. The network's memory is not the rows'."""
    monkeypatch.setattr(band_rows, "Uploader", CopyingUploader)
    monkeypatch.setattr(NetworkRunner, "lookahead", 0)
    live = LiveBytes()
    monkeypatch.setattr(blending, "download", live.download)
    scene = Scene(200, 3000)
    scene.optical = scene.optical.astype(np.float64)
    scene.sar = scene.sar.astype(np.float64) / 3000
    size = COLUMN * 600
    room(size)
    wide = job("brightest", scene.height, scene.width, probabilities=True, batch_size=1)
    engine.prepare(replace(wide, sar=replace(wide.sar, convert=conversion)))
    with live:
        stack(engine.predict(scene.strips(50), never))
    assert 0.5 * size < live.most <= size


class CopyingUploader:
    """Copies, as to another device."""

    def __init__(self, device):
        self.device = device

    def __call__(self, pixels):
        return torch.from_numpy(pixels).clone()


def test_the_room_on_a_processor_is_half_of_what_is_free():
    text = "MemTotal: 900 kB\nMemAvailable:     4000 kB\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathlib.Path.read_text", lambda *_, **__: text)
        assert room_for_rows(torch.device("cpu"), 0) == 4000 * 1024 // 2


def test_where_the_system_does_not_tell_nothing_is_split():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathlib.Path.read_text", missing)
        assert room_for_rows(torch.device("cpu"), 0) is None
    assert room_for_rows(torch.device("mps"), 0) is None


def missing(*_, **__):
    raise FileNotFoundError
