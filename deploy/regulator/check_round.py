#!/usr/bin/env python3
"""Checks one round of the market from its file (`sampand export`); standard library, none of the market's code.

Recomputed from the frozen book and the outcome in the log: what was sold fits and was asked for; extras go by rank;
welfare; the bound that the proof shows; no price above the proof's, no winner at a loss in its own currency, no extra
above its value, no site below its ask; every bill; money in balance. Believed: the book (`sampand check` replays the
log), who may be placed where and for how much, what running leases may buy. Prices are mHKD per GPU-hour, those of a
proof 1/64 of that; lengths quarter hours; bills minor units. Exit 0: all holds; 1: something does not; 2: no file.
"""
import json
import sys
from types import SimpleNamespace as Record

QUARTER, ENDLESS = 900_000, 1 << 62


class Refused(Exception):
    pass


def need(holds, words):
    if not holds:
        raise Refused(words)


def up(a, b):
    return -(-a // b)


def record(pairs):
    need(len(dict(pairs)) == len(pairs), "a key stands twice in the file")
    return Record(**{"from_" if key == "from" else key: value for key, value in pairs})


def taken(wants, left):
    """Who gets how much of what is left, and what each GPU of it gains."""
    for key, _, room, who in sorted(wants):
        yield who, min(room, left), -key
        left -= min(room, left)


class Round:
    def __init__(self, file):
        need(file.format == "sampan-round/1", "this is another format")
        book, self.commit, self.movements = file.frozen, file.commit, file.movements
        self.round, self.edges, self.pools, self.running, self.tenants = book.round, book.edges, book.pools, book.running, []
        self.width, self.slots = [(b - a) // QUARTER for a, b in zip(self.edges, self.edges[1:])], len(self.edges) - 1
        self.at = {edge: slot for slot, edge in enumerate(self.edges)}
        need(min(self.width) > 0 and not any((e - self.edges[0]) % QUARTER for e in self.edges), "a grid of other slots")
        self.sold, self.window = book.extrasEnd, max(book.extrasEnd, book.windowEnd)
        need(0 <= self.sold <= self.window <= self.slots, "extras are sold outside the grid")
        self.fee, self.rates = book.feePermille, {r.currency: (r.rate.numerator, r.rate.denominator) for r in book.rates}
        self.latency = {(x.site, x.metro): x.roundTrip for x in book.latencies}
        self.number = {pool.id: index for index, pool in enumerate(self.pools)}
        need(all({len(p.ask), len(p.asks), len(p.capacity), len(p.offered)} == {self.slots} and all(
            0 <= c <= o for c, o in zip(p.capacity, p.offered)) for p in self.pools), "a pool sells more than is offered")
        self.asks = [pool.ask for pool in self.pools]  # then a row a subsidy, net of what a fund pays
        for row in book.subsidies:
            self.asks.append([a - s for a, s in zip(self.asks[row.pool], row.amount)])
        need(all(price >= 0 for row in self.asks for price in row), "an ask below zero")
        self.sums = [self.prefix(row) for row in self.asks]
        self.bids = [self.bid(index, row.bid, row.options) for index, row in enumerate(book.bids)]
        for index, x in enumerate(self.running):
            x.asks, sold = self.asks[self.row(x)], max(x.start, min(x.end, self.sold))
            for bonus, room, start, end in ((x.bonus, x.held, x.start, sold), (0, x.room - x.held, x.start, sold),
                                            (0, x.room, sold, min(x.end, self.window))):
                gain = {t: x.value + bonus - x.asks[t] for t in range(start, end) if x.value >= x.asks[t]}
                turn = (x.bid, len(self.bids) + len(self.tenants))
                self.tenants.append(Record(lease=index, pool=x.pool, room=room, turn=turn, gain=gain))
        self.read(file.parts)

    def prefix(self, row):
        sums = [0]
        for price, width in zip(row, self.width):
            sums.append(sums[-1] + price * width)
        return sums

    def row(self, place):
        return len(self.pools) + place.subsidy if hasattr(place, "subsidy") else place.pool

    def bid(self, index, bid, options):
        bid.index, bid.turn, bid.kind, bid.options, bid.splits = index, (bid.seq, index), bid.terms.kind, options, []
        bid.fee = getattr(bid, "moved", Record(feePermille=self.fee)).feePermille
        for o in options:
            want, near = bid.terms.alternatives[o.alternative], getattr(bid.terms, "near", Record(price=0, metro=""))
            need(o.least == want.least <= o.gpus <= want.gpus and o.quarters == want.quarters > 0 < o.unit
                 and want.chip == self.pools[o.pool].chip and self.edges[o.earliest] >= bid.terms.earliest
                 and self.edges[o.latestEnd] <= bid.terms.latestEnd, f"bid-{bid.seq} did not ask for one of its options")
            lag = near.price * self.latency.get((self.pools[o.pool].site, near.metro), 0)
            o.limit, o.row, o.worth = want.limit * 1000 // (1000 + bid.fee) - lag, self.row(o), o.value + o.bonus
            o.asks, o.firm = self.asks[o.row], {"block": o.gpus, "elastic": o.least, "split": o.unit}[bid.kind]
            o.room, o.shape = o.gpus - o.least if bid.kind == "elastic" else 0, (o.alternative, o.gpus, o.unit, o.quarters)
            ends = {s: self.at.get(self.edges[s] + o.quarters * QUARTER, ENDLESS) for s in range(o.earliest, o.latestEnd)}
            o.ends = {s: e for s, e in ends.items() if e <= o.latestEnd and o.value >= 0 < o.gpus}
            o.columns = [c for c in o.ends.items() if bid.kind != "split" and self.gains(o, *c)]
        for shape in sorted({o.shape for o in options}) if bid.kind == "split" else []:
            group = [o for o in options if o.shape == shape]
            for s, e in sorted({c for o in group for c in o.ends.items()}):
                most = [(o, min(o.gpus, *self.pools[o.pool].capacity[s:e]) // o.unit * o.unit) for o in group if s in o.ends]
                if sum(n for _, n in most) >= shape[1] and shape[1] % shape[2] == 0:
                    bid.splits.append(Record(start=s, end=e, gpus=shape[1], chunks=[(o, n) for o, n in most if n]))
        return bid

    def margin(self, o, start, end, price):
        return price * o.quarters - self.sums[o.row][end] + self.sums[o.row][start]

    def gains(self, o, start, end):
        """It fits, its firm part does not lose money, and it gains at the asks."""
        if min(self.pools[o.pool].capacity[start:end]) < o.firm or (o.firm and self.margin(o, start, end, o.value) < 0):
            return False
        extra = sum(max(0, o.value - o.asks[t]) * self.width[t] for t in range(start, min(end, self.window)) if o.room)
        return self.margin(o, start, end, o.worth) * o.firm + extra * o.room > 0

    # The outcome, as it stands in the log

    def read(self, parts):
        need([(p.index, p.of, p.round) for p in parts] == [(i, self.commit.of, self.round) for i in range(self.commit.of)]
             and self.commit.round == self.round, "parts of the outcome are missing")
        rows = {key: [x for p in parts for x in getattr(p.part, key)] for key in ("congestion", "duals", "extras", "fills")}
        self.prices, self.duals, self.fills, self.extras = self.grid(rows["congestion"]), self.grid(rows["duals"]), {}, {}
        leases, bids = {x.bid: i for i, x in enumerate(self.running)}, {bid.seq: bid for bid in self.bids}
        for x in rows["extras"]:
            self.take("lease", leases[x.bid], x.extras)
        for x in rows["fills"]:
            self.fill(bids[x.bid], x)
        need(list(self.fills) == sorted(self.fills), "fills are out of order")

    def grid(self, records):
        rows = [[0] * self.slots for _ in self.pools]
        for one in records:
            row = rows[self.number[one.pool]]
            for run in one.runs:
                place = slice(run.from_, run.from_ + run.count)
                need(run.value > 0 < run.count and 0 <= place.start and place.stop <= self.slots and not any(row[place]),
                     f"prices of {one.pool} leave the grid or overlap")
                row[place] = [run.value] * run.count
        return rows

    def take(self, kind, who, extras):
        for x in extras:
            slot = self.at.get(x.start, ENDLESS)
            need(slot < self.sold and x.gpus > 0 and (kind, who, slot) not in self.extras, "an extra out of place")
            self.extras[kind, who, slot] = x.gpus

    def fill(self, bid, row):
        start, chunks, words = self.at.get(row.start), bid.kind == "split", f"bid-{bid.seq} "
        places = {(o.alternative, self.pools[o.pool].id): o for o in bid.options if start in o.ends}
        parts = [(places.get((p.alternative, p.pool)), p.gpus) for p in row.parts]
        need(all(o for o, _ in parts) and bid.index not in self.fills, words + "is placed where or when it may not be")
        lead = parts[0][0]
        need(all(o.shape == lead.shape and (not chunks or n > 0 == n % o.unit) for o, n in parts) and (chunks or len(parts) == 1)
             and sum(n for _, n in parts) == (lead.gpus if chunks else lead.firm)
             and all(a.pool < b.pool for (a, _), (b, _) in zip(parts, parts[1:])), words + "has not what it asked for")
        end = lead.ends[start]
        budget = sum(n * self.margin(o, start, end, o.value) for o, n in parts)
        need(budget >= 0, words + "wins at a loss at the asks alone")
        self.fills[bid.index] = Record(bid=bid, start=start, end=end, parts=parts, budget=budget, lead=lead)
        self.take("bid", bid.index, row.extras)

    def feasible(self):
        welfare, due, wants, self.free = 0, {}, {}, [list(pool.capacity) for pool in self.pools]
        for f in self.fills.values():
            for o, n in f.parts:
                welfare += n * self.margin(o, f.start, f.end, o.worth)
                for t in range(f.start, f.end):
                    self.free[o.pool][t] -= n
                    if o.room and t < self.window and o.value > o.asks[t]:
                        want = (o.asks[t] - o.value, f.bid.turn, o.room, ("bid", f.bid.index))
                        wants.setdefault((o.pool, t), []).append(want)
        need(all(n >= 0 for row in self.free for n in row), "more GPUs are sold than there are")
        for x in self.tenants:
            for t in (t for t, gain in x.gain.items() if gain > 0 < x.room):
                wants.setdefault((x.pool, t), []).append((-x.gain[t], x.turn, x.room, ("lease", x.lease)))
        for (p, t), list_ in wants.items():
            for who, n, gain in taken(list_, self.free[p][t]):
                welfare += gain * n * self.width[t]
                if n and t < self.sold:
                    due[(*who, t)] = due.get((*who, t), 0) + n
        need(due == self.extras, "extras are not sold by rank")
        need(welfare == self.commit.welfare, f"the welfare is {welfare}, not {self.commit.welfare}")
        return f"{len(self.fills)} of {len(self.bids)} bids filled, welfare {welfare}"

    # The proof: prices mu (and utilities u) bound what any clearing has that fits the answers on the way to a leaf

    def rules(self, bid, path):
        r = Record(must=False, out=False, first=0, last=ENDLESS, low={}, high={})
        for kind, who, pool, number, yes in path:
            if who == bid.index and kind == "runs":
                r.must, r.out = r.must or yes, r.out or not yes
            elif who == bid.index and kind == "starts":
                r.first, r.last = (r.first, min(r.last, number)) if yes else (max(r.first, number + 1), r.last)
            elif who == bid.index and yes:
                r.must, r.low[pool] = True, max(r.low.get(pool, 0), number + 1)
            elif who == bid.index:
                r.high[pool] = min(r.high.get(pool, ENDLESS), number)
        if r.must and r.out:
            r.out, r.first = False, ENDLESS
        return r

    def leaf(self, mu, path, pools, u):
        """The most in these pools, all of them together or one with utilities; None: no clearing fits."""
        sums, total = {p: self.prefix(mu[p]) for p in pools}, 0
        for p in pools:
            total += sum(m * w * c for m, w, c in zip(mu[p], self.width, self.pools[p].capacity))
        total += sum(max(0, 64 * gain - mu[x.pool][t]) * self.width[t] * x.room
                     for x in self.tenants if x.pool in pools for t, gain in x.gain.items())
        for bid in self.bids:
            r, values = self.rules(bid, path), []
            fits = {p for p in pools if not r.out and r.high.get(p, 1) and (bid.kind == "split" or set(r.low) <= {p})}
            for o in (o for o in bid.options if o.pool in fits):
                plus = [max(0, 64 * (o.value - o.asks[t]) - mu[o.pool][t]) * self.width[t] for t in range(self.window) if o.room]
                values += [o.firm * self.rate(o, s, e, sums) + o.room * sum(plus[s:e]) - (u or {}).get(bid.index, 0)
                           for s, e in o.columns if r.first <= s <= r.last]
            for split in (split for split in bid.splits if r.first <= split.start <= r.last and not r.out):
                values += self.divided(split, r, sums, fits, None if u is None else u.get(bid.index, 0))
            must = r.must if u is None else any(p in r.low for p in pools)
            if must and not values:
                return None
            total += max(values + [0] * (not must))
        return total

    def rate(self, o, start, end, sums):
        return 64 * self.margin(o, start, end, o.worth) - sums[o.pool][end] + sums[o.pool][start]

    def divided(self, split, r, sums, fits, u):
        """The best division over the pools; with a utility a GPU the best chunk in the one pool."""
        left, value, parts, met = split.gpus, 0, [], set()
        for o, n in ((o, n) for o, n in split.chunks if o.pool in fits):
            rate, least = self.rate(o, split.start, split.end, sums), up(r.low.get(o.pool, 0), o.unit) * o.unit
            most = min(r.high.get(o.pool, n), n) // o.unit * o.unit
            if u is not None and max(least, o.unit) <= most:
                parts.append((rate - u) * (most if rate > u else max(least, o.unit)))
            elif u is None and least <= most:
                left, value, met = left - least, value + least * rate, met | ({o.pool} if least else set())
                parts.append((rate, most - least))
        if u is not None:
            return parts
        for rate, n in sorted(parts, reverse=True):
            left, value = left - min(max(0, left), n), value + min(max(0, left), n) * rate
        return [value] if left == 0 and set(r.low) <= met else []

    def bound(self):
        bound, welfare = up(self.leaf(self.duals, [], range(len(self.pools)), None), 64), self.commit.welfare
        need(welfare <= bound == self.commit.bound, f"the proof shows {bound}, not {self.commit.bound}")
        return f"no clearing has more than {bound}: {100 * (bound - welfare) / max(1, welfare):.2f} % above"

    # Prices and money

    def rational(self):
        need(all(64 * c <= m for row, mu in zip(self.prices, self.duals) for c, m in zip(row, mu)), "a price above the proof's")
        for f in self.fills.values():
            paid = sum(n * self.prices[o.pool][t] * self.width[t] for o, n in f.parts for t in range(f.start, f.end))
            need(paid <= f.budget, f"bid-{f.bid.seq} pays more than its value")
        for kind, who, t in self.extras:
            x = self.fills[who].lead if kind == "bid" else self.running[who]
            need(self.prices[x.pool][t] <= x.value - x.asks[t], f"an extra of {kind} {who} costs more than its value")
        return f"{sum(c > 0 for row in self.prices for c in row)} cells above their ask, nobody pays more than its value"

    def bills(self, f):
        """What the leases of a bid set aside: (pool, tenant, fee, site), rounded once a bid; and what it may pay."""
        made, fine, before, most, (tn, td) = [], 0, (0, 0), 0, self.rates[f.bid.currency]
        for o, n in f.parts:
            pool, (sn, sd) = self.pools[o.pool], self.rates[self.pools[o.pool].currency]
            cells = [(t, n + self.extras.get(("bid", f.bid.index, t), 0)) for t in range(f.start, f.end)]
            total = sum(g * self.width[t] * (pool.asks[t] + self.prices[o.pool][t] * sd // (10 * sn)) for t, g in cells)
            most += o.limit * sum(g * self.width[t] for t, g in cells)
            exact, unit = (total, 4) if pool.currency == f.bid.currency else (total * sn * td, 4 * sd * tn)
            fine += (exact << 32) // unit
            now = (up(fine, 1 << 32), fine * f.bid.fee // (1000 << 32)) if len(f.parts) > 1 else (
                up(exact, unit), exact * f.bid.fee // (1000 * unit))
            site = now[0] - before[0] if pool.currency == f.bid.currency else up(total, 4)
            need(4 * site >= sum(g * self.width[t] * pool.asks[t] for t, g in cells), f"{pool.id} is paid below its ask")
            made += [(pool, now[0] - before[0], now[1] - before[1], site)] if any(g for _, g in cells) else []
            before = now
        need(4 * before[0] < most + 4, f"bid-{f.bid.seq} pays more than its limit in its own currency")
        return made, before

    def balanced(self):
        moved, legs, count = {}, {}, 0
        for m in self.movements:
            need(m.step in ("pending", "voided") and m.debit[-4:] == m.credit[-4:] and (m.step, m.pending) not in moved,
                 f"{m.subject}: money moves that may not")
            moved[m.step, m.pending] = (m.debit, m.credit, m.amount if m.step == "pending" else m.held)
        for f in self.fills.values():
            made, bill = self.bills(f)
            own, account, name = f":{f.bid.currency.lower()}", f"{f.bid.party}:{f.bid.currency.lower()}", f"bid-{f.bid.seq}"
            hold = moved.pop(("voided", f"hold-{f.bid.seq}"), None) if made else None
            for pool, tenant, fee, site in made:
                lease, centre = f"lease-{self.round}-{count}.1", f"{pool.centre}:{pool.currency.lower()}"
                away, count = pool.currency != f.bid.currency, count + 1
                legs["pay." + lease] = (account, "fx" + own if away else centre, tenant)
                legs["fx." + lease] = ("fx" + centre[-4:], centre, site if away else 0)
                legs["fee." + lease] = (account, "fees" + own, fee)
                extra = moved.pop(("pending", "extra." + lease), (account, "clearing" + own, 0))
                need(hold and hold[0] == account == extra[0] and extra[1] == "clearing" + own
                     and sum(bill) + extra[2] <= hold[2], f"{name} sets aside more than it held")
        for name, leg in legs.items():
            need(moved.pop(("pending", name), (*leg[:2], 0)) == leg, f"{name}: another amount or account than {leg}")
        return moved


def main(path):
    try:
        with open(path, encoding="ascii") as file:
            file = json.load(file, object_pairs_hook=record, parse_float=float.fromhex)
        check = Round(file)
        for name in ("feasible", "bound", "rational", "balanced"):
            print(f"{name:9}{getattr(check, name)()}")
    except OSError as error:
        print(f"{path} cannot be read: {error}")
        return 2
    except (Refused, ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        print(f"REFUSED: {fault}" if isinstance(fault, Refused) else f"REFUSED: misshapen: {fault!r}")
        return 1
    print(f"Round {check.round}: all of this holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
