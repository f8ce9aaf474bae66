#!/usr/bin/env python3
"""A site agent's adapter in Python: one pool, one JSON file with all leases.
SITE_STATE names the folder; SITE_GPUS, SITE_POOL, SITE_CHIP, SITE_UNIT describe the pool. Replace
what is marked HERE by the calls of your own cluster."""
import fcntl
import json
import os
import sys

POOL = os.environ.get("SITE_POOL", "h800")
CHIP = os.environ.get("SITE_CHIP", "h800-80g")
GPUS = int(os.environ.get("SITE_GPUS", "32"))
UNIT = int(os.environ.get("SITE_UNIT", "8"))
YEAR = 366 * 86_400_000


def fatal(reason):
    print(reason, file=sys.stderr)
    sys.exit(1)


def allocation(name, lease):
    return {"lease": name, "pool": POOL, "gpus": lease["gpus"], "state": lease["state"],
            "created": lease["created"], "users": lease["users"],
            "access": {"login": "login.example.org", "account": f"sampan-{name}"}}


def log(lease, now, gpus):
    """Notes that from now on so many GPUs are behind an open gate."""
    if (lease["log"][-1][1] if lease["log"] else 0) != gpus:
        lease["log"].append([now, gpus])


def metered(lease, begin, end):
    """GPU-milliseconds behind an open gate between begin and end."""
    begin, end = max(begin, lease["start"]), min(end, lease["end"])
    edges = lease["log"] + [[end, 0]]
    return sum(gpus * max(0, min(end, until) - max(begin, since))
               for (since, gpus), (until, _) in zip(edges, edges[1:]))


def capacity(leases, request):
    begin = request["now"] - request["now"] % 900_000
    return {"pools": [{
        "pool": POOL, "chip": CHIP, "fabric": f"{POOL}-net", "unit": UNIT, "gpus": GPUS,
        "runs": [{"from": begin, "to": begin + YEAR, "gpus": GPUS}],
    }]}


def apply(leases, request):
    order, now = request["order"], request["now"]
    if order["pool"] != POOL:
        fatal(f"no pool {order['pool']} here, only {POOL}")
    if order["gpus"] > GPUS:
        fatal(f"pool {POOL} has {GPUS} GPUs, {order['gpus']} were asked for")
    lease = leases.setdefault(order["lease"], {"created": now, "log": [], "state": "absent"})
    lease.update({key: order[key] for key in ("gpus", "state", "start", "end", "users")})
    log(lease, now, order["gpus"] if order["state"] == "open" else 0)
    # HERE: create, resize, open or close on your cluster
    return {"allocation": allocation(order["lease"], lease)}


def remove(leases, request):
    if lease := leases.get(request["lease"]):
        log(lease, request["now"], 0)
        lease["state"] = "absent"  # HERE: close the gate, take everything away
    return {}


def usage(leases, request):
    begin, end = request["interval"]["from"], request["interval"]["to"]
    sums = {name: metered(lease, begin, end) for name, lease in leases.items()}
    return {"usage": [
        {"lease": name, "from": begin, "to": end, "delivered": gpu_ms,
         "used": gpu_ms * 9 // 10}  # HERE: used comes from your accounting
        for name, gpu_ms in sums.items()
    ]}


VERBS = {
    "check": lambda leases, request: {"findings": [{"level": "ok", "text": f"{GPUS} {CHIP}"}]},
    "allocations": lambda leases, request: {"allocations": [
        allocation(name, lease) for name, lease in leases.items() if lease["state"] != "absent"]},
    "capacity": capacity, "apply": apply, "remove": remove, "usage": usage,
}

if __name__ == "__main__":
    folder = os.environ.get("SITE_STATE") or fatal("set SITE_STATE to a folder")
    verb = VERBS.get(sys.argv[1]) or fatal(f"unknown verb {sys.argv[1]}; this speaks version 2")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "leases.json")
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = json.load(open(path)) if os.path.exists(path) else {}
        answer = verb(state, json.load(sys.stdin))
        with open(path + ".new", "w") as file:
            json.dump(state, file)
        os.replace(path + ".new", path)
    print(json.dumps(answer))
