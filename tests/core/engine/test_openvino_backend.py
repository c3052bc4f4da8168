"""OpenVINO runs only where it agrees with torch on real pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rgbsar_core.engine import openvino_backend, runner
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.openvino_backend import check_agreement, wants_openvino
from rgbsar_core.errors import InputError, MissingDependencyError

from .jobs import Scene, job, never, stack
from .stub_model_file import Convolution, load_at, load_model

CPU = torch.device("cpu")
MANY = openvino_backend.PAYS_FROM_TILES


def run(backend, scene, **options):
    engine = LocalEngine(load_model)
    try:
        engine.prepare(job("convolution", scene.height, scene.width, backend=backend, **options))
        return stack(engine.predict(scene.strips(40), never))["labels"], engine.info
    finally:
        engine.close()


class Untrue:
    """A conversion that went wrong without an error."""

    def __init__(self, network, *settings):
        self._network = network

    def __call__(self, optical, sar):
        return -self._network(optical, sar)


class Failing(Untrue):
    def __call__(self, optical, sar):
        raise RuntimeError("Exception from src/inference/src/cpp/infer_request.cpp:\nnot supported")


@pytest.mark.parametrize(
    ("network", "told"),
    [(Untrue, "labels agree with torch's on"), (Failing, "not used, torch runs instead: Exception from src/inference")],
)
def test_a_converted_network_that_disagrees_or_fails_is_not_used_and_the_user_is_told(monkeypatch, network, told):
    monkeypatch.setattr(openvino_backend, "has_openvino", lambda: True)
    monkeypatch.setattr(runner, "OpenVinoNetwork", network)
    scene = Scene(100, 130)
    found, info = run("openvino", scene)
    assert info.backend == "torch"
    assert told in info.warnings[0]
    assert (found == run("torch", scene)[0]).all()


def test_a_converted_network_that_agrees_is_used(monkeypatch):
    monkeypatch.setattr(openvino_backend, "has_openvino", lambda: True)
    monkeypatch.setattr(runner, "OpenVinoNetwork", lambda network, *settings: network)
    _, info = run("openvino", Scene(100, 130))
    assert (info.backend, info.precision, info.warnings) == ("openvino", "float32", ())


def test_a_converted_network_gives_the_confidence_of_the_cards_temperature(monkeypatch):
    monkeypatch.setattr(openvino_backend, "has_openvino", lambda: True)
    monkeypatch.setattr(runner, "OpenVinoNetwork", lambda network, *settings: network)
    scene = Scene(70, 70)
    found = {}
    for backend, temperature in (("torch", 2.0), ("openvino", 2.0), ("openvino", 1.0)):
        engine = LocalEngine(load_at(temperature))
        engine.prepare(job("convolution", 70, 70, backend=backend))
        found[backend, temperature] = stack(engine.predict(scene.strips(40), never))["confidence"]
        assert engine.info.backend == backend
        engine.close()
    np.testing.assert_array_equal(found["openvino", 2.0], found["torch", 2.0])
    assert found["openvino", 2.0].mean() < found["openvino", 1.0].mean()


def test_an_engine_kept_warm_by_torch_gives_openvino_weights_that_were_never_cast(monkeypatch, tmp_path):
    monkeypatch.setattr(openvino_backend, "has_openvino", lambda: True)
    monkeypatch.setattr(runner, "OpenVinoNetwork", lambda network, *settings: network)
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"a model")
    loaded = []

    def load(path, device):
        loaded.append(path)
        return load_model("convolution", device)

    scene, found = Scene(70, 70), {}
    for backends in (("torch", "openvino"), ("openvino",)):
        engine = LocalEngine(load)
        for backend in backends:
            engine.prepare(job(str(path), 70, 70, backend=backend, precision="bfloat16"))
            found[backends] = stack(engine.predict(scene.strips(40), never))["labels"]
        engine.close()
    assert (found["torch", "openvino"] == found["openvino",]).all()
    assert len(loaded) == 3  # the engine that was cold reads the model once


def test_auto_means_torch_where_openvino_is_not_installed(monkeypatch):
    monkeypatch.setattr(openvino_backend, "has_openvino", lambda: False)
    assert not wants_openvino("auto", CPU, MANY)
    with pytest.raises(MissingDependencyError, match="pip install openvino"):
        wants_openvino("openvino", CPU, MANY)


def test_auto_converts_only_where_the_raster_is_large_enough_to_repay_it(monkeypatch):
    monkeypatch.setattr(openvino_backend, "has_openvino", lambda: True)
    assert wants_openvino("auto", CPU, MANY)
    assert not wants_openvino("auto", CPU, MANY - 1)
    assert wants_openvino("openvino", CPU, 1)


def test_openvino_is_refused_on_other_devices_than_the_cpu():
    assert not wants_openvino("auto", torch.device("cuda"), MANY)
    with pytest.raises(InputError, match="runs on the CPU only"):
        wants_openvino("openvino", torch.device("cuda"), MANY)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda logits: logits, ""),
        (lambda logits: logits + 1e-7, ""),
        (lambda logits: logits * torch.nan, "not finite"),
        (lambda logits: logits[:, :, :-1], "shape"),
        (lambda logits: logits.flip(1), "agree with torch's on 0.00 %"),
    ],
)
def test_agreement_is_judged_by_shape_finite_numbers_and_labels(change, problem):
    reference = torch.tensor([0.0, 2.0]).reshape(1, 2, 1, 1).expand(1, 2, 4, 4)
    assert problem in check_agreement(change(reference), reference)
    assert bool(check_agreement(change(reference), reference)) == bool(problem)


@pytest.mark.slow
def test_openvino_itself_gives_the_labels_of_torch():
    pytest.importorskip("openvino")
    scene = Scene(100, 130)
    found, info = run("openvino", scene)
    assert (info.backend, info.warnings) == ("openvino", ())
    assert (found == run("torch", scene)[0]).mean() >= 0.999


@pytest.mark.slow
def test_a_batch_smaller_than_the_converted_one_gives_the_same_logits():
    pytest.importorskip("openvino")
    network = Convolution().eval()
    optical, sar = torch.rand(3, 3, 32, 32), torch.rand(3, 1, 32, 32)
    converted = openvino_backend.OpenVinoNetwork(network, optical, sar, "f32", 1, 1)
    with torch.no_grad():
        expected = network(optical[:2], sar[:2]).numpy()
    assert np.abs(converted(optical[:2], sar[:2]).numpy() - expected).max() < 1e-5
