"""Which inputs of a model a job has layers for, and whether the model can do without the others."""

from __future__ import annotations

from .errors import InputError
from .model_card import InputSpec, ModelCard

NAMES = {"optical": "optical", "sar": "SAR"}
"""Of the roles, as sentences spell them."""


def inputs_given(card: ModelCard, optical: str, sar: str) -> tuple[InputSpec, ...]:
    """The inputs of a model that a job has layers for.

    A model that was trained with modality dropout takes a layer that is left out like one without a valid pixel: as
    zeros after normalisation.

    Args:
        card: of the model.
        optical, sar: what is given for them; "" where a layer is left out.

    Raises:
        InputError: the model cannot do without a layer that is left out.
    """
    layers = {"optical": optical, "sar": sar}
    given = tuple(spec for spec in card.inputs if layers[spec.role])
    missing = " and no ".join(NAMES[spec.role] for spec in card.inputs if not layers[spec.role])
    if not missing or (given and card.modality_dropout):
        return given
    found = f"No {missing} layer was given; the model '{card.title}'"
    if not given:
        least = "at least one of them" if card.modality_dropout else "it" if len(card.inputs) == 1 else "both"
        raise InputError(f"{found} needs {least}. Choose a layer.")
    raise InputError(
        f"{found} needs both layers, since it was not trained to do without one. Choose that layer, too, or a model "
        "whose description says that one may be missing."
    )
