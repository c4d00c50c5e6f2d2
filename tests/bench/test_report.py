"""What is written of a run of the benchmark."""

from bench import report
from bench.figures import FIGURES, by_key
from bench.sample import Sample


def samples(*values: float) -> list[Sample]:
    return [Sample({"throughput_vs_ptb": value}, {"linli": {"updates_per_s": 100 * value}}) for value in values]


def test_it_takes_the_median_and_keeps_the_spread() -> None:
    found = report.report(samples(1.0, 3.0, 2.0))
    assert found["figures"] == {"throughput_vs_ptb": 2.0}
    assert found["spread"]["throughput_vs_ptb"] == {"min": 1.0, "median": 2.0, "max": 3.0, "rounds": 3}
    assert (found["must"]["throughput_vs_ptb"], found["is_met"]["throughput_vs_ptb"]) == (1.3, True)
    assert found["runs"]["linli"]["updates_per_s"]["median"] == 200


def test_it_keeps_what_was_not_measured_this_time() -> None:
    first = report.report([Sample({"startup_s": 0.5})])
    found = report.report(samples(2.0), first)
    assert found["figures"] == {"throughput_vs_ptb": 2.0, "startup_s": 0.5}


def test_it_knows_which_way_a_bound_goes() -> None:
    memory, speed = by_key()["idle_rss_mib"], by_key()["throughput_vs_ptb"]
    assert [memory.meets(memory.must, value) for value in (129, 131)] == [True, False]
    assert [speed.meets(speed.must, value) for value in (1.4, 1.2)] == [True, False]
    assert (memory.bound(memory.must), speed.shown(2.345)) == ("≤ 130 MiB", "2.35×")


def test_it_writes_a_page_that_names_every_figure() -> None:
    page = report.page(report.report(samples(1.0)))
    assert "| **1×** | 1× – 1×, once | ≥ 1.3× | ≥ 2.2× | **no** |" in page
    assert all(f"`{figure.key}`" in page for figure in FIGURES)
