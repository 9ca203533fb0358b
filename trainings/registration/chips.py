"""The chips above 名簿: what a press on each of them would show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from trainings.events.models import Event, EventGroup
from trainings.registration import texts
from trainings.registration.models import Channel
from trainings.registration.queries import Facets, Filter
from trainings.registration.states import State

Address = dict[str, str | list[str]]
"""Parameters of the list's address."""


@dataclass(frozen=True)
class Chip:
    """words, how many of the whole event, whether it narrows now, and the address of the list after a press."""

    words: str
    n: int
    is_on: bool
    address: Address
    group: EventGroup | None = None


@dataclass(frozen=True)
class Row:
    name: str
    chips: list[Chip] = field(default_factory=list)


def rows_of(event: Event, there: Facets, narrow: Filter) -> list[Row]:
    """State (several may be on), group, channel; only what the event has. A row with one chip is left out,
    but not that of people whom no mail reaches."""
    rows = [
        Row(
            texts.STATE,
            [
                Chip(
                    words, there.states[state], state in narrow.states, address_of(_with_state(narrow, state))
                )
                for state, words in texts.STATES.items()
                if there.states.get(state)
            ],
        ),
        Row(
            texts.GROUP,
            [
                Chip(
                    group.name,
                    there.groups[group.id],
                    is_on,
                    address_of(_with_group(narrow, group, is_on)),
                    group,
                )
                for group in event.groups
                if there.groups.get(group.id)
                for is_on in [narrow.group_id == group.id]
            ],
        ),
        Row(
            texts.CHANNEL,
            [
                Chip(words, there.channels[one], is_on, address_of(_with_channel(narrow, one, is_on)))
                for one, words in texts.CHANNELS.items()
                if there.channels.get(one)
                for is_on in [narrow.channel == one]
            ],
        ),
        Row(texts.REACH, _reach_chips(there, narrow)),
    ]
    return [
        row
        for row in rows
        if len(row.chips) > 1
        or (row.name == texts.REACH and row.chips)
        or any(chip.is_on for chip in row.chips)
    ]


def _reach_chips(there: Facets, narrow: Filter) -> list[Chip]:
    """Whom no mail reaches, and who of them was not told yet."""
    without_mail = replace(narrow, without_mail=not narrow.without_mail)
    untold = replace(narrow, untold=not narrow.untold)
    chips = [
        Chip(texts.WITHOUT_MAIL, there.without_mail, narrow.without_mail, address_of(without_mail)),
        Chip(texts.UNTOLD, there.untold, narrow.untold, address_of(untold)),
    ]
    return [chip for chip in chips if chip.n or chip.is_on]


def _with_state(narrow: Filter, state: State) -> Filter:
    others: Iterable[State] = [one for one in narrow.states if one != state]
    return replace(narrow, states=[*others] if state in narrow.states else [*others, state])


def _with_group(narrow: Filter, group: EventGroup, is_on: bool) -> Filter:
    return replace(narrow, group_id=None if is_on else group.id)


def _with_channel(narrow: Filter, channel: Channel, is_on: bool) -> Filter:
    return replace(narrow, channel=None if is_on else channel)


def address_of(narrow: Filter) -> Address:
    """The parameters that bring a list narrowed like this."""
    given: Address = {
        "q": narrow.typed,
        "state": [state.value for state in narrow.states],
        "group": str(narrow.group_id or ""),
        "channel": narrow.channel.value if narrow.channel else "",
        "without_mail": "1" if narrow.without_mail else "",
        "untold": "1" if narrow.untold else "",
    }
    return {name: value for name, value in given.items() if value}
