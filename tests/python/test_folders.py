"""Data from folders and downloads, and what is said when they are not as they should be."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

import lossviz


def write(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tf.io.encode_png(np.asarray(picture, np.uint8)).numpy())


@pytest.fixture
def photos(tmp_path):
    """Six red and four blue pictures of different sizes."""
    for index in range(10):
        colour = "red" if index < 6 else "blue"
        picture = np.zeros((20 + index, 30, 3))
        picture[..., 0 if colour == "red" else 2] = 200
        write(tmp_path / colour / f"{index}.png", picture)
    return tmp_path


@pytest.fixture
def smears(tmp_path):
    """Five pictures with masks of the values 0, 127 and 255."""
    for index in range(5):
        mask = np.zeros((16, 16, 1))
        mask[:8], mask[:4] = 127, 255
        write(tmp_path / "images" / f"{index}.png", np.repeat(mask, 3, -1))
        write(tmp_path / "masks" / f"{index}.png", mask)
    return tmp_path


def test_an_image_folder_trains_under_its_path(photos):
    config = lossviz.TrainingConfig(dataset=str(photos), epochs=2, batch_size=4)
    text = lossviz.program.render(config)
    assert f'task.load("{photos}", seed=0)' in text
    run = lossviz.program.execute(text, {"__name__": "__main__"})
    assert run.wait(60)
    assert run.error is None, run.error
    data = lossviz.tasks.get("image_classification").load(str(photos))
    assert data.classes == ("blue", "red")
    assert data.inputs.shape == (8, 64, 64, 3)
    assert len(data.validation_inputs) == 2
    blue = data.targets[:, 0] == 1
    np.testing.assert_allclose(data.inputs[blue][..., 2], 200 / 255, atol=1e-2)


def test_a_mask_folder_gives_one_hot_masks(smears):
    data = lossviz.tasks.get("image_segmentation").load(str(smears))
    assert data.classes == ("class 0", "class 127", "class 255")
    assert data.inputs.shape == (4, 64, 64, 3)
    np.testing.assert_allclose(data.targets.mean((0, 1, 2)), [0.5, 0.25, 0.25])
    small = lossviz.tasks.mask_folder(smears, size=32, validation_share=0.4)
    assert small.validation_targets.shape == (2, 32, 32, 3)


def test_folders_that_are_not_as_they_should_be_explain_themselves(photos, tmp_path):
    load = lossviz.tasks.image_folder
    with pytest.raises(ValueError, match="does not exist"):
        load(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="subfolders"):
        load(photos / "red")
    (photos / "red" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="broken"):
        load(photos)
    (photos / "green").mkdir()
    with pytest.raises(ValueError, match=r"green.*has no images"):
        load(photos)
    with pytest.raises(ValueError, match="size"):
        load(photos, size=0)


def test_masks_that_do_not_fit_explain_themselves(smears):
    load = lossviz.tasks.mask_folder
    (smears / "masks" / "3.png").unlink()
    with pytest.raises(ValueError, match=r"3\.png"):
        load(smears)
    write(smears / "masks" / "3.png", np.arange(256).reshape(16, 16, 1))
    with pytest.raises(ValueError, match="different values"):
        load(smears)
    with pytest.raises(ValueError, match="does not exist"):
        load(smears / "images")


def test_unknown_data_sets_get_the_nearest_name():
    with pytest.raises(ValueError, match="Did you mean 'digits'"):
        lossviz.tasks.get("image_classification").load("digit")
    with pytest.raises(ValueError, match="diabetes"):
        lossviz.tasks.get("regression").load("some/folder")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_a_failed_download_names_the_data_and_what_needs_none(name, monkeypatch):
    def fail():
        raise Exception("URL fetch failure: no route to host\nand more")  # noqa: TRY002 - as Keras

    monkeypatch.setattr(getattr(tf.keras.datasets, name), "load_data", fail)
    with pytest.raises(ValueError, match=r"could not be downloaded.*no route.*'digits'") as failure:
        lossviz.tasks.get("image_classification").load(name)
    assert failure.value.argument == "dataset"
    assert "and more" not in str(failure.value)


@pytest.mark.parametrize(("name", "shape"), [("mnist", (28, 28)), ("cifar10", (32, 32, 3))])
def test_downloaded_data_become_pictures_and_one_hot_targets(name, shape, monkeypatch):
    labels = np.arange(20) % 10
    labels = labels[:, None] if name == "cifar10" else labels
    part = np.full((20, *shape), 255, np.uint8), labels
    monkeypatch.setattr(getattr(tf.keras.datasets, name), "load_data", lambda: (part, part))
    data = lossviz.tasks.get("image_classification").load(name)
    assert data.inputs.shape == (20, *shape[:2], shape[2] if len(shape) == 3 else 1)
    assert data.inputs.dtype == np.float32
    assert data.inputs.max() == 1
    assert data.targets.shape == (20, 10)
    assert len(data.classes) == 10
