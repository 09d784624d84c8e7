"""The measures that the README quotes: `make bench`.

Machines are noisy, so each number stands beside one measured in the same run: the import beside
NumPy's, the verdict beside its goal, a notebook's seconds beside the course's.
"""

import json
import statistics
import subprocess
import sys
import threading
import time

import chromium
from press.course import Course
from press.manuscript import read_all
from press.site import build as site
from press.site.serve import serving
from press.statistics import statistics as course_statistics
from whiteboard.course import exercises
from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say

COURSE = Course.here()
RUNS = 30


def main() -> None:
    """Print every measure."""
    print("import, milliseconds (median of 7 fresh interpreters)")
    numpy, grader = (fastest_import(code) for code in ("import numpy", "import whiteboard"))
    print(f"  numpy {numpy:.0f}, the grader with it {grader:.0f}: {grader - numpy:.0f} more")

    print("\nwarm verdict, milliseconds")
    print(f"  {'kind':12} {'right, median':>14} {'p90':>8} {'wrong, median':>14} {'p90':>8}")
    for kind, (right, wrong) in verdict_times().items():
        print("  " + f"{kind:12}" + spread(right) + spread(wrong))

    found = course_statistics(COURSE)
    mutants = found["total"]["mutants"]
    total = sum(mutants.values()) or 1
    print("\nmechanical mutants")
    for name, count in mutants.items():
        print(f"  {name:10} {count:6} {100 * count / total:6.1f} %")

    print("\nsite")
    for name, value in (site_measures() | browser_measures()).items():
        print(f"  {name:52} {value}")

    print("\nsolution notebooks, seconds when last executed")
    for path, seconds in found["seconds"].items():
        print(f"  {seconds:6.1f}  {path}")
    if found["seconds"]:
        print(f"  {statistics.mean(found['seconds'].values()):6.1f}  mean")


def site_measures() -> dict[str, str]:
    """Seconds to build from nothing and again, and what a page weighs without its figures."""
    seconds = []
    for fresh in (True, False):
        began = time.perf_counter()
        pages = site.build(COURSE, fresh=fresh)
        seconds.append(time.perf_counter() - began)
    weights = sorted(path.stat().st_size for path in site.folder(COURSE).glob("*/lessons/*.html"))
    return {
        "seconds a page, from nothing (goal 0.12)": f"{seconds[0] / pages:.3f}",
        "seconds in all, nothing changed (goal 3)": f"{seconds[1]:.1f}",
        "median lesson page, KB of HTML (goal 60)": f"{statistics.median(weights) / 1024:.0f}",
    }


PAINTED = (
    "new Promise(done => new PerformanceObserver(list => "
    "list.getEntriesByName('first-contentful-paint').forEach(entry => done(entry.startTime)))"
    ".observe({type: 'paint', buffered: true}))"
)
# A mid-range phone on a slow 4G network, as Lighthouse throttles: latency in milliseconds, bytes a
# second, and how many times slower the processor is.
NETWORK = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
PROCESSOR = 4
SEARCHED = {"en": "cross entropy", "zh": "梯度下降"}


def browser_measures() -> dict[str, str]:
    """First paint on a throttled phone and the first search of a visit, in milliseconds."""
    if chromium.installed() is None:
        return {"first paint and search": "no Chromium here: not measured"}
    slug = read_all(COURSE)[0].slug
    server = serving(site.folder(COURSE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    found = {}
    with server, chromium.Chromium() as browser:
        browser.call("Network.setCacheDisabled", cacheDisabled=True)
        for lang, words in SEARCHED.items():
            browser.open(f"{address}/{lang}/search.html")
            time.sleep(1)  # a reader has not typed a word before that
            browser.run(
                f"document.querySelector('#words').value = {json.dumps(words)};"
                "document.querySelector('#words').dispatchEvent(new Event('input'))"
            )
            browser.wait("document.querySelector('#ask').dataset.milliseconds")
            taken = browser.run("document.querySelector('#ask').dataset.milliseconds")
            found[f"first search, {words}, ms (goal 100)"] = taken
        browser.window(390, 800, mobile=True)
        browser.call("Network.emulateNetworkConditions", offline=False, **NETWORK)
        browser.call("Emulation.setCPUThrottlingRate", rate=PROCESSOR)
        for page in ("index", "syllabus", f"lessons/{slug}"):
            for lang in SEARCHED:
                times = []
                for _ in range(5):
                    browser.open(f"{address}/{lang}/{page}.html")
                    times.append(browser.run(PAINTED))
                name = f"first paint, throttled, {lang}/{page}, ms (goal 1000)"
                found[name] = f"{statistics.median(times):.0f}"
        server.shutdown()
    return found


def fastest_import(code: str) -> float:
    """Milliseconds that a fresh interpreter takes for `code`, beyond its own start."""
    script = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    command = [sys.executable, "-c", script]
    times = [float(subprocess.check_output(command)) for _ in range(7)]
    return 1000 * statistics.median(times)


def verdict_times() -> dict[str, tuple[list, list]]:
    """kind → milliseconds of warm gradings of a right and of wrong answers."""
    found: dict = {}
    for lesson in read_all(COURSE):
        for exercise in exercises(COURSE.checks(lesson.slug)).values():
            right, wrong = answers(exercise)
            times = found.setdefault(kind_of(exercise, lesson), ([], []))
            for answer in right:
                times[0].extend(timed(exercise, answer))
            for answer in wrong:
                times[1].extend(timed(exercise, answer))
    return found


def kind_of(exercise, lesson) -> str:
    """The exercise's class, and for code its framework."""
    kind = type(exercise).__name__.lower()
    return f"{kind}, TF" if lesson.front["framework"] == "tensorflow" and kind == "check" else kind


def answers(exercise) -> tuple[list, list]:
    """Answers to time: (right ones, wrong ones), each as the tuple that `grade` receives."""
    if isinstance(exercise, Check):
        right = [(exercise.reference,)] if exercise.reference and not exercise.parts else []
        return right, [trap.answer for trap in exercise.traps[:3]]
    if isinstance(exercise, Estimate):
        return [(tuple(exercise.right),)], [trap.answer for trap in exercise.traps[:3]]
    if isinstance(exercise, Flaws):
        return [(exercise.wrong,)], [([1],)]
    assert isinstance(exercise, Say)
    return [(exercise.model.en,)], []


def timed(exercise, answer) -> list[float]:
    """Milliseconds of repeated gradings, the first one left out; training runs are not timed."""
    options = {"costly": False} if isinstance(exercise, Check) else {}
    runs = RUNS if not isinstance(exercise, Program) else RUNS // 3
    times = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        exercise.grade(*answer, seed=0, **options)
        times.append(1000 * (time.perf_counter() - began))
        if times[-1] > 1000:
            break
    return times[1:] or times


def spread(times: list[float]) -> str:
    """Median and 90th percentile, for the table."""
    if not times:
        return f" {'–':>14} {'–':>8}"
    p90 = sorted(times)[int(0.9 * (len(times) - 1))]
    return f" {statistics.median(times):14.1f} {p90:8.1f}"


if __name__ == "__main__":
    main()
