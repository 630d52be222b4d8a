"""What can go wrong around a server, each with the one thing to do about it.

ServerError               HW-3100
├── PortBusyError         HW-3101  another process listens there
├── DiskFullError         HW-3102  too little room for the data
├── ToolMissingError      HW-3103  a program is not installed
├── DownloadError         HW-3104  a file could not be fetched
├── ChecksumError         HW-3105  a file is not the one that was locked
├── StartError            HW-3106  it ended, or did not answer in time
└── FolderBusyError       HW-3107  another process runs on the same data folder
"""

from __future__ import annotations

from schemas.errors import HubwatchError


class ServerError(HubwatchError):
    """A port, a tool or the disk is not as needed."""

    code = "HW-3100"


class PortBusyError(ServerError):
    """Another process listens on a port that the server wants."""

    code = "HW-3101"
    hint = "stop that process or choose another port"
    retriable = True


class DiskFullError(ServerError):
    """Less room is left than a server needs to keep its data."""

    code = "HW-3102"
    hint = "free some space, or put the data on another disk"


class ToolMissingError(ServerError):
    """A program that is needed is not on this machine."""

    code = "HW-3103"


class DownloadError(ServerError):
    """A locked file could not be fetched."""

    code = "HW-3104"
    hint = "check the network and try again, or name a mirror in HUBWATCH_MAVEN_REPOSITORY"
    retriable = True


class ChecksumError(ServerError):
    """A fetched file differs from the locked one; it was not kept."""

    code = "HW-3105"
    hint = "try again; if it stays so, the source or a proxy on the way serves another file"


class StartError(ServerError):
    """A server ended while it started, or did not answer in time."""

    code = "HW-3106"
    retriable = True


class FolderBusyError(ServerError):
    """Another process runs on the same data folder."""

    code = "HW-3107"
    hint = "stop it, or give this one a HUBWATCH_DATA_DIR and ports of its own"
    retriable = True
