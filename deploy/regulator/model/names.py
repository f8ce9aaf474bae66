"""Parties, principals, sites, chips, rates, rules, the bank."""

from .basics import QUARTER, Differs, need, purse, up
from .book import SYSTEM
from .transfers import Transfers

LEADER, PLATFORM, SITE, TRADER = ["leader"], ["platform"], ["agent", "centre"], ["trader"]
ROLES = {"centre": SITE, "fund": ["reviewer"], "platform": LEADER + PLATFORM,
         "regulator": ["regulator"],
         "tenant": ["manager"] + TRADER}


class Names(Transfers):
    """Who and what there is."""

    def do_genesis(self, what, entry):
        self.version = what.get("version", 1)
        self.known(self.version)
        self.last_close, self.rules, self.currencies = entry["t"], what["rules"], what["currencies"]
        for currency in self.currencies:
            for system in SYSTEM:
                self.open(system, currency, True)
        self.chips = set(what["chips"])
        for party in what["parties"]:
            self.do_add_party(party, entry)
        for principal in what["principals"]:
            self.principals[principal["id"]] = principal

    def do_add_party(self, what, _):
        need(what["id"] not in self.parties, 21)
        need(what["id"] not in SYSTEM and ":" not in what["id"], 22)
        need(what["currency"] in self.currencies, 26)
        need(len(what["id"]) <= 40 and not what["id"].startswith("award-"), 22)
        self.act()
        self.parties[what["id"]] = what
        if what["kind"] in ("tenant", "centre", "fund"):
            self.open(what["id"], what["currency"])

    def do_add_principal(self, what, entry):
        need(what["party"] in self.parties, 20)
        allowed = ROLES[self.parties[what["party"]]["kind"]]
        need(all(r in allowed for r in what["roles"]), 27)
        if "site" in what:
            need(what["site"] in self.sites, 23)
            need(self.sites[what["site"]]["centre"] == what["party"], 4)
        else:
            need("agent" not in what["roles"], 23)
        need(f"p-{entry['n']}" not in self.principals, 21)
        self.act()
        self.principals[f"p-{entry['n']}"] = what

    def do_add_site(self, what, entry):
        need(what["centre"] in self.parties, 20)
        need(what["id"] not in self.sites, 21)
        need(":" not in what["id"] and len(what["id"]) <= 30, 22)
        need(what["currency"] in self.currencies, 26)
        need(self.parties[what["centre"]]["kind"] == "centre", 27)
        self.act()
        self.sites[what["id"]] = what
        self.principals[f"p-{entry['n']}"] = {
            "party": what["centre"], "roles": ["agent"], "site": what["id"]}
        self.open(what["centre"], what["currency"])

    def do_add_chip(self, what, _):
        need(what["chip"] not in self.chips, 21)
        self.act()
        self.chips.add(what["chip"])

    def do_certify(self, what, _):
        need(what["site"] in self.sites, 23)
        before = self.certified.get((what["site"], what["dataClass"]), 0)
        since = max(up(self.time, QUARTER) * QUARTER, what["until"] // QUARTER * QUARTER)
        held = [] if self.version < 5 else [
            lease for _, lease in sorted(self.leases.items())
            if lease.site == what["site"] and lease.end > since
            and (lease.end == lease.traded_end or lease.id in self.displaced)
            and self.filled[lease.bid][0]["terms"].get("dataClass") == what["dataClass"]]
        if self.version >= 5 and (held or what["until"] < before):
            need(self.closed_at is None, 61)
        self.act()
        self.certified[what["site"], what["dataClass"]] = what["until"]
        changes = self.what("lease-changed")
        told = [(c["lease"], c["endedAt"], c["cause"]) for c in changes]
        due = [(lease.id, since, self.displaced.get(lease.id, "evidence")) for lease in held]
        if told != due:
            raise Differs(f"evidence ends for {due}, the log says {told}")
        for lease in held:
            lease.ended, self.displaced[lease.id] = since, self.displaced.get(lease.id, "evidence")

    def do_set_latencies(self, what, entry):
        need(what["site"] in self.sites, 23)
        need(entry["role"] != "agent" or self.me(entry).get("site") == what["site"], 4)

    def do_set_rate(self, what, _):
        n, d = what["rate"]["numerator"], what["rate"]["denominator"]
        need(what["currency"] != "HKD" and what["currency"] in self.currencies, 26)
        need(n <= d * 100 and d <= n * 100 and what["validUntil"] > self.time, 28)
        self.act()
        self.rates[what["currency"]] = (n, d), what["validUntil"]

    def do_set_rules(self, what, _):
        self.act()
        self.rules = what

    def bank(self, what, entry, reason):
        account = self.accounts.get(what["account"])
        need(account, 25)
        need(not what["account"].startswith(("bank:", "clearing:", "award-")), 154)
        need(what["reference"] not in self.references, 168)
        ends = [purse("bank", account.currency), what["account"]]
        debit, credit = ends if reason == "deposit" else ends[::-1]
        self.move([("post", debit, credit, what["amount"], reason, f"proposal-{entry['n']}")])
        self.references.add(what["reference"])

    def do_deposit(self, what, entry):
        self.bank(what, entry, "deposit")

    def do_payout(self, what, entry):
        self.bank(what, entry, "payout")

    def do_set_credit_limit(self, what, _):
        account = self.accounts.get(what["account"])
        need(account, 25)
        need(not account.market or what["account"].startswith("fx:"), 154)
        need(not what["account"].startswith("award-"), 154)
        need(account.market or account.free - account.limit + what["amount"] >= 0, 47)
        self.act()
        account.limit = what["amount"]

    def me(self, entry):
        return self.principals[entry["by"]]

    def authorise(self, site, entry):
        need(site in self.sites, 23)
        me = self.me(entry)
        need(me.get("site") == site if entry["role"] == "agent"
             else me["party"] == self.sites[site]["centre"], 4)
