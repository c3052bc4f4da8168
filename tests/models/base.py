"""What every network keeps to. A network's test class inherits this and says what is its own."""

from __future__ import annotations

import copy
import functools
from typing import Any, ClassVar

import pytest
import torch

from rgbsar_core.errors import InputError
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.registry import create_network, network_info

OPTICAL_BANDS, SAR_BANDS, CLASSES = 4, 2, 5


@functools.lru_cache(maxsize=2)
def _built(name: str, parameters: tuple[tuple[str, Any], ...]) -> torch.nn.Module:
    torch.manual_seed(0)
    shape = {"optical_channels": OPTICAL_BANDS, "sar_channels": SAR_BANDS, "num_classes": CLASSES}
    return create_network(name, **shape, **dict(parameters))


class NetworkSpecification:
    """Common tests; `parameters` chooses the cheapest form of the network."""

    name: ClassVar[str]
    parameters: ClassVar[dict[str, Any]] = {}
    odd_size: ClassVar[tuple[int, int]] = (45, 33)
    expected_parameters: ClassVar[int]
    """Trainable numbers with 4 optical bands, 2 SAR bands and 5 classes."""

    def network(self, **overrides: Any) -> torch.nn.Module:
        return copy.deepcopy(_built(self.name, tuple(sorted({**self.parameters, **overrides}.items()))))

    def images(self, height: int = 64, width: int = 64, batch: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
        generator = torch.Generator().manual_seed(1)
        optical = torch.randn(batch, OPTICAL_BANDS, height, width, generator=generator)
        return optical, torch.randn(batch, SAR_BANDS, height, width, generator=generator)

    def test_logits_have_one_channel_a_class_at_the_size_of_the_input(self) -> None:
        with torch.inference_mode():
            logits = self.network().eval()(*self.images(64, 96))
        assert logits.shape == (2, CLASSES, 64, 96)
        assert bool(torch.isfinite(logits).all())

    def test_odd_sizes_and_the_smallest_size_are_accepted(self) -> None:
        network = self.network().eval()
        smallest = network_info(self.name).minimum_size
        for size in (self.odd_size, (smallest, smallest)):
            with torch.inference_mode():
                assert network(*self.images(*size)).shape == (2, CLASSES, *size)

    def test_a_size_below_the_smallest_is_refused_with_the_size_to_pad_to(self) -> None:
        smallest = network_info(self.name).minimum_size
        with pytest.raises(InputError, match=f"{smallest - 1} x 64.*{smallest}"):
            self.network().eval()(*self.images(smallest - 1, 64))

    def test_training_returns_logits_and_auxiliary_logits_and_gradients_reach_every_parameter(self) -> None:
        network = self.network(**self.without_randomness()).train()
        answer = network(*self.images())
        assert answer.logits.shape == (2, CLASSES, 64, 64)
        loss = answer.logits.square().sum() + sum(logits.square().sum() for logits in answer.auxiliary)
        loss.backward()
        without = [name for name, parameter in network.named_parameters() if parameter.grad is None]
        assert without == []
        for part in ("optical_encoder", "sar_encoder"):
            gradients = [p.grad.abs().max() for n, p in network.named_parameters() if n.startswith(part)]
            assert gradients
            assert max(gradients) > 0

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
        torch.testing.assert_close(together, alone, rtol=0, atol=1e-12)

    def test_channels_last_memory_gives_the_same_answer(self) -> None:
        network = self.network().double().eval()
        optical, sar = (image.double() for image in self.images())
        with torch.inference_mode():
            plain = network(optical, sar)
            network = network.to(memory_format=torch.channels_last)
            last = network(*(x.contiguous(memory_format=torch.channels_last) for x in (optical, sar)))
        torch.testing.assert_close(last, plain, rtol=0, atol=1e-12)

    def test_parameters_are_counted(self) -> None:
        assert count_parameters(self.network()) == self.expected_parameters

    def test_a_wrong_number_of_bands_is_refused_by_role(self) -> None:
        optical, sar = self.images()
        with pytest.raises(InputError, match="optical input.*3, 64, 64.*4, H, W"):
            self.network().eval()(optical[:, :3], sar)

    def test_images_of_different_sizes_are_refused(self) -> None:
        optical, sar = self.images()
        with pytest.raises(InputError, match="same grid"):
            self.network().eval()(optical, sar[..., :48])
