"""Transfers between parties: chains of legs, two phases, and accounts that close."""

from .basics import DAY, MOST, Refused, need
from .book import Book


class Transfers(Book):
    """What parties send one another."""

    def note(self, movements):
        """How transfers ended, for a day."""
        for step, debit, _, _, _, pending, reason, _ in movements:
            if reason == "transfer" and pending and step != "pending":
                code = {"settled": 157, "voided": 158, "expired": 159}[step]
                self.fates[pending] = (code, debit, self.time)

    def party_of(self, account):
        """Whose it is; nothing for accounts that are not a party's own."""
        owner, _, currency = account.name.rpartition(":")
        own = not account.market and currency == account.currency.lower() and owner in self.parties
        return owner if own else None

    def do_transfer(self, what, entry):
        for name in [n for n, fate in self.fates.items() if fate[2] < self.time - DAY]:
            del self.fates[name]
        prefix, party = f"transfer-{entry['n']}-", self.principals[entry["by"]]["party"]
        steps, ended, fault = [], {}, None
        for index, leg in enumerate(what["legs"]):
            try:
                steps.append(self.leg(leg, prefix, f"{prefix}{index}", party, ended))
            except Refused as refusal:
                fault = refusal
                break
            if "pending" in leg:
                ended[leg["pending"]] = 157 if leg["action"] == "post" else 158
        # A chain whose money fails before the leg that is wrong fails for its money.
        self.move(steps, fault)

    def leg(self, leg, prefix, name, party, ended):
        action, given = leg["action"], set(leg) - {"action"}
        need("timeout" not in given or action == "pend", 152)
        if action in ("post", "void"):
            need(given == {"pending"} or action == "post" and given == {"pending", "amount"}, 151)
            pending = leg["pending"]
            need(not pending.startswith(prefix), 155)
            held = self.pendings.get(pending)
            if not held:
                need(pending in self.fates, 156)
                code, debit, _ = self.fates[pending]
                need(self.party_of(self.accounts[debit]) == party, 4)
                raise Refused(code)
            need(self.party_of(self.accounts[held[0]]) == party, 4)
            need(held[3] == "transfer", 160)
            need(pending not in ended, ended.get(pending))
            need(held[4] > self.time, 159)
            if action == "void":
                return ("void", pending, pending)
            amount = leg.get("amount", held[2])
            need(1 <= amount <= MOST, 90)
            return ("settle", pending, amount, "transfer", pending)
        need(given - {"timeout"} == {"debit", "credit", "amount"}, 151)
        need(("timeout" in given) == (action == "pend"), 151)
        timeout = leg.get("timeout", 1)
        need(1 <= timeout <= 366 * DAY and self.time + timeout <= 7_258_118_400_000, 153)
        source, target = self.accounts.get(leg["debit"]), self.accounts.get(leg["credit"])
        need(source and target, 25)
        need(self.party_of(source) and self.party_of(target), 154)
        need(self.party_of(source) == party, 4)
        tail = (leg["debit"], leg["credit"], leg["amount"], "transfer", name)
        return ("post", *tail) if action == "pay" else ("timed", name, self.time + timeout, *tail)

    def do_expire_transfers(self, what, _):
        account = what["account"]
        need(account in self.accounts, 25)
        over = sorted((p[4], n) for n, p in self.pendings.items()
                      if p[0] == account and p[4] and p[4] <= self.time)
        need(over, 166)
        for _, name in over:
            debit, credit, held, reason, _ = self.pendings.pop(name)
            self.accounts[debit].debits_pending -= held
            self.accounts[credit].credits_pending -= held
            self.made["money-moved"].append(("expired", debit, credit, 0, held, name, reason, name))
        self.note(self.made["money-moved"])

    def do_close_account(self, what, _):
        account = self.accounts.get(what["account"])
        need(account, 25)
        owner = self.party_of(account)
        need(owner, 154)
        if what.get("closed"):
            sites = (s for s in self.sites.values() if s["centre"] == owner)
            need(all(s["currency"] != account.currency for s in sites), 167)
            owed = self.owed.values()
            need(all(owner not in (due["party"], due["move"]["centre"]) for due in owed), 167)
            need(account.balance == account.debits_pending == account.credits_pending == 0, 167)
        self.act()
        account.closed = what.get("closed", False)
