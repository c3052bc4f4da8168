"""Layers of other machines: blocks that fail are asked for again, none is fetched without need, a stall can be left."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import OperationCancelled, RasterIOError
from rgbsar_core.raster import gdal_calls
from rgbsar_core.raster.align import open_pair
from tests.core.fakes import NumpyEngine, fingerprint
from tests.rasters import job, model_card, write_raster

from .http_server import serving

SIDE = 1024
TILED = ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"]


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Two tiled layers behind a web server; pauses between attempts are short."""
    monkeypatch.setattr(gdal_calls, "_PAUSES", (0.01, 0.01, 0.01))
    numbers = np.random.default_rng(3)
    (tmp_path / "www").mkdir()
    write_raster(tmp_path / "www" / "o.tif", numbers.integers(1, 255, (3, SIDE, SIDE)).astype(np.uint8), options=TILED)
    sar = numbers.uniform(0.1, 1, (2, SIDE, SIDE)).astype(np.float32)
    write_raster(tmp_path / "www" / "s.tif", sar, options=TILED)
    gdal.VSICurlClearCache()
    with serving(tmp_path / "www") as served:
        yield served


def remote_pair(server):
    return open_pair(job(server.address + "o.tif", server.address + "s.tif", sar_units="linear"), model_card())


def test_a_block_that_fails_twice_and_then_works_is_read(server, tmp_path):
    from tests.rasters import read_raster

    expected = read_raster(tmp_path / "www" / "o.tif")
    pair = remote_pair(server)
    failures = []

    def twice(name: str, first: int) -> int:
        if len(failures) < 2:
            failures.append(first)
            return 503
        return 200

    gdal.VSICurlClearCache()
    server.answer = twice
    found = np.concatenate([strip.optical for strip in pair.strips()], axis=1)
    assert len(failures) == 2 and np.array_equal(found, expected)


def test_a_missing_side_file_is_no_missing_file(server):
    """GDAL 3.13 ends the opening of a file that failed for a moment with the 404 of a side file."""
    answers = [RuntimeError("HTTP response code: 404"), "opened"]

    def open_it():
        answer = answers.pop(0)
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    assert gdal_calls.attempt_again(server.address + "o.tif", open_it) == ("opened", "")


def test_a_block_that_never_works_is_reported_with_its_row(server):
    pair = remote_pair(server)
    gdal.VSICurlClearCache()
    server.answer = lambda name, first: 503
    with pytest.raises(RasterIOError, match="raster 'o.tif' cannot be (read at row 0|opened again)"):
        list(pair.strips())


def test_a_file_that_is_not_there_is_refused_without_asking_again(server, monkeypatch):
    monkeypatch.setattr(gdal_calls, "_PAUSES", (60.0,))
    with pytest.raises(Exception, match="nothing.tif' was not found|nothing.tif' is not a raster"):
        open_pair(job(server.address + "nothing.tif", server.address + "s.tif"), model_card())


def test_each_block_is_fetched_once(server):
    """While strips are pulled; what the file says of itself may be read again."""
    pair = remote_pair(server)
    gdal.VSICurlClearCache()
    server.ranges.clear()
    for _ in pair.strips():
        pass
    for name, bands, size in (("o.tif", 3, 1), ("s.tif", 2, 4)):
        content = bands * size * SIDE * SIDE
        assert content <= server.bytes_of(name) < 1.1 * content
        pieces = sorted((first, stop) for file, first, stop in server.ranges if file == name)
        assert len(pieces) < 40


@pytest.mark.parametrize("while_opening", [True, False])
def test_a_read_that_hangs_can_be_left(server, model_file, tmp_path, while_opening):
    """The server takes a request for pixels and says nothing more: while units are sampled, or in mid-run."""
    stalled, released = threading.Event(), threading.Event()
    steps: list[str] = []
    since: list[float] = []

    def stall(name: str, first: int) -> int:
        if first < 50_000 or not (while_opening or "Loading the model 'Test model'" in steps):
            return 200
        since.append(time.monotonic())
        stalled.set()
        released.wait(60)
        return 503

    (tmp_path / "out").mkdir()
    parameters = job(
        server.address + "o.tif",
        server.address + "s.tif",
        sar_units="linear",
        model=str(model_file),
        output=str(tmp_path / "out" / "map.tif"),
    )
    server.answer = stall
    try:
        with pytest.raises(OperationCancelled):
            classify_rasters(parameters, lambda _, text: steps.append(text), stalled.is_set, feeding())
        assert time.monotonic() - since[0] < 20
        assert stalled.is_set() and fingerprint(tmp_path / "out") == {}
    finally:
        released.set()


def feeding():
    """An engine that reads strips in a thread of its own, as the real ones do."""
    from rgbsar_core.engine.feed import StripFeed
    from rgbsar_core.tiling import tile_bands

    class Feeding(NumpyEngine):
        def predict(self, strips, is_cancelled, tell):
            gdal.VSICurlClearCache()
            feed = StripFeed(strips, tile_bands(SIDE, 64, 8), SIDE)
            try:
                while True:
                    feed.next_chunk(is_cancelled)
            finally:
                feed.close()
            yield

    return Feeding()
