"""What DeepLabV3+, PSPNet and DANet keep to: ResNet-50 on stacked images, goldens of the same four cases."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
import torch

from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.models.network import SegmentationNetwork
from rgbsar_core.registry import load_published, load_reference, measure_network

from . import parity
from .base import StackedNetworkSpecification

CLASSES = 7


class Case(NamedTuple):
    """Bands, height, width and number of images of a golden case."""

    optical: int
    sar: int
    height: int
    width: int
    images: int


CASES = {0: Case(13, 2, 64, 64, 2), 1: Case(13, 2, 100, 75, 2), 2: Case(3, 3, 64, 64, 1), 3: Case(13, 2, 64, 64, 1)}
#: The case that has the network's other form.
LAST = 3


class StackedResNetSpecification(StackedNetworkSpecification):
    """Parity, key names, cost and loading; a network's test class says what differs."""

    module: ClassVar[ModuleType]
    reference: ClassVar[ModuleType]
    stem: ClassVar[str] = "backbone.conv1.weight"
    other_form: ClassVar[dict[str, Any]] = {"output_stride": 8}
    """The form of case 3, which no tensor tells."""
    other_label: ClassVar[str] = "os8"
    """Ends the manifest's labels of costs in that form; empty where the cost is the same."""
    head: ClassVar[tuple[str, ...]]
    """Our modules whose statistics the goldens hold, after those of the encoder."""
    low: ClassVar[dict[str, str]]
    """Golden array -> our module whose answer it is."""
    uncounted_macs: ClassVar[int] = 0
    """What the authors compute in evaluation for 256 x 256 pixels, and we only in training."""

    def shapes(self, optical: int, sar: int) -> parity.Shapes:
        with torch.device("meta"):
            network = self.module.build(optical_channels=optical, sar_channels=sar, num_classes=CLASSES)
        return parity.authors_shapes(network, self.reference.reference_key_map(network))

    def run(self, network: SegmentationNetwork, case: Case) -> torch.Tensor:
        """Logits of a case."""
        logits: torch.Tensor = network(*parity.case_inputs(*case))
        return logits

    def zeros(self, optical: int, sar: int) -> dict[str, torch.Tensor]:
        return {key: torch.zeros(()).expand(shape) for key, shape in self.shapes(optical, sar).items()}

    # --- parity

    @pytest.mark.parametrize("case", [1, 2, 3])
    def test_network_answers_as_the_authors_code(self, case: int) -> None:
        golden = parity.small_golden(self.name)
        assert parity.compare(answers(type(self), case), golden, case) == arrays(golden, case)

    @pytest.mark.slow
    @pytest.mark.parametrize("case", CASES)
    def test_network_answers_as_the_full_golden(self, shared: Path, case: int) -> None:
        golden = np.load(shared / "reference" / self.name / "golden.npz")
        assert parity.compare(answers(type(self), case), golden, case) == arrays(golden, case)

    def test_key_names_and_shapes_are_the_manifest_s(self, shared: Path) -> None:
        manifest = parity.read_manifest(shared, self.name)
        for entry in manifest["cases"]:
            case = CASES[entry["index"]]
            assert [entry[key] for key in ("c_opt", "c_sar", "h", "w", "batch")] == [*case]
            listed = parity.manifest_shapes(manifest["state_dict"], entry["state_dict_diff"])
            assert self.shapes(case.optical, case.sar) == listed
            assert len(entry["stat_names"]) == len(self.watched())

    def watched(self) -> tuple[str, ...]:
        encoder = ("bn1", "maxpool", "layer1", "layer2", "layer3", "layer4")
        return (*(f"encoder.{module}" for module in encoder), *self.head)

    # --- cost

    def test_parameters_and_macs_are_the_manifest_s(self, shared: Path) -> None:
        manifest = parity.read_manifest(shared, self.name)
        for label, counts in manifest["parameters"].items():
            bands = label.split()[0].split("+")
            form = self.other_form if self.other_label and label.endswith(self.other_label) else {}
            shape = {"optical_channels": int(bands[0]), "sar_channels": int(bands[1]), "num_classes": CLASSES}
            cost = measure_network(self.name, **shape, **form)
            assert cost.training_parameters == counts["total"]
            assert cost.macs + self.uncounted_macs == manifest["flops"]["total_macs"][label]
            with torch.device("meta"):
                network = self.module.build(**shape, **form)
            assert count_parameters(network.encoder) == counts["encoder"]

    def documented_costs(self, repository: Path) -> list[list[str]]:
        """Rows of the table of costs in the network's page, as cells."""
        text = (repository / "docs" / "models" / f"{self.name}.md").read_text(encoding="utf-8")
        rows = text.split("<!-- costs")[1].split("\n\n")[0].splitlines()[3:]
        return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]

    # --- loading

    def test_bands_and_classes_are_read_from_tensors(self) -> None:
        for optical, sar in ((3, 1), (13, 2), (3, 3)):
            settings = load_reference(self.name, self.zeros(optical, sar)).settings
            assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (optical, sar, CLASSES)
            assert settings.modality == "both"

    def test_what_tensors_do_not_tell_is_an_override(self) -> None:
        tensors = self.zeros(3, 1)
        network = load_reference(self.name, tensors, optical_channels=2, **self.other_form)
        settings = network.settings
        assert (settings.optical_channels, settings.sar_channels) == (2, 2)
        assert {name: getattr(settings, name) for name in self.other_form} == self.other_form
        network = load_published(self.name, tensors, modality="optical")
        assert (network.inputs, network.settings.optical_channels) == (("optical",), 4)
        with pytest.raises(InputError, match="4 stacked bands.*3 optical and 2 SAR"):
            load_reference(self.name, tensors, optical_channels=3, sar_channels=2)

    def test_weights_of_stacks_with_sar_in_front_are_turned_round(self) -> None:
        tensors = self.zeros(3, 2)
        bands = torch.tensor([10.0, 11.0, 0.0, 1.0, 2.0])
        tensors[self.stem] = bands[:, None, None].expand(64, 5, 7, 7)
        network = load_published(self.name, tensors, sar_first=True)
        assert network.encoder.conv1.weight[0, :, 0, 0].tolist() == [0.0, 1.0, 2.0, 10.0, 11.0]

    def test_tensors_that_do_not_fit_are_refused_by_name(self) -> None:
        tensors = self.zeros(3, 1)
        missing = self.stem.replace("conv1", "layer3.2.conv2")
        with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
            load_reference(self.name, {key: x for key, x in tensors.items() if key != missing})
        with pytest.raises(CheckpointMismatchError, match=f"no tensor {self.stem}"):
            load_reference(self.name, {key: x for key, x in tensors.items() if key != self.stem})
        with pytest.raises(CheckpointMismatchError, match="1 unexpected: auxlayer.conv5.0.weight"):
            load_reference(self.name, {**tensors, "auxlayer.conv5.0.weight": torch.zeros(1)})


def arrays(golden: Mapping[str, np.ndarray], case: int) -> int:
    """How many arrays a golden holds for a case."""
    return sum(bool(re.search(rf"_{case}(_every_\d+)?$", key)) for key in golden)


@functools.lru_cache(maxsize=1)
def shared_weights(specification: type[StackedResNetSpecification]) -> dict[str, torch.Tensor]:
    """The authors' tensors that do not depend on the band counts."""
    shapes = specification().shapes(1, 1)
    return parity.authors_weights({key: shape for key, shape in shapes.items() if key != specification.stem})


@functools.cache  # less than a megabyte each; a case is run once for both sets of goldens
def answers(specification: type[StackedResNetSpecification], number: int) -> dict[str, np.ndarray]:
    """What the network answers to a case: logits, answers of single modules, statistics of many."""
    case, test = CASES[number], specification()
    stem = parity.authors_weights({test.stem: (64, case.optical + case.sar, 7, 7)})
    form = test.other_form if number == LAST else {}
    network = load_reference(test.name, {**shared_weights(specification), **stem}, **form)
    found: dict[str, np.ndarray] = {}
    statistics: dict[str, list[float]] = {}

    def note(name: str, output: torch.Tensor) -> None:
        statistics[name] = [float(output.mean()), float(output.std(correction=0))]
        for array, module in test.low.items():
            if module == name:
                found[array] = output.numpy()

    watched = test.watched()
    for name in watched:
        network.get_submodule(name).register_forward_hook(lambda _m, _i, output, name=name: note(name, output))
    with torch.inference_mode():
        found["logits"] = test.run(network, case).numpy()
    return {**found, "stats": np.array([statistics[name] for name in watched])}
