#!/usr/bin/env python3
"""demo_count.py FOLDER: what the market says of the demonstration's leases beside what Slurm says.

FOLDER holds the leases and statements as the tenants see them, what sacct and `sacctmgr list
reservation` say, and what the write command logged. Nothing of the agent or its memory is read.
Used GPU-seconds must be sacct's, delivered ones those of the gates that Slurm had, a lease without
jobs must be delivered, unused and charged, the statements must charge exactly the leases.
Exit 0: all holds.
"""
import datetime
import json
import re
import sys

failures = 0


def holds(what, is_so):
    global failures
    failures += not is_so
    print(f"          {'ok      ' if is_so else 'FAILED  '}{what}")


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def rows(path):
    with open(path) as file:
        return [line.rstrip("\n").split("|") for line in file if line.strip()]


def load(path):
    with open(path) as file:
        found = json.load(file)
    return found if isinstance(found, list) else found.get("items", found)


folder = sys.argv[1]
clock = load(f"{folder}/clock.json")
scale = clock["scale"]


def wall(market):
    """Seconds of the wall at a time of the market."""
    return moment(clock["wall"]) + (moment(market) - moment(clock["market"])) / scale


leases = {lease["label"]: lease for tenant in ("hku-nlp", "sz-robotics")
          for lease in load(f"{folder}/leases-{tenant}.json")}
for lease in leases.values():
    lease["from"], lease["until"] = wall(lease["start"]), wall(lease["end"])
    for key in ("delivered", "used"):
        lease[key] = float(lease[key]) / scale  # GPU-seconds of the wall


def common(a, b, c, d):
    return max(0.0, min(b, d) - max(a, c))


# --- used: jobs by account (alpha) or reservation (beta), cut to the leases' own times -----------------

def jobs(cluster):
    for number, account, reservation, start, end, tres, user in rows(f"{folder}/sacct-{cluster}"):
        gpus = re.search(r"gres/gpu=(\d+)", tres)
        if start.isdigit() and gpus:
            end = float(end) if end.isdigit() else moment(clock["wall"])
            yield account, reservation, float(start), end, int(gpus.group(1))


def used(cluster, labels, which):
    first, last = (f(leases[x][k] for x in labels) for f, k in ((min, "from"), (max, "until")))
    return sum(common(start, end, first, last) * gpus
               for account, reservation, start, end, gpus in jobs(cluster)
               if which(account, reservation))


def is_close(a, b, most):
    return abs(a - b) <= most


prefix = "sampan-"
for name, cluster, labels, which in (
        ("hku-nlp at alpha", "alpha", ["tuning", "rush"], lambda a, r: a == prefix + "hku-nlp.h800"),
        ("sz-robotics at alpha", "alpha", ["sweep"], lambda a, r: a == prefix + "sz-robotics.h800"),
        ("train at beta", "beta", ["train"], lambda a, r: r == prefix + leases["train"]["lease"]),
        ("idle at beta", "beta", ["idle"], lambda a, r: r == prefix + leases["idle"]["lease"])):
    said = sum(leases[x]["used"] for x in labels)
    counted = used(cluster, labels, which)
    # Whole seconds on both sides but for the scaled clock's edges.
    holds(f"used, {name}: {said:.1f} GPU-seconds of the wall, sacct {counted:.1f}",
          is_close(said, counted, 0.5 + 0.001 * counted))

# --- delivered, alpha: the limits as the write command set them, by its log's whole seconds ------------

gates, raised = {}, {}
for line in open(f"{folder}/writes-alpha"):
    code, time, rest = line.rstrip("\n").split(" ", 2)
    words = rest.split()
    if code != "rc=0" or words[1] != "quota":
        continue
    at = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    for word in words[5:]:
        lease, gpus, _, start, end = word.split("/")
        gates.setdefault(lease, []).append((at, int(gpus), float(start), float(end)))
for label in ("tuning", "rush", "sweep"):
    lease, total, edges, before = leases[label], 0.0, 0, 0
    steps = gates.get(lease["lease"], [])
    for index, (at, gpus, start, end) in enumerate(steps):
        until = steps[index + 1][0] if index + 1 < len(steps) else end
        total += gpus * common(at, until, max(lease["from"], start), min(lease["until"], end))
        edges += abs(gpus - before)
        before = gpus
    # The agent counts a gate from when it has read it back, and has seconds where the log has them.
    most = 3.0 * (edges + before)
    holds(f"delivered, {label} at alpha: {lease['delivered']:.1f} GPU-seconds of the wall, by the"
          f" write log {total:.1f}, its seconds leave {most:.0f}",
          lease["delivered"] > 0 and total > 0 and is_close(lease["delivered"], total, most))

# --- delivered, beta: reservations as slurmdbd has them --------------------------------------------------

closed = None
for label in ("train", "idle"):
    lease, total, edges = leases[label], 0.0, 0
    name = prefix + lease["lease"]
    admitted = [r for r in rows(f"{folder}/reservations-beta") if r[0] == name]
    for _, start, end, nodes, assoc in admitted:
        if assoc in ("", "1", "2"):  # nobody but root: the gate is closed
            continue
        total += 8 * common(float(start), float(end), lease["from"], lease["until"])
        edges += 8
    holds(f"delivered, {label} at beta: {lease['delivered']:.1f} GPU-seconds of the wall, by slurmdbd"
          f" {total:.1f}", is_close(lease["delivered"], total, 2.0 * edges) and total > 0)

# --- a lease left idle, and the statements ---------------------------------------------------------------

idle = leases["idle"]
holds(f"idle: delivered {idle['delivered']:.0f}, used {idle['used']:.0f}, charged {idle['charged']}",
      idle["delivered"] > 0 and idle["used"] == 0 and float(idle["charged"].split()[1]) > 0)
for tenant, labels in (("hku-nlp", ("tuning", "rush", "idle")), ("sz-robotics", ("sweep", "train"))):
    statement = load(f"{folder}/statement-{tenant}.json")
    for label in labels:
        lines = [line for line in statement if line.get("lease") == leases[label]["lease"]]
        paid = round(sum(float(line["debit"].split()[1]) for line in lines if line.get("debit"))
                     - sum(float(line["credit"].split()[1]) for line in lines if line.get("credit")), 2)
        charged = float(leases[label]["charged"].split()[1])
        holds(f"statement of {tenant}: {label} {paid:.2f}, charged {charged:.2f}",
              abs(paid - charged) < 0.005)
sys.exit(1 if failures else 0)
