"""Land cover maps from an optical and a SAR raster: the part that needs neither QGIS nor a display.

Nothing heavy is imported here; each function below imports what it needs when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor, nn

    from .engine.protocol import Engine
    from .networks import NetworkInfo
    from .parameters import ClassificationParameters
    from .results import ClassificationResult

__version__ = "0.1.0"
__all__ = ["__version__", "classify_rasters", "create_network", "list_networks", "load_reference"]


def classify_rasters(
    parameters: ClassificationParameters,
    progress: Callable[[float, str], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    engine: Engine | None = None,
) -> ClassificationResult:
    """Make a land cover map from an optical and a SAR raster; see `classify.classify_rasters`."""
    from .classify import classify_rasters as run

    return run(parameters, progress, is_cancelled, engine)


def list_networks() -> tuple[NetworkInfo, ...]:
    """The networks this package can build; see `networks.list_networks`."""
    from .networks import list_networks as networks

    return networks()


def create_network(
    name: str, *, optical_channels: int, sar_channels: int, num_classes: int, **parameters: Any
) -> nn.Module:
    """Build a network with fresh weights; see `registry.create_network`."""
    from .registry import create_network as create

    return create(
        name,
        optical_channels=optical_channels,
        sar_channels=sar_channels,
        num_classes=num_classes,
        **parameters,
    )


def load_reference(name: str, state_dict: Mapping[str, Tensor], **overrides: Any) -> nn.Module:
    """Build a network from weights under its authors' key names; see `registry.load_reference`."""
    from .registry import load_reference as load

    return load(name, state_dict, **overrides)
