"""`rgbsar prepare-sar`: options, streams, exit codes, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal

import numpy as np
import pytest

from rgbsar_core.cli import main
from rgbsar_core.errors import InputError
from rgbsar_core.raster import backscatter
from rgbsar_core.sar.speckle import SpeckleFilter
from tests.core.fakes import fingerprint
from tests.rasters import read_raster, write_raster

pytestmark = pytest.mark.usefixtures("gdal_mode")


@pytest.fixture
def source(tmp_path) -> str:
    power = 0.1 * np.random.default_rng(1).gamma(4.4, 1 / 4.4, (2, 64, 40)).astype(np.float32)
    return write_raster(tmp_path / "s 'é'.tif", power, descriptions=("VV", "VH"))


def test_the_command_writes_decibels_and_sums_up_on_stdout(source, tmp_path, capsys):
    output = str(tmp_path / "o.tif")
    assert main(["prepare-sar", source, "-o", output, "--filter", "none"]) == 0
    said = capsys.readouterr()
    assert "VV: mean power" in said.out and said.out.endswith(f"SAR: {output}\n")
    assert "Filtering" in said.err
    np.testing.assert_allclose(read_raster(output), 10 * np.log10(read_raster(source)), rtol=1e-5)


def test_json_is_all_there_is_on_stdout(source, tmp_path, capsys):
    assert main(["prepare-sar", source, "-o", str(tmp_path / "o.tif"), "--json"]) == 0
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert said.err == ""
    assert (result["width"], result["height"], result["units"], result["output_units"]) == (40, 64, "linear", "db")
    assert result["speckle"] == {"name": "refined_lee", "window": 7, "looks": 4.4, "damping": 2.0, "sigma": 0.9}
    assert [band["name"] for band in result["means"]] == ["VV", "VH"]


def test_every_option_reaches_the_job(monkeypatch, capsys):
    jobs = []

    def run(parameters, progress, is_cancelled):
        jobs.append(parameters)
        raise InputError("enough")

    monkeypatch.setattr("rgbsar_core.sar.prepare.prepare_sar", run)
    text = (
        "prepare-sar a.tif b.tif -o o.tif --bands 2,1 --units digital_number --calibration -83 --filter lee_sigma "
        "--window 9 --looks 1 --damping 3 --sigma 0.8 --grid g.tif --resampling nearest --output-units linear "
        "--threads 3"
    )
    assert main(text.split()) == 1
    assert capsys.readouterr().err == "rgbsar: enough\n"
    job = jobs[0]
    assert (job.inputs, job.output, job.bands, job.units) == (("a.tif", "b.tif"), "o.tif", (2, 1), "digital_number")
    assert (job.calibration_db, job.grid, job.resampling) == (-83.0, "g.tif", "nearest")
    assert (job.output_units, job.threads) == ("linear", 3)
    assert job.speckle == SpeckleFilter("lee_sigma", 9, 1.0, 3.0, 0.8)


def test_a_refused_job_is_one_sentence_on_stderr(source, tmp_path, capsys):
    before = fingerprint(tmp_path)
    assert main(["prepare-sar", source, "-o", str(tmp_path / "o.tif"), "--filter", "lee", "--window", "4"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("rgbsar: The filter window is 4; expected an odd number")
    assert said.err.count("\n") == 1
    assert fingerprint(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="signals of other systems")
def test_ctrl_c_half_way_cleans_up_and_exits_with_130(source, tmp_path, capsys, monkeypatch):
    before = fingerprint(tmp_path)
    monkeypatch.setattr(backscatter, "_STRIP_ROWS", (8, 8))
    read = backscatter.OpenRaster.read
    rows = []

    def interrupt(self, column, row, width, height):
        if height == 8:
            rows.append(row)
            if row == 24:
                os.kill(os.getpid(), signal.SIGINT)
        return read(self, column, row, width, height)

    monkeypatch.setattr(backscatter.OpenRaster, "read", interrupt)
    assert main(["prepare-sar", source, "-o", str(tmp_path / "o.tif"), "--units", "linear"]) == 130
    assert capsys.readouterr().err.endswith("Cancelled; nothing was written.\n")
    assert max(rows) == 24
    assert fingerprint(tmp_path) == before
