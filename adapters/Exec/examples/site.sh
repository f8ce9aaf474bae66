#!/usr/bin/env bash
# A site agent's adapter in Bash: one pool, one folder per lease, no JSON to read.
# SITE_STATE names the folder; SITE_GPUS, SITE_POOL, SITE_CHIP describe the pool.
# Replace the three lines marked HERE by the commands of your own cluster.
set -euo pipefail
state=${SITE_STATE:?set SITE_STATE to a folder that this program may write}
pool=${SITE_POOL:-h800} chip=${SITE_CHIP:-h800-80g} gpus=${SITE_GPUS:-32} unit=${SITE_UNIT:-8}
now=$SAMPAN_NOW
mkdir -p "$state"

fatal() { echo "$*" >&2; exit 1; }
again() { echo "$*" >&2; exit 75; }

# One writer at a time; a second one is asked to come again.
exec 9>"$state/.lock"
flock -w 10 9 || again "another call holds $state/.lock"

# Each lease is a folder: "order" (state gpus start end created), "log" (one line "time gpus" per
# change, 0 while the gate is closed). The log makes usage; it stays when the lease is removed.
keep() { printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"; }
log() { # lease gpus: a line only when something changes
  local last=0 time=0
  [[ -s $state/$1/log ]] && read -r time last < <(tail -n 1 "$state/$1/log")
  [[ $last == "$2" ]] || echo "$now $2" >>"$state/$1/log"
}
show() { # lease: one allocation as JSON
  local what count start end created
  read -r what count start end created <"$state/$1/order"
  printf '{"lease":"%s","pool":"%s","gpus":%d,"state":"%s","created":%d,' \
    "$1" "$pool" "$count" "$what" "$created"
  printf '"access":{"login":"login.example.org","account":"sampan-%s"}}' "$1"
}
metered() { # lease from to: GPU-milliseconds behind an open gate
  local what count start end created time n before=0 had=0 sum=0
  read -r what count start end created <"$state/$1/span"
  while read -r time n; do
    sum=$((sum + had * $(common "$before" "$time" "$2" "$3" "$start" "$end")))
    before=$time had=$n
  done < <(cat "$state/$1/log" 2>/dev/null; echo "$3 0")
  echo "$sum"
}
common() { # a..b, c..d, e..f: how long all three overlap
  local from=$1 to=$2
  (($3 > from)) && from=$3; (($5 > from)) && from=$5
  (($4 < to)) && to=$4; (($6 < to)) && to=$6
  echo $((to > from ? to - from : 0))
}

case $1 in
check)
  echo "{\"findings\":[{\"level\":\"ok\",\"text\":\"$gpus GPUs of $chip in $state\"}]}" ;;
capacity)
  from=$((now - now % 900000)) year=$((366 * 86400000))
  printf '{"pools":[{"pool":"%s","chip":"%s","fabric":"%s-net","unit":%d,"gpus":%d,' \
    "$pool" "$chip" "$pool" "$unit" "$gpus"
  echo "\"runs\":[{\"from\":$from,\"to\":$((from + year)),\"gpus\":$gpus}]}]}" ;;
allocations)
  comma=
  printf '{"allocations":['
  for order in "$state"/*/order; do
    [[ -e $order ]] || continue
    lease=${order%/order}
    printf '%s' "$comma" && show "${lease##*/}" && comma=,
  done
  echo ']}' ;;
apply)
  lease=$SAMPAN_LEASE created=$now
  [[ $SAMPAN_POOL == "$pool" ]] || fatal "no pool $SAMPAN_POOL here, only $pool"
  ((SAMPAN_GPUS <= gpus)) || fatal "pool $pool has $gpus GPUs, $SAMPAN_GPUS were asked for"
  mkdir -p "$state/$lease"
  [[ -e $state/$lease/order ]] && read -r _ _ _ _ created <"$state/$lease/order"
  line="$SAMPAN_STATE $SAMPAN_GPUS $SAMPAN_START $SAMPAN_END $created"
  keep "$state/$lease/span" "$line"
  [[ $SAMPAN_STATE == open ]] && log "$lease" "$SAMPAN_GPUS" || log "$lease" 0
  keep "$state/$lease/order" "$line" # HERE: create, resize, open or close on your cluster
  echo "{\"allocation\":$(show "$lease")}" ;;
remove)
  if [[ -e $state/$SAMPAN_LEASE/order ]]; then
    log "$SAMPAN_LEASE" 0
    rm -f "$state/$SAMPAN_LEASE/order" # HERE: close the gate, take everything away
  fi ;;
usage)
  comma=
  printf '{"usage":['
  for span in "$state"/*/span; do
    [[ -e $span ]] || continue
    lease=${span%/span} && lease=${lease##*/}
    sum=$(metered "$lease" "$SAMPAN_FROM" "$SAMPAN_TO") # HERE: used comes from your accounting
    printf '%s{"lease":"%s","from":%d,"to":%d,"delivered":%d,"used":%d}' \
      "$comma" "$lease" "$SAMPAN_FROM" "$SAMPAN_TO" "$sum" $((sum * 9 / 10)) && comma=,
  done
  echo ']}' ;;
*) fatal "unknown verb $1; this program speaks version 2" ;;
esac
