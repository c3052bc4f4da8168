"""What a job may ask for, and the sentences that refuse the rest."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.parameters import ClassificationParameters, EngineJob, EngineOptions, Extent
from rgbsar_core.radiometry import InputTransform
from tests.rasters import job

NOT_A_NUMBER = math.nan


def test_defaults_need_four_paths_only():
    parameters = ClassificationParameters(optical="o.tif", sar="s.tif", model="m.safetensors", output="map.tif")
    assert parameters.outputs == ("map.tif",)
    assert (parameters.sar_units, parameters.grid, parameters.resampling) == ("auto", "optical", "bilinear")
    assert parameters.engine == EngineOptions(device="auto", precision="auto", backend="auto")


def test_outputs_are_all_files_that_are_written():
    parameters = job("o.tif", "s.tif", confidence="c.tif", report="r.html", area_table="")
    assert parameters.outputs == ("map.tif", "c.tif", "r.html")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"model": ""}, "No model file was given; expected the path of a file. Choose one"),
        ({"output": ""}, "No output was given"),
        ({"sar_units": "decibel"}, "SAR unit is 'decibel'; expected one of auto, digital_number.*Choose"),
        ({"grid": "both"}, "grid is 'both'; expected one of optical, sar"),
        ({"resampling": "average"}, "resampling is 'average'"),
        ({"output_format": "PNG"}, "output format is 'PNG'; expected one of GTiff, COG"),
        ({"gsd": 0.0}, "pixel size is 0.0; expected a number above zero"),
        ({"gsd": -10.0}, "pixel size"),
        ({"gsd": NOT_A_NUMBER}, "pixel size"),
        ({"gsd": math.inf}, "pixel size"),
        ({"optical_scale": 0.0}, "optical scale is 0.0; expected a number other than zero"),
        ({"optical_scale": NOT_A_NUMBER}, "optical scale"),
        ({"optical_offset": math.inf}, "optical offset is inf"),
        ({"optical_bands": ()}, "optical_bands is .*expected band numbers from 1"),
        ({"sar_bands": (2, 0)}, "sar_bands is .2, 0.; expected band numbers from 1"),
    ],
)
def test_a_job_that_cannot_be_is_refused(options: dict[str, Any], message: str):
    with pytest.raises(InputError, match=message):
        job("o.tif", "s.tif", **options)


@pytest.mark.parametrize(
    "edges",
    [(5, 0, 5, 1), (0, 2, 1, 1), (1, 0, 0, 1), (NOT_A_NUMBER, 0, 1, 1), (0, 0, 1, math.inf), (-math.inf, 0, 1, 1)],
)
def test_an_extent_without_ground_is_refused(edges: tuple[float, float, float, float]):
    with pytest.raises(InputError, match="is empty or endless; expected numbers with xmin < xmax.*Draw it again"):
        Extent(*edges, crs="")


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:12", "mps"])
def test_these_devices_are_known(device: str):
    assert EngineOptions(device=device).device == device


@pytest.mark.parametrize(
    "options, message",
    [
        ({"device": "gpu"}, "Device 'gpu' found; expected auto, cpu, mps, cuda or cuda:N"),
        ({"device": "cuda:"}, "Device"),
        ({"device": "cpu\n"}, "Device"),
        ({"precision": "half"}, "precision is 'half'; expected one of auto, float32, bfloat16, float16"),
        ({"backend": "onnx"}, "backend is 'onnx'; expected one of auto, torch, openvino"),
        ({"tile_size": 16}, "tile_size is 16; expected 32 to 16384"),
        ({"overlap": -1}, "overlap is -1; expected 0 to 16383"),
        ({"batch_size": 0}, "batch_size is 0; expected 1 to 65536"),
        ({"tile_size": 10**9}, "tile_size is 1000000000; expected 32 to 16384"),
        ({"threads": 10**20}, "threads is 100000000000000000000; expected 1 to 1024"),
        ({"threads": 0}, "threads is 0"),
        ({"tile_size": 64, "overlap": 64}, r"overlap \(64 px\) is not smaller than the tile \(64 px\)"),
    ],
)
def test_engine_options_that_cannot_be_are_refused(options: dict[str, Any], message: str):
    with pytest.raises(InputError, match=message):
        EngineOptions(**options)


def test_an_engine_job_survives_the_workers_json():
    transform = InputTransform(
        scale=(0.0001,),
        offset=(-0.1,),
        convert="power_to_db",
        low=(0.0,),
        high=(1.0,),
        clip=(0.0, 1.0),
        mean=(0.5,),
        std=(0.25,),
    )
    sent = EngineJob(
        model="modèle 'x'.safetensors",
        width=7,
        height=9,
        optical=None,
        sar=transform,
        options=EngineOptions(device="cuda:1", tile_size=64, overlap=8),
        probabilities=True,
    )
    assert EngineJob.from_json(json.loads(json.dumps(sent.to_json()))) == sent
