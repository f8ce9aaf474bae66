#!/usr/bin/env python3
"""Replays the log of a Sampan ledger with arithmetic of its own: who may do what, which command is
refused and why, every hold, payment, fee and damage, every balance.

    replay_ledger.py LEDGER.sqlite | LOG.ndjson

Standard library only; no line is shared with the market. Taken as facts of the market are: which
bids an outcome fills and at which prices (check_round.py proves those), whether an outcome passes
that check, and whom a lack of capacity hits. All sums that follow are made here and compared entry
by entry. Exit 0: all equal. 1: a difference, and where. 2: the log has kinds that this model does
not know, or is no log: nothing is said about it.
"""

import itertools
import json
import sqlite3
import sys

from model.basics import DAY, Differs, Refused, Tried, Unknown, need
from model.names import ROLES
from model.rounds import Rounds
from model.scheme import AWARD

# Who may send what, and whether it takes two of them.
SENDERS = (
    ("platform", True, """add-party add-principal add-site add-chip certify set-rate set-rules
        deposit payout set-credit-limit close-account declare-loss decide-dispute correct-charge
        activate thaw-market set-oversight set-list-prices state-relation register-contract add-project"""),
    ("platform", False, "freeze-market"),
    ("reviewer", True, "open-call decide-application release-award claw-back-award"),
    ("", False, "genesis"), ("agent platform", False, "set-latencies"),
    ("manager", False, "set-budget"), ("agent", False, "report-lease record-readings"),
    ("platform reviewer", False, "approve decline"),
    ("agent centre", False, "publish-offer withdraw-offer reclaim-capacity abandon-lease"),
    ("centre trader", False, "transfer add-evidence"),
    ("trader", False, """place-bid cancel-bid end-lease open-dispute apply-for-award
        report-progress"""),
    ("reviewer", False, "close-call score-application"),
    ("leader", False, """expire-transfers close-round outcome-part commit-outcome void-round settle
        move-lease seal lead"""))
KINDS = {kind: (roles.split(), two) for roles, two, kinds in SENDERS for kind in kinds.split()}
EVENTS = set("""genesis party-added account-opened principal-added site-added chip-added certified
    latencies-set rate-set rules-set credit-limit-set closure-set banked money-moved offer-published
    offer-withdrawn bid-placed bid-changed bid-ended round-closed prices-set round-ended traded
    lease-ordered lease-changed extras-sold extras-cut capacity-reclaimed damages-due
    reading-accepted reading-refused charged project-added budget-set dispute-opened
    evidence-added dispute-decided corrected proposal-changed sealed led list-prices-set
    relation-stated contract-registered call-opened call-closed applied scored decided awarded
    award-changed activated market-frozen market-thawed oversight-set refused""".split())
# Versions of the rules: the newest that this model knows, and kinds that came later than the first.
NEWEST, SINCE = 5, {"freeze-market": 2, "thaw-market": 2, "abandon-lease": 3,
                    "set-oversight": 5}
SELLING = "place-bid close-round outcome-part commit-outcome freeze-market".split()
# What is compared after each entry: events, and their fields as they are made here.
COMPARED = [(events, fields.split()) for events, fields in (
    ("money-moved", "step debit credit amount held pending reason subject"),
    ("account-opened", "id"),
    ("charged", "lease day tenant site fee delivered used forgone last fund"),
    ("corrected", "lease day tenant site fee delivered dispute fund"),
    ("market-frozen market-thawed", "at by number round"), ("oversight-set", "groups terms"),
    ("awarded award-changed", " ".join(AWARD)), ("reading-refused", "fault"),
    ("damages-due", "number amount paid"))]
STATE = """accounts pendings parties principals sites certified rates offers generations bids leases filled
    displaced abandoned owed proposals fates charged disputes lists relations contracts calls
    applications awards budgets spending"""


class Model(Rounds):
    """The whole ledger, entry by entry."""

    def __init__(self):
        self.position = self.time = self.epoch = self.unsealed = self.last_close = 0
        for name in STATE.split():
            setattr(self, name, {})
        self.chips, self.references, self.projects, self.recent = set(), set(), set(), {}
        self.round, self.closed_at, self.parts, self.frozen = 1, None, [0, 0], None
        self.trial, self.refusals, self.moved = False, 0, 0
        self.version, self.freeze = 1, None

    def replay(self, entry, events):
        cmd = entry["cmd"]
        strange = {e["event"] for e in events} - EVENTS
        if cmd["kind"] == "add-party" and cmd["what"]["kind"] not in ROLES:
            strange.add(f"a party that is a {cmd['what']['kind']}")
        if cmd["kind"] not in KINDS or cmd["v"] != 1 or strange:
            raise Unknown(", ".join(strange) or f"{cmd['kind']} v{cmd['v']}")
        if entry["n"] != self.position or entry["t"] < self.time:
            raise Differs("the entry is out of order")
        self.position, self.time, self.events, code = entry["n"] + 1, entry["t"], {}, None
        for event in events:
            self.events.setdefault(event["event"], []).append(event["what"])
        self.made = {events: [] for events, _ in COMPARED}
        self.told = self.what("refused")[0]["code"] if self.what("refused") else None
        try:
            if entry["n"]:
                self.admit(entry)
            else:
                self.do_genesis(cmd["what"], entry)
        except Refused as refusal:
            code = refusal.args[0]
            self.refusals += 1
        if code != self.told:
            raise Differs(
                f"{cmd['kind']}: the log says {self.told or 'accepted'}, here {code or 'accepted'}")
        for events, fields in COMPARED:
            told = [tuple(w.get(f) or None for f in fields) for w in self.what(events)]
            made = [tuple(value or None for value in row) for row in self.made[events]]
            if sorted(told, key=repr) != sorted(made, key=repr):
                raise Differs(f"{events}: the log has {[row for row in told if row not in made]}, "
                              f"here {[row for row in made if row not in told]}")
        self.moved += len(self.made["money-moved"])

    def what(self, events):
        return [what for name in events.split() for what in self.events.get(name, ())]

    def admit(self, entry):
        self.forget(self.recent, lambda at: at >= self.time - DAY)
        need(entry["id"] not in self.recent, 5)
        self.recent[entry["id"]] = self.time
        kind, who = entry["cmd"]["kind"], self.principals.get(entry["by"])
        need(who, 1)
        need(entry["role"] in who["roles"], 2)
        need(kind != "genesis", 7)
        roles, two = KINDS[kind]
        need(entry["role"] in roles, 3)
        need(entry["role"] != "leader" or kind == "lead" or entry["e"] == self.epoch, 6)
        if not two:
            return self.execute(entry)
        self.trial = True
        try:
            self.execute(entry)
        except Tried:
            pass
        finally:
            self.trial = False
        self.forget(self.proposals, lambda old: old["t"] + 7 * DAY >= self.time)
        self.proposals[entry["n"]] = entry

    @staticmethod
    def forget(things, keeps):
        """Drops what is too old, the oldest first."""
        for key in list(itertools.takewhile(lambda key: not keeps(things[key]), things)):
            del things[key]

    def execute(self, entry):
        cmd = entry["cmd"]
        since = {("certify", True): 4, ("report-lease", True): 5}.get(
            (cmd["kind"], "filing" in cmd["what"] or "observed" in cmd["what"]), 1)
        need(self.version >= SINCE.get(cmd["kind"], since), 29)
        need(self.freeze is None or cmd["kind"] not in SELLING, 69)
        getattr(self, "do_" + cmd["kind"].replace("-", "_"))(cmd["what"], entry)

    def opened(self, number):
        proposal = self.proposals.get(number)
        need(proposal, 10)
        need(proposal["t"] + 7 * DAY >= self.time, 12)
        return proposal

    def check_second(self, proposal, entry):
        """Who decides has the role of the one who proposed, and for a fund belongs to it."""
        need(proposal["by"] in self.principals, 1)
        cmd = proposal["cmd"]
        need(entry["role"] in KINDS[cmd["kind"]][0], 3)
        if entry["role"] == "reviewer":
            need(self.me(entry)["party"] == self.me(proposal)["party"], 4)
            self.second_interest(cmd["kind"], cmd["what"], entry["by"])

    def do_approve(self, what, entry):
        proposal = self.opened(what["number"])
        need(proposal["by"] != entry["by"], 11)
        self.check_second(proposal, entry)
        self.execute(dict(proposal, role=entry["role"]))
        del self.proposals[what["number"]]

    def do_decline(self, what, entry):
        self.check_second(self.opened(what["number"]), entry)
        del self.proposals[what["number"]]

    def do_seal(self, what, entry):
        need(what["from"] == self.unsealed and what["from"] <= what["to"] < entry["n"], 95)
        self.unsealed = what["to"] + 1

    def do_lead(self, what, _):
        need(what["number"] > self.epoch, 6)
        self.epoch, self.parts = what["number"], [0, self.parts[1]]

    def do_activate(self, what, _):
        need(what["number"] == self.version + 1, 29)
        self.known(what["number"])
        self.act()
        self.version += 1

    @staticmethod
    def known(version):
        if version > NEWEST:
            raise Unknown(f"version {version} of the rules")

    def do_set_oversight(self, what, _):
        for group in what["groups"]:
            need(group["least"] <= len(set(group["witnesses"])), 43)
        self.act()
        self.made["oversight-set"].append((what["groups"], what["terms"]))

    def do_freeze_market(self, _, entry):
        self.freeze = self.time, entry["by"], entry["n"], self.closed_at and self.round
        self.made["market-frozen market-thawed"].append(self.freeze)
        if self.closed_at is not None:
            self.give_up()

    def do_thaw_market(self, what, _):
        need(self.freeze and self.freeze[2] == what["number"], 70)
        self.act()
        self.made["market-frozen market-thawed"].append(self.freeze)
        self.freeze, self.last_close = None, self.time


def lines_of(path):
    """Entries with their events, and the accounts as the file has them, if it has."""
    if path.endswith(".ndjson"):
        with open(path, encoding="ascii") as log:
            for line in log:
                yield json.loads(line)
        return
    file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    events = file.execute("SELECT position, bytes FROM events ORDER BY position, i")
    event = events.fetchone()
    for position, text in file.execute("SELECT position, bytes FROM entries ORDER BY position"):
        caused = []
        while event and event[0] == position:
            caused.append(json.loads(event[1]))
            event = events.fetchone()
        yield {"entry": json.loads(text), "events": caused}
    rows = file.execute(
        "SELECT id, balance, debits_pending, credits_pending, credit_limit FROM accounts")
    yield {"accounts": [list(row) for row in rows]}


def main(path):
    model = Model()
    try:
        for line in lines_of(path):
            if "accounts" not in line:
                model.replay(line["entry"], line["events"])
                continue
            told = {a: tuple(rest) for a, *rest in line["accounts"]}
            here = {n: (a.balance, a.debits_pending, a.credits_pending, a.limit)
                    for n, a in model.accounts.items()}
            for name in sorted(set(told) | set(here)):
                if told.get(name) != here.get(name):
                    raise Differs(f"{name}: the file has {told.get(name)}, here {here.get(name)}")
        for currency in model.currencies:
            if sum(a.balance for a in model.accounts.values() if a.currency == currency):
                raise Differs(f"the balances of {currency} do not sum to zero")
    except Differs as fault:
        print(f"DIFFERS at position {model.position - 1}: {fault}")
        return 1
    except (Unknown, sqlite3.Error, ValueError, OSError) as fault:
        print(f"NOT KNOWN at position {model.position}: {fault}; "
              "this model says nothing of such a log")
        return 2
    except Exception as fault:  # a log that cannot be followed at all
        print(f"DIFFERS at position {model.position - 1}: it cannot be followed ({fault!r})")
        return 1
    print(f"ok: {model.position} entries, {model.refusals} of them refused for the same reasons; "
          f"{model.moved} movements and {len(model.accounts)} balances are equal")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
