"""What Deepness, a QGIS plugin that runs ONNX files on one raster layer, has to be told of a model.

It divides every pixel by 255, subtracts a mean and divides by a deviation per channel, sets answers under a threshold
to 0 and takes the class of the largest. So means and deviations are given for pixels divided by 255; the threshold is
0, and answers must be probabilities, since negative logits would count as 0.

Source: PUTvision/qgis-plugin-deepness 0.6.5 and later, `processing/models/model_base.py`, `preprocessing_utils.py`
and `map_processor/map_processor_segmentation.py`.
"""

from __future__ import annotations

import json

from ..model_card import InputSpec, ModelCard

_BYTE = 255.0


def metadata(card: ModelCard) -> dict[str, str]:
    """Deepness' keys, each value as JSON; `resolution` (cm) is left out where the card knows none."""
    values = {
        "model_type": "Segmentor",
        "class_names": {str(i): entry.name for i, entry in enumerate(card.legend.classes)},
        "tile_size": card.tile_size,
        "tiles_overlap": round(100 * card.overlap / card.tile_size),  # percent
        "standardization_mean": [mean / _unit(spec) for spec in card.inputs for mean in spec.mean],
        "standardization_std": [std / _unit(spec) for spec in card.inputs for std in spec.std],
        "seg_thresh": 0.0,
    }
    if card.gsd:
        values["resolution"] = 100 * card.gsd
    return {key: json.dumps(value) for key, value in values.items()}


def notes(card: ModelCard) -> tuple[str, ...]:
    """What the user has to do, because Deepness cannot: one sentence for the layer, one for each modality."""
    bands = [
        f"{band.name} ({band.common_name})" if band.common_name else band.name
        for spec in card.inputs
        for band in spec.bands
    ]
    names = {"optical": "Optical", "sar": "SAR"}
    return (
        f"Deepness takes one layer with the bands {', '.join(bands)}, in this order.",
        *(f"{names[spec.role]} bands: {_needs(spec)}." for spec in card.inputs),
    )


def _unit(spec: InputSpec) -> float:
    """What a mean of the card counts in, seen from a pixel that Deepness divided by 255."""
    return 1.0 if spec.percentiles else _BYTE


def _needs(spec: InputSpec) -> str:
    stretched, scale = "", 1.0
    if spec.percentiles:
        low, high = spec.percentiles
        stretched = f", stretched so that the scene's percentiles {low:g} and {high:g} of each become 0 and 255"
        scale = _BYTE
    if spec.clip:
        cut = f", cut to {scale * spec.clip[0]:g} .. {scale * spec.clip[1]:g}"
    else:
        cut = ", what lies beyond kept (so no byte layer)" if spec.percentiles else ""
    return f"values as {spec.units}{stretched}{cut}"
