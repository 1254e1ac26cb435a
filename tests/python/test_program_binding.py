"""Fields and code in step, both ways, without a page."""

from __future__ import annotations

import pytest

import lossviz
from lossviz.program.source_text import Edit, changed

DICE = lossviz.TrainingConfig(task="image_segmentation", loss="dice", epochs=2)
OWN = """def loss_fn(target, output, smooth=1.0):
    \"\"\"Mine.\"\"\"
    return 7.0 + 0.0 * tf.reduce_sum(output)"""


class Page:
    """A page that shows a lab's code in an editor of its own."""

    def __init__(self, lab, name="p", cell="cell"):
        self.lab, self.name, self.cell = lab, name, cell
        self.sources = self.edits = 0
        self.text, self.revision = "", -1
        self.tell("attach")
        self.look()

    def tell(self, kind, **more):
        self.lab._on_message(None, {"type": kind, "page": self.name, **more}, [])

    @property
    def code(self):
        return self.lab._session.view()[2]

    def look(self):
        """Follow the code by its edits, as a browser counts them."""
        code = self.code
        units = self.text.encode("utf-16-le")
        for edit in sorted(code["edits"], key=lambda one: -one["start"]):
            units = (
                units[: 2 * edit["start"]]
                + edit["text"].encode("utf-16-le")
                + units[2 * edit["end"] :]
            )
        patched = units.decode("utf-16-le")
        if code["edits"] and code["revision"] == self.revision + 1:
            assert patched == code["text"]
        self.text, self.revision = code["text"], code["revision"]
        return code

    def type(self, text, revision=None, opening=False, made_from=""):
        self.sources += 1
        self.tell(
            "source", number=self.sources, text=text, cell=self.cell, opening=opening,
            made_from=made_from, revision=self.revision if revision is None else revision,
        )  # fmt: skip
        self.text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def set(self, field, value):
        self.edits += 1
        self.tell("edit", number=self.edits, field=field, value=value)

    def press(self, command, cell=False):
        self.tell("command", command=command, cell=cell)

    def field(self, name):
        return next(one for one in self.lab._session.form()["fields"] if one["name"] == name)

    def status(self):
        return self.lab._session.status()["text"]


def loss_of(text):
    return text[text.index("def loss_fn") : text.index("optimizer = ")].rstrip()


def custom_page():
    page = Page(lossviz.LossLab(config=DICE))
    page.type(page.text.replace(loss_of(page.text), OWN))
    page.look()
    return page


def test_a_field_patches_the_text_and_leaves_the_rest():
    page = Page(lossviz.LossLab())
    page.type("# über 😀 meins\n" + page.text.replace("epochs=50,", "epochs=50,  # höher 😀"))
    before = page.look()["text"]
    page.set("batch_size", "7")
    page.set("seed", "5")
    assert page.look()["text"] == (
        before.replace("batch_size=32", "batch_size=7").replace("seed=0", "seed=5").replace(
            "set_random_seed(0)", "set_random_seed(5)")
    )  # fmt: skip
    # The edits were checked by `look` as UTF-16; one more with text behind an emoji.
    page.set("learning_rate", "0.5")
    assert page.look()["edits"]
    assert page.lab.config.learning_rate == 0.5


def test_a_loss_in_the_form_is_the_function_in_the_code():
    page = Page(lossviz.LossLab())
    page.set("loss", "quadratic")
    assert "tf.square" in loss_of(page.look()["text"])
    page.set("loss.quadratic.from_logits", "True")
    assert "from_logits=True" in loss_of(page.look()["text"])


def test_literals_in_the_text_set_their_fields():
    page = Page(lossviz.LossLab())
    page.set("learning_rate", "1e-1")
    text = page.look()["text"]
    page.type(
        text.replace("batch_size=32", "batch_size=64").replace("momentum=0.0", "momentum=0.9")
    )
    assert page.field("batch_size")["value"] == "64"
    assert page.field("optimizer.sgd.momentum")["value"] == "0.9"
    # A field that says the same keeps what was typed there.
    assert page.field("learning_rate")["value"] == "1e-1"
    assert page.code["state"] == "in_step"


def test_a_catalogue_loss_in_the_text_selects_it_and_reformatting_changes_nothing():
    page = Page(lossviz.LossLab(config=DICE))
    jaccard = lossviz.program.render(lossviz.TrainingConfig(**DICE.as_dict() | {"loss": "jaccard"}))
    page.type(page.text.replace(loss_of(page.text), loss_of(jaccard) + "  # as in the book"))
    assert page.field("loss")["value"] == "jaccard"
    assert page.code["state"] == "in_step"


def test_a_bad_field_keeps_its_text_and_the_code_keeps_its_value():
    page = Page(lossviz.LossLab())
    text = page.text
    page.set("learning_rate", "abc")
    assert page.look()["text"] == text
    page.type(text.replace("batch_size=32", "batch_size=8"))
    assert page.field("learning_rate")["value"] == "abc"
    page.press("train")
    assert "Learning rate" in page.status()
    # The same literal changed in the code is the later word.
    page.type(page.text.replace("learning_rate=0.1", "learning_rate=0.3"))
    assert page.field("learning_rate")["value"] == "0.3"
    assert page.field("learning_rate")["error"] == ""


def test_while_the_code_cannot_be_read_changes_wait():
    page = Page(lossviz.LossLab())
    good = page.text
    broken = good.replace("learning_rate=0.1", "learning_rate=(0.1")
    line = good[: good.index("learning_rate=0.1")].count("\n") + 1
    page.type(broken)
    said = page.code
    assert said["state"] == "unreadable"
    assert said["message"] == f"code has a syntax error on line {line}"
    assert f"code has a syntax error on line {line}" in page.status()
    page.set("epochs", "9")
    page.set("loss", "quadratic")
    assert page.look()["text"] == broken
    assert page.field("epochs")["value"] == "9"
    page.press("train")
    assert f"code has a syntax error on line {line}" in page.status()
    assert page.lab.run is None
    page.type(good + "# mine\n")
    text = page.look()["text"]
    assert "epochs=9" in text
    assert "tf.square" in loss_of(text)
    assert text.endswith("# mine\n")


def test_a_custom_loss_is_kept_and_another_is_asked_for_once():
    page = custom_page()
    field = page.field("loss")
    assert field["value"] == "custom"
    assert field["choices"][0]["label"] == "Custom, based on dice"
    assert page.code["state"] == "edited"
    assert page.code["message"] == "custom loss based on dice"
    page.set("loss.dice.smooth", "2")
    assert "smooth=2.0" in loss_of(page.look()["text"])

    mine = loss_of(page.text)
    page.set("loss", "jaccard")
    assert loss_of(page.look()["text"]) == mine
    assert page.field("loss")["warning"] == "Replace your custom loss_fn with Jaccard (soft IoU)?"
    assert [one["label"] for one in page.field("loss")["actions"]] == ["Replace it", "Keep mine"]
    page.press("keep_loss")
    assert loss_of(page.look()["text"]) == mine
    assert page.field("loss")["warning"] == ""
    page.set("loss", "jaccard")
    page.press("replace_loss")
    assert page.field("loss")["value"] == "jaccard"
    assert page.look()["state"] == "in_step"

    kept = [one for one in page.field("loss")["choices"] if one["group"] == "My custom losses"]
    assert [one["label"] for one in kept] == ["Mine"]
    page.set("loss", kept[0]["value"])
    assert loss_of(page.look()["text"]) == mine
    assert page.field("loss")["choices"][0]["label"] == "Custom, based on dice"
    # This text cannot be lost any more: nobody is asked a second time.
    page.set("loss", "jaccard")
    assert page.field("loss")["value"] == "jaccard"


def test_other_fields_leave_a_custom_loss_alone():
    page = custom_page()
    mine = loss_of(page.text)
    page.set("optimizer", "adam")
    page.set("task", "regression")
    assert loss_of(page.look()["text"]) == mine
    assert page.field("loss")["value"] == "custom"
    assert page.field("loss")["choices"][0]["label"] == "Custom, based on dice"
    assert 'tasks.get("regression")' in page.text


def test_compare_and_reset():
    page = custom_page()
    mine = loss_of(page.text)
    title, lines = page.lab._session._binding.compare()
    assert "dice" in title
    assert {"kind": "added", "text": '    """Mine."""'} in lines
    assert any(one["kind"] == "removed" for one in lines)
    page.press("reset_loss")
    assert page.look()["state"] == "in_step"
    assert page.field("loss")["value"] == "dice"
    assert mine in [one["text"] for one in page.code["kept"]]


def test_reset_of_all_settings_is_in_the_code_and_keeps_the_own_loss():
    page = custom_page()
    page.set("epochs", "99")
    page.press("reset")
    text = page.look()["text"]
    assert text == lossviz.program.render(DICE)
    assert page.code["kept"][0]["title"] == "Mine"


def test_typed_text_and_a_changed_field_at_once_are_both_kept():
    page = Page(lossviz.LossLab())
    old, revision = page.text, page.revision
    page.set("epochs", "3")
    page.set("learning_rate", "0.7")
    # The page had typed before it heard of that.
    page.type(old.replace("batch_size=32", "batch_size=9") + "# more\n", revision)
    text = page.look()["text"]
    for said in ("epochs=3", "learning_rate=0.7", "batch_size=9", "# more"):
        assert said in text
    assert page.code["handled"] == {"p": 1}
    # For the same literal the field that was changed later wins.
    page.type(old.replace("epochs=50", "epochs=5"), revision)
    assert "epochs=3," in page.look()["text"]


def test_two_pages_agree_and_nothing_is_done_twice():
    lab = lossviz.LossLab()
    one, other = Page(lab, "one"), Page(lab, "other")
    one.type(one.text + "# one\n")
    revision = one.look()["revision"]
    other.type(one.text, revision=revision - 1)  # a shared document brought it there
    assert other.look()["revision"] == revision
    other.set("epochs", "4")
    assert other.code["by"] == "other"
    assert one.look()["text"] == other.look()["text"]
    assert one.text.count("epochs=4") == 1


def test_a_notebook_that_was_not_saved_is_older_and_an_edited_one_is_newer():
    lab = lossviz.LossLab()
    page = Page(lab)
    old = page.text
    page.set("epochs", "4")
    Page(lab, "reloaded").type(old, opening=True)
    assert "epochs=4" in lab.code
    edited = Page(lab, "again")
    edited.type(old.replace("epochs=50", "epochs=12") + "# by hand\n", opening=True)
    assert lab.config.epochs == 12
    assert lab.code.endswith("# by hand\n")


def test_a_new_lab_reads_the_cell_of_the_one_before():
    text = custom_page().text.replace("epochs=2", "epochs=77")
    page = Page(lossviz.LossLab(), "new")
    page.type(text, opening=True, made_from="dice")
    assert page.code["text"] == text
    assert page.lab.config.epochs == 77
    assert page.field("loss")["choices"][0]["label"] == "Custom, based on dice"


def test_what_was_chosen_before_the_old_cell_was_found_comes_on_top_of_it():
    old = lossviz.program.render(lossviz.TrainingConfig(epochs=77, learning_rate=0.7))
    lab = lossviz.LossLab()
    lab._on_message(
        None, {"type": "edit", "page": "p", "number": 1, "field": "epochs", "value": "3"}, []
    )
    page = Page(lab, "new")
    page.set("batch_size", "8")
    page.type(old + "# mine\n", revision=0, opening=True)
    text = page.look()["text"]
    assert text.endswith("# mine\n")
    said = (page.lab.config.epochs, page.lab.config.batch_size, page.lab.config.learning_rate)
    assert said == (3, 8, 0.7)
    assert page.field("learning_rate")["value"] == "0.7"


def test_what_a_notebook_keeps_is_checked_and_never_run():
    page = Page(lossviz.LossLab())
    good = {"title": "<b>\u202emine</b>" + "x" * 500, "loss": "no such", "text": OWN}
    bad = [
        "text", None, {}, {"title": "a", "loss": "dice", "text": "import os\nos._exit(3)"},
        {"title": "b", "loss": "dice", "text": "@print\ndef loss_fn(target, output): ..."},
        {"title": "c", "loss": "dice", "text": "def f(a, b): ..." + "#" * 30_000},
    ]  # fmt: skip
    page.tell("kept_losses", losses=[good, *bad])
    page.tell("kept_losses", losses="all")
    [kept] = page.code["kept"]
    assert kept["text"] == OWN
    assert kept["title"].startswith("<b>mine</b>")
    assert len(kept["title"]) <= 60
    choice = next(
        one for one in page.field("loss")["choices"] if one["group"] == "My custom losses"
    )  # fmt: skip
    page.set("loss", choice["value"])
    assert OWN in page.look()["text"]


def test_a_choice_that_the_code_says_in_its_own_way_explains_itself():
    page = Page(lossviz.LossLab())
    page.type(page.text.replace("learning_rate=0.1", "learning_rate=schedule"))
    page.look()
    text = page.text
    page.set("learning_rate", "0.5")
    assert page.look()["text"] == text
    assert "in the code" in page.field("learning_rate")["error"]
    page.set("epochs", "5")
    assert "epochs=5" in page.look()["text"]
    assert "in the code" in page.field("learning_rate")["error"]


def test_half_a_character_does_no_harm():
    page = Page(lossviz.LossLab())
    page.type(page.text + "# \ud83d\n")
    assert page.look()["text"].endswith("# \ufffd\n")


@pytest.mark.parametrize("name", lossviz.tasks.names())
def test_each_task_is_reached_through_the_fields(name):
    page = Page(lossviz.LossLab())
    page.set("task", name)
    assert page.lab.config == lossviz.TrainingConfig(task=name)
    assert page.look()["text"] == lossviz.program.render(lossviz.TrainingConfig(task=name))


def test_edits_are_counted_in_utf_16():
    code = lossviz.widgets.program_text.ProgramText()
    code._before = "# 😀\nx = 1\n"
    code.edits = [Edit(4, 5, "y")]
    assert changed(code._before, code.edits) == "# 😀\ny = 1\n"
    assert code.text_edits() == [{"start": 5, "end": 6, "text": "y"}]
