"""The engine on a CUDA device, held against the CPU and against itself. Skipped where there is none.

``python -m pytest -m gpu``: about two minutes, most of them Triton's compiling. Fakes of the same roads run everywhere:
test_device_path.py, test_panels.py, test_shortage.py, test_fused_kernels.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rgbsar_core.engine import runner as runner_module
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.registry import create_network

from .jobs import Scene, job, never, stack
from .stub_model_file import BrightestInput, card, load_model
from .test_panels import COLUMN

pytestmark = pytest.mark.gpu

GPU, MIB = "cuda:0", 2**20
HALF = {"device": GPU, "precision": "bfloat16"}


def asanet(classes: int, size: str = "atto"):
    """A loader of ASANet with random weights, whose scores are of ordinary size, for tiles of 128."""

    def load(path, device):
        torch.manual_seed(0)
        network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=classes, size=size).eval()
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_var.uniform_(0.5, 2.0)
            if hasattr(module, "gamma"):
                nn.init.normal_(module.gamma, 0, 0.5)
        values = range(1, classes + 1)
        legend = Legend(tuple(LandCoverClass(value, f"class {value}", (value, 0, 0)) for value in values))
        return network.to(device), replace(card(128, 32), legend=legend)

    return load


def mapped(load, scene, rows=1000, **options):
    """The map and what the engine said."""
    engine = LocalEngine(load)
    try:
        engine.prepare(job("any", scene.height, scene.width, probabilities=True, **options))
        return stack(engine.predict(scene.strips(rows), never)), engine.info
    finally:
        engine.close()


def stub(name):
    """The loader of a stub network."""
    return lambda path, device: load_model(name, device)


def share_equal(found, expected):
    """Share of the labels that are equal."""
    return float((found["labels"] == expected["labels"]).mean())


def assert_same(found, expected):
    for name, plane in expected.items():
        assert np.array_equal(found[name], plane), name


def holes(scene):
    """The scene with tiles that are left out, and pixels without one or both layers."""
    scene.valid[:200, 300:600] = 0
    scene.valid[250:260, 10:40] = 1
    return scene


@pytest.mark.parametrize("name", ["brightest", "convolution"])
def test_a_pixel_has_the_class_that_the_cpu_gives_it(name):
    scene = holes(Scene(333, 700))
    expected, _ = mapped(stub(name), scene)
    found, info = mapped(stub(name), scene, device=GPU)
    assert info.device == GPU
    assert share_equal(found, expected) > 0.999
    assert np.abs(found["confidence"].astype(int) - expected["confidence"]).max() <= 1
    assert ((found["labels"] == 0) == (expected["labels"] == 0)).all()


@pytest.mark.parametrize("classes", [2, 6, 100, 254])
def test_half_precision_with_kernels_agrees_with_the_cpu_for_any_number_of_classes(classes):
    """Random weights: many scores are nearly equal, so of 254 classes the best two change places here and there."""
    scene = Scene(300, 420)
    expected, _ = mapped(asanet(classes), scene)
    found, info = mapped(asanet(classes), scene, **HALF)
    assert not [warning for warning in info.warnings if "kernels" in warning]
    assert share_equal(found, expected) > (0.98 if classes <= 6 else 0.9)
    difference = found["probabilities"].astype(int) - expected["probabilities"]
    assert np.abs(difference).mean() < 1


def test_the_largest_network_runs_with_many_classes():
    found, _ = mapped(asanet(254, "base"), Scene(300, 420), **HALF)
    assert found["labels"].min() >= 1


@pytest.mark.parametrize("rows", [1, 37, 128, 500])
def test_strips_of_any_height_and_a_second_run_give_the_same_bytes(rows):
    scene = holes(Scene(700, 650))
    expected, _ = mapped(asanet(6), scene, **HALF)
    assert_same(mapped(asanet(6), scene, rows, **HALF)[0], expected)


def test_recorded_passes_give_what_launched_ones_give(monkeypatch):
    scene = holes(Scene(700, 900))
    options = {**HALF, "batch_size": 4}  # 70 tiles: enough batches to be recorded
    recorded = []

    class Counted(runner_module.ReplayedNetwork):
        def __init__(self, *args):
            super().__init__(*args)
            recorded.append(self)

    monkeypatch.setattr(runner_module, "ReplayedNetwork", Counted)
    found, _ = mapped(asanet(6), scene, **options)
    assert len(recorded) == 1
    monkeypatch.setattr(runner_module, "PAYS_FROM_BATCHES", 10**9)
    expected, _ = mapped(asanet(6), scene, **options)
    assert len(recorded) == 1
    assert share_equal(found, expected) > 0.999


def test_panels_of_columns_give_the_same_bytes(monkeypatch):
    scene = holes(Scene(300, 900))
    options = {"device": GPU, "batch_size": 4}
    expected, _ = mapped(stub("convolution"), scene, **options)
    monkeypatch.setattr("rgbsar_core.engine.local.room_for_rows", lambda device, batch_bytes: COLUMN * 150)
    found, info = mapped(stub("convolution"), scene, **options)
    assert any("panels of columns" in warning for warning in info.warnings)
    assert_same(found, expected)


class Hungry(BrightestInput):
    """Takes 64 MiB a tile for a moment."""

    def forward(self, optical, sar):
        torch.empty(len(optical) * 64 * MIB, dtype=torch.uint8, device=optical.device)
        return super().forward(optical, sar)


def test_memory_that_is_taken_in_mid_run_lowers_the_batch_and_the_map_is_the_same():
    """First there is room for all 16 tiles of a batch, then for 4."""
    scene, device = Scene(900, 300), torch.device(GPU)
    expected, _ = mapped(stub("brightest"), scene, device=GPU)

    def strips():
        for strip in scene.strips(50):
            if strip.row == 450:
                torch.cuda.synchronize(device)
                torch.cuda.empty_cache()
                room = torch.cuda.memory_reserved(device) + 300 * MIB
                torch.cuda.set_per_process_memory_fraction(room / torch.cuda.mem_get_info(device)[1], device)
            yield strip

    engine = LocalEngine(lambda path, device: (Hungry(), card()))
    try:
        engine.prepare(job("any", scene.height, scene.width, probabilities=True, device=GPU, batch_size=16))
        found = stack(engine.predict(strips(), never))
        warnings = engine.info.warnings
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, device)
        engine.close()
    assert any("the batch was lowered to 4 tiles" in warning for warning in warnings)
    assert_same(found, expected)


def test_a_second_gpu_maps_as_the_first_does():
    if torch.cuda.device_count() < 2:
        pytest.skip("one CUDA device")
    scene = holes(Scene(700, 650))
    expected, _ = mapped(asanet(6), scene, **HALF)
    found, info = mapped(asanet(6), scene, **{**HALF, "device": "cuda:1"})
    assert info.device == "cuda:1"
    assert share_equal(found, expected) > 0.999
