"""What `doctor` reports, whichever check finds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One problem. `blocks` means that Lyceum cannot work until it is fixed."""

    id: str
    sentence: str
    what_to_do: str
    blocks: bool = False
