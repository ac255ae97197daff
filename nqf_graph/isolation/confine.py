"""What a reading process gives up before it reads: the network, memory without end, core dumps, a life of its own.

Linux only; where the system knows no such limit the text scan and the owner's clock still hold.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

_PARENT_DEATH_SIGNAL = 1  # an option of prctl(2)
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # flags of unshare(2)


def cut_network() -> bool:
    """Move to an empty network namespace; False where the system does not let us."""
    unshare = getattr(os, "unshare", None) or _unshare
    for flags in (_NEW_NET, _NEW_USER | _NEW_NET):  # the first for root, the second for everybody
        try:
            unshare(flags)
        except (OSError, AttributeError):
            continue
        return True
    return False


def limit_memory(size: int) -> None:
    """Let the process have at most `size` bytes of address space; it is aborted when it asks for more."""
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def memory_in_use() -> int:
    """The memory that the process holds now, in bytes; 0 where the system does not tell."""
    with suppress(OSError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()
    return 0


def die_with_parent() -> None:
    """End with the owner, also when that is killed and this process is in the middle of a query."""
    owner = os.getppid()
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != owner:
        sys.exit()


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
