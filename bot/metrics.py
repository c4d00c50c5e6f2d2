"""Figures for Prometheus: counted where the work is done, at some hundred nanoseconds each; gauges are set when
somebody looks (`bot/scrape.py`). Numbers only, nobody's names or words, and no label whose values could grow.

Every metric is made here, so that the documents, the dashboard and the alerts can be held against this list.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from storage.work import Priority

SIZES = (1, 2, 5, 10, 20, 40, 60)
SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
LONG = (0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60, 300, 1800)
PRIORITIES: Mapping[int, str] = {one.value: one.name.lower() for one in Priority}


class Metrics:
    """Every figure of one running bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.labels: dict[str, tuple[str, ...]] = {}
        self._seen: dict[tuple[int | str, ...], int] = {}
        self._make_counts()
        self._make_gauges()
        self._make_database_gauges()
        ProcessCollector(registry=self.registry)
        self.build = Info("linli_build", "The version that runs, and on what", registry=self.registry)
        self.labels["linli_build"] = ("version", "python", "engine", "intake")

    def _make_counts(self) -> None:
        updates = self._counter("linli_updates", "Updates by what became of them", "result")
        self.stored = updates.labels("stored")
        self.repeated = updates.labels("repeated")
        self.done = updates.labels("done")
        self.tried_again = updates.labels("tried_again")
        self.set_aside = updates.labels("set_aside")
        self.decided_again = self._counter("linli_decided_again", "Decisions made anew: somebody was faster")
        self.batch_updates = self._histogram("linli_batch_updates", "Updates that were decided in one commit", SIZES)
        self.batch_seconds = self._histogram("linli_batch_seconds", "From loading to commit, for one batch", SHORT)
        self.sends = self._counter("linli_sends", "Attempts to send, by what came of them", "result")
        self._sent = self.sends.labels("sent")
        self.send_seconds = self._histogram("linli_send_seconds", "Rights, drawing and the call, for one row", SHORT)
        delay = self._histogram(
            "linli_outbox_delay_seconds", "From when something might be said until it was", LONG, "priority"
        )
        self.delay_seconds = {value: delay.labels(name) for value, name in PRIORITIES.items()}
        self.floods = self._counter("linli_floods", "Answers 429: too fast for Telegram")
        self.poll_conflicts = self._counter("linli_poll_conflicts", "Answers 409: another program polls, or a webhook")
        self.media_copies = self._counter("linli_media_copies", "Files by what became of their copy", "result")
        self.stumbles = self._counter("linli_stumbles", "Surprises that a main loop survived", "loop")
        self.reminders_fired = self._counter("linli_reminders_fired", "Reminders fired", "kind")
        self.reminders_failed = self._counter("linli_reminders_failed", "Reminders that could not be carried out")
        self.troubles = self._counter("linli_database_troubles", "Passing errors of the database, waited out", "loop")

    def _make_gauges(self) -> None:
        self.backlog = self._gauge("linli_lanes_backlog", "Stored updates that are known here and not worked on yet")
        self.sending = self._gauge("linli_sending", "Messages being sent now")
        self.paused = self._gauge("linli_sending_paused", "1 while Telegram wants nothing from anybody (429)")
        self.last_tick = self._gauge("linli_last_tick_timestamp_seconds", "When the clock last ticked, by its own time")
        self.tick_age = self._gauge(
            "linli_tick_age_seconds", "Real seconds since the clock ticked; not a number where it is another's to tick"
        )
        self.loop_lag = self._gauge(
            "linli_loop_lag_seconds", "How late the loop came to a timer, the worst of a minute"
        )
        self.api_away = self._gauge("linli_bot_api_away_seconds", "For how long the Bot API has not answered")
        self.database_away = self._gauge("linli_database_away_seconds", "For how long the database has not answered")
        self.replicas = self._gauge("linli_replicas", "Replicas that live, as this one sees it")
        self.shards = self._gauge("linli_lane_shards", "How many of the 64 parts of the lanes are this replica's")
        self.leases = self._gauge("linli_lease_held", "1 for what this replica does for all", "post")
        self.disk_free = self._gauge("linli_disk_free_bytes", "Room that is left", "of")
        self.disk_ratio = self._gauge("linli_disk_free_ratio", "Room that is left, as a part of the disk", "of")

    def _make_database_gauges(self) -> None:
        self.waiting = self._gauge("linli_updates_waiting", "Updates in the inbox that nobody has worked on")
        self.waiting_age = self._gauge("linli_updates_oldest_seconds", "How long the oldest of them has waited")
        self.aside = self._gauge("linli_updates_set_aside", "Updates that wait for an administrator")
        self.outbox = self._gauge("linli_outbox_waiting", "Messages that may be said now and wait", "priority")
        self.outbox_age = self._gauge(
            "linli_outbox_oldest_seconds", "How long the oldest of them has waited", "priority"
        )
        self.held = self._gauge("linli_outbox_held", "Messages held for their time (the end of the quiet hours)")
        self.due = self._gauge("linli_reminders_due", "Reminders that are due and not fired")
        self.lag = self._gauge("linli_reminder_lag_seconds", "How late the oldest due reminder is")
        self.tickets = self._gauge("linli_tickets_open", "Open tickets", "state")
        self.overdue = self._gauge("linli_tickets_overdue", "Open tickets whose time has run out")
        self.dangers = self._gauge("linli_dangers_not_taken", "Dangers that nobody has taken")
        self.danger_age = self._gauge("linli_dangers_oldest_seconds", "How long the oldest of them has waited")
        self.media = self._gauge("linli_media_waiting", "Files that are not copied yet")
        self.media_age = self._gauge("linli_media_oldest_seconds", "How long the oldest of them has waited")
        self.backup_age = self._gauge("linli_backup_age_seconds", "How old the last backup is that is known of")

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        self.labels[name] = labels
        return Counter(name, about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        self.labels[name] = labels
        return Histogram(name, about, labels, buckets=buckets, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        self.labels[name] = labels
        return Gauge(name, about, labels, registry=self.registry)

    def described(self) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
        """Every metric of ours as it is asked for: name, type, labels, what it says."""
        for family in self.registry.collect():
            if family.name.startswith("linli_"):
                ends = {"counter": "_total", "info": "_info"}.get(family.type, "")
                yield f"{family.name}{ends}", family.type, self.labels[family.name], family.documentation

    def sent(self, state: str, priority: int, seconds: float) -> None:
        """Something was said, or not any more wanted, so long after it might have been."""
        if state == "sent":
            self._sent.inc()
            self.delay_seconds[priority].observe(max(seconds, 0.0))
        else:
            self.sends.labels(state).inc()

    def follow(self, counter: Counter, total: int, *labels: str) -> None:
        """Bring a counter up to what is counted elsewhere, where this class must not be known."""
        child = counter.labels(*labels) if labels else counter
        key: tuple[int | str, ...] = (id(counter), *labels)
        child.inc(max(total - self._seen.get(key, 0), 0))
        self._seen[key] = total
