"""Whether this process has been asked to end: who works through a set looks before each thing that it sends."""

from __future__ import annotations

import threading

STOPPING = threading.Event()
