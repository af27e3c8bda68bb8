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

from autograder.sandbox.clock import Clock, Deadline, Limit
from autograder.sandbox.walls import NoIsolation

MEGABYTE = 1 << 20
LARGEST_ANSWER = 16 * MEGABYTE
MOST_STRAY_FRAMES = 100
START_SECONDS = 60


class Usage(TypedDict, total=False):
    """What is known of a child that has ended; nothing where it was killed unasked."""

    memory: int         # kB at most
    clean: bool         # whether its folder could be removed
    why: str            # why the warm process had to end it, or ""


class Lost(Exception):
    """The child did not answer. The text says what happened to it, for the learner."""


class TooLong(Lost):
    """The child did not answer in time."""


# --- a child -------------------------------------------------------------------------------------------------

class Child:
    """One process that runs one submission, over two pipes."""

    def __init__(self, requests: int, answers: int, kill: Callable[[], Usage],
                 reader: queue.Queue[bytes] | None = None, pid: int | None = None) -> None:
        self.requests, self.answers = requests, answers
        self._kill, self._reader = kill, reader
        self._usage: Usage = {}
        self.clock = Clock(pid)
        self.spent = 0.0, 0.0               # by the latest answer: see Deadline.spent
        self._buffer = bytearray()
        self.alive = True

    def _read(self, deadline: Deadline) -> bytes:
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
                raise Lost(self._why())
            self._buffer += part

    def _some(self, deadline: Deadline) -> bytes:
        while (left := deadline.left()) > 0:
            if self._reader is not None:
                with contextlib.suppress(queue.Empty):
                    return self._reader.get(timeout=left)
            elif select.select([self.answers], [], [], left)[0]:
                return os.read(self.answers, MEGABYTE)
        raise TooLong("it did not end in time")

    def _write(self, data: bytes, deadline: float) -> None:
        data = struct.pack(">I", len(data)) + data
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.requests, view[:65_536] if self._reader is None else view):]
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([], [self.requests], [], left)[1]:
                    raise TooLong("it did not take its input in time") from None
            except OSError:
                raise Lost(self._why()) from None

    def _why(self) -> str:
        """What ended the process, as far as the warm process knows: it looks at what a child holds."""
        return self.close().get("why") or "the process ended (it was stopped, ran out of memory, or called exit)"

    def ready(self, seconds: float = START_SECONDS) -> None:
        answer = self._read(Deadline(Clock(None), Limit(seconds, seconds)))
        if answer != b"ready":
            raise NoIsolation(f"a submission cannot be run: {answer.decode('utf-8', 'replace')}")

    def ask(self, request: bytes, limit: Limit | float) -> bytes:
        """Send a JSON object (as bytes, without its nonce), return the bytes that answer it.

        A number of seconds is a limit of wall time.
        """
        if not isinstance(limit, Limit):
            limit = Limit(limit, limit)
        return self.hear(self.send(request, limit), limit)

    def send(self, request: bytes, limit: Limit) -> bytes:
        """Send the same. Returns the nonce with which each of its answers begins."""
        nonce = secrets.token_hex(8).encode()
        inside = b"" if limit.inside is None else b'"limit":[%f,%f],' % limit.inside
        self.spent = 0.0, 0.0
        self._write(b'{"nonce":"' + nonce + b'",' + inside + request[1:], time.monotonic() + limit.wall)
        return nonce

    def hear(self, nonce: bytes, limit: Limit) -> bytes:
        """The next answer to what was sent under this nonce."""
        deadline = Deadline(self.clock, limit)
        try:
            for _ in range(MOST_STRAY_FRAMES):
                frame = self._read(deadline)
                if frame[:16] == nonce:
                    return frame[16:]
            raise Lost("the process sent what nobody asked for")
        finally:
            self.spent = deadline.spent()
            self.clock.answered(time.monotonic() - deadline.began)

    def close(self) -> Usage:
        """Kill it and all that it started. Returns what is known of it."""
        if not self.alive:
            return self._usage
        self.alive = False
        for number in (self.requests, self.answers):
            with contextlib.suppress(OSError):
                os.close(number)
        self._usage = self._kill()
        return self._usage
