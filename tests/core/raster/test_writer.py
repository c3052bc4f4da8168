"""Maps appear complete or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.errors import InputError, RasterIOError
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.outputs import refuse_outputs
from rgbsar_core.raster.partial import PartialRaster
from rgbsar_core.raster.writer import MapWriter, check_writable
from rgbsar_core.results import ClassArea
from rgbsar_core.strips import RowBlock
from tests.rasters import model_card, read_raster, wkt

LEGEND = model_card().legend
AREAS = (ClassArea(1, "water", (0, 0, 255), 700, 70_000.0), ClassArea(3, "Wald „Süd“ <3", (0, 128, 0), 3, 312.5))


def grid(width=70, height=1100):
    return Grid(width, height, (500_010.0, 10.0, 0.0, 4_000_000.0, 0.0, -20.0), wkt(32611))


def blocks(width=70, height=1100, step=130):
    """Labels 0, 1, 3 by row and column; confidence and probabilities to match."""
    rows, columns = np.mgrid[:height, :width]
    labels = np.array([0, 1, 3], np.uint8)[(rows + columns) % 3]
    confidence = np.where(labels == 0, 255, 60 + labels).astype(np.uint8)
    probabilities = np.stack([confidence, np.where(labels == 0, 255, 40 - labels)]).astype(np.uint8)
    for row in range(0, height, step):
        part = np.s_[row : row + step]
        yield RowBlock(row, labels[part], confidence[part], probabilities[:, part])


def write(folder, commit=True, **options):
    paths = {"confidence": folder / "confidence.tif", "probabilities": folder / "probabilities.tif"}
    with MapWriter(folder / "map.tif", grid(), LEGEND, **paths, metadata={"RGBSAR_MODEL": "test"}, **options) as writer:
        for block in blocks():
            writer.write(block)
        if commit:
            writer.commit(AREAS)
    return folder / "map.tif"


@pytest.mark.parametrize("output_format", ["GTiff", "COG"])
def test_a_written_map_reads_back_with_all_it_should_say(tmp_path, output_format):
    path = write(tmp_path, output_format=output_format)
    labels = np.concatenate([block.labels for block in blocks()])
    assert np.array_equal(read_raster(path)[0], labels)
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    assert dataset.GetGeoTransform() == grid().geotransform
    assert "UTM zone 11N" in dataset.GetProjection()
    assert (band.GetNoDataValue(), band.DataType) == (0, gdal.GDT_Byte)
    assert band.GetColorTable().GetColorEntry(3) == (0, 128, 0, 255)
    assert band.GetColorTable().GetColorEntry(0)[3] == 0
    assert band.GetColorTable().GetCount() == 4  # ends with the last class: QGIS lists every entry
    assert band.GetCategoryNames() == ["no data", "water", "", "Wald „Süd“ <3"]
    assert dataset.GetMetadataItem("RGBSAR_MODEL") == "test"
    assert dataset.GetMetadataItem("RGBSAR_AREA_1") == "water: 7.0000 ha, 700 pixels"
    assert band.GetBlockSize() == [512, 512]
    structure = dataset.GetMetadata("IMAGE_STRUCTURE")
    assert structure["COMPRESSION"] in ("ZSTD", "DEFLATE")
    assert (structure.get("LAYOUT") == "COG") == (output_format == "COG")


def test_the_attribute_table_has_a_row_for_each_class(tmp_path):
    dataset = gdal.Open(str(write(tmp_path)))
    table = dataset.GetRasterBand(1).GetDefaultRAT()
    names = [table.GetNameOfCol(column) for column in range(table.GetColumnCount())]
    assert names == ["Value", "Class", "Red", "Green", "Blue", "Count", "Area_ha"]
    rows = [[table.GetValueAsString(row, column) for column in range(7)] for row in range(table.GetRowCount())]
    assert rows == [
        ["1", "water", "0", "0", "255", "700", "7"],
        ["3", "Wald „Süd“ <3", "0", "128", "0", "3", "0.03125"],
    ]


@pytest.mark.parametrize("output_format", ["GTiff", "COG"])
def test_confidence_and_probabilities_are_percent_with_255_as_nodata(tmp_path, output_format):
    write(tmp_path, output_format=output_format)
    opened = gdal.Open(str(tmp_path / "confidence.tif"))
    confidence = opened.GetRasterBand(1)
    assert (confidence.GetNoDataValue(), confidence.GetDescription()) == (255, "confidence (percent)")
    dataset = gdal.Open(str(tmp_path / "probabilities.tif"))
    assert [dataset.GetRasterBand(n).GetDescription() for n in (1, 2)] == ["water", "Wald „Süd“ <3"]
    expected = np.concatenate([block.probabilities for block in blocks()], axis=1)
    assert np.array_equal(read_raster(tmp_path / "probabilities.tif"), expected)


@pytest.mark.parametrize("rows", [1, 300, 2047])
def test_each_overview_of_a_cog_has_every_second_pixel_of_every_second_row(tmp_path, rows):
    shape = (2047, 1301)
    labels = np.random.default_rng(1).choice(np.array(LEGEND.values, np.uint8), shape)
    probabilities = np.random.default_rng(2).integers(0, 101, (2, *shape), dtype=np.uint8)
    paths = [str(tmp_path / name) for name in ("map.tif", "probabilities.tif")]
    with MapWriter(paths[0], grid(shape[1], shape[0]), LEGEND, probabilities=paths[1], output_format="COG") as writer:
        for row in range(0, shape[0], rows):
            part = slice(row, row + rows)
            writer.write(RowBlock(row, labels[part], labels[part], probabilities[:, part]))
        writer.commit()
    for path, expected in zip(paths, (labels[None], probabilities)):
        dataset = gdal.Open(path)
        for number, pixels in enumerate(expected, start=1):
            band = dataset.GetRasterBand(number)
            assert band.GetOverviewCount() == 2  # 1024 x 651 and 512 x 326: the second fits one tile
            for level in range(2):
                pixels = pixels[::2, ::2]
                assert np.array_equal(band.GetOverview(level).ReadAsArray(), pixels)
        assert dataset.GetMetadata("IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_the_copy_to_a_cog_makes_no_overview_itself(tmp_path, monkeypatch):
    copied = []
    to_cog = PartialRaster._to_cog

    def look(self):
        before = gdal.Open(str(self.temporary))
        copied.append(before.GetRasterBand(1).GetOverviewCount())
        to_cog(self)

    monkeypatch.setattr(PartialRaster, "_to_cog", look)
    labels = np.ones((600, 1100), np.uint8)
    with MapWriter(tmp_path / "map.tif", grid(1100, 600), LEGEND, output_format="COG") as writer:
        writer.write(RowBlock(0, labels, labels))
        writer.commit()
    after = gdal.Open(str(tmp_path / "map.tif"))
    assert copied == [2] == [after.GetRasterBand(1).GetOverviewCount()]


def test_leaving_without_commit_leaves_no_file(tmp_path):
    write(tmp_path, commit=False)
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_an_existing_map_as_it_was(tmp_path):
    (tmp_path / "map.tif").write_bytes(b"older map")
    with pytest.raises(ZeroDivisionError), MapWriter(tmp_path / "map.tif", grid(), LEGEND) as writer:
        writer.write(next(blocks()))
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == ["map.tif"]
    assert (tmp_path / "map.tif").read_bytes() == b"older map"


def test_nothing_stands_under_the_final_name_before_commit(tmp_path):
    with MapWriter(tmp_path / "map.tif", grid(), LEGEND) as writer:
        for block in blocks():
            writer.write(block)
        assert not (tmp_path / "map.tif").exists()
        writer.commit(AREAS)
        assert (tmp_path / "map.tif").exists()
    assert sorted(os.listdir(tmp_path)) == ["map.tif", "map.tif.aux.xml"]


def test_stale_side_files_of_an_older_map_go(tmp_path):
    (tmp_path / "map.tif.ovr").write_bytes(b"old overviews")
    (tmp_path / "confidence.tif.aux.xml").write_text("<PAMDataset/>")
    write(tmp_path)
    assert not (tmp_path / "map.tif.ovr").exists()
    assert not (tmp_path / "confidence.tif.aux.xml").exists()


def test_blocks_of_any_height_give_the_same_pixels(tmp_path):
    for step in (1, 511, 512, 1100):
        with MapWriter(tmp_path / f"{step}.tif", grid(), LEGEND) as writer:
            for block in blocks(step=step):
                writer.write(block)
            writer.commit(AREAS)
    first, *others = (read_raster(tmp_path / f"{step}.tif") for step in (1, 511, 512, 1100))
    assert all(np.array_equal(first, other) for other in others)


def test_the_bytes_do_not_depend_on_the_number_of_threads(tmp_path, monkeypatch):
    """A job that goes on on a machine with other cores must end in the same file."""
    labels = np.random.default_rng(0).integers(1, 4, (1500, 1600)).astype(np.uint8)
    for threads in (1, 4):
        monkeypatch.setattr("rgbsar_core.raster.partial._MOST_THREADS", threads)
        monkeypatch.setattr("os.cpu_count", lambda: 8)
        with MapWriter(tmp_path / f"{threads}.tif", grid(1600, 1500), LEGEND) as writer:
            writer.write(RowBlock(0, labels, labels))
            writer.commit(AREAS)
    assert (tmp_path / "1.tif").read_bytes() == (tmp_path / "4.tif").read_bytes()


def test_rows_out_of_order_or_missing_are_refused(tmp_path):
    first, second, *_ = blocks()
    with MapWriter(tmp_path / "map.tif", grid(), LEGEND) as writer:
        with pytest.raises(InputError, match="Rows from 130.*expected row 0"):
            writer.write(second)
        writer.write(first)
        with pytest.raises(InputError, match="130 of 1100 rows"):
            writer.commit(AREAS)
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_refused_before_the_work(tmp_path):
    with pytest.raises(InputError, match="does not exist; expected a folder for 'map.tif'"):
        check_writable(str(tmp_path / "nowhere" / "map.tif"))


def test_a_folder_as_output_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a folder; expected a file name"):
        check_writable(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with pipes in its folders")
def test_a_device_or_pipe_as_output_is_refused_since_a_file_would_take_its_place(tmp_path):
    os.mkfifo(tmp_path / "pipe.tif")
    with pytest.raises(InputError, match="is a device or pipe; expected a file name"):
        check_writable(str(tmp_path / "pipe.tif"))


def test_an_output_that_a_program_has_open_is_refused_before_the_work(tmp_path, monkeypatch):
    """Windows refuses to rename it, even to its own name; a layer of QGIS's project is such a file."""
    target = tmp_path / "map.tif"
    target.write_bytes(b"an older map")
    check_writable(str(target))
    assert target.read_bytes() == b"an older map"

    def held(source, name):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(os, "rename", held)
    with pytest.raises(RasterIOError, match="map.tif' cannot be replaced .The process.*Remove its layer"):
        check_writable(str(target))


NAMES = {
    "a" * 300: "is 300 bytes long",
    "\u00fc" * 125: "is 250 bytes long",
    "a\0b": "no name of a file",
    "map/": "no name of a file",
    "a\udcff": "holds bytes that are no text",
}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_no_file_can_have_is_refused_with_a_sentence(tmp_path, name):
    with pytest.raises(InputError, match=NAMES[name]):
        refuse_outputs([f"{tmp_path}/{name}"], [])
    assert os.listdir(tmp_path) == []


def test_a_folder_with_a_name_no_disk_takes_does_not_exist(tmp_path):
    with pytest.raises(InputError, match="does not exist; expected a folder for 'map.tif'"):
        check_writable(f"{tmp_path}/{'a' * 300}/map.tif")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a file system nobody can write to")
def test_an_unwritable_folder_is_refused():
    with pytest.raises(RasterIOError, match="cannot be written to"):
        check_writable("/proc/self/map.tif")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
@pytest.mark.parametrize("output_format", ["GTiff", "COG"])
def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path, output_format):
    # A limit on the size of files stands for the disk: writing beyond it fails as on a full one.
    program = textwrap.dedent(f"""
        import os, resource, signal, sys
        import numpy as np
        from rgbsar_core.errors import RasterIOError
        from rgbsar_core.raster.writer import MapWriter
        from rgbsar_core.strips import RowBlock
        from tests.core.raster.test_writer import LEGEND, grid
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        labels = np.random.default_rng(0).integers(1, 250, (2000, 2000)).astype(np.uint8)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        try:
            path = {str(tmp_path / "map.tif")!r}
            with MapWriter(path, grid(2000, 2000), LEGEND, output_format="{output_format}") as w:
                w.write(RowBlock(0, labels, labels))
                w.commit()
        except RasterIOError as error:
            sys.stdout.write(str(error))
            sys.exit(7)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 7, done.stderr
    assert "could not be written" in done.stdout and "Free disk space" in done.stdout
    assert os.listdir(tmp_path) == []
