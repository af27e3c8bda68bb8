"""The judge's end of the line to one child: frames over two pipes, bounded in time and size."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import select
import struct
import time
from collections.abc import Callable
from typing import TypedDict

from autograder.sandbox.walls import NoIsolation

MEGABYTE = 1 << 20
LARGEST_ANSWER = 16 * MEGABYTE
MOST_STRAY_FRAMES = 100
START_SECONDS = 60
WATCH_SECONDS = 0.2


class Usage(TypedDict, total=False):
    """What is known of a child that has ended; nothing where it was killed unasked."""

    memory: int         # kB at most
    clean: bool         # whether its folder could be removed


class Lost(Exception):
    """The child did not answer. The text says what happened to it, for the learner."""


class TooLong(Lost):
    """The child did not answer in time."""


# --- a child -------------------------------------------------------------------------------------------------

class Child:
    """One process that runs one submission, over two pipes."""

    def __init__(self, requests: int, answers: int, kill: Callable[[], Usage],
                 reader: queue.Queue[bytes] | None = None, watch: Callable[[], None] | None = None) -> None:
        self.requests, self.answers = requests, answers
        self._kill, self._reader, self._watch = kill, reader, watch
        self._buffer = bytearray()
        self.alive = True

    def _read(self, deadline: float) -> bytes:
        """The next frame. Raises TooLong or Lost."""
        while True:
            if len(self._buffer) >= 4:
                size, = struct.unpack(">I", self._buffer[:4])
                if size > LARGEST_ANSWER:
                    raise Lost(f"the result is too large to send (more than {LARGEST_ANSWER // MEGABYTE} MB)")
                if len(self._buffer) >= 4 + size:
                    frame = bytes(self._buffer[4:4 + size])
                    del self._buffer[:4 + size]
                    return frame
            part = self._some(deadline)
            if not part:
                raise Lost("the process ended (it was stopped, ran out of memory, or called exit)")
            self._buffer += part

    def _some(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if self._reader is not None:
            try:
                return self._reader.get(timeout=max(left, 0.001))
            except queue.Empty:
                raise TooLong("it did not end in time") from None
        while left > 0:
            if select.select([self.answers], [], [], min(left, WATCH_SECONDS))[0]:
                return os.read(self.answers, MEGABYTE)
            if self._watch is not None:
                self._watch()
            left = deadline - time.monotonic()
        raise TooLong("it did not end in time")

    def _write(self, data: bytes, deadline: float) -> None:
        data = struct.pack(">I", len(data)) + data
        view = memoryview(data)
        while view:
            if self._reader is None:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([], [self.requests], [], left)[1]:
                    raise TooLong("it did not take its input in time")
            try:
                view = view[os.write(self.requests, view[:65_536] if self._reader is None else view):]
            except BlockingIOError:
                continue
            except OSError:
                raise Lost("the process ended (it was stopped, ran out of memory, or called exit)") from None

    def ready(self, seconds: float = START_SECONDS) -> None:
        answer = self._read(time.monotonic() + seconds)
        if answer != b"ready":
            raise NoIsolation(f"a submission cannot be run: {answer.decode('utf-8', 'replace')}")

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send a JSON object (as bytes, without its nonce), return the bytes that answer it."""
        nonce = secrets.token_hex(8)
        deadline = time.monotonic() + seconds
        self._write(b'{"nonce":"' + nonce.encode() + b'",' + request[1:], deadline)
        for _ in range(MOST_STRAY_FRAMES):
            frame = self._read(deadline)
            if frame[:16] == nonce.encode():
                return frame[16:]
        raise Lost("the process sent what nobody asked for")

    def close(self) -> Usage:
        """Kill it and all that it started. Returns what is known of it."""
        if not self.alive:
            return {}
        self.alive = False
        for number in (self.requests, self.answers):
            with contextlib.suppress(OSError):
                os.close(number)
        return self._kill()
