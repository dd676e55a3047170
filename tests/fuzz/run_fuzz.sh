#!/bin/sh
# run_fuzz.sh SECONDS BUILD_DIR: every fuzz target over its known inputs, then SECONDS of new ones each.
# Inputs: tests/fuzz/seeds/NAME, the further seeds named below, and NAME in the folder that the environment's
# PLENARY_CORPORA names (../shared/corpora beside the repository unless set); what is not there is left out. What a run
# finds worth keeping stays in BUILD_DIR/fuzz/NAME; an input that broke something is named crash-… there.
set -eu
seconds=${1:?usage: run_fuzz.sh SECONDS BUILD_DIR}
build=${2:?usage: run_fuzz.sh SECONDS BUILD_DIR}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
corpora=${PLENARY_CORPORA:-$root/../shared/corpora}

# NAME LARGEST_INPUT [DIRECTORY OF FURTHER SEEDS]; a packet is at most 1,500 bytes
targets() {
  cat <<END
stun 1500
sdp 16384 $root/media/sdp/offers
rtp 1500 $corpora/crashes
red 1500
dependency 2048
rtcp 1500 $corpora/crashes
srtcp 1500 $corpora/crashes
transport_feedback 4096
tcp_framing 16384
feed 65536
jsonrpc 8192 $corpora/json
token 5000
END
}

# run NAME LARGEST_INPUT [DIRECTORY OF FURTHER SEEDS]
run() {
  name=$1 longest=$2 further=${3:-}
  program="$build/bin/fuzz_$name"
  kept="$build/fuzz/$name"
  mkdir -p "$kept"
  set -- "$kept"
  for directory in "$here/seeds/$name" "$further" "$corpora/$name"; do
    if [ -n "$directory" ] && [ -d "$directory" ]; then set -- "$@" "$directory"; fi
  done
  dictionary="$here/$name.dict"
  options="-max_len=$longest -timeout=5 -rss_limit_mb=1024 -artifact_prefix=$kept/ -print_final_stats=1"
  if [ -f "$dictionary" ]; then options="$options -dict=$dictionary"; fi
  # shellcheck disable=SC2086
  if "$program" $options -max_total_time="$seconds" "$@" >"$kept.log" 2>&1; then
    echo "== fuzz_$name: ${seconds} s over $(($# - 1)) seed folders"
    grep -E "stat::number_of_executed_units|stat::average_exec_per_sec|DONE" "$kept.log" || true
  else
    tail -n 40 "$kept.log"
    echo "== fuzz_$name FAILED; see $kept.log"
    return 1
  fi
}

# lane N: every other target, one after the other
lane() { targets | awk "NR % 2 == $1" | while read -r line; do
  # shellcheck disable=SC2086
  run $line || exit 1
done; }

# Two at a time: each takes one core.
status=0
lane 0 &
other=$!
lane 1 || status=1
wait $other || status=1
exit $status
