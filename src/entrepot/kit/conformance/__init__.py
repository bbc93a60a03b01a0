"""What every connector has to prove. Start at README.md; ``run`` gives the findings."""

from .suite import CHECKS as CHECKS
from .suite import Finding as Finding
from .suite import report as report
from .suite import run as run
