"""What tenants and their projects may use in a month."""

import datetime

from .basics import DAY, EAST, QUARTER, day_of, need, up
from .disputes import Disputes

EPOCH = datetime.date(1970, 1, 1)


def month_of(day):
    date = EPOCH + datetime.timedelta(days=day)
    return (date.year - 1970) * 12 + date.month - 1


def month_start(month):
    return (datetime.date(1970 + month // 12, month % 12 + 1, 1) - EPOCH).days * DAY - EAST


def by_month(since, to):
    while since < to:
        month = month_of(day_of(since))
        end = min(to, month_start(month + 1))
        yield month, up(end - since, QUARTER)
        since = end


class Budgets(Disputes):
    """Months are summed when they are asked for, from bids, leases and charges."""

    def do_add_project(self, what, _):
        need(what["party"] in self.parties, 20)
        need((what["party"], what["project"]) not in self.projects, 21)
        need(self.parties[what["party"]]["kind"] == "tenant", 27)
        self.act()
        self.projects.add((what["party"], what["project"]))

    def do_set_budget(self, what, entry):
        need(what["party"] == self.me(entry)["party"], 4)
        key = (what["party"], what.get("project"))
        need(key[1] is None or key in self.projects, 130)
        if "money" not in what and "gpuTime" not in what:
            return self.budgets.pop(key, None)
        now = month_of(day_of(self.time))
        self.budgets[key] = dict(what, since=self.budgets.get(key, {"since": now})["since"])

    @staticmethod
    def bid_months(terms, at):
        for month, quarters in by_month(max(terms["earliest"], at), terms["latestEnd"]):
            sizes = [(a["gpus"] * min(a["quarters"], quarters), a["limit"])
                     for a in terms["alternatives"]]
            yield month, (max(up(n * w, 4) for n, w in sizes), max(n for n, _ in sizes) * QUARTER)

    def lease_months(self, lease):
        lost, charged, sold, months = lease.id in self.displaced, lease.day * DAY - EAST, {}, {}
        for run in lease.runs + lease.extras:
            cut = min(run["to"], lease.end)
            forgone = month_of(max(lease.day, day_of(lease.end - 1)))
            parts = list(by_month(max(run["from"], charged), cut))
            if not lost:
                parts += [(forgone, q) for _, q in by_month(max(run["from"], lease.end), run["to"])]
            for month, quarters in parts:
                sums = sold.setdefault(month, [0, 0])
                sums[0] += run["gpus"] * quarters * run["price"]
                sums[1] += run["gpus"] * quarters * QUARTER
        total = lease.held[0] + lease.paid[0] + lease.held[2] + lease.paid[2]
        for month, (worth, time) in sold.items():
            months[month] = (up(worth * total, lease.billed) if lease.billed > 0 else 0, time)
        f = lease.flexible
        if f and not lost:
            for month, quarters in by_month(f["soldThrough"], f["until"]):
                money, time = months.get(month, (0, 0))
                more = f["room"] * quarters
                months[month] = (money + up(more * f["limit"], 4), time + more * QUARTER)
        return months.items()

    def matches(self, key, party, project):
        return key[0] == party and key[1] in (None, project)

    def planned(self, key, month):
        rows = [amounts for lease in self.leases.values()
                if self.matches(key, lease.party, self.filled[lease.bid][0]["terms"].get("project"))
                for at, amounts in self.lease_months(lease) if at == month]
        return [sum(r[i] for r in rows) for i in (0, 1)]

    def opened_bids(self, key, month):
        rows = [amounts for bid in self.bids.values()
                if self.matches(key, bid["party"], bid["terms"].get("project"))
                for at, amounts in self.bid_months(bid["terms"], bid["at"]) if at == month]
        return [sum(r[i] for r in rows) for i in (0, 1)]

    def fresh(self):
        return {"since": month_of(day_of(self.time)), "carried": [0, 0], "months": {}}

    def carried(self, spending, key, budget, month):
        carried = spending["carried"] if budget["since"] <= spending["since"] else [0, 0]
        for at in range(max(spending["since"], budget["since"]), month):
            used, planned = spending["months"].get(at, [0, 0]), self.planned(key, at)
            carried = [self.left(budget, i, carried[i], used[i] + planned[i]) for i in (0, 1)]
        return carried

    @staticmethod
    def left(budget, i, carried, used):
        limit = budget.get(("money", "gpuTime")[i])
        if limit is None:
            return 0
        grace, most = [limit * budget[k] // 1000 for k in ("gracePermille", "carryPermille")]
        return min(max(limit + carried - used, -grace), most)

    def rolled(self, key):
        """With months that are long over folded into what they carry."""
        old, budget = self.spending.get(key) or self.fresh(), self.budgets.get(key)
        first = month_of(day_of(self.time)) - 2
        if old["since"] >= first:
            return old
        carried = self.carried(old, key, budget, first) if budget else [0, 0]
        return {"since": first, "carried": carried,
                "months": {m: s for m, s in old["months"].items() if m >= first}}

    def spend(self, lease, project, day, money, time):
        for key in self.keys(lease.party, project):
            spending = self.spending[key] = self.rolled(key)
            sums = spending["months"].setdefault(max(month_of(day), spending["since"]), [0, 0])
            sums[0], sums[1] = sums[0] + money, sums[1] + time

    @staticmethod
    def keys(party, project):
        return [(party, None)] + ([(party, project)] if project else [])

    def check_budgets(self, terms, party):
        project, now = terms.get("project"), month_of(day_of(self.time))
        need(project is None or (party, project) in self.projects, 130)
        for key in self.keys(party, project):
            budget = self.budgets.get(key)
            for month, needs in self.bid_months(terms, self.time) if budget else ():
                spending = self.rolled(key)
                carried = self.carried(spending, key, budget, now) if month <= now else [0, 0]
                spent, bids = spending["months"].get(month, [0, 0]), self.opened_bids(key, month)
                planned = self.planned(key, month)
                for i, code in ((1, 131), (0, 132)):
                    limit = budget.get(("money", "gpuTime")[i])
                    if limit is not None:
                        grace = limit * budget["gracePermille"] // 1000
                        used = spent[i] + planned[i] + bids[i] + needs[i]
                        need(used <= limit + carried[i] + grace, code)
