"""`python -m tests.i18n`: list every source text that has no 简体中文 yet. Exit status 1 when there is one."""

from __future__ import annotations

import sys

from bot.i18n import catalogue
from tests.i18n.source import computed, texts

missing = [found for found in texts() if found.one and (found.one, found.many) not in catalogue("zh-CN")]
for found in missing:
    print(f"{found.place}: {found.one}")
for place in computed():
    print(f"{place}: not a literal, so nobody can translate it")
print(f"catalogue: {len(texts())} texts, {len(missing)} without a translation")
sys.exit(1 if missing or computed() else 0)
