"""The table of networks: what can be built, without importing torch.

A new network is one entry of `_NETWORKS`, `models/<name>.py` and `models/<name>_reference.py` (see `registry.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import UnknownModelError


@dataclass(frozen=True)
class NetworkInfo:
    """What is known of a network before it is built.

    Attributes:
        name: stable lower-case identifier.
        title: name for people.
        paper: authors, title and journal.
        doi: of the paper, without a resolver in front.
        year: of the paper.
        minimum_size: smallest side of an input, pixels; sizes that do not suit a network are padded inside.
        larger_sizes: (option, value) -> smallest side of the forms that need more.
        options: parameter -> accepted values, for the parameters that choose between forms of the network.
        inputs: the modalities it looks at, unless an option leaves one out.
        for_training: options to train a network for use with, where the published form is none.
    """

    name: str
    title: str
    paper: str
    doi: str
    year: int
    minimum_size: int = 32
    larger_sizes: Mapping[tuple[str, Any], int] = field(default_factory=dict)
    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("optical", "sar")
    for_training: Mapping[str, Any] = field(default_factory=dict)

    def smallest_side(self, options: Mapping[str, Any]) -> int:
        """Smallest side of an input, pixels, of the form that these options choose."""
        chosen = (least for (name, value), least in self.larger_sizes.items() if options.get(name) == value)
        return max(self.minimum_size, *chosen, 0)


#: Inputs of the networks that stack them: both, or one alone.
_MODALITY = {"modality": ("both", "optical", "sar")}

_NETWORKS = {
    info.name: info
    for info in (
        NetworkInfo(
            name="asanet",
            title="ASANet",
            paper=(
                "Zhang et al., ASANet: Asymmetric Semantic Aligning Network for RGB and SAR image land cover "
                "classification, ISPRS Journal of Photogrammetry and Remote Sensing 218, 574-587"
            ),
            doi="10.1016/j.isprsjprs.2024.09.025",
            year=2024,
            options={
                "size": ("atto", "femto", "pico", "nano", "tiny", "base"),
                "variant": ("asanet", "cfm", "sfm", "pwa", "optical", "sar"),
            },
        ),
        NetworkInfo(
            name="amm_fusenet",
            title="AMM-FuseNet",
            paper=(
                "Ma et al., AMM-FuseNet: Attention-Based Multi-Modal Image Fusion Network for Land Cover Mapping, "
                "Remote Sensing 14(18), 4458"
            ),
            doi="10.3390/rs14184458",
            year=2022,
            options={"output_stride": (16, 8)},
        ),
        NetworkInfo(
            name="cmx",
            title="CMX",
            paper=(
                "Zhang et al., CMX: Cross-Modal Fusion for RGB-X Semantic Segmentation With Transformers, "
                "IEEE Transactions on Intelligent Transportation Systems 24(12)"
            ),
            doi="10.1109/TITS.2023.3300537",
            year=2023,
        ),
        NetworkInfo(
            name="sa_gate",
            title="SA-Gate",
            paper=(
                "Chen et al., Bi-directional Cross-Modality Feature Propagation with Separation-and-Aggregation Gate "
                "for RGB-D Semantic Segmentation, ECCV"
            ),
            doi="10.1007/978-3-030-58621-8_33",
            year=2020,
        ),
        NetworkInfo(
            name="fusenet",
            title="FuseNet",
            paper=(
                "Hazirbas et al., FuseNet: Incorporating Depth into Semantic Segmentation via Fusion-Based CNN "
                "Architecture, ACCV"
            ),
            doi="10.1007/978-3-319-54181-5_14",
            year=2016,
            options={"variant": ("unchained", "chained")},
            for_training={"variant": "chained"},
        ),
        NetworkInfo(
            name="cmfnet",
            title="CMFNet",
            paper=(
                "Ma et al., A Crossmodal Multiscale Fusion Network for Semantic Segmentation of Remote Sensing Data, "
                "IEEE Journal of Selected Topics in Applied Earth Observations and Remote Sensing 15, 3463-3474"
            ),
            doi="10.1109/JSTARS.2022.3165005",
            year=2022,
        ),
        NetworkInfo(
            name="ftransunet",
            title="FTransUNet",
            paper=(
                "Ma et al., A Multilevel Multimodal Fusion Transformer for Remote Sensing Semantic Segmentation, "
                "IEEE Transactions on Geoscience and Remote Sensing 62"
            ),
            doi="10.1109/TGRS.2024.3373033",
            year=2024,
        ),
        NetworkInfo(
            name="afnet",
            title="AFNet (reconstruction, paper inferred)",
            paper=(
                "Yang et al., An attention-fused network for semantic segmentation of very-high-resolution remote "
                "sensing imagery, ISPRS Journal of Photogrammetry and Remote Sensing 177, 238-262"
            ),
            doi="10.1016/j.isprsjprs.2021.05.004",
            year=2021,
            options={"preset": ("lite", "table")},
        ),
        NetworkInfo(
            name="whfnet",
            title="WHFNet",
            paper=(
                "Ren et al., WHFNet: A Wavelet-Driven Heterogeneous Fusion Network for High-Frequency Enhanced "
                "Optical-SAR Remote Sensing Segmentation, IEEE Transactions on Geoscience and Remote Sensing"
            ),
            doi="10.1109/TGRS.2026.3662689",
            year=2026,
            minimum_size=128,
            larger_sizes={("window", 8): 256},
            options={"width": (96, 64, 32), "window": (4, 8)},
        ),
        NetworkInfo(
            name="upernet_convnextv2",
            title="UPerNet, ConvNeXt V2",
            paper="Xiao et al., Unified Perceptual Parsing for Scene Understanding, ECCV",
            doi="10.1007/978-3-030-01228-1_26",
            year=2018,
            options={"size": ("atto", "femto", "pico", "nano", "tiny", "base"), **_MODALITY},
        ),
        NetworkInfo(
            name="deeplabv3plus",
            title="DeepLabV3+",
            paper=(
                "Chen et al., Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation, ECCV"
            ),
            doi="10.1007/978-3-030-01234-2_49",
            year=2018,
            options={"output_stride": (16, 8), **_MODALITY},
        ),
        NetworkInfo(
            name="pspnet",
            title="PSPNet",
            paper="Zhao et al., Pyramid Scene Parsing Network, CVPR",
            doi="10.1109/CVPR.2017.660",
            year=2017,
            options={"output_stride": (16, 8), **_MODALITY},
        ),
        NetworkInfo(
            name="unet",
            title="U-Net",
            paper="Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI",
            doi="10.1007/978-3-319-24574-4_28",
            year=2015,
            minimum_size=16,
            options={"variant": ("plain", "bilinear", "resnet50"), **_MODALITY},
        ),
        NetworkInfo(
            name="segnet",
            title="SegNet",
            paper=(
                "Badrinarayanan et al., SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image "
                "Segmentation, IEEE Transactions on Pattern Analysis and Machine Intelligence 39(12), 2481-2495"
            ),
            doi="10.1109/TPAMI.2016.2644615",
            year=2017,
            options=_MODALITY,
        ),
        NetworkInfo(
            name="denseaspp",
            title="DenseASPP",
            paper="Yang et al., DenseASPP for Semantic Segmentation in Street Scenes, CVPR",
            doi="10.1109/CVPR.2018.00388",
            year=2018,
            options={"variant": ("resnet50", "densenet121"), "output_stride": (8, 16), **_MODALITY},
        ),
        NetworkInfo(
            name="danet",
            title="DANet",
            paper="Fu et al., Dual Attention Network for Scene Segmentation, CVPR",
            doi="10.1109/CVPR.2019.00326",
            year=2019,
            options={"multi_grid": (False, True), **_MODALITY},
        ),
    )
}


def list_networks() -> tuple[NetworkInfo, ...]:
    """All networks, in the order of the table."""
    return tuple(_NETWORKS.values())


def network_info(name: str) -> NetworkInfo:
    """The entry of one network.

    Raises:
        UnknownModelError: no such network; the message has the close matches and the full list.
    """
    info = _NETWORKS.get(name)
    if info is not None:
        return info
    close = difflib.get_close_matches(name.lower(), _NETWORKS, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UnknownModelError(
        f"There is no network named {name!r}; this version knows: {', '.join(_NETWORKS)}.{hint} "
        "Choose a name of the list, or update the software if the name is newer than it."
    )
