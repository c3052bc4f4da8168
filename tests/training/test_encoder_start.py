"""A run that starts from ImageNet weights."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from rgbsar_core.engine.model_file import load_model
from rgbsar_core.model_card import read_card
from rgbsar_core.registry import create_network
from tests.models import imagenet_files as files
from training import starting, train
from training.recipe import NetworkRecipe


@pytest.fixture(scope="module")
def atto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """timm's ConvNeXt V2 atto."""
    path = tmp_path_factory.mktemp("weights") / "atto.pth"
    torch.save(files.random(files.convnextv2("atto", "timm")), path)
    return path


def test_both_encoders_start_from_the_file_and_the_card_does_not_change(
    tiny: Path, atto: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a rate of 0 the run ends where it started."""
    arguments = [str(tiny / "recipe.yaml"), f"network.encoder_weights={atto}", f"trainer.output={tmp_path}"]
    arguments += ["trainer.stored=float32", "optimiser.rate=1e-30", "trainer.steps=1", "trainer.validate_every=1"]
    with caplog.at_level(logging.INFO):
        assert train.main(arguments) == 0
    assert "ConvNeXt V2 of timm, 2 tensors ignored; optical encoder (ConvNeXt V2) 138 tensors loaded" in caplog.text
    network: Any = load_model(tmp_path / "model.safetensors")[0]
    tensors = torch.load(atto)
    for encoder in (network.optical_encoder, network.sar_encoder):
        assert torch.equal(encoder.stages[2][5].expand.weight, tensors["stages.2.blocks.5.mlp.fc1.weight"])
    stem = tensors["stem.0.weight"]
    assert torch.equal(network.optical_encoder.stem.weight, stem)
    torch.testing.assert_close(network.sar_encoder.stem.weight, stem.sum(dim=1, keepdim=True))
    card = read_card(tmp_path / "model.safetensors")
    assert card.network_parameters == {"size": "atto"}
    assert card.training_data == ()


def test_a_resumed_run_needs_the_file_no_more(tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its weights come from the checkpoint, which is what this run lacks."""
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", "network.encoder_weights=gone.pth"]
    with caplog.at_level(logging.ERROR):
        assert train.main([*arguments, "trainer.resume=true"]) == 1
    assert "no 'gone.pth'" not in caplog.text and "last.ckpt' to resume from" in caplog.text


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("network.encoder_weights=gone.npz", "The weights 'gone.npz' cannot be read"),
        ("network.encoder_weights={atto}", "ConvNeXt V2 of timm into the optical encoder: .* instead of "),
        ("network.sar_encoder_weights={atto}", "ConvNeXt V2 of timm into the sar encoder: .* instead of "),
    ],
)
def test_a_file_that_does_not_fit_ends_the_run_with_a_sentence(
    override: str, message: str, tiny: Path, atto: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", "network.size=pico"]
    with caplog.at_level(logging.ERROR):
        assert train.main([*arguments, override.format(atto=atto)]) == 1
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info is None
    assert re.search(message, caplog.text)


def test_encoders_of_two_kinds_take_a_file_each(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    torch.save(files.constants(files.swinv2_tiny("timm", 8)), tmp_path / "swin.pth")
    torch.save(files.constants(files.convnextv2("tiny", "authors")), tmp_path / "convnext.pth")
    with torch.device("meta"):
        network = create_network("whfnet", optical_channels=3, sar_channels=1, num_classes=2)
    recipe = NetworkRecipe(
        name="whfnet",
        encoder_weights=str(tmp_path / "swin.pth"),
        sar_encoder_weights=str(tmp_path / "convnext.pth"),
    )
    with caplog.at_level(logging.INFO):
        starting.load_encoders(network, recipe)
    optical, sar = caplog.messages
    assert optical.endswith("optical encoder (Swin V2) 219 tensors loaded, 6 kept")
    assert sar.endswith("sar encoder (ConvNeXt V2) 198 tensors loaded, 6 kept, bands fitted from 3 to 1")
