"""Images of a user's own: a folder of images by class, or of images with masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, number, shown, whole_number
from lossviz._tensorflow import tf
from lossviz.tasks.data import Data, split_indices

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"})
SIZE = 64
SHARE = 0.2


def image_folder(
    path: str | Path, seed: int = 0, *, size: int = SIZE, validation_share: float = SHARE
) -> Data:
    """Images for classification from a folder with one subfolder for each class.

    Args:
        path: the folder; its subfolders' names, sorted, are the classes.
        seed: of the split, from 0 on.
        size: height and width in pixels to which every image is scaled.
        validation_share: the share of the images to validate on, between 0 and 1.

    Returns:
        Inputs float32 [images, size, size, 3] from 0 to 1, targets one-hot.

    Raises:
        ArgumentError: when the folder is not there, holds fewer than two classes, a class without
            images, or an image that cannot be read.

    Example:
        >>> import lossviz
        >>> lossviz.tasks.image_folder("no/such/folder")
        Traceback (most recent call last):
        ...
        lossviz._arguments.ArgumentError: dataset: folder 'no/such/folder' does not exist.
    """
    size = whole_number("size", size, minimum=4)
    folder = _folder(path)
    classes = sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] != ".")
    if len(classes) < 2:
        raise ArgumentError(
            "dataset",
            f"dataset: {shown(str(path))} has {len(classes)} subfolders; there must be one "
            "per class, and at least two.",
        )
    files = [_pictures(one) for one in classes]
    labels = np.repeat(np.arange(len(classes)), [len(one) for one in files])
    images = np.stack([_read(file, size) for one in files for file in one])
    targets = np.eye(len(classes), dtype=np.float32)[labels]
    names = tuple(one.name for one in classes)
    return _split(path, images, targets, names, seed=seed, share=validation_share)


def mask_folder(
    path: str | Path, seed: int = 0, *, size: int = SIZE, validation_share: float = SHARE
) -> Data:
    """Images with masks for segmentation from a folder with `images/` and `masks/` in it.

    A mask has its image's file name (the ending may differ) and in each pixel of its first
    channel the number of the class; where the numbers have gaps, as in black and white masks, they
    are counted through in their order.

    Args:
        path: the folder.
        seed: of the split, from 0 on.
        size: height and width in pixels to which images and masks are scaled.
        validation_share: the share of the images to validate on, between 0 and 1.

    Returns:
        Inputs float32 [images, size, size, 3] from 0 to 1, targets one-hot
        [images, size, size, classes].

    Raises:
        ArgumentError: when a folder, an image or a mask is missing or cannot be read.
    """
    size = whole_number("size", size, minimum=4)
    folder = _folder(path)
    pictures = _pictures(_folder(folder / "images"))
    masks = {file.stem: file for file in _pictures(_folder(folder / "masks"))}
    without = [file.name for file in pictures if file.stem not in masks]
    if without:
        raise ArgumentError(
            "dataset",
            f"dataset: {len(without)} of {len(pictures)} images have no mask of the same "
            f"name in {shown(str(folder / 'masks'))}; the first is {without[0]!r}.",
        )
    images = np.stack([_read(file, size) for file in pictures])
    values = np.stack([_read(masks[file.stem], size, mask=True) for file in pictures])
    found, labels = np.unique(values, return_inverse=True)
    if not 2 <= len(found) <= 64:
        raise ArgumentError(
            "dataset",
            f"dataset: the masks contain {len(found)} different values; each value is a "
            "class, and there must be 2 to 64. Save masks as PNG: JPEG blurs their edges.",
        )
    targets = np.eye(len(found), dtype=np.float32)[labels.reshape(values.shape)]
    names = tuple(f"class {value}" for value in found)
    return _split(path, images, targets, names, seed=seed, share=validation_share)


def _folder(path: str | Path) -> Path:
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise ArgumentError("dataset", f"dataset: folder {str(path)!r} does not exist.")
    return folder


def _pictures(folder: Path) -> list[Path]:
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)
    if not found:
        raise ArgumentError(
            "dataset",
            f"dataset: folder {str(folder)!r} has no images; accepted: "
            f"{', '.join(sorted(ENDINGS))}.",
        )
    return found


def _read(file: Path, size: int, *, mask: bool = False) -> NDArray[Any]:
    try:
        picture = tf.io.decode_image(
            file.read_bytes(), channels=0 if mask else 3, expand_animations=False
        )
    except Exception as error:
        raise ArgumentError(
            "dataset",
            f"dataset: {str(file)!r} cannot be read as an image ({type(error).__name__}).",
        ) from error
    if mask:
        # Numbers of classes must not be mixed between neighbours.
        scaled = tf.image.resize(picture[..., :1], (size, size), method="nearest")
        return np.asarray(scaled)[..., 0]
    return np.asarray(tf.image.resize(picture, (size, size), antialias=True) / 255.0, np.float32)


def _split(
    path: str | Path,
    images: Any,
    targets: Any,
    classes: tuple[str, ...],
    *,
    seed: int,
    share: float,
) -> Data:
    share = number("validation_share", share, above=0, maximum=0.9)
    train, validation = split_indices(len(images), share, whole_number("seed", seed, minimum=0))
    if not len(train) or not len(validation):
        raise ArgumentError(
            "dataset",
            f"dataset: {len(images)} images are too few to set aside a share of {share:g} "
            "for validation.",
        )
    return Data(
        name=str(path),
        inputs=images[train],
        targets=targets[train],
        validation_inputs=images[validation],
        validation_targets=targets[validation],
        classes=classes,
    )
