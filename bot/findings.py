"""What the doctor reports, whoever finds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be. `blocks` means that Lyceum cannot work like this."""

    id: str
    sentence: str
    what_to_do: str
    blocks: bool = False
