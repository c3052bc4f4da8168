"""Which bands of a stack are SAR: the rule for weights that do not tell; and weights that tell nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models.reference_keys import stacked_bands
from rgbsar_core.networks import list_networks
from rgbsar_core.registry import load_published


@pytest.mark.parametrize(
    ("stacked", "overrides", "expected"),
    [
        # nothing given: the papers' layouts
        (2, {}, ("both", 1, 1)),
        (4, {}, ("both", 3, 1)),
        (5, {}, ("both", 3, 2)),
        (6, {}, ("both", 3, 3)),
        (15, {}, ("both", 13, 2)),
        # a count given: the rest is the other's
        (6, {"sar_channels": 2}, ("both", 4, 2)),
        (6, {"optical_channels": 5}, ("both", 5, 1)),
        (7, {"optical_channels": 4, "sar_channels": 3}, ("both", 4, 3)),
        # one modality takes the whole stack
        (1, {"modality": "sar"}, ("sar", 1, 1)),
        (3, {"modality": "optical"}, ("optical", 3, 1)),
        (2, {"modality": "sar", "optical_channels": 4}, ("sar", 4, 2)),
        # a modality that does not exist is left to the network to refuse
        (4, {"modality": "radar"}, ("radar", 3, 1)),
    ],
)
def test_bands_are_split_as_given_or_as_in_the_papers(
    stacked: int, overrides: dict[str, Any], expected: tuple[str, int, int]
) -> None:
    found = stacked_bands(stacked, {**overrides, "num_classes": 4})
    assert found == dict(zip(("modality", "optical_channels", "sar_channels"), expected))


@pytest.mark.parametrize(
    ("stacked", "overrides"),
    [
        (1, {}),
        (4, {"optical_channels": 4}),
        (4, {"optical_channels": 2, "sar_channels": 1}),
        (4, {"modality": "optical", "optical_channels": 3}),
    ],
)
def test_bands_that_do_not_add_up_are_refused_with_the_keywords(stacked: int, overrides: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"take {stacked} stacked bands.*optical_channels and sar_channels.*modality="):
        stacked_bands(stacked, overrides)


def test_a_band_count_that_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="sar_channels = 'two' .* whole number"):
        stacked_bands(5, {"sar_channels": "two"})


class Numbers(dict[str, torch.Tensor]):
    """Whatever key a reader asks for is there, and has no shape to read."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> torch.Tensor:
        return torch.zeros(())


@pytest.mark.parametrize("network", [info.name for info in list_networks() if info.name != "afnet"])
def test_bare_numbers_for_kernels_are_no_published_weights(network: str) -> None:
    with pytest.raises(CheckpointMismatchError, match="have no tensor .* of two or more dimensions"):
        load_published(network, Numbers())
