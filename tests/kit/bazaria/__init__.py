"""Bazaria: an invented marketplace, to show that a connector is one folder and nothing else."""

from .spec import SPEC as SPEC
