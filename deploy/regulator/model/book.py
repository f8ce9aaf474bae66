"""The book of accounts: all steps of a chain, or none."""

from .basics import MOST, Refused, need

SYSTEM = ["bank", "clearing", "fees", "fx"]


class Account:
    def __init__(self, currency, market):
        self.currency, self.market, self.limit = currency, market, 0
        self.debits = self.credits = self.debits_pending = self.credits_pending = 0

    @property
    def balance(self):
        return self.credits - self.debits

    @property
    def free(self):
        return self.balance - self.debits_pending + self.limit


class Book:
    """Accounts, what is set aside on them, rates."""

    def move(self, steps):
        """All steps or none."""
        undo, movements = [], []

        def add(account, field, amount):
            undo.append((account, field, getattr(account, field)))
            setattr(account, field, getattr(account, field) + amount)
            need(getattr(account, field) <= (2**63 - 1) // 4, 91)
        try:
            for step in steps:
                if step[0] in ("post", "hold"):
                    pending = step[1] if step[0] == "hold" else None
                    need(pending is None or pending not in self.pendings, 25)
                    debit, credit, amount, reason, subject = step[-5:]
                    source, target = self.accounts.get(debit), self.accounts.get(credit)
                    need(source and target and source is not target, 25)
                    need(source.currency == target.currency, 26)
                    need(1 <= amount <= MOST, 90)
                    need(source.market or source.free >= amount, 47)
                    suffix = "_pending" if pending else ""
                    add(source, "debits" + suffix, amount)
                    add(target, "credits" + suffix, amount)
                    if pending:
                        undo.append((self.pendings, pending, None))
                        self.pendings[pending] = (debit, credit, amount, reason)
                    movements.append(("pending" if pending else "posted", debit, credit, amount, None,
                                      pending, reason, subject))
                    continue
                pending, subject = step[1], step[-1]
                need(pending in self.pendings, 25)
                debit, credit, held, reason = was = self.pendings.pop(pending)
                undo.append((self.pendings, pending, was))
                amount, reason = step[2:4] if step[0] == "settle" else (0, reason)
                need(0 <= amount <= held, 90)
                for account, side in ((self.accounts[debit], "debits"), (self.accounts[credit], "credits")):
                    add(account, side + "_pending", -held)
                    add(account, side, amount)
                movements.append(("settled" if step[0] == "settle" else "voided", debit, credit, amount,
                                  held, pending, reason, subject))
        except Refused:
            self.undo(undo)
            raise
        if self.trial:
            return self.undo(undo)
        self.movements += movements

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
        name = f"{owner}:{currency.lower()}"
        if name not in self.accounts:
            self.accounts[name] = Account(currency, market)
            self.made["account"].append(name)

    def owned(self, name):
        account = self.accounts.get(name)
        need(account and not account.market, 25)
        return account

    def rate(self, currency):
        if currency == "HKD":
            return (1, 1)
        rate = self.rates.get(currency)
        return rate[:2] if rate and self.time < rate[2] else None
