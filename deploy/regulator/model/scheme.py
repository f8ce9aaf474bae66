"""The subsidy scheme: prices and facts, calls, applications and awards, and what bids draw."""

import re

from .basics import FOREVER, HOUR, QUARTER, need, purse, up
from .names import Names

# What an award is now, as its events say it.
AWARD = ("seq", "party", "fund", "amount", "locked", "permille", "gpuHours", "paid", "clawed",
         "returned", "delivered", "used", "taken", "ended", "report")


def gpu_time(runs):
    return sum(r["gpus"] * (r["to"] - r["from"]) for r in runs)


def wanted(terms):
    """GPU-ms that a bid takes at most."""
    return max(a["gpus"] * a["quarters"] for a in terms["alternatives"]) * QUARTER


class Scheme(Names):
    """Who is paid for by whom, and how much of it is left."""

    def do_set_list_prices(self, what, _):
        need(what["currency"] in self.currencies, 26)
        need(all(item["chip"] in self.chips for item in what["items"]), 24)
        need(what["version"] == self.newest(what["currency"]) + 1, 30)
        self.act()
        self.lists[what["currency"], what["version"]] = {
            item["chip"]: item for item in reversed(what["items"])}

    def newest(self, currency):
        return max((v for c, v in self.lists if c == currency), default=0)

    def do_state_relation(self, what, _):
        sides = what["one"], what["other"]
        need(all(side in self.parties or side in self.principals for side in sides), 20)
        need(what["from"] < what.get("until", FOREVER) and sides[0] != sides[1], 40)
        self.act()
        self.relations[min(sides), max(sides)] = what

    def do_register_contract(self, what, _):
        self.act()
        self.contracts[what["contract"]] = what["since"]

    def in_force(self):
        for what in self.relations.values():
            if what["from"] <= self.time < what.get("until", FOREVER):
                yield from ((what["one"], what["other"]), (what["other"], what["one"]))

    def party(self, side):
        return self.principals[side]["party"] if side in self.principals else side

    def related(self, one, other):
        return any((self.party(a), self.party(b)) == (one, other) for a, b in self.in_force())

    def is_paid(self, contract, besides=None):
        """Whether another scheme, or another award, pays for a contract."""
        return self.contracts.get(contract, FOREVER) <= self.time or any(
            a["contract"] == contract and a["seq"] != besides and not a.get("ended")
            for a in self.awards.values())

    def interest(self, by, applicant):
        """A reviewer with a role for the applicant, or for a centre that the fund pays, is out."""
        fund = self.principals[by]["party"]
        against = {self.sites[site]["centre"] for call in self.calls.values()
                   if call["fund"] == fund for site in call["sites"]} | {applicant}
        need(not any(a == by and self.party(b) in against for a, b in self.in_force()), 105)

    def second_interest(self, kind, what, by):
        """The same for the second reviewer of a command; who is named is not there any more."""
        of = {"decide-application": (self.applications, what.get("application")),
              "release-award": (self.awards, what.get("number")),
              "claw-back-award": (self.awards, what.get("award"))}
        if kind in of:
            things, number = of[kind]
            self.interest(by, things[number]["party"] if number in things else None)

    # Calls and applications.

    def do_open_call(self, what, entry):
        fund = self.parties[self.me(entry)["party"]]
        need(fund["kind"] == "fund", 27)
        need(all(site in self.sites for site in what["sites"]), 23)
        need(all(chip in self.chips for chip in what["chips"]), 24)
        need(what["from"] < what["until"], 40)
        need(self.time < what["closesAt"] < what["until"], 42)
        prices = self.lists.get((fund["currency"], what["list"]), {})
        need(all(chip in prices for chip in what["chips"]), 110)
        self.act()
        self.calls[entry["n"]] = dict(
            what, fund=fund["id"], currency=fund["currency"], closed=False)

    def do_close_call(self, what, entry):
        call = self.calls.get(what["number"])
        need(call, 100)
        need(call["fund"] == self.me(entry)["party"], 4)
        need(not call["closed"], 101)
        call["closed"] = True

    def do_apply_for_award(self, what, entry):
        party, call = self.parties[self.me(entry)["party"]], self.calls.get(what["call"])
        need(party["kind"] == "tenant", 27)
        need(call, 100)
        need(party["currency"] == call["currency"], 26)
        need(what["from"] < what["until"], 40)
        need(not call["closed"] and self.time < call["closesAt"], 101)
        need(not any((a["party"], a["call"]) == (party["id"], what["call"])
                     for a in self.applications.values()), 103)
        need(all(what[k] <= call[k] for k in ("amount", "gpuHours", "permille", "until"))
             and what["from"] >= call["from"]
             and all(set(what[k]) <= set(call[k]) for k in ("sites", "chips")), 104)
        self.claim(what, party["id"])
        self.applications[entry["n"]] = dict(what, party=party["id"], scored=[])

    def claim(self, what, party):
        need(not any(self.related(party, self.sites[s]["centre"]) for s in what["sites"]), 108)
        need(not self.is_paid(what["contract"]), 109)

    def reviewed(self, what, entry):
        asked = self.applications.get(what["application"])
        need(asked, 102)
        need(self.calls[asked["call"]]["fund"] == self.me(entry)["party"], 4)
        self.interest(entry["by"], asked["party"])
        return asked

    def do_score_application(self, what, entry):
        scored = self.reviewed(what, entry)["scored"]
        need(len(scored) < 64 and entry["by"] not in scored, 106)
        scored.append(entry["by"])

    def do_decide_application(self, what, entry):
        asked, seq = self.reviewed(what, entry), entry["n"]
        call = self.calls[asked["call"]]
        need(len(asked["scored"]) >= call["scores"], 107)
        if what.get("granted"):
            need(all(what[k] <= asked[k] for k in ("amount", "gpuHours", "permille"))
                 and (what["permille"] <= 700 or what.get("exception")), 104)
            self.claim(asked, asked["party"])
            account = self.open(f"award-{seq}", call["currency"])
            try:
                self.move([("post", purse(call['fund'], call['currency']), account,
                            what["amount"], "grant", f"award-{seq}")])
                self.act()
            except Exception:
                del self.accounts[self.made["account-opened"].pop()[0]]
                raise
            self.awards[seq] = dict(
                {k: asked[k] for k in ("party", "contract", "chips", "sites", "from", "until")},
                **{k: what[k] for k in ("amount", "gpuHours", "permille")}, seq=seq,
                fund=call["fund"], currency=call["currency"], list=call["list"], paid=0,
                locked=what["amount"] // 2, clawed=0, returned=0, delivered=0, used=0, taken=0,
                account=account)
            self.made["awarded award-changed"].append(self.shown(self.awards[seq]))
        self.act()
        del self.applications[what["application"]]

    # Awards.

    @staticmethod
    def shown(award):
        return tuple(award.get(key) for key in AWARD)

    def do_report_progress(self, what, entry):
        award = self.awards.get(what["award"])
        need(award, 111)
        need(award["party"] == self.me(entry)["party"], 4)
        need(not award.get("ended"), 112)
        award["report"] = what["report"]
        self.made["awarded award-changed"].append(self.shown(award))

    def granted(self, number, entry):
        award = self.awards.get(number)
        need(award, 111)
        need(award["fund"] == self.me(entry)["party"], 4)
        self.interest(entry["by"], award["party"])
        return award

    def do_release_award(self, what, entry):
        award = self.granted(what["number"], entry)
        need(not award.get("ended"), 112)
        need(award.get("report") and award["locked"] > 0, 117)
        self.act()
        award["locked"] = 0
        self.made["awarded award-changed"].append(self.shown(award))

    def do_claw_back_award(self, what, entry):
        award = self.granted(what["award"], entry)
        left, currency = self.accounts[award["account"]].free, award["currency"].lower()
        need(not award.get("ended") or left > 0 or what["amount"] > 0, 112)
        need(what["amount"] <= award["paid"] - award["clawed"], 118)
        legs = (award["account"], left), (f"{award['party']}:{currency}", what["amount"])
        self.move([("post", payer, f"{award['fund']}:{currency}", amount, "clawback",
                    f"award-{award['seq']}") for payer, amount in legs if amount > 0])
        self.act()
        award.update(ended=True, locked=0, returned=award["returned"] + max(0, left),
                     clawed=award["clawed"] + what["amount"])
        self.made["awarded award-changed"].append(self.shown(award))

    # What bids and leases draw.

    def award(self, name):
        """None for a name that is no award's."""
        number = re.fullmatch(r"award-(0|[1-9]\d*)", name or "")
        return self.awards.get(int(number[1])) if number else None

    def draw(self, terms, party, freed=(0, 0)):
        """The places where an award pays for a bid, and what it sets aside for it."""
        award = self.award(terms["award"])
        need(award, 111)
        need(award["party"] == party, 4)
        need(not award.get("ended"), 112)
        need(terms["earliest"] >= award["from"] and terms["latestEnd"] <= award["until"], 113)
        need(terms["kind"] != "elastic", 115)
        named = terms["whereabouts"]["sites"]
        need(all(a["chip"] in award["chips"] for a in terms["alternatives"])
             and set(named) <= set(award["sites"]), 114)
        sites = [s for s in named or award["sites"]
                 if not self.related(party, self.sites[s]["centre"])]
        need(sites and len(sites) == len(named or sites), 108)
        need(not self.is_paid(award["contract"], award["seq"]), 109)
        most, largest = 0, wanted(terms) // QUARTER
        for a in terms["alternatives"]:
            each = award["permille"] * self.ceiling(award, a["chip"]) // 1000
            most = max(most, up(a["gpus"] * a["quarters"] * each, 4))
        need(most <= 10**12, 45)
        amount = min(most, self.accounts[award["account"]].free + freed[0] - award["locked"])
        need(amount > 0 and 4 * amount >= largest
             and largest * QUARTER <= award["gpuHours"] * HOUR - award["taken"] + freed[1], 116)
        return award, sites, amount

    def ceiling(self, award, chip):
        """List prices by the award's version; references by the newest, where trades are enough."""
        currency = award["currency"]
        item = self.lists[currency, award["list"]].get(chip)
        now = self.lists[currency, self.newest(currency)].get(chip)
        if not item or not now or now["trades"] < 20:
            return item["list"] if item else 0
        return min(item["list"], now["reference"])

    def lost_award(self, bid):
        """Whether the award of an open bid would not pay for it any more."""
        award = self.award(bid["terms"].get("award"))
        return award and (
            award.get("ended") or self.is_paid(award["contract"], award["seq"])
            or any(self.related(award["party"], self.sites[s]["centre"]) for s in bid["sites"]))

    def take(self, name, gpu_time):
        """GPU time off an award, or back."""
        award = self.award(name)
        if award:
            award["taken"] = max(0, award["taken"] + gpu_time)
