"""ImageNet files into the encoders: by name alone, bands by the stated rule, refusals by name."""

from __future__ import annotations

import random as shuffling
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from rgbsar_core.engine.encoder_file import read_encoder_file
from rgbsar_core.errors import CheckpointMismatchError, InputError, ModelFileError
from rgbsar_core.models.encoder_weights import fit_bands, load_encoder_weights
from rgbsar_core.networks import list_networks
from rgbsar_core.registry import create_network

from . import imagenet_files as files

RESNET_50 = (3, 4, 6, 3)


@dataclass(frozen=True)
class Case:
    """A network and a file for it.

    `takes`: prefix of an encoder -> role; `kept`: expression of the keys of encoders that such a file lacks.
    """

    name: str
    network: str
    listing: Callable[[], files.Listing]
    takes: dict[str, str] = field(default_factory=lambda: {"optical_encoder.": "optical", "sar_encoder.": "sar"})
    parameters: dict[str, Any] = field(default_factory=dict)
    kept: str = "$."


STACKED = {"encoder.": "stacked"}
NORMS = r"norms\.[012]\."
CASES = (
    Case("resnet50", "amm_fusenet", lambda: files.resnet(RESNET_50)),
    Case("old resnet50", "afnet", lambda: files.resnet(RESNET_50, counters=False)),
    Case("resnet50", "unet", lambda: files.resnet(RESNET_50), STACKED, {"variant": "resnet50"}),
    Case("resnet50", "deeplabv3plus", lambda: files.resnet(RESNET_50), STACKED),
    Case("resnet50", "pspnet", lambda: files.resnet(RESNET_50), STACKED),
    Case("resnet50", "danet", lambda: files.resnet(RESNET_50), STACKED),
    Case("resnet50", "denseaspp", lambda: files.resnet(RESNET_50), STACKED),
    Case("resnet101 64/64/128", "sa_gate", lambda: files.resnet((3, 4, 23, 3), deep_stem=True)),
    Case("vgg16_bn", "fusenet", lambda: files.vgg16(batch_norm=True)),
    Case("vgg16_bn", "cmfnet", lambda: files.vgg16(batch_norm=True, cmfnet=True)),
    Case("vgg16_bn", "segnet", lambda: files.vgg16(batch_norm=True), STACKED),
    Case("vgg16", "segnet", lambda: files.vgg16(batch_norm=False), STACKED, kept=r"features\.\d+\.(w|b|r)"),
    Case("vgg16", "cmfnet", lambda: files.vgg16(batch_norm=False, cmfnet=True), kept=r"stages\.\d\.\d\.norm\."),
    *(
        Case(
            f"densenet121 {'hosted' if dotted else 'of today'}",
            "denseaspp",
            lambda dotted=dotted: files.densenet121(dotted=dotted),
            STACKED,
            {"variant": "densenet121"},
            kept=r"features\.(transition4|norm5)\.",
        )
        for dotted in (False, True)
    ),
    *(
        Case(f"convnextv2_tiny {layout}", "asanet", lambda layout=layout: files.convnextv2("tiny", layout), kept=NORMS)
        for layout in ("authors", "mmpretrain", "timm")
    ),
    Case(
        "convnextv2_atto timm, 1x1 convolutions",
        "upernet_convnextv2",
        lambda: files.convnextv2("atto", "timm", as_convolutions=True),
        STACKED,
        {"size": "atto"},
        kept=NORMS,
    ),
    Case(
        "convnextv2_atto timm, fcmae",
        "asanet",
        lambda: files.convnextv2("atto", "timm", pretrained_only=True),
        {"sar_encoder.": "sar"},
        {"size": "atto", "variant": "sar"},
        kept=r"norms\.",
    ),
    Case("mit_b2", "cmx", files.mit),
    *(
        Case(
            f"swinv2_tiny {layout}",
            "whfnet",
            lambda layout=layout: files.swinv2_tiny(layout, 8),
            {"optical_encoder.": "optical"},
            kept=NORMS,
        )
        for layout in ("authors", "timm")
    ),
    Case(
        "convnextv2_tiny authors",
        "whfnet",
        lambda: files.convnextv2("tiny", "authors"),
        {"sar_encoder.": "sar"},
        kept=NORMS,
    ),
    Case("R50+ViT-B_16", "ftransunet", lambda: files.r50_vit_b16(layers=1), parameters={"depth": 1}),
)


def meta(network: str, **parameters: Any) -> Any:
    """A network of names and shapes alone."""
    with torch.device("meta"):
        return create_network(network, optical_channels=3, sar_channels=1, num_classes=4, **parameters)


def write(folder: Path, tensors: dict[str, torch.Tensor]) -> Path:
    """In a format that publishers use: Google's archive, timm's safetensors (where it is small), torch.save."""
    if "conv_root/kernel" in tensors:
        path = folder / "weights.npz"
        np.savez(path, **{name: tensor.numpy() for name, tensor in tensors.items()})
    elif "stem.0.weight" in tensors and sum(tensor.numel() for tensor in tensors.values()) < 5e6:
        path = folder / "weights.safetensors"
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    else:
        path = folder / "weights.pth"
        torch.save({"model": tensors}, path)
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.network}-{case.name}")
def test_every_tensor_arrives_under_its_own_name(case: Case, tmp_path: Path) -> None:
    listing = case.listing()
    tensors = files.constants(listing)
    network = meta(case.network, **case.parameters).half().to_empty(device="cpu")  # memory that nobody has touched
    own = network.state_dict()
    vectors = {key for key, tensor in own.items() if tensor.dim() == 1}
    for key in vectors:
        own[key].fill_(-1)

    report = load_encoder_weights(network, read_encoder_file(write(tmp_path, tensors)))

    loaded: dict[str, set[str]] = {prefix: set() for prefix in case.takes}
    for i, (name, (_, ours)) in enumerate(listing.items()):
        for prefix, role in case.takes.items():
            if ours is not None:
                key = ours.replace("@", prefix).replace("ROLE", role)
                # Equal kernels: 1 band is their sum, 4 bands three quarters of each.
                factor = {"optical": 1.0, "sar": 3.0, "stacked": 0.75}[role] if i == 0 else 1.0
                expected = factor * tensors[name].flatten()[0]
                assert bool((own[key] == expected.half()).all()), f"{key} is not {name}"
                loaded[prefix].add(key)
    written = set().union(*loaded.values())
    assert all(bool((own[key] == -1).all()) for key in vectors - written)
    for prefix in case.takes:
        rest = {key[len(prefix) :] for key in own if key.startswith(prefix) and "num_batches" not in key} - {
            key[len(prefix) :] for key in written
        }
        assert all(re.match(case.kept, key) for key in rest), rest
    took = [role for role in report.roles if role.loaded]
    assert [(role.encoder, role.loaded) for role in took] == [
        (role, len(loaded[prefix])) for prefix, role in case.takes.items()
    ]
    assert report.ignored == sum(ours is None for _, ours in listing.values())


def test_every_network_has_a_case() -> None:
    assert {case.network for case in CASES} == {info.name for info in list_networks()}


def test_the_order_of_the_file_means_nothing() -> None:
    tensors = files.random(files.convnextv2("atto", "authors"))
    names = list(tensors)
    shuffling.Random(0).shuffle(names)
    first, second = (meta("asanet", size="atto").to_empty(device="cpu") for _ in range(2))
    load_encoder_weights(first, tensors)
    load_encoder_weights(second, {name: tensors[name] for name in names})
    first, second = first.state_dict(), second.state_dict()
    encoders = [key for key in first if "_encoder." in key and not re.search(NORMS, key)]
    assert len(encoders) == 2 * 138
    assert all(torch.equal(first[key], second[key]) for key in encoders)


# Bands


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        (1, [[7.0]]),  # 1 + 2 + 4
        (2, [[1.5, 3.0]]),  # red and green, times 3 / 2
        (3, [[1.0, 2.0, 4.0]]),
        (4, [[0.75, 1.5, 3.0, 0.75]]),
        (13, [[3 / 13 * kernel for kernel in (1, 2, 4) * 4 + (1,)]]),
    ],
)
def test_the_first_kernel_is_summed_kept_or_repeated_in_turn(bands: int, expected: list[list[float]]) -> None:
    kernel = torch.tensor([[1.0, 2.0, 4.0]])[:, :, None, None]
    torch.testing.assert_close(fit_bands(kernel, bands)[:, :, 0, 0], torch.tensor(expected))


@pytest.mark.parametrize("bands", [1, 2, 4, 13])
def test_equal_bands_give_the_answer_of_a_grey_image(bands: int) -> None:
    """Where the three kernels are alike, the number of bands changes nothing: that is what 3 / n is for."""
    kernel = torch.ones(5, 3, 2, 2)
    image = torch.rand(1, 1, 8, 8)
    grey = F.conv2d(image.expand(1, 3, 8, 8), kernel)
    torch.testing.assert_close(F.conv2d(image.expand(1, bands, 8, 8), fit_bands(kernel, bands)), grey)


def test_each_encoder_is_fitted_to_its_own_bands_and_a_stack_to_all_of_them() -> None:
    tensors = files.random(files.convnextv2("atto", "timm"))
    kernel = tensors["stem.0.weight"]
    network = create_network("asanet", optical_channels=13, sar_channels=1, num_classes=2, size="atto")
    report = load_encoder_weights(network, tensors)
    assert [role.bands for role in report.roles] == [(3, 13), (3, 1)]
    expected = torch.stack([kernel[:, i % 3] * (3 / 13) for i in range(13)], dim=1)
    torch.testing.assert_close(network.optical_encoder.stem.weight, expected, rtol=1e-6, atol=0)
    torch.testing.assert_close(network.sar_encoder.stem.weight, kernel.sum(dim=1, keepdim=True))

    stacked = create_network("upernet_convnextv2", optical_channels=3, sar_channels=1, num_classes=2, size="atto")
    report = load_encoder_weights(stacked, tensors)
    assert [(role.encoder, role.bands) for role in report.roles] == [("stacked", (3, 4))]
    torch.testing.assert_close(stacked.encoder.stem.weight, kernel[:, [0, 1, 2, 0]] * 0.75)


def test_the_role_asked_for_is_the_only_one_that_changes() -> None:
    tensors = files.random(files.convnextv2("atto", "timm"))
    network = create_network("asanet", optical_channels=3, sar_channels=3, num_classes=2, size="atto")
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    report = load_encoder_weights(network, tensors, roles=("sar",))
    assert [(role.encoder, role.bands) for role in report.roles] == [("sar", None)]
    after = network.state_dict()
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert {key.split(".")[0] for key in changed} == {"sar_encoder"}
    assert str(report) == (
        "ConvNeXt V2 of timm, 2 tensors ignored; sar encoder (ConvNeXt V2) 138 tensors loaded, 6 kept"
    )


# Tensors that are stored otherwise


def test_swins_merging_of_patches_gives_the_authors_answer() -> None:
    """Theirs: neighbours (dy, dx) = (0, 0), (1, 0), (0, 1), (1, 1) side by side, each with all its channels."""
    tensors = files.random(files.swinv2_tiny("authors", 8))
    network = meta("whfnet").to_empty(device="cpu")
    load_encoder_weights(network, tensors)
    merging = network.optical_encoder.downsamples[2]
    x = torch.randn(1, 4, 6, 192)
    quadrants = torch.cat([x[:, dy::2, dx::2] for dy, dx in ((0, 0), (1, 0), (0, 1), (1, 1))], dim=-1)
    reduced = quadrants @ tensors["layers.1.downsample.reduction.weight"].T
    norm = tensors["layers.1.downsample.norm.weight"], tensors["layers.1.downsample.norm.bias"]
    torch.testing.assert_close(merging(x), F.layer_norm(reduced, (384,), *norm), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("window", [8, 16])
def test_swin_files_of_any_window_fit_and_their_tables_are_left_out(window: int) -> None:
    report = load_encoder_weights(meta("whfnet", window=4), files.constants(files.swinv2_tiny("authors", window)))
    assert [(role.encoder, role.loaded, role.kept) for role in report.roles] == [("optical", 219, 6), ("sar", 0, 204)]
    assert report.ignored == 12 + 12 + 5 + 2  # tables, indices, masks of shifted windows, classifier


@pytest.fixture(scope="module")
def hybrid() -> tuple[Any, dict[str, torch.Tensor]]:
    """FTransUNet of one layer and a 4 x 28 grid of tokens, with what it was loaded from."""
    tensors = files.random(files.r50_vit_b16(layers=1))
    ramp = torch.arange(14.0)
    grid = torch.stack([ramp[:, None].expand(14, 14), ramp.expand(14, 14)])  # row, column
    positions = torch.full((1, 197, 768), 99.0)  # also of the class token
    positions[0, 1:, :2] = grid.flatten(1).T
    tensors["Transformer/posembed_input/pos_embedding"] = positions
    network = meta("ftransunet", depth=1, token_rows=4, token_columns=28).to_empty(device="cpu")
    load_encoder_weights(network, tensors)
    return network, tensors


def test_position_embeddings_are_resampled_corner_to_corner(hybrid: tuple[Any, dict[str, torch.Tensor]]) -> None:
    """Numbers that grow along a side grow as evenly on any grid, from the same first to the same last."""
    found = hybrid[0].position_embeddings[0].unflatten(0, (4, 28))
    torch.testing.assert_close(found[:, 5, 0], torch.linspace(0, 13, 4))
    torch.testing.assert_close(found[2, :, 1], torch.linspace(0, 13, 28))
    torch.testing.assert_close(found[..., 2:], torch.full((4, 28, 766), 99.0))


def test_flax_kernels_do_what_flax_does_with_them(hybrid: tuple[Any, dict[str, torch.Tensor]]) -> None:
    network, tensors = hybrid
    stream, layer = network.layers[0].sar, "Transformer/encoderblock_0/"
    attention = f"{layer}MultiHeadDotProductAttention_1/"
    x = torch.randn(5, 768)
    heads = torch.einsum("nc,chd->nhd", x, tensors[f"{attention}key/kernel"]) + tensors[f"{attention}key/bias"]
    torch.testing.assert_close(stream.key(x), heads.flatten(1), rtol=1e-4, atol=1e-3)
    joined = torch.einsum("nhd,hdc->nc", heads, tensors[f"{attention}out/kernel"]) + tensors[f"{attention}out/bias"]
    torch.testing.assert_close(stream.out(heads.flatten(1)), joined, rtol=1e-4, atol=1e-2)
    hidden = x @ tensors[f"{layer}MlpBlock_3/Dense_0/kernel"] + tensors[f"{layer}MlpBlock_3/Dense_0/bias"]
    torch.testing.assert_close(stream.fc1(x), hidden, rtol=1e-4, atol=1e-3)
    kernel = network.optical_encoder.block2.unit1.conv2.weight  # (out, in, height, width)
    assert kernel[7, 3, 2, 1] == tensors["block2/unit1/conv2/kernel"][2, 1, 3, 7]


def test_a_hybrid_file_of_all_twelve_layers_fits_the_published_network() -> None:
    report = load_encoder_weights(meta("ftransunet"), files.constants(files.r50_vit_b16()))
    assert [(role.loaded, role.kept) for role in report.roles] == [(353, 0), (353, 0)]
    assert report.ignored == 3  # class token, classifier


# Refusals


V1 = {name.replace(".grn.gamma", ".gamma"): entry for name, entry in files.convnextv2("tiny", "authors").items()}
RESNET_101 = files.resnet((3, 4, 23, 3))


@pytest.mark.parametrize(
    ("network", "listing", "message"),
    [
        # of no layout
        ("pspnet", {"weight": ((3,), None)}, r"1 tensors \(weight \.\.\.\) are of no known layout.*names unchanged"),
        ("asanet", V1, r"nearest is ConvNeXt V2 of its authors, which has stages\.0\.0\.grn\.gamma"),
        # of a known layout for another kind of encoder
        ("cmx", RESNET_101, "a ResNet of torchvision or timm, but cmx has a MiT-B2 to load. Give one of .*: MiT-B2"),
        ("sa_gate", RESNET_101, "sa_gate has a ResNet-101 with a stem of three convolutions.*resnet101s"),
        ("whfnet", files.mit(), "whfnet has a Swin V2 and a ConvNeXt V2.*Swin V2 tiny of timm"),
        # deeper, shallower, narrower
        ("pspnet", RESNET_101, r"255 unexpected: layer3\.10\.bn1\.bias"),
        ("cmx", files.mit((3, 4, 18, 3)), r"optical encoder: .*240 unexpected: block3\.10\.attn\.kv\.bias"),
        ("pspnet", files.resnet((3, 4, 5, 3)), r"15 missing: layer3\.5\.conv1\.weight"),
        ("asanet", files.convnextv2("atto", "timm"), r"stem\.0\.weight \(40, 3, 4, 4\) instead of \(96, 3, 4, 4\)"),
        ("ftransunet", files.r50_vit_b16(layers=11), r"16 missing: Transformer/encoderblock_11/LayerNorm_0/scale"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_files_that_do_not_fit_are_refused_by_name(network: str, listing: files.Listing, message: str) -> None:
    with pytest.raises(CheckpointMismatchError, match=message):
        load_encoder_weights(meta(network), files.constants(listing))


@pytest.mark.parametrize(
    ("network", "listing", "name", "shape"),
    [
        ("pspnet", files.resnet(RESNET_50), "conv1.weight", (64, 5, 7, 7)),  # only three bands are fitted
        ("pspnet", files.resnet(RESNET_50), "conv1.weight", (32, 3, 7, 7)),
        ("pspnet", files.resnet(RESNET_50), "layer2.0.conv1.weight", (128, 512, 1, 1)),
        ("asanet", files.convnextv2("tiny", "authors"), "stages.0.0.grn.gamma", (1, 1, 1, 96)),
        ("whfnet", files.swinv2_tiny("timm", 8), "layers.1.downsample.reduction.weight", (192, 382)),
        ("ftransunet", files.r50_vit_b16(), "Transformer/posembed_input/pos_embedding", (1, 198, 768)),
        ("ftransunet", files.r50_vit_b16(), "Transformer/posembed_input/pos_embedding", (197,)),
        ("ftransunet", files.r50_vit_b16(), "conv_root/kernel", (7, 7, 64)),
        ("ftransunet", files.r50_vit_b16(), "block1/unit1/gn1/scale", (1, 1, 1, 32)),
        ("ftransunet", files.r50_vit_b16(), "embedding/kernel", (768, 1024)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_tensor_of_another_shape_is_refused_by_name(
    network: str, listing: files.Listing, name: str, shape: tuple[int, ...]
) -> None:
    with pytest.raises(CheckpointMismatchError, match=f"1 of another shape: {re.escape(name)}"):
        load_encoder_weights(meta(network), files.constants({**listing, name: (shape, None)}))


def test_a_refused_file_changes_nothing() -> None:
    """Not even where the optical encoder could have been loaded before the SAR one turned out not to fit."""
    tensors = files.random(files.convnextv2("atto", "timm"))
    tensors["stages.3.blocks.1.mlp.fc2.bias"] = tensors["stages.3.blocks.1.mlp.fc2.bias"].long()
    network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=2, size="atto")
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    with pytest.raises(CheckpointMismatchError, match=r"another kind of number: stages\.3\.blocks\.1\.mlp\.fc2\.bias"):
        load_encoder_weights(network, tensors)
    assert all(torch.equal(before[key], tensor) for key, tensor in network.state_dict().items())


@pytest.mark.parametrize(
    ("network", "parameters", "roles", "message"),
    [
        ("unet", {}, ("optical", "sar"), "unet as it is built here has no optical or sar encoder.*or variant"),
        ("asanet", {"variant": "sar"}, ("optical",), "asanet as it is built here has no optical encoder"),
        ("pspnet", {}, ("sar",), "pspnet as it is built here has no sar encoder"),
        ("pspnet", {}, ("radar",), r"asked for \['radar'\]; expected optical, sar or both"),
        ("pspnet", {}, (), r"asked for \[\]; expected"),
    ],
)
def test_encoders_that_are_not_there_are_refused(
    network: str, parameters: dict[str, Any], roles: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_encoder_weights(meta(network, **parameters), files.constants(files.resnet(RESNET_50)), roles)


# Networks run with what they got


@pytest.mark.parametrize(
    ("network", "parameters", "listing"),
    [
        ("asanet", {"size": "atto"}, files.convnextv2("atto", "mmpretrain")),
        ("segnet", {}, files.vgg16(batch_norm=False)),
        ("unet", {"variant": "resnet50"}, files.resnet(RESNET_50)),
        ("denseaspp", {"variant": "densenet121"}, files.densenet121(dotted=True)),
        ("cmx", {}, files.mit()),
        ("whfnet", {"window": 4}, files.swinv2_tiny("timm", 16)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_network_gives_finite_logits_with_the_weights(
    network: str, parameters: dict[str, Any], listing: files.Listing
) -> None:
    built = create_network(network, optical_channels=4, sar_channels=2, num_classes=3, **parameters).eval()
    load_encoder_weights(built, files.random(listing))
    side = 128 if network == "whfnet" else 64
    with torch.inference_mode():
        logits = built(torch.randn(1, 4, side, side), torch.randn(1, 2, side, side))
    assert bool(torch.isfinite(logits).all()) and float(logits.std()) > 0


# Files


@pytest.mark.parametrize(
    "content",
    [
        {"w": torch.ones(2)},
        {"state_dict": {"module.w": torch.ones(2)}, "meta": {"epoch": 3}},
        {"model": {"w": torch.ones(2)}, "args": None},
        {"model": {"w": torch.zeros(2)}, "model_ema": {"w": torch.ones(2)}},
    ],
)
@pytest.mark.parametrize("new_format", [True, False])
def test_state_dictionaries_are_found_in_files_of_either_format(
    content: dict[str, Any], new_format: bool, tmp_path: Path
) -> None:
    """False: before torch 1.6, as torchvision still hosts VGG and DenseNet."""
    torch.save(content, tmp_path / "w.pth", _use_new_zipfile_serialization=new_format)
    found = read_encoder_file(tmp_path / "w.pth")
    assert list(found) == ["w"] and torch.equal(found["w"], torch.ones(2))


def test_arrays_and_safetensors_are_read_by_the_ending_of_the_name(tmp_path: Path) -> None:
    save_file({"a.b": torch.arange(3)}, tmp_path / "w.safetensors")
    np.savez(tmp_path / "w.npz", **{"a/b": np.arange(6, dtype=np.float32).reshape(2, 3)})
    assert torch.equal(read_encoder_file(tmp_path / "w.safetensors")["a.b"], torch.arange(3))
    found = read_encoder_file(str(tmp_path / "w.npz"))["a/b"]
    assert found.dtype == torch.float32 and found.tolist() == [[0, 1, 2], [3, 4, 5]]


class Dangerous:
    """Pickled, it would make a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["w.npz", "w.pth", "old.pth"])
def test_pickled_objects_are_refused_and_not_run(name: str, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    if name == "w.npz":
        np.savez(tmp_path / name, w=np.array([Dangerous(trap)], dtype=object))
    else:
        torch.save({"w": Dangerous(trap)}, tmp_path / name, _use_new_zipfile_serialization=name == "w.pth")
    with pytest.raises(ModelFileError, match="Object arrays cannot be loaded|Python objects beside tensors"):
        read_encoder_file(tmp_path / name)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["w.npz", "w.safetensors", "w.pth", "old.pth"])
def test_missing_and_damaged_files_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with pytest.raises(ModelFileError, match=re.escape(name)):
        read_encoder_file(path)
    tensor = torch.arange(1000.0)
    if name == "w.npz":
        np.savez(path, w=tensor.numpy())
    elif name == "w.safetensors":
        save_file({"w": tensor}, path)
    else:
        torch.save({"w": tensor}, path, _use_new_zipfile_serialization=name == "w.pth")
    whole = path.read_bytes()
    damaged = [whole[:size] for size in (0, 16, 40, len(whole) // 2, len(whole) - 30)]
    if name == "w.npz":  # packed, too: whole, but with 200 bytes of the stream changed
        np.savez_compressed(path, w=np.arange(100_000.0))
        packed = path.read_bytes()
        damaged.append(packed[:200] + bytes(byte ^ 0x5A for byte in packed[200:400]) + packed[400:])
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=re.escape(name)):
            read_encoder_file(path)
