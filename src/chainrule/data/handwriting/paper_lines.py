"""Printed lines of ruled and squared paper: where they run, how wide and how dark they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["PaperLines", "find_lines"]

Grey = NDArray[np.float32]
Places = NDArray[np.float64]

# The picture is cut into so many upright strips; a line must be seen in most of them.
_STRIPS = 16
_LEAST_SEEN = 0.6
# It reaches one of the two outermost strips on each side, or is one of at least eight: a page may
# end before the picture does, and a row of ones is shorter.
_OUTERMOST = 2
_MANY_LINES = 8
# Lines lean at most this much (11 degrees); those of one family differ by less than the second.
_STEEPEST = 0.2
_CONVERGING = 0.06
# Within a strip a line may lean away from the slope that is tried by this many pixels.
_BLURRED_BY = 1.5
# Strokes of a dark pen would outweigh pale lines when the slope is sought; so it is also sought as
# if no ink were darker than this.
_SATURATIONS = (0.05, 0.15, 1.0)
# A line is at most a fortieth of the picture wide: 9 mm on a sheet of A4. The ink of a stroke that
# lies along it is wider, or shorter.
_WIDEST = 1 / 40
# Amounts of ink, and deviations of the grain, from which on a line can be told from paper.
_FAINTEST = 0.03
_ABOVE_GRAIN = 4.0
_MAD = 1.4826  # deviation of a normal distribution / median absolute deviation
# The distance in pixels, and as a fraction of the height, within which a strip confirms a line.
_TOLERANCE = (2.0, 0.004)
# Three lines make a family if most of their distances are one and the same, within a fifth, and
# nearly all of them whole multiples of it.
_FEWEST_LINES = 3
_OFF_BEAT = 0.2
_ON_BEAT = 0.7
_EQUAL = 0.5
# A line that was not seen but is expected, or that the picture cuts off, is as strong as this.
_CONFIRMED = 0.4
_LEAST_COLUMNS = 0.08
# Where the line's profile falls below this fraction of its strength, the line ends.
_FOOT = 0.12


@dataclass(frozen=True, eq=False)
class PaperLines:
    """Printed lines of one direction, roughly from left to right.

    Args:
        rows: the row of each line's middle in each column, (lines, columns); it may lie outside.
        half_width: how many rows a line reaches above and below its middle.
        strength: how much ink a line has in its middle, from 0 to 1.
    """

    rows: Places
    half_width: int
    strength: float

    @property
    def distance(self) -> float:
        """The median distance of two neighbours in rows."""
        return float(np.median(np.diff(self.rows, axis=0)))


class _Profile(NamedTuple):
    """The amount of ink across each line, the median along it: (lines, offsets)."""

    across: Places
    offsets: NDArray[np.int64]


def find_lines(amount: Grey) -> PaperLines | None:
    """Find the lines that run through the whole picture from left to right at equal distances.

    They may lean by up to 11 degrees, converge as in a photo taken aslant, and be slightly bent.

    Args:
        amount: how much ink each pixel has, from 0 to 1, (rows, columns).

    Returns: the lines, or None if there are fewer than three or they are not regular.
    """
    if amount.shape[1] < 4 * _STRIPS or amount.shape[0] < 4 * _STRIPS:
        return None
    best = np.empty((0, amount.shape[1]))
    for marks in _find_marks(amount):
        rows = _join_marks(marks, amount.shape)
        if len(rows) > len(best) and _is_regular(rows):
            best = rows
    if not len(best):
        return None
    return _measure_lines(amount, _complete(best, amount.shape[0]))


class _Marks(NamedTuple):
    """The rows at which something narrow crosses each strip, if lines have this slope."""

    rows: tuple[Places, ...]
    slope: float


def _find_marks(amount: Grey) -> Iterator[_Marks]:
    """The marks for each slope that lines may have."""
    from scipy import ndimage

    height, width = amount.shape[0], amount.shape[1] // _STRIPS
    step = _BLURRED_BY / width
    count = int(_STEEPEST / step)
    slopes = step * np.arange(-count, count + 1)
    profiles = np.stack([_strip_profiles(amount, slope) for slope in slopes])
    detail = profiles - ndimage.uniform_filter1d(profiles, _window(height), axis=2)
    for best in sorted({_sharpest(detail, most) for most in _SATURATIONS}):
        near = profiles[max(best - 1, 0) : best + 2]
        ridges = near - ndimage.median_filter(near, (1, 1, _window(height)))
        yield _Marks(tuple(map(_centres, ridges.max(axis=0))), float(slopes[best]))


def _sharpest(detail: Places, most: float) -> int:
    """The slope for which narrow ink stands out the most, if no ink counts for more than this."""
    # A line seen along its own slope is narrow and dark; fourth powers prefer it to broad ink.
    return int(np.argmax((np.clip(detail, 0, most) ** 4).sum(axis=(1, 2))))


def _window(height: int) -> int:
    return 2 * max(3, round(height * _WIDEST)) + 1


def _strip_profiles(amount: Grey, slope: float) -> Places:
    """The mean amount along this slope in each strip, (strips, rows)."""
    width = amount.shape[1] // _STRIPS
    strips = amount[:, : width * _STRIPS].reshape(amount.shape[0], _STRIPS, width)
    shifts = np.rint(slope * (np.arange(width) - (width - 1) / 2)).astype(int)
    total = np.zeros(strips.shape[:2])
    for shift in np.unique(shifts):
        total += np.roll(strips[:, :, shifts == shift].sum(axis=2), -shift, axis=0)
    return np.asarray(total.T / width)


def _centres(ridge: Places) -> Places:
    """The middles of the runs of rows that stand out in one strip."""
    from scipy import ndimage

    grain = _MAD * float(np.median(np.abs(ridge)))
    nearby = ndimage.maximum_filter1d(ridge, _window(len(ridge)))
    stands_out = ridge > np.maximum(max(_FAINTEST, _ABOVE_GRAIN * grain), nearby / 2)
    labels, count = ndimage.label(stands_out)
    found = ndimage.center_of_mass(np.maximum(ridge, 0), labels, np.arange(1, count + 1))
    return np.array([row for (row,) in found])


def _join_marks(found: _Marks, shape: tuple[int, int]) -> Places:
    """The rows of lines that most strips confirm, sorted, (lines, columns)."""
    (height, columns), marks = shape, found.rows
    middles = np.asarray((np.arange(_STRIPS) + 0.5) * (columns // _STRIPS) - 0.5, np.float64)
    tolerance = max(_TOLERANCE[0], _TOLERANCE[1] * height)
    tried = _candidates(found, middles)
    distances = np.stack([_distances(marks[k], tried[:, k]) for k in range(_STRIPS)], axis=1)
    seen = distances <= tolerance
    # Of two lines that as many strips confirm the one that fits better goes first.
    scores = seen.sum(axis=1) - np.where(seen, distances, 0).sum(axis=1) / (tolerance * _STRIPS)
    lines, reaching = [], 0
    free = scores >= _LEAST_SEEN * _STRIPS
    while free.any():
        best = int(np.argmax(np.where(free, scores, -1)))
        free &= np.abs(tried - tried[best]).min(axis=1) > tolerance
        lines.append(_fit(middles, marks, tried[best], seen[best]))
        ends = seen[best, :_OUTERMOST], seen[best, -_OUTERMOST:]
        reaching += all(end.any() for end in ends)
    if reaching < _FEWEST_LINES and len(lines) < _MANY_LINES:
        return np.empty((0, columns))
    rows = np.array([np.polyval(line, np.arange(columns)) for line in lines]).reshape(-1, columns)
    return rows[np.argsort(rows[:, columns // 2])]


def _candidates(marks: _Marks, middles: Places) -> Places:
    """The rows in all strips of lines through a mark on the left and one on the right."""
    found = [np.empty((0, _STRIPS))]
    for left in (1, 3, 5):
        for right in (_STRIPS - 2, _STRIPS - 4, _STRIPS - 6):
            start, end = np.meshgrid(marks.rows[left], marks.rows[right], indexing="ij")
            slopes = (end - start) / (middles[right] - middles[left])
            near = np.abs(slopes - marks.slope) <= _CONVERGING
            found.append(start[near, None] + slopes[near, None] * (middles - middles[left]))
    return np.concatenate(found)


def _distances(marks: Places, rows: Places) -> Places:
    """The distance of each row to the nearest mark."""
    if not len(marks):
        return np.full(len(rows), np.inf)
    after = np.clip(np.searchsorted(marks, rows), 1, max(len(marks) - 1, 1))
    last = np.minimum(after, len(marks) - 1)
    return np.minimum(np.abs(rows - marks[after - 1]), np.abs(rows - marks[last]))


def _fit(
    middles: Places, marks: tuple[Places, ...], rows: Places, seen: NDArray[np.bool_]
) -> Places:
    """The parabola through the marks that confirm a line."""
    strips = np.flatnonzero(seen)
    nearest = [marks[k][np.argmin(np.abs(marks[k] - rows[k]))] for k in strips]
    return np.asarray(np.polyfit(middles[strips], nearest, 2))


def _is_regular(rows: Places) -> bool:
    """Whether lines lie at equal distances, or at whole multiples of one."""
    distances = np.diff(rows.mean(axis=1))
    beats = distances / np.median(distances)
    on_beat = np.abs(beats - np.rint(beats)) <= _OFF_BEAT
    equal = on_beat & (np.rint(beats) == 1)
    return bool(on_beat.mean() >= _ON_BEAT and equal.mean() >= _EQUAL)


def _complete(rows: Places, height: int) -> Places:
    """The lines with those that must lie between them and beyond them up to the edges."""
    distance = float(np.median(np.diff(rows.mean(axis=1))))
    filled = [rows[0]]
    for line in rows[1:]:
        count = max(1, round(float((line - filled[-1]).mean()) / distance))
        first = filled[-1]
        filled += [first + (line - first) * k / count for k in range(1, count + 1)]
    while (filled[0] > 0).any():
        filled.insert(0, filled[0] - np.maximum(filled[1] - filled[0], 1))
    while (filled[-1] < height - 1).any():
        filled.append(filled[-1] + np.maximum(filled[-1] - filled[-2], 1))
    return np.array(filled)


def _measure_lines(amount: Grey, rows: Places) -> PaperLines | None:
    """The lines that are really there, each with its middle where it is darkest."""
    profile = _profile(amount, rows)
    # A line is looked for where it is expected, and a third of the way to its neighbours.
    reach = max(1, profile.offsets[-1] // 2)
    near = np.abs(profile.offsets) <= reach
    weight = np.maximum(profile.across[:, near], 0) ** 2
    moved = (weight * profile.offsets[near]).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    rows = rows + moved[:, None]
    profile = _profile(amount, rows)
    middle = profile.across[:, np.abs(profile.offsets) <= 1].max(axis=1)
    strength = float(np.median(middle))
    real = middle >= _CONFIRMED * strength
    if strength < _FAINTEST or real.sum() < _FEWEST_LINES:
        return None
    half = _half_width(profile, np.median(profile.across[real], axis=0))
    return None if half is None else PaperLines(rows[real], half, strength)


def _half_width(profile: _Profile, shape: Places) -> int | None:
    """How far lines reach above and below their middle; None if they never end."""
    away = np.abs(profile.offsets)
    paper = float(np.median(shape[away > profile.offsets[-1] // 2]))
    beyond = away[shape - paper < _FOOT * (float(shape.max()) - paper)]
    half = int(beyond.min()) - 1
    return None if half > profile.offsets[-1] // 2 else max(half, 0)


def _profile(amount: Grey, rows: Places) -> _Profile:
    """The ink across each line, up to half of the way to its neighbours; 0 for a line outside."""
    height, columns = amount.shape
    distance = float(np.median(np.diff(rows, axis=0)))
    reach = max(2, min(int(distance / 2), _window(height) // 2))
    offsets = np.arange(-reach, reach + 1)
    places = np.rint(rows).astype(int)[:, None, :] + offsets[:, None]
    inside = (places >= 0) & (places < height)
    values = amount[np.clip(places, 0, height - 1), np.arange(columns)]
    enough = inside.sum(axis=2) >= _LEAST_COLUMNS * columns
    known = np.where(inside | ~enough[..., None], values, np.nan)
    across = np.where(enough, np.nanmedian(known, axis=2), 0.0)
    return _Profile(across, offsets)
