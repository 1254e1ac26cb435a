"""The command `lossviz`: lists, shows, exports, deletes and checks, without TensorFlow."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_history import row

import lossviz
from lossviz.cli import main
from lossviz.history import Glance, Update, recorder
from lossviz.history.store import History
from lossviz.series import Part


@pytest.fixture
def store(tmp_path, monkeypatch):
    # Runs of other tests, which may still be live, are not to be written here.
    with recorder._writing:
        monkeypatch.setattr(recorder, "_runs", [])
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    one = History(tmp_path)
    yield one
    one.close()


def write(store: History, run: str, steps: int = 4, **more) -> None:
    values = np.arange(steps, dtype=np.float32) / 8
    store.write(
        [
            Update(
                row=row(run, **{"steps": steps, "epochs": 2} | more),
                parts=[
                    Part("loss", "step", "", 0, values),
                    Part("mine", "logged", "", 0, np.array([7], np.float32), np.array([1])),
                ],
                epochs=[(1, 0, steps, {"loss": 0.5, "val_accuracy": 0.75})],
                events=[("completed", steps, 5.0, "Completed.")],
                glance=Glance(loss=float(values[-1]), best_loss=0.0, rate=12.5, seconds_left=3.0),
            )
        ]
    )


def said(capsys, *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    return capsys.readouterr().out


def test_runs_are_listed_filtered_and_limited(store, capsys):
    assert said(capsys, "runs") == "No runs yet.\n"
    for number in range(5):
        write(store, f"id{number}", created=float(number), name=f"run {number}")
    lines = said(capsys, "runs", "--limit", "2").splitlines()
    assert lines[0].split()[:3] == ["id", "name", "status"]
    assert [one.split()[0] for one in lines[1:]] == ["id4", "id3"]
    assert "0.75" in lines[1]
    assert "id1" in said(capsys, "runs", "run 1")
    found = json.loads(said(capsys, "runs", "run 1", "--json"))
    assert [(one["id"], one["best"], one["loss"]) for one in found] == [("id1", 0.75, 0.375)]
    assert said(capsys, "runs", "nothing like it") == "No runs match.\n"
    assert json.loads(said(capsys, "runs", "--live", "--json")) == []


def test_a_name_does_not_act_on_the_terminal(store, capsys):
    write(store, "a", name="\x1b[2Jgone\nid9 fake")
    lines = said(capsys, "runs").splitlines()
    assert len(lines) == 2
    assert "\x1b" not in lines[1]


def test_a_run_is_found_by_id_its_beginning_and_its_name(store, capsys):
    for run in ("abc1", "abd2"):
        write(store, run, name=f"run {run}", config={"learning_rate": 0.1})
    for given in ("abc1", "abc", "run abc1"):
        text = said(capsys, "show", given)
        assert "learning_rate = 0.1" in text
        assert "Completed." in text
    shown = json.loads(said(capsys, "show", "abc", "--json"))
    assert (shown["config"], shown["events"][0]["kind"]) == ({"learning_rate": 0.1}, "completed")
    for given, words in [("ab", "2 runs have ids"), ("zzz", "no run has this"), ("", "no run has")]:
        assert main(["show", given]) == 1
        assert words in capsys.readouterr().err


def test_every_value_is_exported_and_no_file_is_replaced_unasked(store, capsys, tmp_path):
    steps = 70_000
    write(store, "a", steps)
    epochs = list(csv.DictReader(io.StringIO(said(capsys, "export", "a"))))
    assert epochs == [
        {
            "epoch": "1",
            "first_step": "1",
            "steps": str(steps),
            "loss": "0.5",
            "val_accuracy": "0.75",
        }
    ]
    target = tmp_path / "out" / "steps.csv"
    target.parent.mkdir()
    assert "70,000 steps" in said(capsys, "export", "a", "--steps", "--to", str(target))
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = np.arange(steps, dtype=np.float32) / 8
    assert [np.float32(one["loss"]) for one in rows] == wanted.tolist()
    assert [int(one["step"]) for one in rows] == list(range(1, steps + 1))
    assert [one["mine"] for one in rows[:3]] == ["", "7.0", ""]
    target.write_text("mine")
    assert main(["export", "a", "--to", str(target)]) == 1
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    said(capsys, "export", "a", "--to", str(target), "--force")
    assert target.read_text().startswith("epoch,")
    assert [one.name for one in target.parent.iterdir()] == ["steps.csv"]


def test_nothing_is_deleted_without_a_yes(store, capsys, monkeypatch):
    for run in ("a", "b", "c"):
        write(store, run)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for command in (["rm", "a"], ["prune", "--days", "1"]):
        assert main(command) == 1
        assert "--yes" in capsys.readouterr().err
    assert main(["prune", "--yes"]) == 2
    assert len(store.runs()) == 3
    assert json.loads(said(capsys, "rm", "a", "b", "--yes", "--json")) == {"deleted": ["a", "b"]}
    assert said(capsys, "prune", "--days", "1", "--yes") == "1 run deleted.\n"
    assert store.runs() == []


def test_an_ended_run_takes_no_command(store, capsys):
    write(store, "a")
    for command in (["stop", "a"], ["pause", "a"], ["rate", "a", "0.1"]):
        assert main(command) == 1
        assert "has ended" in capsys.readouterr().err


def test_a_kernel_that_does_not_answer_is_said(store, capsys, monkeypatch):
    monkeypatch.setattr("lossviz.cli.actions.PATIENCE", 0.1)
    write(store, "a", status="running", ended=None)
    assert main(["stop", "a", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["done"] is None
    assert main(["rate", "a", "fast"]) == 1
    assert "fast" in capsys.readouterr().err


def test_doctor_checks_without_changing_anything(store, capsys, tmp_path, monkeypatch):
    write(store, "a")
    found = {one["name"]: one for one in json.loads(said(capsys, "doctor", "--json"))}
    assert found["History"]["state"] == "ok"
    assert found["History"]["text"].startswith("1 run, 0 live")
    assert found["Devices"]["state"] in {"ok", "warning"}
    assert found["lossviz"]["text"].startswith(lossviz.__version__)
    # What is wrong is an error with advice, and the exit code says so.
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    monkeypatch.setenv("LOSSVIZ_HOME", str(blocked))
    text = said(capsys, "doctor", code=1)
    assert "ERROR    History" in text
    assert "LOSSVIZ_HOME" in text


def test_the_installed_command_loads_no_tensorflow(tmp_path):
    environment = {"LOSSVIZ_HOME": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    command = Path(sys.executable).with_name("lossviz")
    loaded = "import sys; from lossviz.cli import main; main(['runs']); print(*sys.modules)"

    def run(*command: str) -> str:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=True
        ).stdout

    assert json.loads(run(str(command), "runs", "--json")) == []
    assert "tensorflow" not in run(sys.executable, "-c", loaded)


@pytest.mark.parametrize("command", ["runs", "show", "stop", "export", "rm", "prune", "doctor"])
def test_each_command_has_help_and_json(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out
