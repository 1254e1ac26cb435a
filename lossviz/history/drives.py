"""On what kind of drive a folder lies.

SQLite's write-ahead log needs memory that all who use a file share; over a network there is none.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

MOUNTS = Path("/proc/self/mounts")
MOUNT_SECONDS = 5.0
DRIVE_REMOTE = 4

NETWORK = frozenset(
    {
        "9p", "acfs", "afpfs", "afs", "beegfs", "ceph", "cifs", "cvmfs", "davfs", "drvfs",
        "fhgfs", "gfs", "gfs2", "glusterfs", "gpfs", "lustre", "mfs", "ncpfs", "nfs", "nfs3",
        "nfs4", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "quobyte", "smb", "smb2", "smb3",
        "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav", "wekafs",
    }
)  # fmt: skip
"""Drives that several machines see, or a machine and its guest."""

LOCAL_FUSE = frozenset(
    {
        "apfs-fuse", "bindfs", "encfs", "exfat", "ext2", "fuse-overlayfs", "gocryptfs", "lxcfs",
        "mergerfs", "ntfs", "ntfs-3g", "portal", "snapfuse", "squashfuse", "zfs",
    }
)  # fmt: skip
"""What programs mount is often far away (sshfs, rclone, s3fs, gcsfuse); these are not."""


def is_network(folder: Path) -> bool:
    """Whether a folder lies on a drive that other machines may use, too."""
    kind = kind_of(folder)
    if kind.startswith("fuse."):
        return kind.removeprefix("fuse.") not in LOCAL_FUSE
    return kind in NETWORK


def kind_of(folder: Path) -> str:
    """The file system's name, such as "ext4" or "nfs4"; "" where it is unknown."""
    where = os.path.realpath(folder)
    if sys.platform == "win32":
        return of_windows(where, ctypes.windll.kernel32.GetDriveTypeW)
    try:
        return of_mounts(where, MOUNTS.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        pass
    try:
        table = subprocess.run(
            ["mount"],  # noqa: S607 - its folder differs by system
            check=False, capture_output=True, text=True, timeout=MOUNT_SECONDS,
        ).stdout  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return of_mounts(where, table)


def of_mounts(path: str, table: str) -> str:
    """The kind by a table of mounts.

    Args:
        path: an absolute path without links.
        table: lines as those of Linux (`host:/share /home nfs4 rw 0 0`) or of the command `mount`
            on macOS and the BSDs (`host:/share on /home (nfs, nodev)`).
    """
    found, length = "", -1
    for line in table.splitlines():
        match = re.fullmatch(r".*? on (/.*) \(([\w.-]+)[,)].*", line)
        if match:
            place, kind = match.groups()
        else:
            fields = line.split()
            if len(fields) < 3:
                continue
            place, kind = _unescaped(fields[1]), fields[2]
        inside = path == place or path.startswith(f"{place.rstrip('/')}/")
        # Of several mounts on one place the last one is seen.
        if inside and len(place) >= length:
            found, length = kind, len(place)
    return found.lower()


def of_windows(path: str, drive_type: Callable[[str], int]) -> str:
    """The kind for Windows: "smb" for a share or a drive letter mapped to one, else "".

    Args:
        path: an absolute path.
        drive_type: the system's `GetDriveTypeW`.
    """
    drive = PureWindowsPath(path).drive
    shared = drive.startswith("\\\\") and not drive.startswith(("\\\\?\\", "\\\\.\\"))
    return "smb" if shared or drive_type(f"{drive}\\") == DRIVE_REMOTE else ""


def _unescaped(field: str) -> str:
    """A path as Linux writes it: a space is written as a backslash and 040."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
