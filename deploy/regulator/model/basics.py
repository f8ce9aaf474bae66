"""Numbers, faults and the calendar of the independent model."""

from fractions import Fraction

SECOND, QUARTER, HOUR, DAY, WEEK = 1000, 900_000, 3_600_000, 86_400_000, 604_800_000
EAST, MOST, FOREVER = 8 * HOUR, 10**15, 1 << 62


class Refused(Exception):
    """The command causes nothing; the number says why."""


class Tried(Exception):
    """A trial has passed every check: nothing is done."""


class Differs(Exception):
    """The log says another thing than the model."""


class Unknown(Exception):
    """The log holds what this model does not know."""


def need(condition, code):
    if not condition:
        raise Refused(code)


def up(a, b):
    return -(-a // b)


def purse(owner, currency):
    """The name of an account."""
    return f"{owner}:{currency.lower()}"


def exchange(one, other):
    """Units of the other currency for one of the first; rates are HKD per unit."""
    return Fraction(*one) / Fraction(*other)


def day_of(time):
    return (time + EAST) // DAY


def billed(runs, before=FOREVER):
    """GPUs x whole quarter hours x price."""
    return sum(r["gpus"] * r["price"] * (max(0, min(r["to"], before) - r["from"]) // QUARTER)
               for r in runs)


def shared(runs, since=0):
    """GPUs x whole quarter hours x what an award pays of the price."""
    return sum(r["gpus"] * r.get("share", 0) * (max(0, r["to"] - max(r["from"], since)) // QUARTER)
               for r in runs)


def clipped(runs, before):
    return [dict(r, to=min(r["to"], before)) for r in runs if r["from"] < before]


def run_at(runs, time):
    return next((r for r in runs if r["from"] <= time < r["to"]), {"gpus": 0, "price": 0})


def grid(time, rules):
    """The edges of the slots of a round that closes now."""
    first, g = up(time + rules["lead"], QUARTER) * QUARTER, rules["grid"]
    edges = [first]

    def extend(end, step):
        while edges[-1] < end:
            edges.append(edges[-1] + step)
    quarters = first // HOUR * HOUR + (g["quarterHours"] + 1) * HOUR
    extend(quarters, QUARTER)
    if g["hourlyDays"]:
        midnight = up(quarters + g["hourlyDays"] * DAY + EAST, DAY) * DAY - EAST
        extend(midnight, HOUR)
        if g["days"]:
            monday = 4 * DAY - EAST + up(midnight + g["days"] * DAY - 4 * DAY + EAST, WEEK) * WEEK
            extend(monday, DAY)
            extend(monday + g["weeks"] * WEEK, WEEK)
    return edges


def begun(edges, time):
    """The first slot that does not begin before this time."""
    return next((i for i, e in enumerate(edges[:-1]) if e >= time), len(edges) - 1)


def ended(edges, time):
    """How many slots end by this time."""
    return max(0, sum(e <= time for e in edges) - 1)


def extras_end(edges, rules):
    following = up(edges[0] + rules["roundLength"], HOUR) * HOUR
    return min(ended(edges, edges[0] + rules["windowHours"] * HOUR),
               begun(edges, following + rules["soldAhead"] * HOUR))
