"""Model files: written, read, refused; authors' checkpoints converted."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import rgbsar_core
from rgbsar_core import cli
from rgbsar_core.engine.convert import PUBLISHED_NORMALISATION, convert_checkpoint
from rgbsar_core.engine.model_file import load_model, save_model
from rgbsar_core.errors import (
    CheckpointMismatchError,
    ClassMapError,
    InputError,
    ModelFileError,
    UnknownModelError,
)
from rgbsar_core.legend import DDHR_SK, PIE_RGB_SAR
from rgbsar_core.model_card import ModelCard, read_card
from rgbsar_core.models import asanet
from rgbsar_core.models.asanet_reference import reference_key_map

from .reference import reference_weights

SMALL = {"size": "atto", "decoder_width": 16}
KEY = "decode_head.classifier.weight"


def card(**changes: Any) -> ModelCard:
    plain = ModelCard(
        name="test",
        title="Test",
        network="asanet",
        network_parameters=dict(SMALL),
        inputs=PUBLISHED_NORMALISATION["pie"],
        legend=DDHR_SK,
        gsd=10.0,
        tile_size=64,
        overlap=16,
    )
    return dataclasses.replace(plain, **changes)


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    torch.manual_seed(3)
    return rgbsar_core.create_network("asanet", optical_channels=3, sar_channels=1, num_classes=5, **SMALL).eval()


@pytest.fixture(scope="module")
def model_file(network: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "modèle d'essai.safetensors"
    save_model(path, network, card())
    return path


def images() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return torch.randn(1, 3, 64, 64, generator=generator), torch.randn(1, 1, 64, 64, generator=generator)


def test_a_file_read_again_answers_the_same_to_the_bit(network: torch.nn.Module, model_file: Path) -> None:
    loaded, read = load_model(model_file)
    assert read == card()
    assert not loaded.training
    with torch.inference_mode():
        assert torch.equal(loaded(*images()), network(*images()))


def test_nothing_but_the_file_is_left_in_its_folder(model_file: Path) -> None:
    assert [path.name for path in model_file.parent.iterdir()] == [model_file.name]


def test_float16_storage_halves_the_file_and_keeps_vectors(network: torch.nn.Module, tmp_path: Path) -> None:
    path, full = tmp_path / "half.safetensors", tmp_path / "full.safetensors"
    save_model(full, network, card())
    save_model(path, network, card(), precision="float16")
    assert path.stat().st_size < 0.52 * full.stat().st_size
    tensors = load_file(path)
    assert tensors[KEY].dtype == torch.float16
    assert {t.dtype for t in tensors.values() if t.dim() == 1} == {torch.float32}
    loaded, _ = load_model(path)
    assert {p.dtype for p in loaded.parameters()} == {torch.float32}
    with torch.inference_mode():
        torch.testing.assert_close(loaded(*images()), network(*images()), rtol=0.05, atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_network_stored_in_half_precision_throughout_runs_in_float32(
    network: torch.nn.Module, tmp_path: Path, dtype: torch.dtype
) -> None:
    """As a checkpoint saved in half precision becomes one: a CPU's convolution takes no half kernel beside a float32
    image.
    """
    path = tmp_path / "model.safetensors"
    save_model(path, copy.deepcopy(network).to(dtype), card())
    assert {tensor.dtype for tensor in load_file(path).values() if tensor.is_floating_point()} == {dtype}
    loaded, _ = load_model(path)
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    with torch.inference_mode():
        torch.testing.assert_close(loaded(*images()), network(*images()), rtol=0.05, atol=0.02)


def test_a_card_of_another_network_is_refused_before_anything_is_written(
    network: torch.nn.Module, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(CheckpointMismatchError, match=r"decode_head.classifier.weight \(5, 16, 1, 1\) instead of \(6"):
        save_model(path, network, card(legend=PIE_RGB_SAR))
    with pytest.raises(CheckpointMismatchError, match="inputs optical; .*looks at optical, sar"):
        save_model(path, network, card(inputs=PUBLISHED_NORMALISATION["pie"][:1]))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_named(network: torch.nn.Module, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be written"):
        save_model(tmp_path / "absent" / "model.safetensors", network, card())


def test_what_is_no_file_is_not_replaced_by_one(network: torch.nn.Module, tmp_path: Path) -> None:
    """As root, a device such as /dev/null could be."""
    with pytest.raises(ModelFileError, match="is a folder, device or pipe; expected a file name"):
        save_model(tmp_path, network, card())


def rewritten(source: Path, target: Path, card: ModelCard | None = None, **tensors: torch.Tensor | None) -> Path:
    """The file with tensors put in, or taken out where None, and perhaps another card."""
    content = {**load_file(source), **{key.replace("__", "."): value for key, value in tensors.items()}}
    metadata = (card or read_card(source)).to_metadata()
    save_file({key: value for key, value in content.items() if value is not None}, target, metadata=metadata)
    return target


def test_tensors_that_do_not_fit_the_card_are_named(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(CheckpointMismatchError, match=f"'model.safetensors'.*1 missing: {KEY}"):
        load_model(rewritten(model_file, path, decode_head__classifier__weight=None))
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: surplus"):
        load_model(rewritten(model_file, path, surplus=torch.zeros(2)))
    with pytest.raises(CheckpointMismatchError, match=rf"{KEY} \(5, 4\) instead of \(5, 16, 1, 1\)"):
        load_model(rewritten(model_file, path, decode_head__classifier__weight=torch.zeros(5, 4)))
    with pytest.raises(CheckpointMismatchError, match=f"another kind of number: {KEY}"):
        integers = torch.zeros(5, 16, 1, 1, dtype=torch.int32)
        load_model(rewritten(model_file, path, decode_head__classifier__weight=integers))
    with pytest.raises(CheckpointMismatchError, match=f"another kind of number: {KEY}"):
        eighths = torch.zeros(5, 16, 1, 1).to(torch.float8_e4m3fn)  # torch turns it into no other kind by itself
        load_model(rewritten(model_file, path, decode_head__classifier__weight=eighths))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size": "gigantic"}, "asks for a network that cannot be"),
        ({**SMALL, "depth": 3}, "the parameter depth"),
        ({**SMALL, "num_classes": 5}, "they follow from its bands"),
        ({"size": "atto", "decoder_width": 60_000}, "of another shape"),
        ({"size": "atto", "decoder_width": 10**10}, "from 1 to 65536"),  # torch could not name the size of its kernels
        ({**SMALL, "name": "asanet"}, "the parameter name"),  # as arguments of our functions are called
        ({**SMALL, "tensors": {}}, "the parameter tensors"),
    ],
)
def test_a_card_with_impossible_parameters_is_refused(
    model_file: Path, tmp_path: Path, parameters: dict[str, Any], message: str
) -> None:
    path = rewritten(model_file, tmp_path / "model.safetensors", card(network_parameters=parameters))
    with pytest.raises(ModelFileError, match=message):
        load_model(path)


def test_a_card_that_asks_for_endless_layers_is_refused_at_once(model_file: Path, tmp_path: Path) -> None:
    endless = card(network="ftransunet", network_parameters={"depth": 60_000})
    with pytest.raises(ModelFileError, match="depth 60000"):
        load_model(rewritten(model_file, tmp_path / "model.safetensors", endless))


def test_a_card_with_an_unknown_network_is_refused(model_file: Path, tmp_path: Path) -> None:
    path = rewritten(model_file, tmp_path / "model.safetensors", card(network="asanet9"))
    with pytest.raises(UnknownModelError, match="asanet9"):
        load_model(path)


def test_truncated_and_foreign_files_are_refused(model_file: Path, tmp_path: Path) -> None:
    content = model_file.read_bytes()
    path = tmp_path / "model.safetensors"
    for length in (0, 4, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ModelFileError, match="model.safetensors"):
            load_model(path)
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(ModelFileError, match="without a model card"):
        load_model(path)
    with pytest.raises(ModelFileError):
        load_model(tmp_path / "absent.safetensors")


def test_a_damaged_header_behind_a_right_card_is_refused(model_file: Path, tmp_path: Path) -> None:
    content = model_file.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header[KEY]["dtype"] = "X99"
    text = json.dumps(header).encode("utf-8")
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    with pytest.raises(ModelFileError, match=r"model\.safetensors"):
        load_model(path)


# --- authors' checkpoints


@pytest.fixture(scope="module")
def authors() -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        network = asanet.build(optical_channels=3, sar_channels=3, **SMALL)
    key_map = reference_key_map(network)
    weights = reference_weights({key_map[key]: t.shape for key, t in network.state_dict().items()})
    return {key: tensor.float() if tensor.is_floating_point() else tensor for key, tensor in weights.items()}


def test_a_converted_checkpoint_answers_as_the_authors_network_fed_their_way(
    authors: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    source, output = tmp_path / "iter_80000.pth", tmp_path / "asanet_pie.safetensors"
    torch.save({"meta": {"iter": 80000}, "state_dict": {f"module.{k}": v for k, v in authors.items()}}, source)
    written = convert_checkpoint(source, output, legend=PIE_RGB_SAR, normalisation="pie", licence="unknown")
    assert read_card(output) == written
    assert written.network_parameters["size"] == "atto"
    assert [band.common_name for band in written.optical.bands] == ["red", "green", "blue"]

    red_green_blue = torch.rand(1, 3, 64, 64) * 255
    sar = torch.rand(1, 1, 64, 64) * 255
    # The authors' way: blue, green, red; the SAR band three times; their published numbers in that order.
    mean, std = torch.tensor([73.422, 89.751, 83.405]), torch.tensor([29.48, 26.953, 24.829])
    theirs = (red_green_blue.flip(1) - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    expected = rgbsar_core.load_reference("asanet", authors)(theirs, ((sar - 84.869) / 57.769).expand(1, 3, 64, 64))
    network, card = load_model(output)
    inputs = []
    for image, spec in ((red_green_blue, card.optical), (sar, card.sar)):
        numbers = [torch.tensor(values).view(-1, 1, 1) for values in (spec.mean, spec.std)]
        inputs.append((image - numbers[0]) / numbers[1])
    with torch.inference_mode():
        torch.testing.assert_close(network(*inputs), expected, rtol=0, atol=1e-5)


def test_a_checkpoint_of_sar_alone_becomes_a_model_of_one_band(
    authors: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    alone = {k.replace("backbone.backbone.", "backbone."): v for k, v in authors.items()}
    paired = ("backbone.backbone2", "backbone.FRMs", "backbone.FFMs")
    alone = {k: v for k, v in alone.items() if not k.startswith(paired)}
    torch.save(alone, tmp_path / "sar.pth")
    output, sar = tmp_path / "sar.safetensors", {"variant": "sar"}
    convert_checkpoint(tmp_path / "sar.pth", output, legend=PIE_RGB_SAR, normalisation="pie", overrides=sar)
    network, card = load_model(output)
    assert [spec.role for spec in card.inputs] == ["sar"]
    assert network(None, torch.zeros(1, 1, 32, 32)).shape == (1, 6, 32, 32)


def test_another_networks_checkpoint_keeps_its_bands_and_takes_what_its_tensors_do_not_tell(tmp_path: Path) -> None:
    from rgbsar_core.models import unet, unet_reference

    with torch.device("meta"):
        network = unet.build(optical_channels=3, sar_channels=1, num_classes=5, variant="bilinear")
    names = unet_reference.reference_key_map(network)
    weights = reference_weights({names[key]: tensor.shape for key, tensor in network.state_dict().items()})
    torch.save({"cur_itrs": 1, "model_state": weights}, tmp_path / "best.pth")
    specs = [spec.to_json() for spec in PUBLISHED_NORMALISATION["ddhr"]]
    (tmp_path / "inputs.json").write_text(json.dumps(specs), encoding="utf-8")
    arguments = ["convert", str(tmp_path / "best.pth"), "-o", str(tmp_path / "unet.safetensors"), "--network", "unet"]
    arguments += ["--classes", "ddhr", "--normalisation", str(tmp_path / "inputs.json")]
    assert cli.main([*arguments, "--set", "optical_channels=3", "--set", "sar_channels=1"]) == 0
    loaded, card = load_model(tmp_path / "unet.safetensors")
    assert card.network == "unet" and card.network_parameters == {"variant": "bilinear", "modality": "both"}
    assert [len(spec.bands) for spec in card.inputs] == [3, 1]
    first = next(iter(loaded.state_dict().values()))
    torch.testing.assert_close(first, weights["inc.double_conv.0.weight"].to(first.dtype))


@pytest.mark.parametrize(
    ("text", "value"),
    [("True", True), ("False", False), ("None", None), ("false", False), ("8", 8), ("sar", "sar"), ('"a"', "a")],
)
def test_a_parameter_may_be_spelt_as_json_or_as_messages_spell_it(
    monkeypatch: pytest.MonkeyPatch, text: str, value: object
) -> None:
    """A text "False" would count as true: bands would be turned that should not be."""
    given: list[dict[str, object]] = []

    def convert(*names: str, **options: Any) -> ModelCard:
        given.append(options["overrides"])
        return card()

    monkeypatch.setattr("rgbsar_core.engine.convert.convert_checkpoint", convert)
    assert cli.main(["convert", "w.pth", "-o", "m.safetensors", "--set", f"key={text}"]) == 0
    assert given == [{"key": value}] and type(given[0]["key"]) is type(value)


def test_leftover_tensors_of_a_checkpoint_are_named(authors: dict[str, torch.Tensor], tmp_path: Path) -> None:
    torch.save({**authors, "ema.weight": torch.zeros(1)}, tmp_path / "c.pth")
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: ema.weight"):
        convert_checkpoint(tmp_path / "c.pth", tmp_path / "o.safetensors", legend=PIE_RGB_SAR, normalisation="pie")
    assert not (tmp_path / "o.safetensors").exists()


def test_a_legend_or_normalisation_that_does_not_fit_is_refused(
    authors: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    torch.save(authors, tmp_path / "c.pth")
    with pytest.raises(ClassMapError, match="6 classes; the legend has 5"):
        convert_checkpoint(tmp_path / "c.pth", tmp_path / "o", legend=DDHR_SK, normalisation="ddhr")
    with pytest.raises(InputError, match="pie, ddhr, whu"):
        convert_checkpoint(tmp_path / "c.pth", tmp_path / "o", legend=PIE_RGB_SAR, normalisation="eurosat")


class RunsCode:
    """Unpickling this would create a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (self.path, "w")


def test_a_checkpoint_with_code_inside_is_refused_and_never_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    torch.save({"state_dict": {}, "history": RunsCode(str(trace))}, tmp_path / "c.pth")
    with pytest.raises(ModelFileError, match="weights alone"):
        convert_checkpoint(tmp_path / "c.pth", tmp_path / "o", legend=PIE_RGB_SAR, normalisation="pie")
    assert not trace.exists()


def test_files_that_are_no_checkpoint_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.pth"
    torch.save({"weight": torch.zeros(100)}, path)
    whole = path.read_bytes()
    for content in (b"", b"text", whole[: len(whole) // 2], whole[:60] + bytes(80) + whole[140:]):
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=r"c\.pth"):
            convert_checkpoint(path, tmp_path / "o", legend=PIE_RGB_SAR, normalisation="pie")
    torch.save({"weight": torch.zeros(100)}, path, _use_new_zipfile_serialization=False)
    whole = path.read_bytes()
    key = re.findall(rb"\d{6,}", whole)[-1]  # of the storage, named once more in front of its numbers
    cut = [whole[:end] for end in range(16, len(whole) - 400, 7)]
    for content in (*cut, whole[: whole.rindex(key)] + bytes(len(key)) + whole[whole.rindex(key) + len(key) :]):
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=r"c\.pth"):
            convert_checkpoint(path, tmp_path / "o", legend=PIE_RGB_SAR, normalisation="pie")
    for content in ([1, 2], {"epoch": 3}, {"state_dict": {}}):
        torch.save(content, path)
        with pytest.raises(ModelFileError, match=r"c\.pth"):
            convert_checkpoint(path, tmp_path / "o", legend=PIE_RGB_SAR, normalisation="pie")
    with pytest.raises(ModelFileError, match="no checkpoint"):
        convert_checkpoint(tmp_path / "absent.pth", tmp_path / "o", legend=PIE_RGB_SAR, normalisation="pie")
