"""What every network keeps to. A network's test class inherits this and says what is its own."""

from __future__ import annotations

import copy
import functools
import re
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from rgbsar_core.engine.model_file import load_model, save_model
from rgbsar_core.errors import InputError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band, InputSpec, ModelCard
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.networks import network_info
from rgbsar_core.registry import create_network

OPTICAL_BANDS, SAR_BANDS, CLASSES = 4, 2, 5


@functools.lru_cache(maxsize=2)
def _built(name: str, parameters: tuple[tuple[str, Any], ...]) -> torch.nn.Module:
    torch.manual_seed(0)
    shape = {"optical_channels": OPTICAL_BANDS, "sar_channels": SAR_BANDS, "num_classes": CLASSES}
    return create_network(name, **shape, **dict(parameters))


def assert_same_logits(found: torch.Tensor, expected: torch.Tensor) -> None:
    """To 1e-12 of the largest, or of 1: fresh weights of a deep network give logits of ten thousands."""
    scale = max(1.0, float(expected.abs().max()))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12 * scale)


class NetworkSpecification:
    """Common tests; `parameters` chooses the cheapest form of the network."""

    name: ClassVar[str]
    parameters: ClassVar[dict[str, Any]] = {}
    side: ClassVar[int] = 64
    """Of the images most tests use."""
    unused: ClassVar[str] = "$."
    """Expression of the parameters that no output depends on, kept because published weights have them."""
    half_precision_bound: ClassVar[float] = 0.05
    """Root mean square difference of the logits under bfloat16 autocast, in standard deviations of the logits."""
    odd_size: ClassVar[tuple[int, int]] = (45, 33)
    expected_parameters: ClassVar[int]
    """Trainable numbers with 4 optical bands, 2 SAR bands and 5 classes."""

    def network(self, **overrides: Any) -> torch.nn.Module:
        return copy.deepcopy(_built(self.name, tuple(sorted({**self.parameters, **overrides}.items()))))

    def images(self, height: int = 0, width: int = 0, batch: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
        height, width = height or self.side, width or self.side
        generator = torch.Generator().manual_seed(1)
        optical = torch.randn(batch, OPTICAL_BANDS, height, width, generator=generator)
        return optical, torch.randn(batch, SAR_BANDS, height, width, generator=generator)

    def test_logits_have_one_channel_a_class_at_the_size_of_the_input(self) -> None:
        with torch.inference_mode():
            logits = self.network().eval()(*self.images(width=self.side + 32))
        assert logits.shape == (2, CLASSES, self.side, self.side + 32)
        assert bool(torch.isfinite(logits).all())

    def test_odd_sizes_and_the_smallest_size_are_accepted(self) -> None:
        network = self.network().eval()
        smallest = network_info(self.name).minimum_size
        for size in (self.odd_size, (smallest, smallest)):
            with torch.inference_mode():
                assert network(*self.images(*size)).shape == (2, CLASSES, *size)

    def test_a_size_below_the_smallest_is_refused_with_the_size_to_pad_to(self) -> None:
        smallest = network_info(self.name).minimum_size
        with pytest.raises(InputError, match=f"{smallest - 1} x {self.side}.*{smallest}"):
            self.network().eval()(*self.images(smallest - 1))

    def test_training_returns_logits_and_auxiliary_logits_and_gradients_reach_every_parameter(self) -> None:
        network = self.network(**self.without_randomness()).train()
        images = [image.requires_grad_() for image in self.images()]
        answer = network(*images)
        assert answer.logits.shape == (2, CLASSES, self.side, self.side)
        loss = answer.logits.square().sum() + sum(logits.square().sum() for logits in answer.auxiliary)
        loss.backward()
        without = [name for name, parameter in network.named_parameters() if parameter.grad is None]
        assert [name for name in without if not re.match(self.unused, name)] == []
        for image in images:
            assert image.grad is not None
            assert float(image.grad.abs().max()) > 0

    def without_randomness(self) -> dict[str, Any]:
        """Parameters that turn off what skips layers at random."""
        return {}

    def test_both_inputs_change_the_answer(self) -> None:
        network = self.network().eval()
        optical, sar = self.images()
        with torch.inference_mode():
            answer = network(optical, sar)
            assert not torch.equal(answer, network(optical + 1, sar))
            assert not torch.equal(answer, network(optical, sar + torch.randn_like(sar)))

    def test_evaluation_is_deterministic(self) -> None:
        network = self.network().eval()
        with torch.inference_mode():
            assert torch.equal(network(*self.images()), network(*self.images()))

    def test_an_image_does_not_depend_on_the_others_of_its_batch(self) -> None:
        network = self.network().double().eval()
        optical, sar = (image.double() for image in self.images(batch=3))
        with torch.inference_mode():
            together, alone = network(optical, sar)[1:2], network(optical[1:2], sar[1:2])
        assert_same_logits(together, alone)

    def test_channels_last_memory_gives_the_same_answer(self) -> None:
        network = self.network().double().eval()
        optical, sar = (image.double() for image in self.images())
        with torch.inference_mode():
            plain = network(optical, sar)
            network = network.to(memory_format=torch.channels_last)
            last = network(*(x.contiguous(memory_format=torch.channels_last) for x in (optical, sar)))
        assert_same_logits(last, plain)

    def test_parameters_are_counted(self) -> None:
        assert count_parameters(self.network()) == self.expected_parameters

    def test_a_wrong_number_of_bands_is_refused_by_role(self) -> None:
        optical, sar = self.images()
        with pytest.raises(InputError, match=f"optical input.*3, {self.side}, {self.side}.*4, H, W"):
            self.network().eval()(optical[:, :3], sar)

    def test_images_of_different_sizes_are_refused(self) -> None:
        optical, sar = self.images()
        with pytest.raises(InputError, match="same grid"):
            self.network().eval()(optical, sar[..., :-16])

    def test_weights_survive_the_model_file(self) -> None:
        network = self.network().eval()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.safetensors"
            save_model(path, network, self.card())
            loaded, card = load_model(path)
            state = loaded.state_dict()
            assert list(state) == list(network.state_dict())
            assert all(torch.equal(state[key], tensor) for key, tensor in network.state_dict().items())
            assert card.network_parameters == self.parameters
            with torch.inference_mode():
                assert torch.equal(loaded(*self.images(batch=1)), network(*self.images(batch=1)))

    def card(self) -> ModelCard:
        optical = tuple(Band(f"B{i}") for i in range(OPTICAL_BANDS))
        sar = tuple(Band(f"S{i}") for i in range(SAR_BANDS))
        specs = tuple(
            InputSpec(role, bands, "digital_number", None, None, (0.0,) * len(bands), (1.0,) * len(bands))
            for role, bands in (("optical", optical), ("sar", sar))
        )
        return ModelCard(
            name="test",
            title="Test",
            network=self.name,
            network_parameters=dict(self.parameters),
            inputs=specs,
            legend=Legend(tuple(LandCoverClass(i, f"class {i}", (i, i, i)) for i in range(1, CLASSES + 1))),
            gsd=10.0,
            tile_size=256,
            overlap=64,
        )

    def test_half_precision_agrees_with_float32_within_the_bound(self) -> None:
        network = self.network().eval()
        with torch.inference_mode():
            exact = network(*self.images())
            with torch.autocast("cpu", torch.bfloat16):
                half = network(*self.images()).float()
        assert float((half - exact).square().mean().sqrt() / exact.std()) <= self.half_precision_bound


class StackedNetworkSpecification(NetworkSpecification):
    """Also for networks that stack their inputs, and therefore have a form for one modality alone."""

    @pytest.mark.parametrize(("modality", "bands"), [("optical", OPTICAL_BANDS), ("sar", SAR_BANDS)])
    def test_one_modality_alone_ignores_the_other(self, modality: str, bands: int) -> None:
        network = self.network(modality=modality).eval()
        assert network.inputs == (modality,)
        optical, sar = self.images()
        images = (optical, None) if modality == "optical" else (None, sar)
        with torch.inference_mode():
            alone = network(*images)
            assert torch.equal(network(optical, sar), alone)
        assert alone.shape == (2, CLASSES, self.side, self.side)
