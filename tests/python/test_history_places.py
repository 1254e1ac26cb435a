"""Drives of networks, and processes of other systems: what the history does there."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from ctypes import wintypes
from pathlib import Path

import numpy as np
import pytest

from lossviz.history import Update, drives, owner, processes
from lossviz.history.store import History
from tests.python.test_history import WRITER, loss, row

LINUX = r"""
/dev/vda1 / ext4 rw,relatime 0 0
server:/people /people nfs4 rw,vers=4.2,addr=10.0.0.1 0 0
/dev/vdb1 /people/local xfs rw 0 0
//files/team /mnt/the\040team's\134share cifs rw,vers=3.0 0 0
me@host:/data /people/me/data fuse.sshfs rw,user_id=1000 0 0
drive: /people/me/drive fuse.rclone rw 0 0
overlay /containers fuse.fuse-overlayfs rw 0 0
C:\134 /mnt/c 9p rw,dirsync 0 0
10.0.0.2@tcp:/scratch /scratch lustre rw,flock 0 0
gpfs0 /gpfs gpfs rw 0 0
AFS /afs afs rw 0 0
systemd-1 /net autofs rw 0 0
server:/net /net nfs rw 0 0
tmpfs /scratch/node tmpfs rw 0 0
"""
MAC = """
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
map auto_home on /System/Volumes/Data/people (autofs, automounted, nobrowse)
//me@files/team on /Volumes/the team (smbfs, nodev, nosuid, mounted by me)
server:/export on /Volumes/export (nfs)
/dev/disk4 on /Volumes/Stick (on it) (msdos, local, nodev)
"""


@pytest.mark.parametrize(
    ("table", "path", "kind"),
    [
        (LINUX, "/", "ext4"),
        (LINUX, "/people2/runs", "ext4"),
        (LINUX, "/people", "nfs4"),
        (LINUX, "/people/me/.local/share", "nfs4"),
        (LINUX, "/people/local/me", "xfs"),
        (LINUX, "/people/me/data/runs", "fuse.sshfs"),
        (LINUX, "/mnt/the team's\\share/runs", "cifs"),
        (LINUX, "/net/x", "nfs"),
        (LINUX, "/scratch/me", "lustre"),
        (LINUX, "/scratch/node/me", "tmpfs"),
        (MAC, "/Users/me", "apfs"),
        (MAC, "/Volumes/the team/runs", "smbfs"),
        (MAC, "/Volumes/export/runs", "nfs"),
        (MAC, "/Volumes/Stick (on it)/runs", "msdos"),
        ("", "/people", ""),
        ("nonsense\n\n", "/people", ""),
    ],
)
def test_the_kind_of_a_drive_is_read_from_the_table_of_mounts(table, path, kind):
    assert drives.of_mounts(path, table) == kind


@pytest.mark.parametrize(
    ("kind", "network"),
    [
        (kind, True)
        for kind in ("nfs", "nfs4", "cifs", "smbfs", "9p", "lustre", "gpfs", "afs", "fuse.sshfs",
                     "fuse.rclone", "fuse.s3fs")
    ]
    + [
        (kind, False)
        for kind in ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "msdos", "",
                     "fuse.fuse-overlayfs", "fuseblk")
    ],
)  # fmt: skip
def test_what_counts_as_a_network(kind, network, tmp_path, monkeypatch):
    on_drive(monkeypatch, tmp_path, kind or "none")
    assert drives.is_network(tmp_path / "not made yet") is network


def on_drive(monkeypatch, folder: Path, kind: str) -> None:
    """Let the table of mounts say that `folder` is a drive of this kind."""
    place = os.path.realpath(folder).replace(" ", r"\040")
    table = Path(folder).parent / f"mounts of {folder.name}"
    table.write_text(f"/dev/vda1 / ext4 rw 0 0\nserver:/x {place} {kind} rw 0 0\n")
    monkeypatch.setattr(drives, "MOUNTS", table)


def test_this_machine_s_own_table_is_read(tmp_path):
    assert drives.kind_of(tmp_path)
    assert History(tmp_path).journal_mode == "wal"


def test_a_system_without_such_a_table_has_the_command(tmp_path, monkeypatch):
    known = drives.kind_of(tmp_path)
    monkeypatch.setattr(drives, "MOUNTS", tmp_path / "there is none")
    tools = tmp_path / "bin"
    tools.mkdir()
    place = os.path.realpath(tmp_path)
    (tools / "mount").write_text(f"#!/bin/sh\necho 'server:/x on {place} (nfs, nodev)'\n")
    (tools / "mount").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    assert (known, drives.kind_of(tmp_path)) == (known, "nfs")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert drives.kind_of(tmp_path) == ""


def test_windows_tells_by_letter_and_share():
    def drive_type(root: str) -> int:
        return {"C:\\": 3, "Z:\\": 4}[root]

    def never(root: str) -> int:
        raise AssertionError(root)

    assert drives.of_windows(r"C:\Users\me", drive_type) == ""
    assert drives.of_windows(r"Z:\runs", drive_type) == "smb"
    assert drives.of_windows(r"\\files\team\runs", never) == "smb"


def test_on_a_network_s_drive_there_is_no_write_ahead_log(tmp_path, monkeypatch):
    home = tmp_path / "home of mine"
    home.mkdir()
    on_drive(monkeypatch, home, "nfs4")
    history = History(home)
    assert history.journal_mode == "truncate"
    assert history._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert history._connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 2
    losses = np.arange(50_000, dtype=np.float32)
    history.write([Update(row=row("a", steps=len(losses)), parts=[loss(losses)])])
    assert history.losses("a").tobytes() == losses.tobytes()
    assert not list(home.glob("*-wal")) + list(home.glob("*-shm"))
    history.delete("a")
    history.close()
    assert (home / "runs.sqlite").stat().st_size < 100_000


def test_a_history_that_was_moved_to_a_network_is_switched_and_stays_so(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    losses = np.arange(50_000, dtype=np.float32)
    history = History(home)
    assert history.journal_mode == "wal"
    history.write([Update(row=row("a", steps=len(losses)), parts=[loss(losses)])])
    history.close()
    on_drive(monkeypatch, home, "cifs")
    history = History(home)
    assert history.journal_mode == "truncate"
    assert history.losses("a").tobytes() == losses.tobytes()
    history.close()
    assert not list(home.glob("*-wal")) + list(home.glob("*-shm"))
    # The machine that gives the drive to others sees its own disk, and must not switch it back.
    on_drive(monkeypatch, home, "ext4")
    history = History(home)
    assert history.journal_mode == "truncate"
    assert history.run("a").steps == len(losses)
    history.close()


def test_a_log_that_somebody_else_uses_is_left_and_shown(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    other = History(home)
    monkeypatch.setattr("lossviz.history.database.MADE_SECONDS", 0.2)
    on_drive(monkeypatch, home, "nfs")
    history = History(home)
    assert history.journal_mode == "wal"
    history.write([Update(row=row("a"))])
    assert other.run("a").id == "a"
    history.close()
    other.close()


def test_kernels_share_a_history_on_a_network_s_drive(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    on_drive(monkeypatch, home, "nfs4")
    reader = History(home)
    text = WRITER.format(path=str(Path.cwd()), seconds=2)
    text = text.replace(
        "history = History",
        f"from lossviz.history import drives\ndrives.MOUNTS = Path({str(drives.MOUNTS)!r})\n"
        "history = History",
    )
    # Without a log a reader keeps writers out: so dense as there nobody writes.
    text = text.replace("    steps += 997", "    steps += 997\n    time.sleep(0.05)")
    text = f"from pathlib import Path\n{text}"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", text, str(i)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "LOSSVIZ_HOME": str(home)},
        )
        for i in range(2)
    ]  # fmt: skip
    reads = 0
    while any(writer.poll() is None for writer in writers):
        for one in reader.runs():
            losses = reader.losses(one.id)
            assert (losses == np.arange(len(losses)) % 2**20).all()
            reads += 1
        time.sleep(0.05)
    for i, writer in enumerate(writers):
        out, err = writer.communicate(timeout=60)
        assert writer.returncode == 0, err
        assert len(reader.losses(str(i))) == int(out)
    assert reads
    assert reader.journal_mode == "truncate"
    reader.close()


# -- processes ------------------------------------------------------------------------------------

WAYS = [processes.with_proc, processes.with_ps]


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("look", WAYS)
def test_a_process_is_seen_while_it_runs_and_not_as_a_zombie(look, child):
    seen = look(child.pid)
    assert seen.alive
    assert seen.start == look(child.pid).start is not None
    child.send_signal(signal.SIGKILL)
    # It has ended, but nobody has asked for its end.
    deadline = time.monotonic() + 10
    while look(child.pid).alive:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.wait()
    assert look(child.pid) == processes.GONE


@pytest.mark.parametrize("look", WAYS)
def test_another_process_with_the_same_number_is_not_the_owner(look, child, monkeypatch):
    monkeypatch.setattr(owner, "look", look)
    mine = f'{{"host": "{owner.socket.gethostname()}", "pid": {child.pid}, "start": %s}}'
    start = look(child.pid).start
    assert owner.is_alive(mine % f'"{start}"', 0)
    assert owner.is_alive(mine % "null", 0)
    assert not owner.is_alive(mine % f'"{start}0"', 0)


def test_ps_may_be_missing(child, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert processes.with_ps(child.pid) == processes.Process(alive=True)


class Kernel32:
    """Windows' library, as far as it is asked; processes by their numbers."""

    def __init__(self, *running: int, ended: int = 0, foreign: int = 0) -> None:
        self.running, self.ended, self.foreign = running, ended, foreign
        self.error, self.opened = 0, []

    def OpenProcess(self, access, inherit, pid):  # noqa: N802
        if pid == self.foreign:
            self.error = 5
        elif pid not in {*self.running, self.ended}:
            self.error = 87
        else:
            self.opened.append(pid)
            return pid
        return None

    def WaitForSingleObject(self, handle, milliseconds):  # noqa: N802
        assert milliseconds == 0
        return 0x102 if handle.value in self.running else 0

    def GetProcessTimes(self, handle, created, *others):  # noqa: N802
        assert isinstance(created._obj, wintypes.FILETIME)
        assert len(others) == 3
        created._obj.dwHighDateTime, created._obj.dwLowDateTime = 31_000_000, handle.value
        return handle.value != 12

    def CloseHandle(self, handle):  # noqa: N802
        self.opened.remove(handle.value)


def test_on_windows_a_process_is_asked_for_and_not_ended(monkeypatch):
    def kills(pid, signal):
        raise AssertionError(f"os.kill ended {pid}")

    monkeypatch.setattr(os, "kill", kills)
    kernel32 = Kernel32(10, 11, 12, ended=20, foreign=30)

    def look(pid):
        return processes.on_windows(pid, kernel32, lambda: kernel32.error)

    # OpenProcess is given its type; Python's methods take no attributes.
    kernel32.OpenProcess = lambda *arguments: Kernel32.OpenProcess(kernel32, *arguments)
    assert look(10).alive
    assert look(10).start == look(10).start != look(11).start
    assert look(12) == processes.Process(alive=True)
    assert look(20) == look(40) == processes.GONE
    assert look(30) == processes.Process(alive=True)
    assert kernel32.opened == []
    assert kernel32.OpenProcess.restype is wintypes.HANDLE
    monkeypatch.setattr(owner, "look", look)
    here = f'{{"host": "{owner.socket.gethostname()}", "pid": %d, "start": "{look(10).start}"}}'
    assert owner.is_alive(here % 10, 0)
    assert not owner.is_alive(here % 11, 0)
    assert not owner.is_alive(here % 40, 0)


def test_an_interrupted_run_is_noticed_by_its_owner_s_end(tmp_path, child):
    history = History(tmp_path)
    history.write([Update(row=row("x", status="running", ended=None))])
    theirs = owner.own().replace(f'"pid": {os.getpid()}', f'"pid": {child.pid}')
    theirs = theirs.replace(processes.look(os.getpid()).start, processes.look(child.pid).start)
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("UPDATE runs SET owner = ?", (theirs,))
    connection.close()
    assert history.run("x").status == "running"
    child.kill()
    child.wait()
    assert history.run("x").status == "interrupted"
    history.close()
