"""The book of accounts: all steps of a chain, or none."""

from .basics import MOST, Refused, Tried, need, purse

SYSTEM = ["bank", "clearing", "fees", "fx"]


class Account:
    def __init__(self, name, currency, market):
        self.name, self.currency, self.market, self.closed = name, currency, market, False
        self.limit = 10**10 if market and name.startswith("fx:") else 0
        self.debits = self.credits = self.debits_pending = self.credits_pending = 0

    @property
    def balance(self):
        return self.credits - self.debits

    @property
    def free(self):
        return self.balance - self.debits_pending + self.limit

    def covers(self, amount, reason):
        """A credit line pays for capacity: it is neither paid out nor sent to others."""
        if reason in ("payout", "transfer"):
            return self.free - self.limit >= amount
        return self.market or self.free >= amount


class Book:
    """Accounts, what is set aside on them, rates."""

    def move(self, steps, stop=None):
        """All steps or none; none of them in a trial, or where one more is known to fail."""
        undo, movements = [], []

        def add(account, field, amount):
            undo.append((account, field, getattr(account, field)))
            setattr(account, field, getattr(account, field) + amount)
            need(getattr(account, field) <= (2**63 - 1) // 4, 91)
        try:
            for step in steps:
                if step[0] in ("post", "hold", "timed"):
                    pending = None if step[0] == "post" else step[1]
                    expires = step[2] if step[0] == "timed" else None
                    need(pending is None or pending not in self.pendings, 156)
                    debit, credit, amount, reason, subject = step[-5:]
                    source, target = self.accounts.get(debit), self.accounts.get(credit)
                    need(source and target, 25)
                    need(source is not target, 161)
                    need(not source.closed and not target.closed, 162)
                    need(source.currency == target.currency, 163)
                    need(1 <= amount <= MOST, 90)
                    full = expires and self.timed(debit) >= 1000
                    if full or not source.covers(amount, reason):
                        for name, (old, new, held, why, end) in sorted(
                                ((n, p) for n, p in self.pendings.items()
                                 if p[0] == debit and p[4] and p[4] <= self.time),
                                key=lambda item: (item[1][4], item[0])):
                            undo.append((self.pendings, name, self.pendings.pop(name)))
                            add(self.accounts[old], "debits_pending", -held)
                            add(self.accounts[new], "credits_pending", -held)
                            movements.append(("expired", old, new, 0, held, name, why, name))
                    need(not expires or self.timed(debit) < 1000, 165)
                    need(source.covers(amount, reason), 47)
                    suffix = "_pending" if pending else ""
                    add(source, "debits" + suffix, amount)
                    add(target, "credits" + suffix, amount)
                    if pending:
                        undo.append((self.pendings, pending, None))
                        self.pendings[pending] = (debit, credit, amount, reason, expires)
                    done = "pending" if pending else "posted"
                    movements.append((done, debit, credit, amount, None, pending, reason, subject))
                    continue
                pending, subject = step[1], step[-1]
                need(pending in self.pendings, 156)
                debit, credit, held, reason, _ = was = self.pendings.pop(pending)
                undo.append((self.pendings, pending, was))
                amount, reason = step[2:4] if step[0] == "settle" else (0, reason)
                need(0 <= amount <= held, 164)
                for name, side in ((debit, "debits"), (credit, "credits")):
                    add(self.accounts[name], side + "_pending", -held)
                    add(self.accounts[name], side, amount)
                done = "settled" if step[0] == "settle" else "voided"
                movements.append((done, debit, credit, amount, held, pending, reason, subject))
        except Refused:
            self.undo(undo)
            raise
        if self.trial or stop:
            self.undo(undo)
            raise stop or Tried
        self.made["money-moved"] += movements
        self.note(movements)

    def timed(self, account):
        return sum(p[0] == account and p[4] is not None for p in self.pendings.values())

    @staticmethod
    def undo(changes):
        for thing, name, value in reversed(changes):
            if isinstance(thing, Account):
                setattr(thing, name, value)
            elif value is None:
                thing.pop(name, None)
            else:
                thing[name] = value

    def open(self, owner, currency, market=False):
        name = purse(owner, currency)
        if name not in self.accounts:
            self.accounts[name] = Account(name, currency, market)
            self.made["account-opened"].append((name,))
        return name

    def act(self):
        """All checks are made: what follows is done, but for a trial."""
        if self.trial:
            raise Tried

    def rate(self, currency):
        """HKD per unit, as it was set; None without one in force."""
        if currency == "HKD":
            return 1, 1
        rate, until = self.rates.get(currency, (None, 0))
        return rate if self.time < until else None
