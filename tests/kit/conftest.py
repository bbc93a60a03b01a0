"""Puts this folder on the path, so that the invented connector beside it can be imported like an installed one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
