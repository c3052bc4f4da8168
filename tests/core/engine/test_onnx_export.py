"""`rgbsar export-onnx`: what the file says of itself, what is refused, and that nothing wrong is handed out."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from rgbsar_core.cli import main
from rgbsar_core.engine import deepness, onnx_export
from rgbsar_core.engine.model_file import load_model
from rgbsar_core.engine.onnx_export import export_onnx
from rgbsar_core.errors import EngineError, InputError, OperationCancelled
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import CARD_KEY, Band, ModelCard
from tests.core.fakes import fingerprint
from tests.rasters import model_card


def session_of(path: Path):
    onnxruntime = pytest.importorskip("onnxruntime")
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.fixture(autouse=True)
def _packages() -> None:
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")


@pytest.mark.slow
def test_the_file_has_two_named_inputs_any_batch_and_the_card(model_file, tmp_path, capsys):
    target = tmp_path / "modèle.onnx"
    assert main(["export-onnx", str(model_file), "-o", str(target)]) == 0
    said = capsys.readouterr().out
    assert "optical (N, 3, 64, 64); sar (N, 2, 64, 64)" in said and said.endswith(f"ONNX: {target}\n")
    session = session_of(target)
    shapes = {entry.name: entry.shape for entry in session.get_inputs()}
    assert shapes == {"optical": ["batch", 3, 64, 64], "sar": ["batch", 2, 64, 64]}
    assert [(entry.name, entry.shape) for entry in session.get_outputs()] == [("logits", ["batch", 2, 64, 64])]
    metadata = session.get_modelmeta().custom_metadata_map
    network, card = load_model(model_file)
    assert set(metadata) == {CARD_KEY}
    assert ModelCard.from_json(json.loads(metadata[CARD_KEY])) == card
    optical, sar = torch.randn(5, 3, 64, 64), torch.randn(5, 2, 64, 64)
    (found,) = session.run(None, {"optical": optical.numpy(), "sar": sar.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(found, network(optical, sar).numpy(), rtol=0, atol=1e-4)
    assert sorted(tmp_path.iterdir()) == [target]


@pytest.mark.slow
def test_for_deepness_the_bands_are_stacked_and_pixels_it_divided_and_standardised_give_the_same_map(
    model_file, scene, tmp_path
):
    target = tmp_path / "m.onnx"
    result = export_onnx(model_file, target, deepness=True, tile_size=96)
    assert (result.inputs, result.output, result.tile_size) == ({"image": 5}, "probabilities", 96)
    session = session_of(target)
    metadata = session.get_modelmeta().custom_metadata_map
    stack = np.concatenate([np.pad(pixels, ((0, 0), (0, 32), (0, 32)), mode="reflect") for pixels in scene])
    mean, std = (np.float32(json.loads(metadata[f"standardization_{name}"])) for name in ("mean", "std"))
    tile = ((np.moveaxis(stack, 0, 2) / np.float32(255)) - mean) / std  # as Deepness does
    (found,) = session.run(None, {"image": np.moveaxis(tile, 2, 0)[None].astype(np.float32)})
    network, _ = load_model(model_file)
    pixels = torch.from_numpy(stack.astype(np.float32))[None]
    with torch.inference_mode():
        logits = network((pixels[:, :3] - 128) / 64, (pixels[:, 3:] - 0.5) / 0.25)
    np.testing.assert_allclose(found, logits.softmax(1).numpy(), rtol=0, atol=1e-4)


def test_deepness_reads_classes_tiles_and_pixel_size_in_its_own_units():
    card = dataclasses.replace(model_card(), tile_size=256, overlap=64)
    found = {key: json.loads(value) for key, value in deepness.metadata(card).items()}
    assert found == {
        "model_type": "Segmentor",
        "class_names": {"0": "water", "1": "Wald „Süd“ <3"},
        "tile_size": 256,
        "tiles_overlap": 25,  # percent
        "resolution": 1000.0,  # centimetres
        "standardization_mean": [0.0] * 5,
        "standardization_std": [1 / 255] * 5,
        "seg_thresh": 0.0,
    }
    assert "resolution" not in deepness.metadata(dataclasses.replace(card, gsd=None))


def test_bands_stretched_by_percentiles_are_standardised_as_the_card_says_because_deepness_divides_by_255():
    card = model_card(percentiles=(2.0, 98.0))
    optical = dataclasses.replace(card.inputs[0], mean=(0.4, 0.5, 0.6), std=(0.1, 0.2, 0.3), clip=(0.0, 1.0))
    card = dataclasses.replace(card, inputs=(optical, card.inputs[1]))
    assert json.loads(deepness.metadata(card)["standardization_mean"]) == [0.4, 0.5, 0.6, 0.0, 0.0]
    layer, optical_note, sar_note = deepness.notes(card)
    assert "red, green, blue, VV, VH" in layer
    assert "percentiles 2 and 98 of each become 0 and 255, cut to 0 .. 255" in optical_note
    assert "linear" in sar_note and "cut" not in sar_note


@pytest.fixture
def conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the slow part: a program that writes a few bytes."""

    class Program:
        class model:  # noqa: N801
            metadata_props: dict[str, str] = {}

        def save(self, path: str, external_data: bool) -> None:
            Path(path).write_bytes(b"onnx")

    monkeypatch.setattr(onnx_export, "_convert", lambda exported: Program())


def test_an_answer_that_differs_is_refused_with_both_numbers_and_nothing_is_left(
    model_file, tmp_path, conversion, monkeypatch
):
    class Session:
        def __init__(self, *settings, **more):
            pass

        def run(self, names, feed):
            batch = len(feed["optical"])
            return [np.random.default_rng(1).normal(size=(batch, 2, 64, 64)).astype(np.float32)]

    monkeypatch.setattr("onnxruntime.InferenceSession", Session)
    with pytest.raises(EngineError, match=r"differently: by up to [\d.]+ standard.*0\.001.*label on [\d.]+ %.*99\.9 %"):
        export_onnx(model_file, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_file_onnxruntime_cannot_read_is_refused_in_one_sentence(model_file, tmp_path, conversion, capsys):
    before = fingerprint(model_file.parent)
    assert main(["export-onnx", str(model_file), "-o", str(tmp_path / "m.onnx")]) == 1
    said = capsys.readouterr().err
    assert "cannot be run by onnxruntime" in said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
    assert fingerprint(model_file.parent) == before


def test_cancelling_leaves_no_file(model_file, tmp_path, conversion):
    steps = []

    def progress(share: float, text: str) -> None:
        steps.append(text)

    with pytest.raises(OperationCancelled):
        export_onnx(model_file, tmp_path / "m.onnx", progress=progress, is_cancelled=lambda: "Writing" in steps)
    assert steps == ["Reading the model", "Converting the network", "Writing"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-o", "m.onnx", "--tile", "16"], "Tiles of 16 pixels were asked for; asanet takes 32 to 16384"),
        (["-o", "m.pth"], "Choose a name like 'm.onnx'"),
        (["-o", ""], "Choose a name like 'model.onnx'"),
        (["-o", "nowhere/m.onnx"], "cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    model_file, tmp_path, monkeypatch, capsys, conversion, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    assert main(["export-onnx", str(model_file), *arguments]) == 1
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_tiles_are_not_smaller_than_the_network_takes_and_overlap_by_the_same_share():
    card = dataclasses.replace(model_card(), tile_size=256, overlap=64)
    network = torch.nn.Identity()
    assert onnx_export._with_tile(card, network, 128).overlap == 32
    assert onnx_export._with_tile(card, network, None) == card
    network.minimum_side = 128
    with pytest.raises(InputError, match="Tiles of 96 pixels were asked for; asanet takes 128 to 16384"):
        onnx_export._with_tile(card, network, 96)


def test_missing_packages_are_named_with_the_command_that_installs_them(model_file, tmp_path, monkeypatch, capsys):
    find = onnx_export.importlib.util.find_spec
    monkeypatch.setattr(
        onnx_export.importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find(name)
    )
    assert main(["export-onnx", str(model_file), "-o", str(tmp_path / "m.onnx")]) == 1
    assert "missing: onnxruntime. Install them beside torch: `pip install onnxruntime`" in capsys.readouterr().err


def test_a_package_that_cannot_be_loaded_is_told_before_the_network_is_converted(
    model_file, tmp_path, monkeypatch, capsys
):
    """As where Windows lacks a library of onnxruntime's."""
    load = onnx_export.importlib.import_module

    def broken(name, *package):
        if name == "onnxruntime":
            raise ImportError("DLL load failed while importing onnxruntime_pybind11_state")
        return load(name, *package)

    monkeypatch.setattr(onnx_export.importlib, "import_module", broken)
    monkeypatch.setattr(onnx_export, "_convert", lambda exported: pytest.fail("converted first"))
    assert main(["export-onnx", str(model_file), "-o", str(tmp_path / "m.onnx")]) == 1
    assert "onnxruntime, which is installed but cannot be loaded (DLL load failed" in capsys.readouterr().err


def test_names_of_bands_and_their_common_names_are_told(model_file):
    card = model_card()
    spec = dataclasses.replace(card.inputs[0], bands=(Band("B4", "red"), Band("B3", "green"), Band("B2", "blue")))
    card = dataclasses.replace(card, inputs=(spec,), legend=Legend((LandCoverClass(1, "a", (1, 1, 1)),)))
    assert deepness.notes(card)[0].startswith("Deepness takes one layer with the bands B4 (red), B3 (green), B2 (blue)")
