"""Optional CPU backend: the network converted by OpenVINO, straight from the torch module.

Converted networks can be wrong without an error, so none is trusted: the first batch of real pixels is
computed by torch in float32 too, and OpenVINO runs the rest only if the labels agree on 99.9 % of the pixels
and every number is finite. Otherwise torch runs and the user is told. OpenVINO's precision is the one torch
would use: bfloat16 where the CPU has it (torch in bfloat16 is faster than OpenVINO in float32). Nothing is
cached on disk.
"""

from __future__ import annotations

import importlib.util
import threading
import warnings
from typing import Any, Optional

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import EngineError, InputError, MissingDependencyError

AGREEMENT = 0.999
PAYS_FROM_TILES = 400
"""``auto`` leaves smaller rasters to torch: converting the network takes as long as mapping them."""

_FAILURES = (RuntimeError, ValueError, TypeError, KeyError, AttributeError, NotImplementedError, ImportError)


class _Wrapper(nn.Module):
    """The network with the inputs it has as the only arguments."""

    def __init__(self, network: nn.Module, has_optical: bool, has_sar: bool) -> None:
        super().__init__()
        self.network = network
        self.has_optical = has_optical
        self.has_sar = has_sar

    def forward(self, *images: Tensor) -> Tensor:
        """Pass the images on, None for a modality that is not used."""
        optical = images[0] if self.has_optical else None
        logits: Tensor = self.network(optical, images[-1] if self.has_sar else None)
        return logits


class OpenVinoNetwork:
    """A converted network that is called like the torch one.

    Args:
        network: in evaluation mode, float32, on the CPU.
        optical, sar: example batches; their shapes are fixed in the conversion.
        precision: ``bf16`` or ``f32``.
        workers: batches that run at the same time.
        threads: CPU cores to use in all.

    Raises:
        EngineError: OpenVINO cannot convert or compile the network.
    """

    def __init__(
        self,
        network: nn.Module,
        optical: Optional[Tensor],
        sar: Optional[Tensor],
        precision: str,
        workers: int,
        threads: int,
    ) -> None:
        examples = tuple(image.contiguous() for image in (optical, sar) if image is not None)
        self.precision = precision
        self._batch = len(examples[0])
        self._local = threading.local()
        try:
            import openvino

            with warnings.catch_warnings(), torch.no_grad():
                warnings.simplefilter("ignore")  # tracing warns of shape checks, which are constant here
                model = openvino.convert_model(
                    _Wrapper(network, optical is not None, sar is not None).eval(),
                    example_input=examples,
                    input=[list(image.shape) for image in examples],
                )
            settings = {
                "INFERENCE_PRECISION_HINT": precision,
                "NUM_STREAMS": str(workers),
                "INFERENCE_NUM_THREADS": str(threads),
            }
            if any(op.get_type_name() == "GroupNormalization" for op in model.get_ops()):
                settings["SNIPPETS_MODE"] = "DISABLE"  # its fusing ends the process (2026.4: FTransUNet)
            self._compiled: Any = openvino.Core().compile_model(model, "CPU", settings)
        except _FAILURES as error:
            text = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise EngineError(f"OpenVINO cannot run this network: {text}. Choose the backend 'torch'.") from error

    def __call__(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Tensor:
        """(N, C, T, T) -> logits (N, K, T, T); a batch smaller than the converted one is filled up."""
        images = [image for image in (optical, sar) if image is not None]
        count = len(images[0])
        request = getattr(self._local, "request", None)
        if request is None:
            request = self._local.request = self._compiled.create_infer_request()
        result = request.infer([_filled(image, self._batch) for image in images])
        return torch.from_numpy(np.array(result[0][:count]))


def has_openvino() -> bool:
    """Whether OpenVINO is installed; does not import it."""
    return importlib.util.find_spec("openvino") is not None


def wants_openvino(backend: str, device: torch.device, tiles: int) -> bool:
    """Whether to try OpenVINO for this wish on this device, for a raster of so many tiles.

    Raises:
        MissingDependencyError: asked for by name and not installed.
        InputError: asked for by name on another device than the CPU.
    """
    if backend == "torch":
        return False
    if backend == "auto":
        return device.type == "cpu" and tiles >= PAYS_FROM_TILES and has_openvino()
    if device.type != "cpu":
        raise InputError(
            f"The backend 'openvino' runs on the CPU only; the device is '{device}'. Choose the device 'cpu' or "
            "the backend 'torch'."
        )
    if not has_openvino():
        raise MissingDependencyError(
            "The backend 'openvino' was asked for, but OpenVINO is not installed. Install it beside torch "
            "(`pip install openvino`) or choose the backend 'torch'."
        )
    return True


def check_agreement(logits: Tensor, reference: Tensor) -> str:
    """Why converted logits cannot be trusted; empty if they can."""
    if logits.shape != reference.shape:
        return f"its result has the shape {tuple(logits.shape)} instead of {tuple(reference.shape)}"
    if not bool(torch.isfinite(logits).all()):
        return "its result holds numbers that are not finite"
    agreement = float((logits.argmax(1) == reference.argmax(1)).float().mean())
    if agreement < AGREEMENT:
        return f"its labels agree with torch's on {100 * agreement:.2f} % of the pixels, expected 99.9 %"
    return ""


def _filled(image: Tensor, batch: int) -> Any:
    image = image.contiguous()
    if len(image) < batch:
        image = torch.cat([image, image.new_zeros((batch - len(image), *image.shape[1:]))])
    return image.numpy()
