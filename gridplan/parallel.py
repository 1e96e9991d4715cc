"""Run independent tasks in one or several processes with one and the same result."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

__all__ = ["default_workers", "map_tasks"]

T = TypeVar("T")
R = TypeVar("R")


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_tasks(func: Callable[[T], R], tasks: Sequence[T], *, workers: int = 1) -> Iterable[R]:
    """Apply a function to each task and yield the results in the order of the tasks.

    Parameters
    ----------
    func
        A function at module level, so that it can be sent to another process.
    tasks
        One argument each; large ones first makes the best use of several processes.
    workers
        Number of processes; 1 runs in this process. The results do not depend on it.

    Yields
    ------
    R
        One result per task, in order.
    """
    if workers <= 1 or len(tasks) <= 1:
        yield from map(func, tasks)
        return
    yield from _map_processes(func, tasks, min(workers, len(tasks)))


def _map_processes(func: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[R]:
    # "spawn" is the only start method on Windows and the only safe one beside threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(func, tasks)
