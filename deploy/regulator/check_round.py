#!/usr/bin/env python3
"""check_round.py FILE: checks one round of the market from its file (`sampand export`), with none of the market's code.

Recomputed from the frozen book and the outcome in the log: what was sold fits and was asked for; extras go by rank;
welfare; the bound that the proof shows; no price above the proof's, no winner at a loss in its own currency, no extra
above its value, no site below its ask; every bill; money in balance. Believed: the book (`sampand check` replays the
log), who may be placed where and for how much, what running leases may buy. Prices are mHKD per GPU-hour, those of a
proof 1/64 of that; lengths quarter hours; bills minor units. Exit 0: all holds; 1: something does not; 2: no file, or subsidised bids.
"""
import json
import sys
from itertools import accumulate
from types import SimpleNamespace as Record

QUARTER, ENDLESS = 900_000, 1 << 62

def need(holds, words):
    if not holds: raise ValueError(words)

def up(a, b): return -(-a // b)

def record(pairs):
    need(len(dict(pairs)) == len(pairs), "a key stands twice in the file")
    return Record(**{"from_" if key == "from" else key: value for key, value in pairs})

class Round:
    def __init__(self, file):
        need(file.format == "sampan-round/1", "this is another format")
        book, self.commit, self.movements, self.tenants = file.frozen, file.commit, file.movements, []
        self.round, self.edges, self.pools, self.running = book.round, book.edges, book.pools, book.running
        self.width, self.slots = [(b - a) // QUARTER for a, b in zip(self.edges, self.edges[1:])], len(self.edges) - 1
        self.at = {edge: slot for slot, edge in enumerate(self.edges)}
        self.sold, self.window = book.extrasEnd, max(book.extrasEnd, book.windowEnd)
        need(min(self.width) > 0 and not any((e - self.edges[0]) % QUARTER for e in self.edges)
             and 0 <= self.sold <= self.window <= self.slots, "a grid of other slots, or extras sold outside it")
        self.fee, self.rates = book.feePermille, {r.currency: (r.rate.numerator, r.rate.denominator) for r in book.rates}
        self.latency, self.number = {(x.site, x.metro): x.roundTrip for x in book.latencies}, {p.id: i for i, p in enumerate(self.pools)}
        need(all(len(p.ask) == len(p.asks) == len(p.capacity) == self.slots for p in self.pools), "a pool off the grid")
        self.asks = [pool.ask for pool in self.pools]  # then a row a subsidy, net of what a fund pays
        self.asks += [[a - s for a, s in zip(self.asks[row.pool], row.amount)] for row in book.subsidies]
        need(all(n >= 0 for row in self.asks + [p.capacity for p in self.pools] for n in row), "an ask or a capacity below zero")
        self.row = lambda place: len(self.pools) + place.subsidy if hasattr(place, "subsidy") else place.pool
        self.prefix = lambda row: list(accumulate((price * width for price, width in zip(row, self.width)), initial=0))
        self.sums = [self.prefix(row) for row in self.asks]
        self.bids = [self.bid(index, row.bid, row.options) for index, row in enumerate(book.bids)]
        self.seqs = {bid.seq: bid for bid in self.bids}
        for index, x in enumerate(self.running):
            x.asks, sold = self.asks[self.row(x)], max(x.start, min(x.end, self.sold))
            for bonus, room, start, end in ((x.bonus, x.held, x.start, sold), (0, x.room - x.held, x.start, sold),
                                            (0, x.room, sold, min(x.end, self.window))):
                gain = {t: x.value + bonus - x.asks[t] for t in range(start, end) if x.value >= x.asks[t]}
                turn = (x.bid, len(self.bids) + len(self.tenants))
                self.tenants.append(Record(lease=index, pool=x.pool, room=room, turn=turn, gain=gain))
        need([(p.index, p.of, p.round) for p in file.parts] == [(i, self.commit.of, self.round) for i in range(self.commit.of)]
             and self.commit.round == self.round, "parts of the outcome are missing")
        rows = {key: [x for p in file.parts for x in getattr(p.part, key)] for key in vars(file.parts[0].part)}
        self.prices, self.duals, self.proof = self.grid(rows["congestion"]), self.grid(rows["duals"]), []
        for x in rows["proof"]:
            self.proof[-1].steps.extend(x.steps) if x.kind == "more" else self.proof.append(x)
        self.fills, self.extras, leases = {}, {}, {x.bid: i for i, x in enumerate(self.running)}
        for x in rows["fills"]:
            self.fill(self.seqs[x.bid], x)
        for who, x in [(("lease", leases[r.bid]), x) for r in rows["extras"] for x in r.extras] + [
                (("bid", self.seqs[r.bid].index), x) for r in rows["fills"] for x in r.extras]:
            slot = self.at.get(x.start, ENDLESS)
            need(slot < self.sold and x.gpus > 0 and (*who, slot) not in self.extras, "an extra out of place")
            self.extras[*who, slot] = x.gpus

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
            o.ends = {s: e for s in range(o.earliest, o.latestEnd) if o.value >= 0 < o.gpus
                      and (e := self.at.get(self.edges[s] + o.quarters * QUARTER, ENDLESS)) <= o.latestEnd}
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
        fits = min(self.pools[o.pool].capacity[start:end]) >= o.firm and (not o.firm or self.margin(o, start, end, o.value) >= 0)
        extra = sum(max(0, o.value - o.asks[t]) * self.width[t] for t in range(start, min(end, self.window)) if o.room)
        return fits and self.margin(o, start, end, o.worth) * o.firm + extra * o.room > 0

    def grid(self, records):
        rows = [[0] * self.slots for _ in self.pools]
        for one, run in ((one, run) for one in records for run in one.runs):
            row, place = rows[self.number[one.pool]], slice(run.from_, run.from_ + run.count)
            need(run.value > 0 < run.count and 0 <= place.start and place.stop <= self.slots and not any(row[place]),
                 f"prices of {one.pool} leave the grid or overlap")
            row[place] = [run.value] * run.count
        return rows

    def fill(self, bid, row):
        start, chunks, words = self.at.get(row.start), bid.kind == "split", f"bid-{bid.seq} "
        places = {(o.alternative, self.pools[o.pool].id): o for o in bid.options if start in o.ends}
        parts = [(places.get((p.alternative, p.pool)), p.gpus) for p in row.parts]
        need(all(o for o, _ in parts) and bid.index > max(self.fills, default=-1), words + "stands where it may not, or twice")
        lead = parts[0][0]
        need(all(o.shape == lead.shape and (not chunks or n > 0 == n % o.unit) for o, n in parts) and (chunks or len(parts) == 1)
             and sum(n for _, n in parts) == (lead.gpus if chunks else lead.firm)
             and all(a.pool < b.pool for (a, _), (b, _) in zip(parts, parts[1:])), words + "has not what it asked for")
        f = self.fills[bid.index] = Record(bid=bid, start=start, end=lead.ends[start], parts=parts, lead=lead)
        need(sum(n * self.margin(o, start, f.end, o.value) for o, n in parts) >= 0, words + "wins at a loss at the asks alone")

    def feasible(self):
        welfare, due, wants, free = 0, {}, {}, [list(pool.capacity) for pool in self.pools]
        for f, o, n in ((f, o, n) for f in self.fills.values() for o, n in f.parts):
            welfare += n * self.margin(o, f.start, f.end, o.worth)
            for t in range(f.start, f.end):
                free[o.pool][t] -= n
                if o.room and t < self.window and o.value > o.asks[t]:
                    wants.setdefault((o.pool, t), []).append((o.asks[t] - o.value, f.bid.turn, o.room, ("bid", f.bid.index)))
        need(all(n >= 0 for row in free for n in row), "more GPUs are sold than there are")
        for x, t in ((x, t) for x in self.tenants for t, gain in x.gain.items() if gain > 0 < x.room):
            wants.setdefault((x.pool, t), []).append((-x.gain[t], x.turn, x.room, ("lease", x.lease)))
        for (p, t), all_ in wants.items():
            for key, _, room, who in sorted(all_):
                n = min(room, free[p][t])
                free[p][t], welfare = free[p][t] - n, welfare - key * n * self.width[t]
                if n and t < self.sold:
                    due[(*who, t)] = due.get((*who, t), 0) + n
        need(due == self.extras, "extras are not sold by rank")
        need(welfare == self.commit.welfare, f"the welfare is {welfare}, not {self.commit.welfare}")

    def rules(self, bid, path):
        """What the answers on the way to a leaf of the proof say about a bid."""
        mine = [(q.kind, number, yes, q.gpus if q.kind == "uses" else 0) for q, number, yes in path if q.bid == bid.seq]
        low, high = {}, {}
        for _, p, yes, gpus in (x for x in mine if x[0] == "uses"):
            low.update({p: max(low.get(p, 0), gpus + 1)} if yes else {})
            high.update({} if yes else {p: min(high.get(p, ENDLESS), gpus)})
        must, out = any(x[0] == "runs" and x[2] for x in mine) or bool(low), any(x[0] == "runs" and not x[2] for x in mine)
        first = max([0] + [t + 1 for kind, t, yes, _ in mine if kind == "starts" and not yes] + [ENDLESS] * (must and out))
        last = min([ENDLESS] + [t for kind, t, yes, _ in mine if kind == "starts" and yes])
        return Record(must=must, out=out, first=first, last=last, low=low, high=high)

    def leaf(self, mu, path, pools, u=None):
        """The most in all pools together, or with utilities in one; None: no clearing fits."""
        sums = {p: self.prefix(mu[p]) for p in pools}
        rate = lambda o, s, e: 64 * self.margin(o, s, e, o.worth) - sums[o.pool][e] + sums[o.pool][s]
        total = sum(m * w * c for p in pools for m, w, c in zip(mu[p], self.width, self.pools[p].capacity))
        total += sum(max(0, 64 * gain - mu[x.pool][t]) * self.width[t] * x.room
                     for x in self.tenants if x.pool in pools for t, gain in x.gain.items())
        for bid in self.bids:
            r, values, due = self.rules(bid, path), [], (u or {}).get(bid.index, 0)
            fits = {p for p in pools if (r.must or not r.out) and r.high.get(p, 1) and (bid.kind == "split" or set(r.low) <= {p})}
            for o in (o for o in bid.options if o.pool in fits and o.columns):
                plus = [max(0, 64 * (o.value - o.asks[t]) - mu[o.pool][t]) * self.width[t] for t in range(self.window) if o.room]
                values += [o.firm * rate(o, s, e) + o.room * sum(plus[s:e]) - due for s, e in o.columns if r.first <= s <= r.last]
            for split in (split for split in bid.splits if r.first <= split.start <= r.last):
                parts = [(rate(o, split.start, split.end), up(r.low.get(o.pool, 0), o.unit) * o.unit,
                          min(r.high.get(o.pool, n), n) // o.unit * o.unit, o) for o, n in split.chunks if o.pool in fits]
                values += self.divided(split.gpus, [p for p in parts if p[1] <= p[2]], r) if u is None else [
                    n * (x - due) for x, low, most, o in parts if max(low, o.unit) <= most for n in (max(low, o.unit), most)]
            must = r.must if u is None else any(p in r.low for p in pools)
            if must and not values: return None
            total += max(values + [0] * (not must))
        return total

    def divided(self, left, parts, r):
        value, left = sum(x * least for x, least, _, _ in parts), left - sum(least for _, least, _, _ in parts)
        there = left >= 0 and set(r.low) <= {o.pool for _, least, _, o in parts if least}
        for x, least, most, _ in sorted(parts, key=lambda part: -part[0]):
            value, left = value + min(left, most - least) * x, left - min(left, most - least)
        return [value] if there and left == 0 else []

    def walk(self, mu, path, pool=None, u=None):
        """The worst leaf below the next node; prices count from the node above."""
        node, mu = self.proof.pop(0), [list(row) for row in mu]
        for cell, by in zip(node.steps[::2], node.steps[1::2]):
            p, t = divmod(cell, self.slots) if pool is None else (pool, cell)
            mu[p][t] += by
            need(0 <= t < self.slots and p >= 0 <= mu[p][t], "a price of the proof below zero or off the grid")
        if node.kind == "leaf": return self.leaf(mu, path, range(len(self.pools)) if pool is None else [pool], u)
        if node.kind == "pooled" and pool is None: return self.pooled(mu, path)
        number = self.at[node.start] if node.kind == "starts" else self.number[node.pool] if node.kind == "uses" else None
        need((pool is None or node.kind == "starts" or number == pool) and (
            node.kind != "uses" or self.seqs[node.bid].kind == "split" or node.gpus == 0), "a question out of place")
        worst = [self.walk(mu, path + [(node, number, yes)], pool, u) for yes in (True, False)]
        return max((value for value in worst if value is not None), default=None)

    def pooled(self, mu, path):
        u, values = {}, {}
        while self.proof and self.proof[0].kind == "utility":
            u.update({self.seqs[self.proof[0].bid].index: max(0, self.proof.pop(0).amount)})
        while self.proof and self.proof[0].kind == "tree":
            p = self.number[self.proof.pop(0).pool]
            values[p] = self.walk(mu, path, p, u)
        values.update((p, self.leaf(mu, path, [p], u)) for p in range(len(self.pools)) if p not in values)
        values["own"] = sum(n * max([split.gpus for split in self.bids[b].splits], default=1)
                            for b, n in u.items() if not self.rules(self.bids[b], path).out)
        return None if None in values.values() else sum(values.values())

    def bound(self):
        proofs = [self.leaf(self.duals, [], range(len(self.pools)))] + ([self.walk(self.duals, []) or 0] if self.proof else [])
        bound, welfare = up(max(0, min(proofs)), 64), self.commit.welfare
        need(not self.proof and welfare <= bound == self.commit.bound, f"the proof shows {bound}, not {self.commit.bound}")

    def rational(self):
        self.charged = [[ask + c * den // (10 * num) for ask, c in zip(pool.asks, row)] for pool, row, (num, den) in zip(
            self.pools, self.prices, [self.rates[pool.currency] for pool in self.pools])]
        need(all(64 * c <= m for row, mu in zip(self.prices, self.duals) for c, m in zip(row, mu)), "a price above the proof's")
        for x, t in ((self.fills[who].lead if kind == "bid" else self.running[who], t) for kind, who, t in self.extras):
            need(self.prices[x.pool][t] <= x.value - x.asks[t], "an extra costs more than its value")

    def bills(self, f):
        """What the leases of a bid set aside: (pool, tenant, fee, site), rounded once a bid; and both sums."""
        made, fine, before, most, (tn, td) = [], 0, (0, 0), 0, self.rates[f.bid.currency]
        for o, n in f.parts:
            pool, (sn, sd) = self.pools[o.pool], self.rates[self.pools[o.pool].currency]
            cells = [(t, n + self.extras.get(("bid", f.bid.index, t), 0)) for t in range(f.start, f.end)]
            total = sum(g * self.width[t] * self.charged[o.pool][t] for t, g in cells)
            most += o.limit * sum(g * self.width[t] for t, g in cells)
            exact, unit = (total, 4) if pool.currency == f.bid.currency else (total * sn * td, 4 * sd * tn)
            fine += (exact << 32) // unit
            now = (up(fine, 1 << 32), fine * f.bid.fee // (1000 << 32)) if len(f.parts) > 1 else (
                up(exact, unit), exact * f.bid.fee // (1000 * unit))
            site = now[0] - before[0] if pool.currency == f.bid.currency else up(total, 4)
            made += [(pool, now[0] - before[0], now[1] - before[1], site)] if any(g for _, g in cells) else []
            before = now
        need(4 * before[0] < most + 4, f"bid-{f.bid.seq} pays more than its limit in its own currency")
        return made, before

    def excess(self, bid, account, bill, moved):
        """What a centre at fault pays, of what it set aside, of all that is beyond the bill of the place that it lost."""
        move, payer, word = bid.moved, f"{bid.moved.centre}:{bid.moved.siteCurrency.lower()}", f"excess bid-{bid.seq} "
        (sn, sd), (tn, td) = [(rate.numerator, rate.denominator) for rate in (move.siteRate, move.tenantRate)]
        exact, unit = (move.billed, 4) if payer[-4:] == account[-4:] else (move.billed * sn * td, 4 * sd * tn)
        most = max(0, bill - up(exact, unit) - exact * bid.fee // (1000 * unit))
        aside, paid = [moved.pop(key, (payer, account, 0)) for key in (("voided", f"cover-{bid.seq}"), ("posted", word + payer))]
        got = paid if unit == 4 else moved.pop(("posted", word + "fx" + account[-4:]), (payer, account, 0))
        (sn, sd), (tn, td) = self.rates.get(move.siteCurrency, (1, 1)), self.rates[bid.currency]
        need(aside[0] == payer and got[1] == account and got[2] <= most
             and up(got[2] * tn * sd, td * sn) == paid[2] <= aside[2] == move.cover, f"{word}is more than it may be")
        return got[2]

    def balanced(self):
        """Every movement is a leg of a bill or a hold that it replaces; nothing else moves."""
        moved, count = {}, 0
        for m in self.movements:
            key = m.step, getattr(m, "pending", f"{m.reason} {m.subject} {m.debit}")
            need((m.step in ("pending", "voided") or key[1].startswith("excess ")) and m.debit[-4:] == m.credit[-4:]
                 and key not in moved and (m.step != "voided" or m.amount == 0), f"{m.subject}: money moves that may not")
            moved[key] = (m.debit, m.credit, m.held if m.step == "voided" else m.amount)
        for f in self.fills.values():
            (made, bill), own = self.bills(f), f":{f.bid.currency.lower()}"
            account, slack = f.bid.party + own, 4 + len(made) if hasattr(f.bid, "moved") else 0
            hold = moved.pop(("voided", f"hold-{f.bid.seq}"), (account, "", 0)) if made else None
            excess = self.excess(f.bid, account, sum(bill), moved) if slack and made else 0
            for pool, tenant, fee, site in made:
                centre, away = f"{pool.centre}:{pool.currency.lower()}", pool.currency != f.bid.currency
                lease = f"lease-{self.round}-{count}.1"
                for leg, debit, credit, due in (("pay.", account, "fx" + own if away else centre, tenant), ("fx.",
                        "fx" + centre[-4:], centre, site if away else 0), ("fee.", account, "fees" + own, fee)):
                    paid = moved.pop(("pending", leg + lease), (debit, credit, 0))
                    need(paid[:2] == (debit, credit) and due - slack <= paid[2] <= due, f"{leg}{lease}: {paid}, not {due}")
                extra, count = moved.pop(("pending", "extra." + lease), (account, "clearing" + own, 0)), count + 1
                need(hold[0] == account and extra[:2] == (account, "clearing" + own)
                     and sum(bill) - slack + extra[2] <= hold[2] + excess, f"bid-{f.bid.seq} sets aside more than it held")
        for index, x in enumerate(self.running):
            net, mine = {"pay": 0, "fee": 0, "extra": 0}, [t for *who, t in self.extras if who == ["lease", index]]
            total = sum(self.extras["lease", index, t] * self.width[t] * self.charged[x.pool][t] for t in mine)
            for key in [key for key in moved if key[1].split(".")[1:2] == [x.lease]]:
                leg, amount = key[1].split(".")[0], moved.pop(key)[2]
                net[leg] = net.get(leg, 0) + (amount if key[0] == "pending" else -amount)
            need(abs(4 * net.get("fx", net["pay"]) - total) < 8 and net["pay"] + net["fee"] + net["extra"] <= 0,
                 f"{x.lease}: another bill for its extras, or more than was set aside")
        gone = {("voided", f"{x}-{bid.seq}") for x in ("hold", "cover", "fund") for bid in self.bids if x == "fund" or bid.index not in self.fills}
        need(set(moved) <= gone, f"money moves that is of no bid and no lease: {sorted(set(moved) - gone)}")

def main(path):
    try:
        check = Round(json.load(open(path, encoding="ascii"), object_pairs_hook=record, parse_float=float.fromhex))
        if check.asks[len(check.pools):]: return print("NOT CHECKED: subsidised bids, whose bills are not known here.") or 2
        check.feasible(), check.bound(), check.rational(), check.balanced()
    except OSError as error: return print(f"{path} cannot be read: {error}") or 2
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        return print(f"REFUSED: {fault}" if type(fault) is ValueError else f"REFUSED: misshapen: {fault!r}") or 1
    return print(f"Round {check.round}: {len(check.fills)} of {len(check.bids)} bids filled, welfare {check.commit.welfare}, "
                 f"no clearing above {check.commit.bound}: all of this holds.") or 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
