"""The life of leases after the trade, and what becomes of them where capacity is lost."""

import copy
from math import ceil, floor

from .basics import (DAY, EAST, FOREVER, HOUR, MOST, QUARTER, Differs, Refused, billed, clipped,
                     day_of, grid, need, purse, shared, up)
from .cover import Covers
from .scheme import gpu_time, wanted


class Leases(Covers):
    """Reports, readings, charges, losses, moves, damages."""

    @staticmethod
    def key(name):
        parts = name.split("-")
        if len(parts) != 3 or parts[0] != "lease" or not (parts[1] + parts[2]).isdigit():
            return None
        key = int(parts[1]), int(parts[2])
        return key if name == f"lease-{key[0]}-{key[1]}" else None

    def live(self, name):
        lease = self.leases.get(self.key(name))
        need(lease, 80)
        return lease

    def do_report_lease(self, what, entry):
        if self.key(what["lease"]) not in self.leases:
            return self.close_settled(what, entry)
        lease, phase = self.live(what["lease"]), what["phase"]
        need(lease.site == self.me(entry).get("site"), 4)
        need(phase not in ("ordered", lease.phase) and lease.phase != "closed"
             and (lease.phase, phase) != ("open", "prepared"), 81)
        lease.phase = phase

    def do_end_lease(self, what, entry):
        lease = copy.deepcopy(self.live(what["lease"]))
        need(lease.party == self.me(entry)["party"], 4)
        edge = up(max(self.time, lease.start), QUARTER) * QUARTER
        need(lease.ended is None and edge < lease.traded_end, 82)
        for run in lease.runs + lease.extras:
            if run["to"] > edge:
                lease.forgo(run, edge, day_of(max(edge - 1, lease.start)))
        lease.ended, f = edge, lease.flexible
        if f:
            window = grid(self.time, self.rules)[0] + self.rules["windowHours"] * HOUR
            f["until"] = min(f["until"], max(f["soldThrough"], up(window, HOUR) * HOUR))
        self.move(lease.take_over(edge))
        self.leases[self.key(lease.id)] = lease

    def do_record_readings(self, what, entry):
        need(self.me(entry).get("site") == what["site"], 4)
        faults = []
        for reading in what["readings"]:
            lease = self.leases.get(self.key(reading["lease"]))
            known = lease and lease.site == what["site"]
            faults.append(lease.accept(reading, self.time) if known else "unknownLease")
        need(None in faults, 83)
        self.made["reading-refused"] = [(f,) for f in faults if f]

    def do_settle(self, what, _):
        lease = self.live(what["lease"])
        need(lease.id not in self.displaced, 84)
        need(self.time >= lease.settle_time(self.rules["settleGrace"]), 84)
        need(what["day"] == lease.day, 85)
        need((self.key(lease.id), lease.day) not in self.disputes, 125)
        self.charge(copy.deepcopy(lease), False)

    def charge(self, lease, disputed):
        """The next day of a lease, of which this is a copy."""
        last, sums = (lease.day + 1) * DAY - EAST >= max(lease.end, lease.until), [0] * 3
        for day in [d for d in sorted(lease.days) if d <= lease.day or last]:
            times = lease.days.pop(day)
            sums = [a + b for a, b in zip(sums, times)]
            lease.earned = [a + b for a, b in zip(lease.earned, times[3:])]
        earned, share = [worth // HOUR for worth in lease.earned]
        site = owed = min(earned - lease.paid[1], lease.held[1])
        if lease.converts:
            owed = ceil(earned * lease.rate) - lease.paid[0] - lease.paid[3]
        # Of what is owed the award pays its share, rounded down, and the tenant the rest.
        fund = max(0, min(floor(share * lease.rate) - lease.paid[3], lease.held[3], owed))
        tenant = max(0, min(owed - fund, lease.held[0]))
        site = site if lease.converts else tenant + fund
        fee = min((lease.paid[0] + tenant) * lease.fee // 1000 - lease.paid[2], lease.held[2])
        amounts, reasons = [tenant, site, fee, fund], ["charge", "charge", "fee", "subsidy"]
        steps = [("settle", f"{name}.{lease.id}.{lease.series}", amounts[i], reasons[i], lease.id)
                 for name, _, _, i in lease.own()]
        freed, whole = lease.held[0] + lease.held[2] - tenant - fee, lease.billed
        back = self.give_back(lease, whole - 4 * earned, whole, freed)[1] if last else []
        lease.paid = [p + a for p, a in zip(lease.paid, amounts)]
        lease.take(amounts, -1)
        lease.day, lease.series = lease.day + 1, lease.series + 1
        self.move(steps + (lease.release_extras() if last else lease.hold_steps()) + back)
        day, self.leases[self.key(lease.id)] = lease.day - 1, lease
        self.made["charged"].append((lease.id, day, tenant, site, fee, *sums, last, fund))
        self.book_charge(lease, fund, sums, last)
        self.pass_on(site, lease.centre, lease.site_currency)
        self.remember(lease, (day, *amounts, sums[0], sums[2]), last, disputed)
        self.spend(lease, self.filled[lease.bid][0]["terms"].get("project"), day, tenant + fee,
                   sums[0] + sums[2])
        if last:
            del self.leases[self.key(lease.id)]
            self.let_go(lease.bid)

    def book_charge(self, lease, fund, sums, last):
        """What an award paid; hours that were not delivered may be drawn again."""
        award = self.award(lease.award)
        if award:
            award.update(paid=award["paid"] + fund, delivered=award["delivered"] + sums[0],
                         used=award["used"] + sums[1])
            if last:
                self.take(lease.award, lease.delivered - gpu_time(lease.runs + lease.extras))

    def let_go(self, bid):
        self.filled[bid][1] -= 1
        if not self.filled[bid][1]:
            del self.filled[bid]

    def do_reclaim_capacity(self, what, entry):
        self.authorise(what["site"], entry)
        self.lose(what, False)

    def do_declare_loss(self, what, _):
        need(what["site"] in self.sites, 23)
        need(self.closed_at is None, 61)
        need(self.time < what["from"] + 2 * DAY, 37)
        if not self.excuse(what):
            self.lose(what, True)

    def lose(self, what, declared):
        need(self.closed_at is None, 61)
        since = max(what["from"], up(self.time, QUARTER) * QUARTER)
        need(what["from"] < what["to"] and what["from"] % QUARTER == what["to"] % QUARTER == 0, 40)
        need(since < what["to"] <= self.time + 732 * DAY, 42)
        name, offer = f"{what['site']}:{what['pool']}", self.offers.get(what["site"], {"pools": []})
        shape = next((p for p in offer["pools"] if p["name"] == what["pool"]), None)
        need(shape or any(lease.pool == name and since < lease.end == lease.traded_end
                          for lease in self.leases.values()), 36)
        need(what["gpus"] % (shape["unit"] if shape else 1) == 0, 33)
        self.act()
        steps = []
        for cut in self.what("extras-cut"):
            lease = self.live(cut["lease"])
            lease.extras = clipped(lease.extras, cut["from"]) + cut["runs"]
            total = billed(lease.runs + lease.extras)
            later = lease.flexible  # none once its rest has moved
            held = later["held"] if later else 0
            freed = lease.freed(total)
            steps += lease.release_extras() + lease.release()
            lease.billed = min(total, lease.billed)
            lease.take(freed, -1)
            steps += lease.hold_steps()
            if later:
                steps += lease.hold_extras(
                    min(lease.needed(self.rules["windowHours"]), held + freed[0] + freed[2]))
        self.move(steps)
        for change in self.what("lease-changed"):
            lease = self.live(change["lease"])
            noticed = lease.reclaim is not None and change["endedAt"] >= self.time + lease.reclaim
            cause = "loss" if declared else "reclaimed" if noticed else "breach"
            if cause != change["cause"]:
                raise Differs(f"{lease.id} ends by {cause}, the log says {change['cause']}")
            lease.ended, self.displaced[lease.id] = change["endedAt"], cause

    def do_abandon_lease(self, what, entry):
        lease = self.live(what["lease"])
        self.authorise(lease.site, entry)
        need(self.closed_at is None, 61)
        now, since = up(self.time, QUARTER) * QUARTER, lease.start
        if lease.delivered or lease.phase == "open":
            since = max(since, now)
        need(lease.ended is None and max(since, now) < lease.traded_end, 82)
        if lease.phase not in ("open", "closed"):
            lease.phase = "failed"
        lease.ended, self.displaced[lease.id] = since, "breach"
        self.abandoned[lease.id] = True

    def do_move_lease(self, what, entry):
        lease = self.leases.get(self.key(what["lease"]))
        need(lease and lease.id in self.displaced, 80)
        rest = next(iter(self.what("bid-placed")), None)
        kept, end = billed(lease.runs + lease.extras, lease.ended), lease.ended
        abandoned = self.abandoned.pop(lease.id, False)
        if abandoned and rest and lease.site not in rest["terms"]["whereabouts"]["notSites"]:
            if lease.site in (rest["terms"]["whereabouts"]["sites"] or [lease.site]):
                raise Differs(f"{lease.id} may go back to {lease.site}, which will not deliver it")
        freed, f = lease.freed(kept, shared(clipped(lease.runs, end))), lease.flexible
        sold = gpu_time(lease.runs + lease.extras)
        amount = freed[0] + freed[2] + (f["held"] if f else 0)
        steps = lease.release_extras() + lease.release()
        lease.billed = kept
        lease.take(freed, -1)
        steps += lease.hold_steps()
        left = rest["terms"]["earliest"] if rest else FOREVER
        move = {"cause": self.displaced[lease.id], "centre": lease.centre, "fee": lease.fee,
                "currency": lease.site_currency, "rate": lease.rate, "same": lease.same,
                "lease": lease.id, "pool": lease.pool, "lost": lease.end}
        whole, gone = billed(lease.runs), billed(lease.runs, left)
        own = whole - gone - shared(lease.runs) + shared(clipped(lease.runs, left))
        lost = dict(move, cover=0, billed=self.own_share(lease, own))
        move["billed"] = self.own_share(lease, gone - billed(lease.runs, end))
        back, given = self.give_back(lease, whole - billed(lease.runs, end), whole, amount)
        amount, steps = amount - back, steps + given
        lease.flexible = None
        lease.runs, lease.extras = clipped(lease.runs, end), clipped(lease.extras, end)
        now, drawn = gpu_time(lease.runs + lease.extras), None
        if rest:
            bid = {"seq": entry["n"], "party": lease.party, "currency": lease.currency,
                   "terms": rest["terms"], "at": self.time, "moved": lost, "cancelled": False}
            if "award" in rest["terms"]:
                drawn = self.draw(rest["terms"], lease.party, (freed[3], sold - now))
            amount += self.slack(bid)
            steps += self.cover(bid) + self.holds(bid, amount, drawn)
        self.move(steps)
        self.take(lease.award, now - sold)
        if rest:
            self.enter(bid, drawn)
        del self.displaced[lease.id]
        self.owe(move, lease.party, lease.currency, entry["n"])

    @staticmethod
    def holds(bid, amount, drawn):
        """The steps for what a bid sets aside and draws."""
        seq, clearing = bid["seq"], purse("clearing", bid["currency"])
        ends = [("hold", purse(bid["party"], bid["currency"]), amount, "hold")]
        if drawn:
            ends.append(("fund", drawn[0]["account"], drawn[2], "subsidy"))
        return [("hold", f"{name}-{seq}", payer, clearing, held, reason, f"bid-{seq}")
                for name, payer, held, reason in ends if held > 0]

    def enter(self, bid, drawn):
        """A bid comes into the book."""
        self.bids[bid["seq"]], bid["sites"] = bid, drawn[1] if drawn else []
        self.take(bid["terms"].get("award"), wanted(bid["terms"]))

    def slack(self, bid):
        """The last minor units that let what moved pay the price that it had."""
        move, shape = bid["moved"], bid["terms"]["alternatives"][0]
        rate = self.rate(bid["currency"])
        if not rate:
            return 0
        unit = shape["least"] * shape["quarters"]
        if move["same"] and unit and 10 * move["billed"] * rate[0] % (unit * rate[1]) == 0:
            return 0
        amount = up(unit * rate[1], 40 * rate[0]) * (1000 + move["fee"]) // 1000 + 2
        return amount if amount <= self.accounts[purse(bid['party'], bid['currency'])].free else 0

    def owe(self, move, party, currency, number):
        amount = move["billed"] * self.rules["damagesPermille"] // 4000
        if move["cause"] != "breach" or amount <= 0:
            return
        due = self.owed.setdefault(number, {"number": number, "amount": 0, "paid": 0})
        due.update(move=move, party=party, currency=currency)
        due["amount"] += min(amount, MOST // 2)
        self.made["damages-due"].append((number, due["amount"], due["paid"]))

    def due(self):
        """What is to be paid by now, in the order in which it was found."""
        return [d for _, d in sorted(self.owed.items()) if d["move"]["lost"] + 2 * DAY <= self.time]

    def pay_damages(self):
        """What the centres have yet to receive covers, is left to wait for it."""
        receipts, short = {}, []
        for due in self.due():
            payer = purse(due['move']['centre'], due['move']['currency'])
            left = receipts.get(payer, self.accounts[payer].credits_pending)
            rest = due["amount"] - due["paid"]
            receipts[payer] = max(0, left - rest)
            short += [(due, rest - left)] if rest > left else []
        for due, rest in short:
            self.pay(due, rest)

    def pass_on(self, left, centre, currency):
        for due in self.due():
            if left > 0 and (due["move"]["centre"], due["move"]["currency"]) == (centre, currency):
                left -= self.pay(due, left)

    def pay(self, due, most):
        """As much as the centre has; the amount."""
        currency = due["move"]["currency"]
        payer, lease = purse(due['move']['centre'], currency), due["move"]["lease"]
        amount = min(due["amount"] - due["paid"], self.accounts[payer].free, most)
        if amount <= 0:
            return 0
        giver, taker = (due["move"]["centre"], currency), (due["party"], due["currency"])
        got = floor(amount * due["move"]["rate"])
        steps = self.payment(giver, amount, taker, got, "damages", lease)
        try:
            self.move(steps)
        except Refused:
            return 0
        due["paid"] += amount
        self.made["damages-due"].append((due["number"], due["amount"], due["paid"]))
        if due["paid"] >= due["amount"]:
            del self.owed[due["number"]]
        return amount

    def excuse(self, what):
        """What counts as a breach there so far is nobody's fault; False when there is none."""
        name = f"{what['site']}:{what['pool']}"

        def fits(pool, cause, lost):
            return ((pool, cause) == (name, "breach") and what["from"] <= lost < what["to"]
                    and self.time < lost + 2 * DAY)
        leases = [n for n, cause in self.displaced.items()
                  if fits(self.live(n).pool, cause, self.live(n).end)]
        bids = [b for _, b in sorted(self.bids.items())
                if b["moved"] and fits(b["moved"]["pool"], b["moved"]["cause"], b["moved"]["lost"])]
        dues = [d for _, d in sorted(self.owed.items())
                if fits(d["move"]["pool"], "breach", d["move"]["lost"])]
        if not (leases or bids or dues):
            return False
        self.act()
        self.displaced.update({lease: "loss" for lease in leases})
        for bid in bids:
            if bid["moved"]["cover"]:
                self.move([("void", f"cover-{bid['seq']}", f"bid-{bid['seq']}")])
            bid["moved"].update(cause="loss", cover=0)
        for due in dues:
            del self.owed[due["number"]]
            self.made["damages-due"].append((due["number"], due["paid"], due["paid"]))
        return True
