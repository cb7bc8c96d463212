"""`PYTHONPATH=tests python -m servers.slack [port]`: the local Slack, until SIGTERM."""

from __future__ import annotations

import asyncio
import sys

from servers.slack.control import serve

if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
