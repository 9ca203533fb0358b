"""The results of a closed run, assembled once for page, chart and workbook, so that all show the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trainings.events.models import EventGroup
from trainings.surveys import queries
from trainings.surveys.models import SurveyRun
from trainings.surveys.questionnaires import Answer, Document, Item, ItemType, Missing
from trainings.surveys.statistics import Summary, representativeness, summarise
from trainings.surveys.strata import POOLED, pool


@dataclass(frozen=True)
class Stratum:
    """A column of the group tables. group: None for the pooled one; members: the groups behind the pooled one."""

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
    """invited: people who were present. rate: answered ÷ present (0–1), None when nobody was. drift: D, see
    statistics.representativeness. publishable: at least k answers; otherwise items and strata are empty."""

    run: SurveyRun
    document: Document
    rows: tuple[queries.ResponseRow, ...]
    invited: int
    answered: int
    rate: float | None
    drift: float | None
    publishable: bool
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
    rows = tuple(queries.responses(run))
    invited = Counter(str(invitation.stratum) for invitation in queries.invitations_of_event(run.event_id))
    present = sum(invited.values())
    publishable = len(rows) >= run.k
    strata = _strata(run, rows) if publishable else ()
    return Results(
        run=run,
        document=document,
        rows=rows if publishable else (),
        invited=present,
        answered=len(rows),
        rate=len(rows) / present if present else None,
        drift=representativeness(queries.answers_by_group(run), invited) if publishable else None,
        publishable=publishable,
        strata=strata,
        items=tuple(_item_result(item, rows, strata, run.k) for item in document.items)
        if publishable
        else (),
    )


def _strata(run: SurveyRun, rows: Sequence[queries.ResponseRow]) -> tuple[Stratum, ...]:
    counts = Counter(row.stratum for row in rows)
    pooling = run.strata or {}
    groups = queries.groups_of_run(run)
    own = [
        Stratum(str(group.id), group, (), counts[str(group.id)])
        for group in groups
        if pooling.get(str(group.id)) == str(group.id)
    ]
    members = tuple(group for group in groups if pooling.get(str(group.id)) == POOLED)
    pooled = [Stratum(POOLED, None, members, counts[POOLED])] if counts[POOLED] else []
    return tuple(own + pooled)


def _item_result(
    item: Item, rows: Sequence[queries.ResponseRow], strata: Sequence[Stratum], k: int
) -> ItemResult:
    def column(of: Sequence[queries.ResponseRow]) -> list[Answer]:
        return [row.values.get(item.key, Missing.NOT_SEEN) for row in of]

    by_stratum = {
        stratum.key: summarise(item, column([row for row in rows if row.stratum == stratum.key]))
        for stratum in strata
    }
    # A key that the pooling leaves alone; "shown" is prefixed, since one stratum is called POOLED itself.
    labels = pool({f"shown {key}": summary.n for key, summary in by_stratum.items()}, k)
    return ItemResult(
        item=item,
        overall=summarise(item, column(rows)),
        by_stratum=by_stratum,
        shown=frozenset(key for key in by_stratum if labels[f"shown {key}"] != POOLED),
    )
