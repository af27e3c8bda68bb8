"""The report's plots, as SVG in the page: no library, no file beside it, and read out as text."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

E = Markup


def histogram(points: Sequence[float], most: float) -> Markup:
    """How many students have how many points: bars of a width that gives about ten."""
    if not points or most <= 0:
        return E("<p>No marks yet.</p>")
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 1e9) if most / step <= 12)
    number = int(most // step) + (1 if most % step else 0) or 1
    counts = [0] * number
    for value in points:
        counts[min(int(value // step), number - 1)] += 1
    wide, high, left, top = 60, 150, 30, 22
    tallest = max(max(counts), 1)
    bars = E("")
    for place, count in enumerate(counts):
        height, x = high * count / tallest, left + place * wide
        bars += E('<rect class="bar" x="%d" y="%.1f" width="%d" height="%.1f" rx="2" style="fill: var(--accent)"/>') % (
            x + 2, top + high - height, wide - 4, height)
        if count:
            bars += E('<text x="%.1f" y="%.1f" text-anchor="middle">%d</text>') % (
                x + wide / 2, top + high - height - 5, count)
    ticks = E("").join(E('<text x="%.1f" y="%d" text-anchor="middle">%g</text>') % (
        left + place * wide, top + high + 16, min(place * step, most)) for place in range(number + 1))
    width = left * 2 + number * wide
    words = ", ".join(f"{min(place * step, most):g} to {min((place + 1) * step, most):g} points: {count}"
                      for place, count in enumerate(counts))
    return E('<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="Students by points. %s">%s'
             '<line x1="%d" x2="%d" y1="%d" y2="%d" style="stroke: var(--line)"/>%s'
             '<text x="%d" y="%d" text-anchor="end">points</text></svg>') % (
        width, top + high + 36, width, top + high + 36, words, bars, left, width - left, top + high, top + high, ticks,
        width - left, top + high + 33)


def stack(parts: Sequence[tuple[int, str, str]], letters: bool = False) -> Markup:
    """One bar of several parts: (how many, class, name) each."""
    whole, wide, high = sum(number for number, _, _ in parts), 220, 18
    if not whole:
        return E("")
    made, x = E(""), 0.0
    for number, kind, name in parts:
        width = wide * number / whole
        if number:
            made += E('<rect class="%s" x="%.2f" y="0" width="%.2f" height="%d"><title>%s: %d</title></rect>') % (
                kind, x, max(width - 1.5, 0.5), high, name or "no answer", number)
            if letters and name and width > 14:
                made += E('<text x="%.2f" y="13" text-anchor="middle" style="fill: var(--paper); font-weight: '
                          '600">%s</text>'
                          ) % (x + width / 2, name)
        x += width
    words = ", ".join(f"{name or 'no answer'} {number}" for number, _, name in parts if number)
    return E('<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">%s</svg>') % (
        wide, high, wide, high, words, made)
