"""A dearer place after a breach: what the centre at fault sets aside, pays and gets back."""

from .basics import MOST, Differs, up
from .scheme import Scheme


def exchanged(amount, rates):
    """Over and under of an amount that changes its currency; both rates are HKD per unit."""
    (fn, fd), (tn, td) = rates
    return amount * fn * td, fd * tn


class Covers(Scheme):
    """The money of a centre for the place of a tenant that it put out."""

    def payment(self, giver, amount, taker, got, reason, subject):
        """Straight, or by way of the exchange accounts; giver and taker are owner and currency."""
        (a, paid), (b, currency) = giver, taker
        payer, payee = f"{a}:{paid.lower()}", f"{b}:{currency.lower()}"
        if amount <= 0:
            return []
        if paid == currency:
            return [("post", payer, payee, amount, reason, subject)]
        steps = [("post", payer, f"fx:{paid.lower()}", amount, reason, subject)]
        return steps + ([("post", f"fx:{currency.lower()}", payee, got, reason, subject)] if got > 0 else [])

    @staticmethod
    def own_bill(move, currency):
        """What the lost hours cost the tenant."""
        site, *rates = move["rates"]
        over, under = exchanged(move["billed"], rates) if currency != site else (move["billed"], 1)
        tenant, most = up(over, 4 * under), max(up(over, 4 * under), up(move["billed"], 4))
        return tenant + over * move["fee"] // (4000 * under) if most <= MOST else 0

    @staticmethod
    def between(amount, one, other, rates, upward):
        if one == other:
            return amount
        if not rates.get(one) or not rates.get(other):
            return 0
        over, under = exchanged(amount, (rates[one], rates[other]))
        return up(over, under) if upward else over // under

    def cover(self, bid):
        """The step that sets aside what a place at the limit could cost beyond the old one."""
        move, shape, site = bid["moved"], bid["terms"]["alternatives"][0], bid["moved"]["rates"][0]
        account = f"{move['centre']}:{site.lower()}"
        if move["cause"] != "breach":
            return []
        most = up(shape["least"] * shape["quarters"] * shape["limit"], 4)
        excess = max(0, most - self.own_bill(move, bid["currency"]))
        rates = {c: self.rate(c) for c in (bid["currency"], site)}
        amount = min(self.between(excess, bid["currency"], site, rates, True), self.accounts[account].free, 10**12)
        if amount <= 0:
            return []
        move["cover"] = amount
        return [("hold", f"cover-{bid['seq']}", account, f"clearing:{site.lower()}", amount, "hold",
                 f"bid-{bid['seq']}")]

    def excess(self, bid, leases, firm, told):
        """What the centre at fault pays of what these leases cost, noted in them; and the steps."""
        move, total, given, so_far = bid["moved"], sum(firm), 0, 0
        if not move or not move["cover"]:
            return 0, []
        site, rates, subject = move["rates"][0], self.frozen["rates"], f"bid-{bid['seq']}"
        covered = self.between(move["cover"], site, bid["currency"], rates, False)
        excess = max(0, min(total - self.own_bill(move, bid["currency"]), covered))
        for lease, cost in zip(leases, firm):
            so_far += cost
            part = excess * so_far // total - given if excess else 0
            given += part
            if part:
                lease.excess = {"amount": part, "total": cost, "giver": (move["centre"], site), "rate": rates[site]}
            if part != told[lease.id].get("excess", {"amount": 0})["amount"]:
                raise Differs(f"{lease.id} has an excess of {part}, the log says {told[lease.id]}")
        paid = self.between(excess, bid["currency"], site, rates, True)
        return excess, [("void", f"cover-{bid['seq']}", subject)] + self.payment(
            (move["centre"], site), paid, (bid["party"], bid["currency"]), excess, "excess", subject)

    def give_back(self, lease, part, whole, freed):
        """The share of an excess that belongs to hours that are not delivered; and the steps."""
        excess = lease.excess
        if not excess or min(part, whole) <= 0:
            return 0, []
        back = min(excess["amount"] * min(part, whole) // whole, freed)
        over, under = exchanged(back, (lease.tenant_rate, excess["rate"]))
        got = back if excess["giver"][1] == lease.currency else over // under
        excess["amount"] -= back
        excess["total"] -= excess["total"] * min(part, whole) // whole
        return back, self.payment((lease.party, lease.currency), back, excess["giver"], got, "excess", lease.id)

    @staticmethod
    def own_share(lease, amount):
        """What of an amount the tenant itself pays."""
        if not lease.excess:
            return amount
        total, paid = lease.excess["total"], lease.excess["amount"]
        return amount * (total - paid) // total if paid < total else 0
