"""Days that were charged, disputes of them, and what is given back."""

import copy
from math import floor

from .basics import DAY, day_of, need, purse
from .leases import Leases

LIFE = 7 * DAY


class Disputes(Leases):
    """A tenant's word against a site's."""

    def remember(self, lease, charge, last, disputed):
        day, tenant, site, fee, fund, delivered, forgone = charge
        past = self.charged.setdefault(self.key(lease.id), {
            "lease": lease, "project": self.filled[lease.bid][0]["terms"].get("project"),
            "days": {}, "settled": False, "closed": False})
        past["days"][day] = {"at": self.time, "tenant": tenant, "site": site, "fee": fee,
                             "fund": fund, "delivered": delivered, "forgone": forgone,
                             "disputed": disputed}
        if last:
            past["settled"], past["closed"] = True, lease.phase == "closed"

    def drop_charges(self):
        for key, past in list(self.charged.items()):
            for day in list(past["days"]):
                if past["days"][day]["at"] + LIFE < self.time and (key, day) not in self.disputes:
                    del past["days"][day]
            if not past["days"]:
                del self.charged[key]

    def close_settled(self, what, entry):
        past = self.charged.get(self.key(what["lease"]))
        need(past and past["settled"], 80)
        need(past["lease"].site == self.me(entry).get("site"), 4)
        need(what["phase"] == "closed" and not past["closed"], 81)
        past["closed"] = True

    def do_open_dispute(self, what, entry):
        key = self.key(what["lease"])
        live, past, at = self.leases.get(key), self.charged.get(key), (key, what["day"])
        lease = live or (past and past["lease"])
        need(lease, 80)
        need(lease.party == self.me(entry)["party"], 4)
        need(at not in self.disputes, 122)
        day = past["days"].get(what["day"]) if past else None
        if day:
            need(not day["disputed"], 122)
            need(self.time <= day["at"] + LIFE, 121)
            need(what.get("delivered", -1) < day["delivered"], 123)
        else:
            need(live and live.day <= what["day"] <= day_of(min(self.time, live.end - 1)), 121)
        self.disputes[at] = {
            "number": entry["n"], "lease": lease, "evidence": int("evidence" in what)}

    def dispute(self, number):
        at = next((at for at, d in self.disputes.items() if d["number"] == number), None)
        need(at, 120)
        return at

    def do_add_evidence(self, what, entry):
        dispute = self.disputes[self.dispute(what["dispute"])]
        need(self.me(entry)["party"] in (dispute["lease"].party, dispute["lease"].centre), 4)
        need(dispute["evidence"] < 16, 124)
        dispute["evidence"] += 1

    def do_decide_dispute(self, what, entry):
        at, delivered = self.dispute(what["dispute"]), what.get("delivered")
        past, day = self.charged.get(at[0]), at[1]
        if past and day in past["days"]:
            if delivered is not None:
                self.return_charge(at, delivered, what["dispute"], entry)
            self.act()
            past["days"][day]["disputed"] = True
        else:
            lease = copy.deepcopy(self.live(f"lease-{at[0][0]}-{at[0][1]}"))
            need(lease.day == day and lease.id not in self.displaced
                 and self.time >= lease.settle_time(self.rules["settleGrace"]), 84)
            if delivered is not None:
                times = lease.days.get(day)
                need(times and delivered < times[0], 123)
                before = times[0] + times[2]
                times[3:] = [worth * (delivered + times[2]) // before for worth in times[3:]]
                lease.delivered -= times[0] - delivered
                times[0] = delivered
            self.charge(lease, True)
        del self.disputes[at]

    def do_correct_charge(self, what, entry):
        key = self.key(what["lease"])
        need(key in self.charged, 80)
        need((key, what["day"]) not in self.disputes, 122)
        self.return_charge((key, what["day"]), what["delivered"], None, entry)

    def return_charge(self, at, delivered, dispute, entry):
        """At the mean price of the day; what the centre lacks it owes."""
        lease, day = self.charged[at[0]]["lease"], self.charged[at[0]]["days"].get(at[1])
        need(day, 121)
        need(delivered < day["delivered"], 123)
        before, after = day["delivered"] + day["forgone"], delivered + day["forgone"]

        def converted(amount):
            return floor(amount * lease.rate)
        fee = day["fee"] * (before - after) // before
        site = day["site"] - day["site"] * after // before
        # The award has its share back first.
        fund = min(converted(site), day["fund"] * (before - after) // before)
        tenant = min(day["tenant"], converted(site) - fund)
        own, foreign = lease.currency, lease.site_currency
        payee = purse(lease.party, own)
        payer = purse(lease.centre, foreign)
        now = min(site, max(0, self.accounts[payer].free))
        fund_now, award = min(fund, converted(now)), purse(lease.award, own)
        legs = [(payer, award, fund_now), (payer, payee, now - fund_now)]
        if lease.converts:
            legs = [(payer, purse("fx", foreign), now), (purse("fx", own), award, fund_now),
                    (purse("fx", own), payee, min(tenant, converted(now) - fund_now))]
        legs.append((purse("fees", own), payee, fee))
        self.move([("post", *leg, "correction", lease.id) for leg in legs if leg[2] > 0])
        self.made["corrected"].append(
            (lease.id, at[1], tenant, site, fee, day["delivered"] - delivered, dispute, fund))
        if self.award(lease.award):
            award, hours = self.award(lease.award), day["delivered"] - delivered
            award.update(paid=award["paid"] - fund, delivered=award["delivered"] - hours)
            self.take(lease.award, -hours)
        day.update(delivered=delivered, site=day["site"] - site, tenant=day["tenant"] - tenant,
                   fee=day["fee"] - fee, fund=day["fund"] - fund)
        self.spend(lease, self.charged[at[0]]["project"], at[1], -tenant - fee, after - before)
        if now < site:
            due = {"number": entry["n"], "amount": site - now, "paid": 0, "party": lease.party,
                   "currency": own, "move": {"centre": lease.centre, "lease": lease.id,
                                             "lost": self.time - 2 * DAY,
                                             "currency": foreign, "rate": lease.rate}}
            self.owed[entry["n"]] = due
            self.made["damages-due"].append((entry["n"], due["amount"], 0))
