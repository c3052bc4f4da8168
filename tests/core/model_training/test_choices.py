"""Which networks can be chosen, and what of a run is refused at once."""

from __future__ import annotations

import pytest

from rgbsar_core.errors import InputError, UnknownModelError
from rgbsar_core.model_training.parameters import TrainParameters, network_choices, read_choice
from rgbsar_core.networks import list_networks


def test_every_network_can_be_chosen_in_all_its_sizes():
    choices = network_choices()
    assert choices[0] == "asanet atto" and "unet" in choices and len(set(choices)) == len(choices)
    assert {read_choice(choice)[0] for choice in choices} == {info.name for info in list_networks()}


@pytest.mark.parametrize(("choice", "further", "found"), [
    ("asanet nano", "", ("asanet", {"size": "nano"})),
    ("unet", "variant=Bilinear, modality=sar", ("unet", {"variant": "bilinear", "modality": "sar"})),
    ("deeplabv3plus", "output_stride=8", ("deeplabv3plus", {"output_stride": 8})),
    ("fusenet", "", ("fusenet", {"variant": "chained"})),  # the published decoder is not connected
    ("fusenet", "variant=unchained", ("fusenet", {"variant": "unchained"})),
    ("danet", "multi_grid=true;", ("danet", {"multi_grid": True})),
])  # fmt: skip
def test_parameters_get_the_registrys_values(choice, further, found):
    assert read_choice(choice, further) == found


def test_unknown_names_are_refused_with_what_there_is():
    with pytest.raises(UnknownModelError, match="There is no network named 'asanett'.*Did you mean asanet"):
        read_choice("asanett atto")
    with pytest.raises(InputError, match="CMX has no parameter 'size'; expected none at all"):
        read_choice("cmx atto")
    with pytest.raises(InputError, match="U-Net has no variant 'deep'; expected plain, bilinear, resnet50"):
        read_choice("unet", "variant=deep")


@pytest.mark.parametrize(("change", "message"), [
    ({"minutes": None}, "Neither minutes nor epochs"),
    ({"minutes": -1.0}, "minutes is -1; expected a number from 0"),
    ({"epochs": 0, "minutes": 1.0}, "epochs is 0; expected a number from 1"),
    ({"batch": 1}, "batch is 1; expected a number from 2"),
    ({"dropout": 1.5}, "dropout is 1.5; expected a number from 0 to 1"),
    ({"device": "tpu"}, "The device 'tpu' is unknown; expected auto, cpu"),
])  # fmt: skip
def test_numbers_that_cannot_be_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        TrainParameters(folder="set", model="m.safetensors", **change)
