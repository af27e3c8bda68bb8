"""A grader that works for hours holds no more than it held after its first submissions."""

import os

import psutil
import pytest
from classroom import Judging, filled, released
from marks import soaked

MEGABYTE = 1 << 20


@pytest.mark.skipif(os.name != "posix", reason="a class is graded on systems with fork")
def test_memory_descriptors_and_processes_do_not_grow():
    judging, own = Judging(), psutil.Process()
    try:
        every = [filled(), released(), filled(programs={"mse": "1 / 0"}), b'{"cells": [']

        def held():
            for notebook in every:
                judging(notebook)
            return own.memory_info().rss, own.num_fds(), len(own.children(recursive=True))
        for _ in range(4):
            before = held()
        for _ in range(soaked(4, 400)):
            after = held()
        assert after[1:] == before[1:]
        assert after[0] < before[0] + 30 * MEGABYTE
    finally:
        judging.close()
