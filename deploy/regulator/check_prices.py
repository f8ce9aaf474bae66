#!/usr/bin/env python3
"""check_prices.py FILE: checks the choice and the prices of a round that check_round.py accepts.

No refused bid could be added with gain to what is left, extras making room for it; every price is
what the rule makes of what was sold and of the proof's prices; where subsidised bids get what all
others leave, each has its best place in turn. Exit 0: all holds, and it says what uniform prices
cost: who was refused though the prices are below his; 1: something does not; 2: no file.
"""
import json
import sys

import check_round
from check_round import Record, need


class Choice(check_round.Round):
    def check(self):
        market = [f for f in self.fills.values() if not f.bid.apart]
        self.refused = [bid for seq, bid in self.bids.items()
                        if seq not in self.fills and not bid.apart]
        self.free = list(self.capacity)
        self.wants = {cell: list(row) for cell, row in self.standing.items()}
        for f in market:
            self.want(self.wants, f.lead, range(f.start, min(f.end, self.window)), f.lead.room, 0,
                      f.bid.seq)
            for cell, n in f.cells:
                self.free[cell] -= n
        self.left, leases = list(self.free), {x.bid: x for x in self.running}
        self.sold = [(self.fills[seq].lead if seq in self.fills else leases[seq], t, n)
                     for (seq, t), n in self.extras.items()]
        for x, t, n in self.sold:
            self.left[x.pool * self.slots + t] -= n
        for bid in self.refused:
            need(self.addition(bid) <= 0, f"bid-{bid.seq} was refused and could be added with gain")
        self.priced(market)
        self.spared()

    # What could have been.

    def ranked(self, cell, free, own=()):
        """What the extras of a cell gain in a quarter hour, by rank."""
        for key, _, room, *_ in sorted([*self.wants.get(cell, ()), *own]):
            n = min(room, free)
            free -= n
            yield -key * n

    def loss(self, bid, o, t, free):
        """What extras lose in a slot to a firm part of an option, less what its own gain."""
        own = {}
        self.want(own, o, [t], o.room, 0, bid.seq)
        cell = o.cell + t
        if cell not in self.wants and not own:
            return 0
        before, after = self.ranked(cell, free), self.ranked(cell, free - o.firm, own.get(cell, ()))
        return (sum(before) - sum(after)) * self.width[t]

    def addition(self, bid):
        """What welfare would gain by a bid at its best free place."""
        return max((self.filled(bid, x) for x in bid.places), default=0)

    def filled(self, bid, x):
        """Unit by unit where the next one gains most: each further one displaces dearer extras."""
        slots, gain, money = range(x.start, min(x.end, self.window)), 0, 0
        rooms = [[o, min(self.free[o.cell + x.start:o.cell + x.end]), 0] for o, _ in x.chunks]
        for _ in range(x.units // x.chunks[0][0].step):
            steps = [(o.firm * self.margin(o, x, o.worth) - sum(
                self.loss(bid, o, t, self.free[o.cell + t] - taken) for t in slots), -i)
                for i, (o, room, taken) in enumerate(rooms) if taken + o.firm <= room]
            if not steps:
                return 0
            step, i = max(steps)
            o = rooms[-i][0]
            rooms[-i][2] += o.firm
            gain, money = gain + step, money + o.firm * self.margin(o, x, o.value)
        return gain if money >= 0 else 0

    def spared(self):
        """Subsidised bids that take what others leave: by what they pay, then by arrival."""
        self.free, self.wants = self.left, {}
        apart = [bid for bid in self.bids.values() if bid.apart]
        for bid in sorted(apart, key=lambda bid: (-max(o.value for o in bid.options), bid.seq)):
            f = self.fills.get(bid.seq, Record(gain=0, cells=[]))
            need(f.gain == self.addition(bid), f"bid-{bid.seq} has not its best of what is left")
            for cell, n in f.cells:
                self.free[cell] -= n

    # Prices.

    def priced(self, market):
        """The ceilings, lowered for one winner after another who would pay more than its value."""
        price = self.ceilings()
        turns = []
        for f in market:
            f.money = sum(n * self.margin(o, f, o.value) for o, n in f.parts)
            turns.append(((f.money << 20) // max(1, self.charge(f, price)), f.bid.seq, f))
        for _, _, f in sorted(turns):
            charge = self.charge(f, price)
            for cell in [cell for cell, _ in f.cells] if charge > f.money else []:
                price[cell] = price[cell] * f.money // charge
        for cell, (due, told) in enumerate(zip(price, self.prices)):
            need(due == told, f"{self.pools[cell // self.slots].id} costs {told} above its ask in "
                              f"slot {cell % self.slots}, and {due} by the rule")

    def charge(self, f, price):
        return sum(n * price[cell] * self.width[cell % self.slots] for cell, n in f.cells)

    def ceilings(self):
        """The proof's price where a cell is full, or what is left there is of use to no refused bid
        that gains; never above what an extra that was sold is worth."""
        lacking = {cell for cell, n in enumerate(self.left) if n <= 0}
        places = ((bid, x) for bid in self.refused for x in bid.places)
        for o, x in ((o, x) for bid, x in places for o in self.useful(bid, x)):
            lacking |= {c for c in range(o.cell + x.start, o.cell + x.end) if self.left[c] < o.firm}
        price = [dual // 64 if cell in lacking else 0 for cell, dual in enumerate(self.duals)]
        for x, t, _ in self.sold:
            cell = x.pool * self.slots + t
            price[cell] = min(price[cell], max(0, x.value - x.asks[t]))
        return price

    def useful(self, bid, x):
        """The options of a place where a unit of its best filling at the asks may lie and gain."""
        if bid.kind != "split":
            return [x.chunks[0][0]]
        rates = [([self.margin(o, x, o.value), self.margin(o, x, o.worth)], n, o)
                 for o, n in x.chunks]
        ranked = sorted(rates, key=lambda rate: rate[0], reverse=True)
        left, sums, used = x.units, [0, 0], 0
        for rate, n, _ in ranked:
            used, n = used + (left > 0), min(n, left)
            left, sums = left - n, [a + n * b for a, b in zip(sums, rate)]
        found = []
        for rank, (rate, _, o) in enumerate(ranked):
            worst = ranked[min(rank, used - 1)][0]
            money, gain = [a + o.unit * (b - c) for a, b, c in zip(sums, rate, worst)]
            found += [o] if money >= 0 < gain else []
        return found

    def regret(self):
        """What each refused bid that the prices do not keep out would have gained by them, mHKD."""
        price = [64 * c for c in self.prices]
        rows = [price[p * self.slots:(p + 1) * self.slots] for p in range(len(self.pools))]
        sums, found = [self.prefix(row) for row in rows], {}
        for bid, x in ((bid, x) for bid in self.refused for x in bid.places):
            parts = [(self.worth(o, x, price, sums[o.pool]), 0, n, o) for o, n in x.chunks]
            gain = sum(self.divided(x.units, parts, self.rules(bid, [])))
            found[bid.seq] = max(gain, found.get(bid.seq, 0))
        return [gain // 256 for gain in found.values() if gain > 0]


def main(path):
    try:
        with open(path, encoding="ascii") as file:
            check = Choice(json.load(file, object_pairs_hook=check_round.record, parse_float=float))
        check.check()
        regret = check.regret()
    except OSError as error:
        return print(f"{path} cannot be read: {error}") or 2
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        return print(f"REFUSED: {fault}") or 1
    return print(f"Round {check.round}: every price is by the rule, no refused bid could be added; "
                 f"{len(regret)} are in the money, for {sum(regret)} mHKD together.") or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
