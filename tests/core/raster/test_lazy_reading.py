"""Strips can be pulled by any thread, and cost what one strip costs."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from rgbsar_core.raster.align import open_pair
from rgbsar_core.raster.sampling import sample_windows
from tests.rasters import job, model_card, write_raster


def test_strips_can_be_pulled_by_another_thread_than_the_opener_s(tmp_path):
    optical = write_raster(tmp_path / "o.tif", np.full((3, 90, 90), 9, np.uint8))
    sar = write_raster(tmp_path / "s.tif", np.full((2, 90, 90), 0.1, np.float32), (500_003, 10, 0, 4_000_000, 0, -10))
    pair = open_pair(job(optical, sar), model_card())
    found = []
    thread = threading.Thread(target=lambda: found.extend(pair.strips()))
    thread.start()
    thread.join()
    assert sum(strip.height for strip in found) == pair.grid.height


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_pixels_keep_their_type(tmp_path, dtype):
    optical = write_raster(tmp_path / "o.tif", np.full((3, 20, 20), 9, dtype))
    sar = write_raster(tmp_path / "s.tif", np.full((2, 20, 20), 0.1, np.float32))
    strip = next(open_pair(job(optical, sar), model_card()).strips())
    assert strip.optical.dtype == dtype and (strip.optical == 9).all()


def test_wide_whole_numbers_arrive_as_float64(tmp_path):
    optical = write_raster(tmp_path / "o.tif", np.full((3, 20, 20), 4_000_000_001, np.uint32))
    sar = write_raster(tmp_path / "s.tif", np.full((2, 20, 20), 0.1, np.float32))
    strip = next(open_pair(job(optical, sar), model_card()).strips())
    assert strip.optical.dtype == np.float64 and (strip.optical == 4_000_000_001).all()


@pytest.mark.parametrize("width, height", [(20_000, 20_000), (70_000, 900), (50, 300_000), (3, 3)])
def test_a_sample_is_spread_over_the_grid_and_bounded(width, height):
    windows = sample_windows(width, height, 2**18)
    pixels = sum(w * h for _, _, w, h in windows)
    assert pixels == width * height or 2**17 < pixels < 2**19
    assert min(c for c, _, _, _ in windows) == 0 and min(r for _, r, _, _ in windows) == 0
    assert max(c + w for c, _, w, _ in windows) == width and max(r + h for _, r, _, h in windows) == height


@pytest.mark.skipif(not os.path.isfile("/proc/self/status"), reason="reads the peak memory from /proc")
def test_memory_does_not_grow_with_height(tmp_path):
    program = textwrap.dedent("""
        import re, sys
        import numpy as np
        from osgeo import gdal
        from rgbsar_core.raster.align import open_pair
        from tests.rasters import UTM_11N, job, model_card, wkt
        gdal.SetCacheMax(32 * 2**20)
        folder, height = sys.argv[1], int(sys.argv[2])
        paths = []
        for name, bands, kind, x in (("o", 3, gdal.GDT_Byte, 0), ("s", 2, gdal.GDT_Float32, 3)):
            path = f"{folder}/{name}{height}.tif"
            options = ["SPARSE_OK=YES", "TILED=YES", "COMPRESS=DEFLATE"]
            data = gdal.GetDriverByName("GTiff").Create(path, 600, height, bands, kind, options)
            data.SetGeoTransform((500_000 + x, 10, 0, 4_000_000, 0, -10))
            data.SetProjection(wkt(UTM_11N))
            for number in range(1, bands + 1):
                data.GetRasterBand(number).WriteRaster(0, 0, 600, 1, np.full(600, 1, "uint8").tobytes(), 600, 1,
                                                       gdal.GDT_Byte)
            data = None
            paths.append(path)
        for strip in open_pair(job(*paths, sar_units="linear"), model_card(percentiles=(2, 98))).strips():
            pass
        text = open("/proc/self/status").read()
        sys.stdout.write(re.search(r"VmHWM:\\s+(\\d+)", text).group(1))
    """)
    peaks = [
        int(subprocess.run([sys.executable, "-c", program, str(tmp_path), str(height)], check=True, timeout=120,
                           capture_output=True, text=True).stdout)
        for height in (7500, 15_000)  # both beyond GDAL's cache
    ]  # fmt: skip
    assert peaks[1] < 1.1 * peaks[0], peaks
