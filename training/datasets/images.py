"""What training and validation ask of a data set, whatever its layout: labelled images by number."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scene:
    """One image pair with its labels, in memory: a scene, or a tile.

    Attributes:
        name: of the image.
        optical: (C, H, W), as in the file; float with NaN where there is no value.
        sar: (C, H, W), likewise.
        labels: (H, W) uint8 class indices, 255 where unlabelled.
        optical_range, sar_range: (C, 2) low and high of the stretch; 0 and 1 without percentiles.
    """

    name: str
    optical: NDArray[Any]
    sar: NDArray[Any]
    labels: NDArray[np.uint8]
    optical_range: NDArray[np.float64]
    sar_range: NDArray[np.float64]


class LabelledImages(Sequence[Scene]):
    """The images of one split; whether they lie in memory or are read when asked for is the data set's business.

    Attributes:
        names: of the images, in their order.
    """

    names: tuple[str, ...]

    @property
    def origins(self) -> tuple[str, ...]:
        """What each image was read from: the same image has the same in every split."""
        return self.names

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> Scene: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Scene]: ...

    def __getitem__(self, index: int | slice) -> Scene | Sequence[Scene]:
        """One image, or several."""
        if isinstance(index, slice):
            return tuple(self.image(number) for number in range(len(self))[index])
        return self.image(range(len(self))[index])

    @abstractmethod
    def image(self, number: int) -> Scene:
        """One image."""

    @abstractmethod
    def labels(self, number: int) -> NDArray[np.uint8]:
        """The labels of one image alone."""


class SomeImages(LabelledImages):
    """Some of a split's images, as if there were no others.

    Args:
        images: of the split.
        numbers: of those that are kept.
    """

    def __init__(self, images: LabelledImages, numbers: Sequence[int]) -> None:
        self._images = images
        self._numbers = tuple(numbers)
        self.names = tuple(images.names[number] for number in numbers)

    @property
    def origins(self) -> tuple[str, ...]:
        """See `LabelledImages`."""
        every = self._images.origins
        return tuple(every[number] for number in self._numbers)

    def image(self, number: int) -> Scene:
        """One image."""
        return self._images.image(self._numbers[number])

    def labels(self, number: int) -> NDArray[np.uint8]:
        """The labels of one image."""
        return self._images.labels(self._numbers[number])


class WatchedImages(LabelledImages):
    """A split's images; whoever measures them is heard of.

    Args:
        images: of the split.
        tell: called for each image that is asked for.
    """

    def __init__(self, images: LabelledImages, tell: Callable[[], None]) -> None:
        self._images = images
        self._tell = tell
        self.names = images.names

    @property
    def origins(self) -> tuple[str, ...]:
        """See `LabelledImages`."""
        return self._images.origins

    def image(self, number: int) -> Scene:
        """One image."""
        self._tell()
        return self._images.image(number)

    def labels(self, number: int) -> NDArray[np.uint8]:
        """The labels of one image."""
        return self._images.labels(number)


class SceneSet(LabelledImages):
    """A few large scenes in memory."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self._scenes = tuple(scenes)
        self.names = tuple(scene.name for scene in self._scenes)

    def image(self, number: int) -> Scene:
        """One scene."""
        return self._scenes[number]

    def labels(self, number: int) -> NDArray[np.uint8]:
        """The labels of one scene."""
        return self._scenes[number].labels
