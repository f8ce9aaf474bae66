"""A lease: what was sold, what was measured, what is set aside and paid."""

from math import ceil, floor

from .basics import DAY, EAST, MOST, QUARTER, billed, day_of, exchange, purse, run_at, shared, up


class Bill:
    """What a sum of quarter GPU-hours x price costs; None where it leaves the bounds."""

    def __init__(self, total, lease, share=0):
        self.worth, self.share = total * lease.rate / 4, share * lease.rate / 4
        self.fund = floor(self.share)
        # One conversion a bid: the total goes up, the award's part down, the rest is the tenant's.
        self.tenant = (ceil(self.worth) - self.fund if lease.converts
                       else ceil(self.worth - self.share))
        self.site = up(total, 4) if lease.converts else self.tenant + self.fund
        self.fee = floor((self.worth - self.share) * lease.fee / 1000)
        self.fits = self.tenant + self.fund <= MOST and self.site <= MOST

    @property
    def legs(self):
        return [self.tenant, self.site, self.fee, self.fund]


class Lease:
    """A lease and its money: held and paid by the tenant, to the site, as a fee, by an award."""

    def __init__(self, what, bid, site, rates):
        self.id, self.bid, self.alternative, self.pool = (
            what["id"], bid["seq"], what["alternative"], what["pool"])
        self.party, self.currency = bid["party"], bid["currency"]
        self.site, self.centre, self.site_currency = site["id"], site["centre"], site["currency"]
        # Units of the tenant's currency for one of the site's, for the life of the lease.
        self.rate = exchange(rates[self.site_currency], rates[self.currency])
        self.same = rates[self.site_currency] == rates[self.currency]
        self.converts = self.currency != self.site_currency
        self.runs, self.extras = list(what["runs"]), list(what["extras"])
        self.fee = what["feePermille"]
        self.flexible = dict(what["flexible"], held=0, series=0) if "flexible" in what else None
        self.reclaim, self.phase, self.ended = what.get("reclaim"), "ordered", None
        self.held, self.paid, self.series, self.earned = [0] * 4, [0] * 4, 1, [0, 0]
        self.award, self.delivered = bid["terms"].get("award"), 0
        self.read, self.billed = self.start, billed(self.runs + self.extras)
        self.day, self.days = day_of(self.start), {}
        self.excess = None  # what another centre paid of it

    @property
    def start(self):
        return min([r[0]["from"] for r in (self.runs, self.extras) if r] or [self.read])

    @property
    def until(self):
        return self.flexible["until"] if self.flexible else 0

    @property
    def traded_end(self):
        return max([r[-1]["to"] for r in (self.runs, self.extras) if r] + [self.until])

    @property
    def end(self):
        return self.traded_end if self.ended is None else self.ended

    def accrue(self, day, gpu_time, run, place):
        # Delivered, used, forgone, GPU-ms x price, GPU-ms x share.
        entry = self.days.setdefault(day, [0] * 5)
        entry[place] += gpu_time
        entry[3] += gpu_time * run["price"]
        entry[4] += gpu_time * run.get("share", 0)

    def forgo(self, run, since, day):
        gpu_time = run["gpus"] * (run["to"] - max(run["from"], since))
        self.accrue(day, gpu_time, {"price": run["price"]}, 2)

    def accept(self, reading, now):
        since, to = reading["from"], reading["to"]
        firm, extra = run_at(self.runs, since), run_at(self.extras, since)
        leased = (firm["gpus"] + extra["gpus"]) * (to - since)
        if since >= to or (to - 1) // QUARTER != since // QUARTER:
            return "badInterval"
        if to > now:
            return "inFuture"
        if since < self.start or to > self.end or not leased:
            return "outsideLease"
        if since < self.read:
            return "overlap"
        if reading["delivered"] > leased:
            return "moreThanLeased"
        self.read, day = to, day_of(since)
        base = min(reading["delivered"], firm["gpus"] * (to - since))
        self.delivered += reading["delivered"]
        self.accrue(day, base, firm, 0)
        self.accrue(day, reading["delivered"] - base, extra, 0)
        self.accrue(day, min(reading["used"], leased), {"price": 0}, 1)
        return None

    def settle_time(self, grace):
        cutoff = min(max(self.end, self.until), (self.day + 1) * DAY - EAST)
        before = min(cutoff, self.end)
        sold = [min(r["to"], before) for r in self.runs + self.extras if r["from"] < before]
        return cutoff if self.read >= max(sold + [0]) else cutoff + grace

    def needed(self, window_hours):
        f = self.flexible
        quarters = min(window_hours * 4, max(0, f["until"] - f["soldThrough"]) // QUARTER)
        return min(up(f["room"] * quarters * f["limit"], 4), MOST)

    # Steps for the book: what is set aside under one series, and its end.
    def legs(self):
        tenant, fx = purse(self.party, self.currency), purse("fx", self.currency)
        centre, award = purse(self.centre, self.site_currency), purse(self.award, self.currency)
        payee = fx if self.converts else centre
        return [("pay", tenant, payee, 0), ("fund", award, payee, 3),
                ("fx", purse("fx", self.site_currency), centre, 1),
                ("fee", tenant, purse("fees", self.currency), 2)]

    def own(self):
        return [leg for leg in self.legs() if self.held[leg[3]] and (leg[3] != 1 or self.converts)]

    def hold_steps(self):
        return [("hold", f"{name}.{self.id}.{self.series}", debit, credit, self.held[i],
                 "subsidy" if i == 3 else "lease", self.id)
                for name, debit, credit, i in self.own()]

    def release(self):
        steps = [("void", f"{name}.{self.id}.{self.series}", self.id)
                 for name, _, _, _ in self.own()]
        self.series += 1
        return steps

    def release_extras(self):
        f = self.flexible
        if not f or not f["held"]:
            return []
        f["held"] = 0
        return [("void", f"extra.{self.id}.{f['series']}", self.id)]

    def hold_extras(self, amount):
        f = self.flexible
        if not f or f["held"] == amount:
            return []
        steps = self.release_extras()
        if amount > 0:
            f["series"], f["held"] = f["series"] + 1, amount
            currency = self.currency.lower()
            steps.append(("hold", f"extra.{self.id}.{f['series']}", f"{self.party}:{currency}",
                          f"clearing:{currency}", amount, "hold", self.id))
        return steps

    def freed(self, total, share=0):
        """What each leg has beyond a bill of so much in all."""
        bill = Bill(total, self, share)
        if not bill.fits:
            return [0] * 4
        spare = [max(0, min(h, h + p - n)) for h, p, n in zip(self.held, self.paid, bill.legs)]
        return [spare[0], spare[1] if self.converts else spare[0] + spare[3], *spare[2:]]

    def take_over(self, since):
        """From a time on the tenant pays the award's share too: for hours that it gave back."""
        share = shared(self.runs, since)
        if not self.held[3] or not share:
            return []
        own = min(self.held[3], ceil(share * self.rate / 4))
        steps = self.release()
        self.take((own, 0, 0, -own), 1)
        return steps + self.hold_steps()

    def take(self, amounts, sign):
        self.held = [h + sign * a for h, a in zip(self.held, amounts)]
