"""A dearer place after a breach: what the centre at fault sets aside, pays and gets back."""

from math import ceil, floor

from .basics import MOST, Differs, exchange, purse, up
from .scheme import Scheme


class Covers(Scheme):
    """The money of a centre for the place of a tenant that it put out."""

    def payment(self, giver, amount, taker, got, reason, subject):
        """Straight, or by way of the exchange accounts; giver and taker are owner and currency."""
        (a, paid), (b, currency) = giver, taker
        payer, payee = purse(a, paid), purse(b, currency)
        if amount <= 0:
            return []
        if paid == currency:
            return [("post", payer, payee, amount, reason, subject)]
        legs = [(payer, purse("fx", paid), amount), (purse("fx", currency), payee, got)]
        return [("post", *leg, reason, subject) for leg in legs if leg[2] > 0]

    @staticmethod
    def own_bill(move):
        """What the lost hours cost the tenant."""
        worth = move["billed"] * move["rate"] / 4
        fits = max(ceil(worth), up(move["billed"], 4)) <= MOST
        return ceil(worth) + floor(worth * move["fee"] / 1000) if fits else 0

    @staticmethod
    def between(amount, one, other, rates, upward):
        if one == other:
            return amount
        if not rates.get(one) or not rates.get(other):
            return 0
        return (ceil if upward else floor)(amount * exchange(rates[one], rates[other]))

    def cover(self, bid):
        """The step that sets aside what a place at the limit could cost beyond the old one."""
        move, shape, site = bid["moved"], bid["terms"]["alternatives"][0], bid["moved"]["currency"]
        account = purse(move['centre'], site)
        if move["cause"] != "breach":
            return []
        most = up(shape["least"] * shape["quarters"] * shape["limit"], 4)
        excess = max(0, most - self.own_bill(move))
        rates = {c: self.rate(c) for c in (bid["currency"], site)}
        wanted = self.between(excess, bid["currency"], site, rates, True)
        amount = min(wanted, self.accounts[account].free, 10**12)
        if amount <= 0:
            return []
        move["cover"] = amount
        return [("hold", f"cover-{bid['seq']}", account, purse("clearing", site), amount, "hold",
                 f"bid-{bid['seq']}")]

    def excess(self, bid, leases, firm, told):
        """What the centre at fault pays of what these leases cost, noted in them; and the steps."""
        move, total, given, so_far = bid["moved"], sum(firm), 0, 0
        if not move or not move["cover"]:
            return 0, []
        site, rates, subject = move["currency"], self.frozen["rates"], f"bid-{bid['seq']}"
        covered = self.between(move["cover"], site, bid["currency"], rates, False)
        own = self.own_bill(self.lost_part(bid, leases[0].alternative)[0])
        excess = max(0, min(total - own, covered))
        for lease, cost in zip(leases, firm):
            so_far += cost
            part = excess * so_far // total - given if excess else 0
            given += part
            if part:
                lease.excess = {"amount": part, "total": cost, "giver": (move["centre"], site),
                                "rate": exchange(rates[bid["currency"]], rates[site])}
            if part != told[lease.id].get("excess", {"amount": 0})["amount"]:
                raise Differs(f"{lease.id} has an excess of {part}, the log says {told[lease.id]}")
        paid = self.between(excess, bid["currency"], site, rates, True)
        giver, taker = (move["centre"], site), (bid["party"], bid["currency"])
        return excess, [("void", f"cover-{bid['seq']}", subject)] + self.payment(
            giver, paid, taker, excess, "excess", subject)

    def give_back(self, lease, part, whole, freed):
        """The share of an excess that belongs to hours that are not delivered; and the steps."""
        excess = lease.excess
        if not excess or min(part, whole) <= 0:
            return 0, []
        back = min(excess["amount"] * min(part, whole) // whole, freed)
        excess["amount"] -= back
        excess["total"] -= excess["total"] * min(part, whole) // whole
        return back, self.payment((lease.party, lease.currency), back, excess["giver"],
                                  floor(back * excess["rate"]), "excess", lease.id)

    @staticmethod
    def lost_part(bid, alternative):
        """Of what was lost, what a shape with fewer GPUs has, and what it goes without."""
        move, shapes = bid["moved"], bid["terms"]["alternatives"]
        part, whole = shapes[alternative]["least"], shapes[0]["least"]
        if part >= whole:
            return move, None
        return tuple(dict(move, billed=move["billed"] * gpus // whole) for gpus in (part, whole - part))

    @staticmethod
    def own_share(lease, amount):
        """What of an amount the tenant itself pays."""
        if not lease.excess:
            return amount
        total, paid = lease.excess["total"], lease.excess["amount"]
        return amount * (total - paid) // total if paid < total else 0
