"""Offers, bids and rounds, and the money of what they trade."""

from math import ceil, floor

from .basics import (DAY, HOUR, QUARTER, SECOND, Differs, Refused, begun, billed, day_of, ended,
                     exchange, extras_end, grid, need, purse, shared, up)
from .budgets import Budgets
from .lease import Bill, Lease
from .scheme import gpu_time, wanted

LEGS = "tenant", "site", "fee", "fund"


class Rounds(Budgets):
    """What stands in the book, and what becomes of it."""

    def do_publish_offer(self, what, entry):
        self.authorise(what["site"], entry)
        need(what["generation"] > self.generations.get(what["site"], -1), 30)
        need(what["sellUntil"] > self.time, 35)
        names = set()
        for pool in what["pools"]:
            need(pool["chip"] in self.chips, 24)
            need(pool["name"] not in names, 31)
            names.add(pool["name"])
            need(":" not in pool["name"] and len(pool["name"]) <= 30, 22)
            need(pool["node"] % pool["unit"] == 0, 33)
            need(pool.get("reclaim", DAY) >= 300 * SECOND, 34)
            last = 0
            for span in pool["spans"]:
                need(last <= span["from"] < span["to"], 32)
                need(span["gpus"] % pool["unit"] == 0, 33)
                last = span["to"]
        self.generations[what["site"]], self.offers[what["site"]] = what["generation"], what

    def do_withdraw_offer(self, what, entry):
        self.authorise(what["site"], entry)
        need(what["generation"] > self.generations.get(what["site"], -1), 30)
        need(what["site"] in self.offers, 36)
        self.generations[what["site"]] = what["generation"]
        del self.offers[what["site"]]

    def do_place_bid(self, terms, entry):
        me, now = self.me(entry), self.time
        party = self.parties.get(me["party"])
        need(party and party["kind"] == "tenant", 27)
        need(all(s in self.sites for s in terms["whereabouts"]["sites"]), 23)
        need(all(a["chip"] in self.chips for a in terms["alternatives"]), 24)
        need(terms["earliest"] < terms["latestEnd"], 40)
        need(now < terms["latestEnd"] <= now + 732 * DAY, 42)
        need(not self.stale(terms, now), 41)
        need(self.version < 4 or self.may_be_held(terms, now), 50)
        amount = 1
        for a in terms["alternatives"]:
            elastic = terms["kind"] == "elastic"
            need(a["least"] == a["gpus"] or elastic and a["least"] < a["gpus"], 43)
            need(a["gpus"] % terms["together"] == a["least"] % terms["together"] == 0, 44)
        for a in terms["alternatives"]:
            window = min(a["quarters"], self.rules["windowHours"] * 4)
            gpu_quarters = a["least"] * a["quarters"] + (a["gpus"] - a["least"]) * window
            amount = max(amount, up(gpu_quarters * a["limit"], 4))
        need(amount <= 10**12, 45)
        mine = sum(b["party"] == party["id"] for b in self.bids.values())
        need(mine < self.rules["openBidsPerParty"], 46)
        need(self.rate(party["currency"]), 49)
        self.check_budgets(terms, party["id"])
        drawn = self.draw(terms, party["id"]) if "award" in terms else None
        bid = {"seq": entry["n"], "party": party["id"], "currency": party["currency"],
               "terms": terms, "moved": None, "cancelled": False, "at": now}
        self.move(self.holds(bid, amount, drawn))
        self.enter(bid, drawn)

    def may_be_held(self, terms, now):
        """Whether some site that the bid may go to is certified for its data for long enough."""
        if "dataClass" not in terms:
            return True
        elastic = terms["kind"] == "elastic"
        shortest = 1 if elastic else min(a["quarters"] for a in terms["alternatives"])
        end = max(terms["earliest"], now) + shortest * QUARTER
        where = terms["whereabouts"]
        return any(name not in where["notSites"]
                   and (not where["sites"] or name in where["sites"])
                   and (not where["jurisdictions"] or site["jurisdiction"] in where["jurisdictions"])
                   and self.certified.get((name, terms["dataClass"]), 0) >= end
                   for name, site in self.sites.items())

    @staticmethod
    def stale(terms, first):
        return not any(max(first, terms["earliest"]) + a["quarters"] * QUARTER <= terms["latestEnd"]
                       for a in terms["alternatives"])

    def do_cancel_bid(self, what, entry):
        bid = self.bids.get(what["number"])
        need(bid, 48)
        need(bid["party"] == self.me(entry)["party"], 4)
        if self.frozen and bid["seq"] in self.frozen["bids"]:
            bid["cancelled"] = True
        else:
            self.remove(bid, False)

    def remove(self, bid, expired):
        held = [f"{kind}-{bid['seq']}" for kind in ("hold", "cover", "fund")]
        self.move([("void", name, f"bid-{bid['seq']}") for name in held if name in self.pendings])
        self.take(bid["terms"].get("award"), -wanted(bid["terms"]))
        del self.bids[bid["seq"]]
        if expired and bid["moved"]:
            self.owe(bid["moved"], bid["party"], bid["currency"], bid["seq"])

    def do_close_round(self, what, _):
        need(what["number"] == self.round, 63)
        need(self.closed_at is None, 61)
        need(not self.displaced, 68)
        length = self.rules["roundLength"]
        need(self.time >= (self.last_close // length + 1) * length, 60)
        edges = grid(self.time, self.rules)
        for _, bid in sorted(self.bids.items()):
            if self.stale(bid["terms"], edges[0]) or self.lost_award(bid):
                self.remove(bid, True)
        self.pay_damages()
        self.top_up(edges)
        self.drop_charges()
        self.closed_at = self.last_close = self.time
        self.parts = [0, self.parts[1]]
        rates = {c: self.rate(c) for c in ("CNY", "HKD", "MOP") if self.rate(c)}
        self.frozen = {"edges": edges, "rates": rates, "fee": self.rules["feePermille"],
                       "bids": {n for n, b in self.bids.items() if b["currency"] in rates},
                       "rules": self.rules}
        self.frozen["running"] = self.running(edges, rates)

    def top_up(self, edges):
        sold = edges[extras_end(edges, self.rules)]
        for _, lease in sorted(self.leases.items()):
            f = lease.flexible
            account = self.accounts[purse(lease.party, lease.currency)]
            if not f or f["soldThrough"] >= min(f["until"], sold) or account.free <= 0:
                continue
            needed, kept = lease.needed(self.rules["windowHours"]), dict(f)
            if f["held"] < needed:
                try:
                    self.move(lease.hold_extras(min(needed, f["held"] + account.free)))
                except Refused:
                    lease.flexible = kept

    def running(self, edges, rates):
        """The elastic leases that the round may sell to."""
        offers = [o for o in self.offers.values() if self.sites[o["site"]]["currency"] in rates]
        units = {f"{o['site']}:{p['name']}": p["unit"] for o in offers for p in o["pools"]}
        window = max(extras_end(edges, self.rules),
                     begun(edges, edges[0] + self.rules["windowHours"] * HOUR))
        left = {c: max(0, self.accounts[purse("fx", c)].free) for c in self.currencies}
        rows, poor = [], set()
        for key, lease in sorted(self.leases.items()):
            f = lease.flexible
            if not f or f["soldThrough"] >= f["until"] or lease.currency == lease.site_currency:
                continue
            # Extras that the exchange accounts could not pay for are not sold.
            most = ceil(f["held"] / lease.rate) + 64 if f["held"] > 0 else 0
            if most <= left[lease.site_currency]:
                left[lease.site_currency] -= most
            else:
                poor.add(key)
        for key, lease in sorted(self.leases.items(), key=lambda item: item[1].bid):
            f = lease.flexible
            if not f or f["soldThrough"] >= f["until"] or lease.pool not in units or key in poor:
                continue
            start = begun(edges, f["soldThrough"])
            hourly = f["room"] * f["limit"]
            quarters = 4 * f["held"] // hourly if hourly else 70_080
            end = ended(edges, min(f["until"], edges[start] + quarters * QUARTER))
            value = (f["limit"] * 1000 // (1000 + lease.fee) - f["distance"]) * 10 / lease.rate
            worth = floor(value * exchange(rates[lease.site_currency], (1, 1)))
            if start < min(end, window) and f["room"] >= units[lease.pool] and worth > 0:
                rows.append(key)
        return rows

    def do_outcome_part(self, what, _):
        need(self.closed_at is not None, 62)
        need(what["round"] == self.round, 63)
        if what["index"] == 0 or self.parts[1] != self.epoch:
            self.parts = [0, self.epoch]
        need(what["index"] == self.parts[0] < what["of"], 64)
        self.parts[0] += 1

    def do_void_round(self, what, _):
        need(self.closed_at is not None, 62)
        need(what["number"] == self.round, 63)
        need(self.time >= self.closed_at + self.rules["roundLength"] // 2, 67)
        self.give_up()

    def give_up(self):
        self.move(self.sell())
        self.finish_round()

    def do_commit_outcome(self, what, _):
        need(self.closed_at is not None, 62)
        need(what["round"] == self.round, 63)
        need(self.parts[1] == self.epoch and what["of"] == self.parts[0], 65)
        need(self.told != 66, 66)  # whether it is a clearing at all: check_round.py
        ordered = {w["id"]: w for w in self.what("lease-ordered")}
        steps, hours = [], self.rules["windowHours"]
        for trade in self.what("traded"):
            if trade["bid"] not in self.frozen["bids"]:
                raise Differs(f"bid-{trade['bid']} was not in the round")
            bid = self.bids[trade["bid"]]
            leases = [self.order(ordered[name], bid) for name in trade["leases"]]
            for lease, bill in zip(leases, self.bills(leases)):
                lease.held = bill
            held = self.pendings.get(f"hold-{bid['seq']}", (0, 0, 0))[2]
            firm = [b[0] + b[2] for b in self.bills(leases, firm=True)]
            excess, covering = self.excess(bid, leases, firm, ordered)
            over = sum(lease.held[0] + lease.held[2] for lease in leases) - held - excess
            if bid["moved"] and 0 < over <= 4 + len(leases):
                over = self.stand(leases, over)
            need(over <= 0 and (held > 0 or bid["moved"]), 66)
            if held:
                steps.append(("void", f"hold-{bid['seq']}", f"bid-{bid['seq']}"))
            steps += covering
            fund, drawn = f"fund-{bid['seq']}", sum(lease.held[3] for lease in leases)
            need(drawn <= self.pendings.get(fund, (0, 0, 0))[2], 66)
            if fund in self.pendings:
                steps.append(("void", fund, f"bid-{bid['seq']}"))
            for lease in leases:
                told = ordered[lease.id]["money"]
                if lease.held != [told.get(leg + "Held", 0) for leg in LEGS]:
                    raise Differs(f"{lease.id} holds {lease.held}, the log says {told}")
                steps += lease.hold_steps()
            if leases[0].flexible:
                steps += leases[0].hold_extras(min(-over, leases[0].needed(hours)))
            self.filled[bid["seq"]] = [bid, len(leases)]
            trade["made"] = leases
        self.move(steps + self.sell())
        for trade in self.what("traded"):
            bid = self.bids.pop(trade["bid"])
            terms = bid["terms"]
            lacking = bid["moved"] and self.lost_part(bid, trade["made"][0].alternative)[1]
            if lacking:
                self.owe(lacking, bid["party"], bid["currency"], bid["seq"])
            sold = sum(gpu_time(lease.runs + lease.extras) for lease in trade["made"])
            self.take(terms.get("award"), sold - wanted(terms))
            self.leases.update({self.key(lease.id): lease for lease in trade["made"]})
        self.finish_round()

    @staticmethod
    def bills(leases, firm=False):
        """What the leases of one trade set aside, rounded once for all of them, in 1/2^32."""
        bills = [Bill(billed(lease.runs), lease, shared(lease.runs)) if firm else
                 Bill(lease.billed, lease, shared(lease.runs)) for lease in leases]
        need(all(bill.fits for bill in bills), 66)
        if len(leases) == 1:
            return [bills[0].legs]
        made, fine, share, before = [], 0, 0, [0, 0, 0]
        converts, one = any(lease.converts for lease in leases), 1 << 32
        for lease, bill in zip(leases, bills):
            fine, share = fine + floor(bill.worth * one), share + floor(bill.share * one)
            fund = share // one
            tenant = up(fine, one) - fund if converts else up(fine - share, one)
            now = [max(before[0], tenant), (fine - share) * lease.fee // (1000 * one), fund]
            tenant, fee, fund = [a - b for a, b in zip(now, before)]
            made.append([tenant, bill.site if lease.converts else tenant + fund, fee, fund])
            before = now
        return made

    @staticmethod
    def stand(leases, over):
        """What moved has the money that it had: roundings are the platform's, then the centre's."""
        for lease in leases:
            for leg in (2, 0):
                less = min(over, lease.held[leg])
                lease.held[leg] -= less
                lease.held[1] -= less if leg == 0 and not lease.converts else 0
                over -= less
        return over

    def order(self, what, bid):
        site = self.sites[what["pool"].split(":")[0]]
        fee = bid["moved"]["fee"] if bid["moved"] else self.frozen["fee"]
        return Lease(dict(what, feePermille=fee), bid, site, self.frozen["rates"])

    def sell(self):
        """What the round sells to running elastic leases, out of what each has set aside."""
        sales = {w["lease"]: w for w in self.what("extras-sold")}
        steps, hours = [], self.rules["windowHours"]
        until = self.frozen["edges"][extras_end(self.frozen["edges"], self.frozen["rules"])]
        for lease in [self.leases[key] for key in self.frozen["running"]]:
            f = lease.flexible
            f["soldThrough"] = max(f["soldThrough"], min(f["until"], until))
            if lease.id not in sales:
                continue
            runs, held = sales.pop(lease.id)["runs"], f["held"]
            before, after = Bill(lease.billed, lease), Bill(lease.billed + billed(runs), lease)
            tenant = after.tenant - before.tenant
            need(after.fits and tenant <= held, 66)
            fee = min(after.fee - before.fee, held - tenant)
            steps += lease.release_extras() + lease.release()
            for run in runs:
                lease.extras.append(run)
                if lease.ended is not None and lease.ended <= run["from"]:
                    lease.forgo(run, run["from"], day_of(run["from"]))
            lease.billed += billed(runs)
            lease.take((tenant, after.site - before.site, fee, 0), 1)
            steps += lease.hold_steps()
            steps += lease.hold_extras(min(lease.needed(hours), held - tenant - fee))
        if sales:
            raise Differs(f"extras are sold to {', '.join(sales)}, which the round does not hold")
        return steps

    def finish_round(self):
        for bid in [b for _, b in sorted(self.bids.items()) if b["cancelled"]]:
            self.remove(bid, False)
        self.round, self.closed_at, self.parts, self.frozen = self.round + 1, None, [0, 0], None
