"""The results of a closed run, assembled once for page, chart and workbook, so that all show the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trainings.core.small_numbers import POOLED, small_groups
from trainings.events.models import EventGroup
from trainings.surveys import queries
from trainings.surveys.models import NO_CODE, SurveyRun
from trainings.surveys.questionnaires import Answer, Document, Item, ItemType, Missing
from trainings.surveys.statistics import Summary, representativeness, summarise


@dataclass(frozen=True)
class Stratum:
    """A column of the group tables. group: None for the pooled one and for answers without a code; members: the groups
    behind the pooled one."""

    key: str
    group: EventGroup | None
    members: tuple[EventGroup, ...]
    n: int


@dataclass(frozen=True)
class ItemResult:
    """shown: keys of the strata whose figures may appear. One in which fewer than k answered this very question may
    not; and where the rest of the others would tell what it said, the smallest of them does not appear either."""

    item: Item
    overall: Summary
    by_stratum: dict[str, Summary]
    shown: frozenset[str]


@dataclass(frozen=True)
class Results:
    """invited: people who were present. answered: answers in the figures; fewer than k pooled ones, or fewer than k
    without a code, are in none of them, so that no sum less the others tells them. rate: answered ÷ present (0–1), None when
    nobody was. drift: D of the answers with a code, see statistics.representativeness. publishable: at least k answers;
    otherwise items and strata are empty. some_withheld: there are answers that are in no figure."""

    run: SurveyRun
    document: Document
    rows: tuple[queries.ResponseRow, ...]
    invited: int
    answered: int
    rate: float | None
    drift: float | None
    publishable: bool
    some_withheld: bool
    strata: tuple[Stratum, ...]
    items: tuple[ItemResult, ...]

    @property
    def likert(self) -> list[ItemResult]:
        """The items with a five-step scale, most agreed first."""
        chosen = [result for result in self._shown if result.item.type == ItemType.LIKERT5]
        return sorted(chosen, key=lambda result: -(result.overall.agree or 0))

    @property
    def others(self) -> list[ItemResult]:
        """Choices and numbers, in the order of the page."""
        return [
            result
            for result in self._shown
            if not result.item.is_free_text and result.item.type != ItemType.LIKERT5
        ]

    @property
    def _shown(self) -> list[ItemResult]:
        """A question that fewer than k people answered is not charted: it might be traced to them."""
        return [result for result in self.items if result.overall.n >= self.run.k]


def results_of(run: SurveyRun) -> Results:
    """All figures of a closed run. With fewer than k answers nothing but the counts is there."""
    document = queries.document_of(run)
    every = queries.responses(run)
    counts = Counter(row.stratum for row in every)
    rows = tuple(row for row in every if counts[row.stratum] >= run.k)
    invited = Counter(
        (run.strata or {}).get(str(invitation.stratum), str(invitation.stratum))
        for invitation in queries.invitations_of_event(run.event_id)
    )
    present = sum(invited.values())
    strata = _strata(run, rows)
    return Results(
        run=run,
        document=document,
        rows=rows,
        invited=present,
        answered=len(rows),
        rate=len(rows) / present if present else None,
        drift=representativeness(Counter(row.stratum for row in rows if row.stratum != NO_CODE), invited),
        publishable=bool(rows),
        some_withheld=len(every) > len(rows),
        strata=strata,
        items=tuple(_item_result(item, rows, strata, run.k) for item in document.items) if rows else (),
    )


def _strata(run: SurveyRun, rows: Sequence[queries.ResponseRow]) -> tuple[Stratum, ...]:
    counts = Counter(row.stratum for row in rows)
    groups = queries.groups_of_run(run)
    own = [
        Stratum(str(group.id), group, (), counts[str(group.id)]) for group in groups if counts[str(group.id)]
    ]
    members = tuple(group for group in groups if (run.strata or {}).get(str(group.id)) == POOLED)
    others = [(POOLED, members), (NO_CODE, ())]
    return (*own, *(Stratum(key, None, behind, counts[key]) for key, behind in others if counts[key]))


def _item_result(
    item: Item, rows: Sequence[queries.ResponseRow], strata: Sequence[Stratum], k: int
) -> ItemResult:
    def column(of: Sequence[queries.ResponseRow]) -> list[Answer]:
        return [row.values.get(item.key, Missing.NOT_SEEN) for row in of]

    by_stratum = {
        stratum.key: summarise(item, column([row for row in rows if row.stratum == stratum.key]))
        for stratum in strata
    }
    small = small_groups({key: (summary.n,) for key, summary in by_stratum.items()}, k)
    return ItemResult(
        item=item,
        overall=summarise(item, column(rows)),
        by_stratum=by_stratum,
        shown=frozenset(key for key, summary in by_stratum.items() if summary.n and key not in small),
    )
