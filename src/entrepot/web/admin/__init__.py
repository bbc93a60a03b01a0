"""Base classes of the panel's pages. They know ``core.Actor`` and no domain."""

from .buttons import OWNERS as OWNERS
from .buttons import Button as Button
from .chips import STATES as STATES
from .chips import StateChip as StateChip
from .chips import chip as chip
from .chips import state_chip as state_chip
from .chips import yes_no as yes_no
from .columns import Column as Column
from .filters import OwnChoices as OwnChoices
from .filters import choice_filter as choice_filter
from .filters import state_filter as state_filter
from .more import More as More
from .page import Page as Page
from .paging import Endless as Endless
from .scope import actor_of as actor_of
from .scope import scoped as scoped
from .sections import Box as Box
from .sections import Fragment as Fragment
from .sections import Moment as Moment
from .sections import Section as Section
from .sections import Table as Table
from .sections import Timeline as Timeline
from .sections import merged as merged
