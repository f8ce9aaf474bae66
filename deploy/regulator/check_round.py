#!/usr/bin/env python3
"""check_round.py FILE: checks one round of the market from its file (`sampand export`), with none of the market's code.

Recomputed: what was sold fits and was asked for; extras go by rank; welfare; the bound that the proof shows; no price
above the proof's, no winner at a loss in its own currency, no extra above its value, no site below its ask; what a fund
pays of each ask; every bill; money in balance. Believed: the book (`sampand check` replays the log), who may be placed
where and for how much, what running leases may buy; for the choice and the rule of prices: check_prices.py. Prices are
mHKD per GPU-hour, a proof's 1/64 of that; lengths quarter hours; bills minor units. Exit 0: all holds; 1: not; 2: no file.
"""
import json, sys
from collections import Counter
from itertools import accumulate
from types import SimpleNamespace as Record

QUARTER, ENDLESS = 900_000, 1 << 62

def need(holds, words):
    if not holds: raise ValueError(words)
def up(a, b): return -(-a // b)
def into(a, b): return a[0] * b[1], a[1] * b[0]  # over and under of an amount that changes its currency

def record(pairs):
    need(len(dict(pairs)) == len(pairs), "a key stands twice in the file")
    return Record(**{"from_" if key == "from" else key: value for key, value in pairs})

class Round:
    def __init__(self, file):
        need(file.format == "sampan-round/1", "this is another format")
        vars(self).update(vars(file.frozen), commit=file.commit, movements=file.movements, fills={}, extras=Counter(), proof=[])
        self.at, self.slots = {edge: slot for slot, edge in enumerate(self.edges)}, len(self.edges) - 1
        self.width = [(b - a) // QUARTER for a, b in zip(self.edges, self.edges[1:])]
        self.sold, self.window, none = self.extrasEnd, max(self.extrasEnd, self.windowEnd), [0] * self.slots
        self.rates = {r.currency: (r.rate.numerator, r.rate.denominator) for r in self.rates}
        self.latency, self.standing = {(x.site, x.metro): x.roundTrip for x in self.latencies}, {}
        self.number, self.capacity = {p.id: i for i, p in enumerate(self.pools)}, [n for p in self.pools for n in p.capacity]
        need(min(self.width) > 0 and not any((edge - self.edges[0]) % QUARTER for edge in self.edges)
             and all(len(row) == self.slots and min(row) >= 0 for p in self.pools for row in (p.ask, p.asks, p.capacity))
             and 0 <= self.sold <= self.window <= self.slots, "slots of no grid, a pool off it, or less than nothing")
        self.unpaid = Record(pool=None, share=none, amount=none)
        self.bids = {x.bid.seq: self.bid(x.bid, x.options) for x in self.bids}
        for x in self.running:
            x.asks, sold = self.pools[x.pool].ask, range(x.start, max(x.start, min(x.end, self.sold)))
            for slots, room, bonus in ((sold, x.held, x.bonus), (sold, x.room - x.held, 0), (
                    range(sold.stop, min(x.end, self.window)), x.room, 0)):
                self.want(self.standing, x, slots, room, bonus, x.bid)
        need([(p.index, p.of, p.round) for p in file.parts] == [(i, self.commit.of, self.round) for i in range(self.commit.of)]
             and self.commit.round == self.round, "parts of the outcome are missing")
        part = {key: [x for p in file.parts for x in getattr(p.part, key)] for key in vars(file.parts[0].part)}
        self.prices, self.duals = self.cells(part["congestion"]), self.cells(part["duals"])
        for x in part["proof"]:
            self.proof[-1].steps.extend(x.steps) if x.kind == "more" else self.proof.append(x)
        for row in part["fills"]:
            self.fill(self.bids[row.bid], row)
        for row, x in ((row, x) for row in part["fills"] + part["extras"] for x in row.extras):
            self.extras[row.bid, self.at.get(x.start, ENDLESS)] += x.gpus

    def prefix(self, row):
        return list(accumulate((price * width for price, width in zip(row, self.width)), initial=0))

    def want(self, wants, x, slots, room, bonus, seq):
        """Who wants extras, by cell: a bonus never makes it take an hour above its value."""
        for t, gain in ((t, x.value - x.asks[t]) for t in slots):
            if gain >= 0 < (gain + bonus) * room:
                wants.setdefault(x.pool * self.slots + t, []).append((-gain - bonus, seq, room, t, gain))

    def cells(self, records):
        cells = [0] * len(self.capacity)
        for one, run in ((one, run) for one in records for run in one.runs):
            place = slice(first := self.number[one.pool] * self.slots + run.from_, first + run.count)
            need(run.value > 0 <= run.from_ <= self.slots - run.count and not any(cells[place]), "prices off the grid")
            cells[place] = [run.value] * run.count
        return cells

    def bid(self, bid, options):
        bid.kind, bid.options, bid.places = bid.terms.kind, options, []
        bid.fee, near = getattr(bid, "moved", self).feePermille, getattr(bid.terms, "near", Record(price=0, metro=""))
        bid.apart = hasattr(self, "spare") and any(hasattr(o, "subsidy") for o in options)  # gets what all others leave
        for o in options:
            want, pool = bid.terms.alternatives[o.alternative], self.pools[o.pool]
            need(o.least == want.least <= o.gpus <= want.gpus and o.quarters == want.quarters > 0 < o.unit
                 and want.chip == pool.chip and self.edges[o.earliest] >= bid.terms.earliest
                 and self.edges[o.latestEnd] <= bid.terms.latestEnd, f"bid-{bid.seq} did not ask for one of its options")
            o.limit = want.limit * 1000 // (1000 + bid.fee) - near.price * self.latency.get((pool.site, near.metro), 0)
            row = self.subsidies[o.subsidy] if hasattr(o, "subsidy") else self.unpaid
            o.asks, o.cell = [ask - paid for ask, paid in zip(pool.ask, row.amount)], o.pool * self.slots
            o.firm = {"block": o.gpus, "elastic": o.least, "split": o.unit}[bid.kind]
            o.step, o.each = (o.unit, 1) if bid.kind == "split" else (1, o.firm)  # a split's units are GPUs, others' all
            o.room, o.shape = o.gpus - o.least if bid.kind == "elastic" else 0, (o.alternative, o.gpus, o.unit, o.quarters)
            o.share, o.sums, o.worth = self.share(bid, o, pool, row), self.prefix(o.asks), o.value + o.bonus
            o.ends = {s: e for s in range(o.earliest, o.latestEnd) if o.value >= 0 < o.gpus
                      and (e := self.at.get(self.edges[s] + o.quarters * QUARTER, ENDLESS)) <= o.latestEnd}
            for x in (Record(start=s, end=e, units=1, chunks=[(o, 1)]) for s, e in o.ends.items() if bid.kind != "split"):
                fits = min(self.capacity[o.cell + x.start:o.cell + x.end]) >= o.firm  # nor may it lose money, or gain nothing
                if fits and self.margin(o, x, o.value) * o.firm >= 0 < self.worth(o, x, Counter(), Counter()):
                    bid.places.append(x)
        for shape in sorted({o.shape for o in options}) if bid.kind == "split" else []:
            group = [o for o in options if o.shape == shape]
            for s, e in sorted({c for o in group for c in o.ends.items()}):
                most = [(o, min(o.gpus, *self.capacity[o.cell + s:o.cell + e]) // o.unit * o.unit) for o in group if s in o.ends]
                if sum(n for _, n in most) >= shape[1] and shape[1] % shape[2] == 0:
                    bid.places.append(Record(start=s, end=e, units=shape[1], chunks=[(o, n) for o, n in most if n]))
        return bid

    def share(self, bid, o, pool, row):
        """What a fund pays of the asks: by its terms and the asks alone, not by what anybody bids."""
        terms, (num, den) = getattr(bid, "subsidy", Record(cap=0, permille=0, prices=[])), self.rates[pool.currency]
        top = next((min(x.list, x.reference) for x in terms.prices if x.chip == pool.chip), 0)
        cap, top = [amount * n // d for n, d in [into(self.rates[bid.currency], (num, den))] for amount in (terms.cap, top)]
        share = [min(cap, terms.permille * min(ask, top) // 1000) for ask in pool.asks]
        need((row.share, row.amount) == (share, [10 * n * num // den for n in share]) and row.pool in (o.pool, None),
             f"bid-{bid.seq} has another share of the ask than its award pays")
        return share

    def margin(self, o, x, price):
        return price * o.quarters - o.sums[x.end] + o.sums[x.start]

    def fill(self, bid, row):
        start, chunks, words = self.at.get(row.start), bid.kind == "split", f"bid-{bid.seq} "
        places = {(o.alternative, self.pools[o.pool].id): o for o in bid.options if start in o.ends}
        parts = [(places.get((p.alternative, p.pool)), p.gpus) for p in row.parts]
        lead = parts[0][0]
        need(all(o for o, _ in parts) and bid.seq > max(self.fills, default=-1), words + "stands where it may not, or twice")
        need(all(o.shape == lead.shape and (not chunks or n > 0 == n % o.unit) for o, n in parts)
             and sum(n for _, n in parts) == (lead.gpus if chunks else lead.firm) and (chunks or len(parts) == 1)
             and all(a.pool < b.pool for (a, _), (b, _) in zip(parts, parts[1:])), words + "has not what it asked for")
        f = self.fills[bid.seq] = Record(bid=bid, start=start, end=lead.ends[start], parts=parts, lead=lead)
        f.cells = [(o.cell + t, n) for o, n in parts for t in range(start, f.end)]
        f.gain = sum(n * self.margin(o, f, o.worth) for o, n in parts)
        need(sum(n * self.margin(o, f, o.value) for o, n in parts) >= 0, words + "wins at a loss at the asks alone")

    def feasible(self):
        due, used, wants = Counter(), Counter(), {cell: list(row) for cell, row in self.standing.items()}
        for f in self.fills.values():
            self.want(wants, f.lead, range(f.start, min(f.end, self.window)), f.lead.room, 0, f.bid.seq)
            used.update({(f.bid.apart, cell): n for cell, n in f.cells})
        free = [n - used[False, cell] for cell, n in enumerate(self.capacity)]
        welfare = sum(f.gain for f in self.fills.values() if not f.bid.apart)
        for cell, (key, seq, room, t, gain) in ((cell, x) for cell, row in wants.items() for x in sorted(row)):
            n = min(room, max(0, free[cell]))
            free[cell], welfare = free[cell] - n, welfare - key * n * self.width[t]
            due[seq, t] += n if t < self.sold else 0
            need(t >= self.sold or n == 0 or self.prices[cell] <= gain, "an extra costs more than its value")
        need(all(n >= used[True, cell] for cell, n in enumerate(free)), "more GPUs are sold than there are")
        need(due == self.extras, "extras are not sold by rank")
        need(welfare == self.commit.welfare, f"the welfare is {welfare}, not {self.commit.welfare}")

    def rules(self, bid, path):
        """What the answers on the way to a leaf of the proof say about a bid."""
        r = Record(must=False, out=False, first=0, last=ENDLESS, low={}, high={})
        for q, number, yes in (x for x in path if x[0].bid == bid.seq):
            if q.kind == "runs": r.must, r.out, r.first = r.must or yes, r.out or not yes, r.first if yes else ENDLESS
            elif q.kind == "starts": r.first, r.last = (r.first, min(r.last, number)) if yes else (max(r.first, number + 1), r.last)
            elif yes: r.must, r.low[number] = True, max(r.low.get(number, 0), q.gpus + 1)
            else: r.high[number] = min(r.high.get(number, ENDLESS), q.gpus)
        return r

    def leaf(self, mu, path, pools, u=None):
        """The most in all pools together, or with utilities in one; None: no clearing fits."""
        sums = [self.prefix(mu[p * self.slots:(p + 1) * self.slots]) for p in range(len(self.pools))]
        total = sum(self.width[t] * (mu[cell] * self.capacity[cell] + sum(
            max(0, -64 * key - mu[cell]) * room for key, _, room, *_ in self.standing.get(cell, [])))
            for p in pools for t, cell in enumerate(range(p * self.slots, (p + 1) * self.slots)))
        for bid in (bid for bid in self.bids.values() if not bid.apart):
            r, values, due = self.rules(bid, path), [], (u or {}).get(bid.seq, 0)
            there = bid.kind == "split" or set(r.low) <= set(pools)
            for x in (x for x in bid.places if r.first <= x.start <= r.last and there):
                parts = [(self.worth(o, x, mu, sums[o.pool]), up(r.low.get(o.pool, 0), o.step) * o.step,
                          min(r.high.get(o.pool, n), n) // o.step * o.step, o) for o, n in x.chunks if o.pool in pools]
                values += self.divided(x.units, [p for p in parts if p[1] <= p[2]], r) if u is None else [
                    n * (v - due) for v, low, most, o in parts if max(low, o.step) <= most for n in (max(low, o.step), most)]
            must = r.must if u is None else any(p in r.low for p in pools)
            if must and not values: return None
            total += max(values + [0] * (not must))
        return total

    def worth(self, o, x, mu, sums):
        """What a unit of a place gains above the prices."""
        plus = sum(max(0, 64 * (o.value - o.asks[t]) - mu[o.cell + t]) * self.width[t]
                   for t in range(x.start, min(x.end, self.window)) if o.room)
        return o.each * (64 * self.margin(o, x, o.worth) - sums[x.end] + sums[x.start]) + o.room * plus

    def divided(self, left, parts, r):
        value, left = sum(x * least for x, least, _, _ in parts), left - sum(least for _, least, _, _ in parts)
        there = left >= 0 and set(r.low) <= {o.pool for _, least, _, o in parts if least}
        for x, least, most, _ in sorted(parts, key=lambda part: -part[0]):
            value, left = value + min(left, most - least) * x, left - min(left, most - least)
        return [value] if there and left == 0 else []

    def walk(self, mu, path, pool=None, u=None):
        """The worst leaf below the next node; prices count from the node above."""
        node, mu, first = self.proof.pop(0), list(mu), (pool or 0) * self.slots
        for cell, by in zip(node.steps[::2], node.steps[1::2]):
            mu[first + cell] += by
            need(cell >= 0 <= mu[first + cell] and (pool is None or cell < self.slots), "a price of the proof off the grid")
        if node.kind == "leaf": return self.leaf(mu, path, range(len(self.pools)) if pool is None else [pool], u)
        if node.kind == "pooled" and pool is None: return self.pooled(mu, path)
        number = self.at[node.start] if node.kind == "starts" else self.number[node.pool] if node.kind == "uses" else None
        need(node.kind != "uses" or self.bids[node.bid].kind == "split" or node.gpus == 0, "a question out of place")
        answers = (self.walk(mu, path + [(node, number, yes)], pool, u) for yes in (True, False))
        return max((value for value in answers if value is not None), default=None)

    def pooled(self, mu, path):
        u, values = {}, {}
        while self.proof and self.proof[0].kind == "utility":
            u.update({self.proof[0].bid: max(0, self.proof.pop(0).amount)})
        while self.proof and self.proof[0].kind == "tree":
            p = self.number[self.proof.pop(0).pool]
            values[p] = self.walk(mu, path, p, u)
        values.update((p, self.leaf(mu, path, [p], u)) for p in range(len(self.pools)) if p not in values)
        values["own"] = sum(n * max([x.units for x in self.bids[b].places], default=1)
                            for b, n in u.items() if not self.rules(self.bids[b], path).out)
        return None if None in values.values() else sum(values.values())

    def bound(self):
        proofs = [self.leaf(self.duals, [], range(len(self.pools)))] + ([self.walk(self.duals, []) or 0] if self.proof else [])
        bound, welfare = up(max(0, min(proofs)), 64), self.commit.welfare
        need(not self.proof and welfare <= bound == self.commit.bound, f"the proof shows {bound}, not {self.commit.bound}")
        need(all(64 * c <= mu for c, mu in zip(self.prices, self.duals)), "a price above the proof's")

    def bills(self, f):
        """What the leases of a bid set aside: (part, tenant, fee, fund, site), rounded once a bid; and the sums."""
        made, fine, shared, before, most = [], 0, 0, [0, 0, 0], 0
        away = any(self.pools[o.pool].currency != f.bid.currency for o, _ in f.parts)
        for o, n in f.parts:
            pool, (over, under) = self.pools[o.pool], into(self.rates[self.pools[o.pool].currency], self.rates[f.bid.currency])
            cells = [(t, (n + self.extras.get((f.bid.seq, t), 0)) * self.width[t]) for t in range(f.start, f.end)]
            sums = [sum(g * row[t] for t, g in cells) for row in (pool.asks if f.bid.apart else self.charged[o.cell:], o.share)]
            one = 1 << 32 if len(f.parts) > 1 else 4 * under
            fine, shared = [so_far + n * over * one // (4 * under) for so_far, n in zip((fine, shared), sums)]
            now = [max(before[0], up(fine, one) - shared // one if away else up(fine - shared, one)),
                   (fine - shared) * f.bid.fee // (1000 * one), shared // one]
            tenant, fee, fund = [a - b for a, b in zip(now, before)]
            site = up(sums[0], 4) if pool.currency != f.bid.currency else tenant + fund
            made += [(f"{pool.centre}:{pool.currency.lower()}", tenant, fee, fund, site)] if any(g for _, g in cells) else []
            before, most = now, most + o.limit * sum(g for _, g in cells)
        need(4 * before[0] < most + 4, f"bid-{f.bid.seq} pays more than its limit in its own currency")
        return made, before

    def excess(self, f, account, bill, moved):
        """What a centre at fault pays, of what it set aside, of all that is beyond the bill of the place that it lost."""
        bid, move, shapes = f.bid, f.bid.moved, f.bid.terms.alternatives
        payer, word = f"{move.centre}:{move.siteCurrency.lower()}", f"excess bid-{bid.seq} "
        lost = move.billed * shapes[f.lead.alternative].least // max(1, shapes[0].least)  # it may have shrunk
        over, under = into(*[(rate.numerator, rate.denominator) for rate in (move.siteRate, move.tenantRate)])
        most = max(0, bill - up(lost * over, 4 * under) - lost * over * bid.fee // (4000 * under))
        aside, paid = [moved.pop(key, (payer, account, 0)) for key in (("voided", f"cover-{bid.seq}"), ("posted", word + payer))]
        got = paid if payer[-4:] == account[-4:] else moved.pop(("posted", word + "fx" + account[-4:]), (payer, account, 0))
        over, under = into(self.rates[bid.currency], self.rates.get(move.siteCurrency, (1, 1)))
        need(aside[0] == payer and got[1] == account and got[2] <= most
             and up(got[2] * over, under) == paid[2] <= aside[2] == move.cover, f"{word}is more than it may be")
        return got[2]

    def balanced(self):
        """Every movement is a leg of a bill or a hold that it replaces; nothing else moves."""
        asks, moved, count = [(ask, *self.rates[pool.currency]) for pool in self.pools for ask in pool.asks], {}, 0
        self.charged = [ask + c * den // (10 * num) for c, (ask, num, den) in zip(self.prices, asks)]
        for m in self.movements:
            key = m.step, getattr(m, "pending", f"{m.reason} {m.subject} {m.debit}")
            need((m.step in ("pending", "voided") or key[1].startswith("excess ")) and m.debit[-4:] == m.credit[-4:]
                 and key not in moved and (m.step != "voided" or m.amount == 0), f"{m.subject}: money moves that may not")
            moved[key] = (m.debit, m.credit, m.held if m.step == "voided" else m.amount)
        for f in self.fills.values():
            (made, bill), own, name = self.bills(f), f":{f.bid.currency.lower()}", f"bid-{f.bid.seq}"
            account, slack = f.bid.party + own, 4 + len(made) if hasattr(f.bid, "moved") else 0
            award = f.bid.subsidy.award + own if hasattr(f.bid, "subsidy") else ""
            hold, fund = [moved.pop(("voided", f"{x}-{f.bid.seq}"), (of, "", 0)) if made else (of, "", 0)
                          for x, of in (("hold", account), ("fund", award))]
            excess = self.excess(f, account, bill[0] + bill[1], moved) if slack and made else 0
            for centre, tenant, fee, share, site in made:
                lease, count = f"lease-{self.round}-{count}.1", count + 1
                payee, site = ("fx" + own, site) if centre[-4:] != own else (centre, 0)
                for leg, debit, credit, due in (("pay.", account, payee, tenant), ("fund.", award, payee, share), (
                        "fx.", "fx" + centre[-4:], centre, site), ("fee.", account, "fees" + own, fee)):
                    paid = moved.pop(("pending", leg + lease), (debit, credit, 0))
                    need(paid[:2] == (debit, credit) and due - slack <= paid[2] <= due, f"{leg}{lease}: {paid}, not {due}")
                extra = moved.pop(("pending", "extra." + lease), (account, "clearing" + own, 0))
                need(hold[0] == account and extra[:2] == (account, "clearing" + own)
                     and bill[0] + bill[1] - slack + extra[2] <= hold[2] + excess, f"{name} sets aside more than it held")
            need(fund[0] == award and bill[2] <= fund[2], f"a fund pays more for {name} than it had set aside")
        for x in self.running:
            net, mine = Counter(), [(t, n) for (seq, t), n in self.extras.items() if seq == x.bid]
            total = sum(n * self.width[t] * self.charged[x.pool * self.slots + t] for t, n in mine)
            for step, name in [key for key in moved if key[1].split(".")[1:2] == [x.lease]]:
                net[name.split(".")[0]] += moved.pop((step, name))[2] * (1 if step == "pending" else -1)
            need(abs(4 * net.get("fx", net["pay"]) - total) < 8 and net["pay"] + net["fee"] + net["extra"] <= 0,
                 f"{x.lease}: another bill for its extras, or more than was set aside")
        gone = {("voided", f"{x}-{seq}") for x in ("hold", "cover", "fund") for seq in self.bids}
        need(set(moved) <= gone, f"money moves that is of no bid and no lease: {sorted(set(moved) - gone)}")

def main(path):
    try:
        check = Round(json.load(open(path, encoding="ascii"), object_pairs_hook=record, parse_float=float.fromhex))
        check.feasible(), check.bound(), check.balanced()
    except OSError as error: return print(f"{path} cannot be read: {error}") or 2
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        return print(f"REFUSED: {fault}" if type(fault) is ValueError else f"REFUSED: misshapen: {fault!r}") or 1
    return print(f"Round {check.round}: {len(check.fills)} of {len(check.bids)} bids filled; all of it holds.") or 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
