"""Random changes of widgets and edits of a person, mixed: both sides keep what they said."""

from __future__ import annotations

import ast
import random
import re

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_program_reading import CONFIGS, whole_config

import lossviz
from lossviz.program import read, render, update

LITERAL = re.compile(r'"[^"\n]*"|(?<![\w.])-?\d[\d_.]*(?:[eE][-+]?\d+)?|None')
NAMES = ("model", "data", "task", "loss_fn", "optimizer", "train_step", "run")


class Person:
    """Edits a program as people do; `marks` are the texts that must stay byte for byte."""

    def __init__(self, text: str, seed: int) -> None:
        self.text, self.marks, self.chance = text, [], random.Random(seed)

    def edit(self, kind: str) -> None:
        getattr(self, kind)()
        ast.parse(re.sub(r"^[%!]", "#", self.text, flags=re.MULTILINE))

    def _mark(self, form: str) -> str:
        text = form.format(f"{len(self.marks)}.5e3 'µ↯字'")
        self.marks.append(text)
        return text

    def _end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _between(self, *texts: str) -> None:
        """Put lines between two statements of the top level."""
        starts = [
            min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1
            for node in ast.parse(re.sub(r"^[%!]", "#", self.text, flags=re.MULTILINE)).body
        ]
        lines = self.text.splitlines(keepends=True)
        at = self.chance.choice(starts)
        lines[at:at] = [text + self._end() for text in texts]
        self.text = "".join(lines)

    def comment(self) -> None:
        self._between(self._mark("# note {}  "))

    def statement(self) -> None:
        number = len(self.marks)
        self._between(self._mark(f'mine_{number} = [epochs for epochs in "{{}}"] ;  pass'))

    def function(self) -> None:
        number = len(self.marks)
        self._between(f"def mine_{number}(model, seed=1):", self._mark('    return  "{}"'), "")

    def magic(self) -> None:
        self._between(self._mark("%env NOTE={}"))

    def blank(self) -> None:
        self._between("", "   ", "")

    def trailing(self) -> None:
        lines = self.text.splitlines(keepends=True)
        free = [n for n, line in enumerate(lines) if line.strip() and "#" not in line
                and "mine" not in line and not line.startswith("%")]  # fmt: skip
        if free:
            at = self.chance.choice(free)
            bare = lines[at].rstrip("\r\n")
            lines[at] = bare + self._mark("  # beside {}") + lines[at][len(bare) :]
            self.text = "".join(lines)

    def spaces(self) -> None:
        self.text = re.sub(r"(?<=\w)=(?=[\w\"])", " =  ", self.text, count=3)

    def rename(self) -> None:
        name = self.chance.choice(NAMES)
        # Not a keyword of a call, an attribute, nor the tail of another name.
        self.text = re.sub(
            rf"(?<![\w.]){name}\b(?!\s*=\s*\w+[,)\r\n])(?!=)", f"{name}_x", self.text
        )
        global_name = re.compile(rf"^{name}( = )", re.MULTILINE)
        self.text = global_name.sub(rf"{name}_x\1", self.text)

    def reorder(self) -> None:
        tree = ast.parse(re.sub(r"^[%!]", "#", self.text, flags=re.MULTILINE))
        call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call)
                    and isinstance(n.func, ast.Attribute) and n.func.attr == "train")  # fmt: skip
        lines = self.text.splitlines(keepends=True)
        first, last = call.keywords[0].lineno - 1, call.end_lineno - 1
        rows = lines[first:last]
        if all(row.split("#")[0].strip().endswith(",") for row in rows):
            self.chance.shuffle(rows)
            lines[first:last] = rows
            self.text = "".join(lines)

    def callback(self) -> None:
        """Put a callback of their own into the list, or begin one."""
        mine = self._mark('print("{}")')
        listed = re.search(r"callbacks=\[([^\]\n]*)\]", self.text)
        if listed is None:
            call = re.compile(r"(lossviz\.train\(\r?\n.*\r?\n.*\r?\n)")
            self.text = call.sub(lambda m: f"{m[1]}    callbacks=[{mine}],{self._end()}", self.text)
            return
        elements = [one for one in listed[1].split(", ") if one]
        elements.insert(self.chance.randint(0, len(elements)), mine)
        begin, end = listed.span()
        self.text = f"{self.text[:begin]}callbacks=[{', '.join(elements)}]{self.text[end:]}"

    def windows(self) -> None:
        self.text = re.sub(r"\r?\n", "\r\n", self.text)


EDITS = [name for name in vars(Person) if not name.startswith("_") and name != "edit"]

losses = st.sampled_from(lossviz.losses.names("image_classification"))
changes = st.one_of(
    st.fixed_dictionaries({"learning_rate": st.floats(1e-9, 1e3)}),
    st.fixed_dictionaries({"epochs": st.integers(1, 10**6)}),
    st.fixed_dictionaries({"batch_size": st.integers(1, 10**6)}),
    st.fixed_dictionaries({"seed": st.integers(0, 2**32 - 1)}),
    st.fixed_dictionaries({"loss": losses}),
    st.fixed_dictionaries({"optimizer": st.sampled_from(["sgd", "adam"])}),
    st.fixed_dictionaries({"optimizer_params": st.fixed_dictionaries(
        {}, optional={"clipnorm": st.floats(0, 9), "weight_decay": st.floats(0, 9)})}),
    st.fixed_dictionaries({"device": st.sampled_from(["", "CPU:0", "GPU:1"])}),
    st.fixed_dictionaries({"jit_compile": st.booleans()}),
    st.fixed_dictionaries({"mixed_precision": st.booleans()}),
    st.fixed_dictionaries({}, optional={
        "early_stopping": st.integers(0, 3), "reduce_lr_on_plateau": st.integers(0, 3)}),
    st.fixed_dictionaries({"dataset": st.sampled_from(["digits", "imbalanced_digits"])}),
)  # fmt: skip
PLAIN_LITERALS = {"learning_rate", "epochs", "batch_size", "seed", "dataset"}
WHOLE = {"loss", "mixed_precision"}


def outside_functions(text: str) -> str:
    """The text without `loss_fn` and `train_step`, which a change may write anew."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(re.sub(r"^[%!]", "#", text, flags=re.MULTILINE)).body):
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("loss_fn", "train_step")):
            del lines[node.lineno - 1 : node.end_lineno]
    return "".join(lines)


@settings(max_examples=60, deadline=None, phases=[Phase.generate, Phase.shrink])
@given(
    start=st.sampled_from([one for one in CONFIGS if one.task == "image_classification"]),
    moves=st.lists(st.one_of(changes, st.sampled_from(EDITS)), min_size=3, max_size=14),
    seed=st.integers(0, 2**16),
)
def test_widgets_and_a_person_keep_what_the_other_said(start, moves, seed):
    person, config = Person(render(start), seed), start
    for one in moves:
        move = dict(one) if isinstance(one, dict) else one
        before = person.text
        if isinstance(move, str):
            person.edit(move)
            assert read(person.text, config).config == config, (move, person.text)
            assert read(person.text).custom == [], (move, person.text)
            continue
        if "loss" in move and move["loss"] != config.loss:
            move |= {"loss_params": {}}
        if "optimizer" in move and move["optimizer"] != config.optimizer:
            move |= {"optimizer_params": {}}
        after = whole_config(config, **move)
        person.text = update(before, config, **move)
        assert read(person.text).config == after, (move, before, person.text)
        assert read(person.text).custom == []
        kept = [mark for mark in person.marks if mark in outside_functions(before)]
        assert [mark for mark in kept if person.text.count(mark) != 1] == []
        assert order(kept, person.text) == order(kept, before)
        person.marks = [mark for mark in person.marks if mark in person.text]
        if set(move) <= PLAIN_LITERALS:
            assert LITERAL.sub("•", person.text) == LITERAL.sub("•", before)
        if "\r\n" in before:
            assert not re.search(r"(?<!\r)\n", person.text)
        assert len(lost(outside_functions(before), outside_functions(person.text))) <= 12
        config = after


def order(marks, text):
    return sorted(marks, key=text.index)


def lost(before, after):
    """The lines that are gone."""
    left = after.splitlines()
    return [line for line in before.splitlines() if line not in left]
