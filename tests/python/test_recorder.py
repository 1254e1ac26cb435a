"""The recorder where nothing can be written: what waits for better times has a bound."""

from __future__ import annotations

from dataclasses import dataclass, field

from lossviz.history import Update
from lossviz.history.recorder import MOST_UNSAVED, Recorder
from tests.python.test_history import row


@dataclass
class Recorded:
    """A run as the recorder knows it."""

    name: str
    status: str
    warnings: list[str] = field(default_factory=list)
    saved: bool = False

    def beat(self) -> None:
        """Nothing is due."""

    @property
    def id(self) -> str:
        return self.update().row.id

    def obey(self, command) -> str:
        return ""

    def update(self) -> Update:
        return Update(row=row(self.name, status=self.status))

    def written(self, _update: Update) -> bool:
        self.saved = True
        return self.status != "running"

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def test_runs_that_cannot_be_saved_wait_up_to_a_bound(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.write_text("A file in the place of the folder.")
    monkeypatch.setenv("LOSSVIZ_HOME", str(home))
    recorder = Recorder()
    live = Recorded("live", "running")
    ended = [Recorded(f"run{i}", "completed") for i in range(MOST_UNSAVED + 3)]
    recorder._runs = [live, *ended]
    recorder.flush()
    assert "not being saved" in live.warnings[0]
    assert "older ones will not be saved" in live.warnings[1]
    home.unlink()
    recorder.flush()
    assert [one.saved for one in ended] == [False] * 3 + [True] * MOST_UNSAVED
    assert live.saved
    assert len(recorder.history().listing.rows([one.name for one in ended])) == MOST_UNSAVED
    recorder.history().close()
    assert recorder._runs == [live]
