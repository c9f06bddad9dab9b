"""Start Lyceum. On a fresh machine it makes its own environment first: `python3 run_bot.py`.

run_bot.py                      the bot; with nothing configured, the demo community in the sandbox
run_bot.py --fresh              forget the sandbox's world and begin anew
run_bot.py --empty --clock ISO  a bare world that starts at that moment
run_bot.py --check              look at everything that can be wrong, and say what to do
run_bot.py course import PATH   import a folder of Markdown as a course
"""

from __future__ import annotations

import sys
import time

STARTED = time.perf_counter()

from bot.bootstrap.launch import ensure

if __name__ == "__main__":
    ensure("requirements.lock")

from bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], STARTED))
