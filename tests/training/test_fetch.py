"""The scenes are fetched, checked and georeferenced; against a server on this machine, never the network."""

from __future__ import annotations

import csv
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from osgeo import gdal

from rgbsar_core.errors import InputError, RasterIOError
from tests.rasters import read_raster, write_raster
from training.data import download as download_module
from training.data import fetch_landcover_us as fetcher
from training.data.fetch_landcover_us import SceneImage, checksum, fetch, main, read_tables

GEOTRANSFORM = (-13_224_703.36, 10.0, 0.0, 4_048_140.83, 0.0, -10.0)
GENERATOR = np.random.default_rng(3)
PIXELS = {
    "optical": GENERATOR.integers(0, 256, (3, 6, 8), dtype=np.uint8),
    "sar": GENERATOR.integers(0, 256, (1, 6, 8), dtype=np.uint8),
}


def images(**checksums: str) -> tuple[SceneImage, ...]:
    """One scene, whose source file is 004.png."""
    return tuple(
        SceneImage(
            name=f"T11SLT_004_{role}",
            role=role,
            file="004.png",
            geotransform=GEOTRANSFORM,
            epsg=3395,
            product="S2A",
            checksum=checksums.get(role) or checksum(pixels),
        )
        for role, pixels in PIXELS.items()
    )


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    source = gdal.Open(write_raster(path.with_suffix(".tif"), pixels))
    gdal.GetDriverByName("PNG").CreateCopy(str(path), source)
    source = None
    path.with_suffix(".tif").unlink()
    Path(f"{path}.aux.xml").unlink(missing_ok=True)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """The source's folder `dataset`, cut small."""
    folder = tmp_path / "dataset"
    for role, name in (("optical", "opt"), ("sar", "sar")):
        (folder / name).mkdir(parents=True)
        write_png(folder / name / "004.png", PIXELS[role])
    return folder


class Server:
    """Serves a folder; the first answers may be refusals of a given number."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.refusals: list[int] = []
        outer = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                if outer.refusals:
                    self.send_error(outer.refusals.pop(0))
                else:
                    super().do_GET()

            def log_message(self, *_: object) -> None:
                pass

        handler = functools.partial(Handler, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download_module.time, "sleep", lambda seconds: None)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = Server(dataset)
    yield running
    running.close()


def test_fetched_files_have_the_pixels_and_lie_where_the_table_says(server: Server, tmp_path: Path) -> None:
    output = tmp_path / "made" / "scenes"
    assert fetch(output, server.address, images=images()) == 2
    assert server.asked == ["/opt/004.png", "/sar/004.png"]
    for role, pixels in PIXELS.items():
        path = output / f"T11SLT_004_{role}.tif"
        np.testing.assert_array_equal(read_raster(path), pixels)
        dataset = gdal.Open(str(path))
        assert dataset.GetGeoTransform() == GEOTRANSFORM
        assert dataset.GetSpatialRef().GetAuthorityCode(None) == "3395"
        assert dataset.GetMetadata("IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert dataset.GetRasterBand(1).GetDescription() == fetcher.BANDS[role][0]
    assert sorted(path.name for path in output.iterdir()) == ["T11SLT_004_optical.tif", "T11SLT_004_sar.tif"]


def test_second_fetch_takes_only_what_is_missing_or_damaged(server: Server, tmp_path: Path) -> None:
    fetch(tmp_path / "s", server.address, images=images())
    server.asked.clear()
    assert fetch(tmp_path / "s", server.address, images=images()) == 0
    assert server.asked == []
    damaged = tmp_path / "s" / "T11SLT_004_sar.tif"
    damaged.write_bytes(damaged.read_bytes()[:150])
    assert fetch(tmp_path / "s", server.address, images=images()) == 1
    assert server.asked == ["/sar/004.png"]
    np.testing.assert_array_equal(read_raster(damaged), PIXELS["sar"])


def test_changed_pixels_are_refused_and_leave_no_file(server: Server, tmp_path: Path) -> None:
    with pytest.raises(RasterIOError, match="sar/004.png.*SHA-256.*expected 0000.*'T11SLT_004_sar'"):
        fetch(tmp_path / "s", server.address, images=images(sar="0" * 64))
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["T11SLT_004_optical.tif"]


def test_server_that_fails_for_a_while_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.refusals = [503, 429]
    assert fetch(tmp_path / "s", server.address, images=images()) == 2
    assert server.asked[:3] == ["/opt/004.png"] * 3


def test_server_that_keeps_failing_or_has_no_such_file_ends_with_a_sentence(server: Server, tmp_path: Path) -> None:
    server.refusals = [500] * 4
    with pytest.raises(RasterIOError, match="could not be fetched in 4 attempts: the server answered 500.*--from"):
        fetch(tmp_path / "s", server.address, images=images())
    with pytest.raises(RasterIOError, match="server answered 404.*It may have moved"):
        fetch(tmp_path / "s", f"{server.address}/elsewhere", images=images())


def test_no_connection_ends_with_a_sentence(server: Server, tmp_path: Path) -> None:
    server.close()
    with pytest.raises(RasterIOError, match="could not be fetched in 4 attempts.*Check the network"):
        fetch(tmp_path / "s", server.address, images=images())


def test_answer_that_is_no_image_ends_with_a_sentence(server: Server, dataset: Path, tmp_path: Path) -> None:
    (dataset / "opt" / "004.png").write_bytes(b"<html>log in</html>")
    with pytest.raises(RasterIOError, match="opt/004.png' is no image"):
        fetch(tmp_path / "s", server.address, images=images())


def test_answer_without_end_is_cut_off(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "LARGEST", 10)
    with pytest.raises(RasterIOError, match="has more than 0 MiB"):
        fetch(tmp_path / "s", server.address, images=images())


@pytest.mark.parametrize("address", ["http://example.org/data", "ftp://example.org/data", "file:///etc"])
def test_other_ways_than_https_are_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not https"):
        fetch(tmp_path / "s", address, images=images())


def test_copy_of_the_source_or_of_our_files_serves_without_a_network(dataset: Path, tmp_path: Path) -> None:
    assert fetch(tmp_path / "first", "https://invalid.invalid", dataset, images()) == 2
    assert fetch(tmp_path / "second", "https://invalid.invalid", tmp_path / "first", images()) == 2
    np.testing.assert_array_equal(read_raster(tmp_path / "second" / "T11SLT_004_optical.tif"), PIXELS["optical"])
    with pytest.raises(InputError, match="has neither 'T11SLT_004_optical.tif' nor 'opt/004.png'"):
        fetch(tmp_path / "third", "https://invalid.invalid", tmp_path, images())
    with pytest.raises(RasterIOError, match="SHA-256"):
        fetch(tmp_path / "third", "https://invalid.invalid", dataset, images(optical="1" * 64))


def test_alpha_band_of_the_source_is_left_out(dataset: Path, tmp_path: Path) -> None:
    opaque = np.concatenate((PIXELS["optical"], np.full((1, 6, 8), 255, np.uint8)))
    write_png(dataset / "opt" / "004.png", opaque)
    assert fetch(tmp_path / "s", "https://invalid.invalid", dataset, images()) == 2


def test_disk_that_cannot_be_written_ends_with_a_sentence(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="ascii")
    with pytest.raises(RasterIOError, match="cannot be made"):
        fetch(tmp_path / "file" / "s", "https://invalid.invalid", dataset, images())


def test_pixels_that_do_not_read_back_are_not_kept(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "_is_right", lambda path, image: False)
    with pytest.raises(RasterIOError, match="could not be written: it does not read back.*Free disk space"):
        fetch(tmp_path / "s", "https://invalid.invalid", dataset, images())
    assert list((tmp_path / "s").iterdir()) == []


def test_tables_cover_exactly_the_scenes_of_the_split(repository: Path) -> None:
    with open(repository / "training/data/landcover_us/scenes.csv", newline="", encoding="utf-8") as file:
        names = [row["scene"] for row in csv.DictReader(file)]
    table = read_tables()
    assert [image.name for image in table] == [f"{name}_{role}" for name in names for role in ("optical", "sar")]
    assert len({image.checksum for image in table}) == 66
    assert all(len(image.checksum) == 64 for image in table)
    assert all(image.file == f"{image.name.split('_')[1]}.png" for image in table)
    # 1024 pixels of about 10 m; the left edge of 004 and the size of its pixels are those of the source's metadata.
    first = table[0].geotransform
    assert first[0] == -13224703.358944803 and first[3] == 4048140.829020021
    assert first[0] + 1024 * first[1] == pytest.approx(-13214463.075475452, abs=1e-6)
    assert first[3] + 1024 * first[5] == pytest.approx(4037900.668354528, abs=1e-6)


def test_real_scene_has_the_committed_checksum(shared: Path, tmp_path: Path) -> None:
    table = [image for image in read_tables() if image.name.startswith("T14RNT_273")]
    assert fetch(tmp_path, local=shared / "data" / "scenes", images=table) == 2


def test_command_tells_what_went_wrong(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--from", str(tmp_path), "-o", str(tmp_path / "s")]) == 1
    assert "has neither 'T11SLT_004_optical.tif' nor 'opt/004.png'" in caplog.text
