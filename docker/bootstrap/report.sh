# One line for each step, with its seconds; one line for a failure.
# shellcheck shell=bash

step_pid=
step_log=
step_name=

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

fail_usage() {
  echo "${0##*/}: $* (see --help)" >&2
  exit 2
}

# step NAME COMMAND…: runs it out of sight. It has a process group of its own, so that Ctrl-C reaches this script first,
# and the script ends all of it.
step() {
  local start=$SECONDS status=0
  step_name=$1
  shift
  step_log=$(mktemp "${TMPDIR:-/tmp}/eldest-step.XXXXXX") || fail "cannot write to ${TMPDIR:-/tmp}"
  printf '%s …' "$step_name"
  set -m
  ("$@") >"$step_log" 2>&1 </dev/null &
  step_pid=$!
  set +m
  wait "$step_pid" || status=$?
  step_pid=
  if [ "$status" -eq 0 ]; then
    echo " $((SECONDS - start)) s"
  else
    echo " failed after $((SECONDS - start)) s"
    explain_failure
  fi
  rm -f "$step_log"
  step_name=
}

explain_failure() {
  local cause
  if grep -qi 'no space left on device\|not enough free space' "$step_log"; then
    cause="the disk is full: $(free_space)"
  elif cause=$(grep -o -m1 -i 'listen tcp[^:]* [0-9.]*:[0-9]*: bind: address already in use' "$step_log"); then
    cause="a port is in use: $cause"
  else
    cause=$(grep -v '^[[:space:]]*$' "$step_log" | tail -1 | cut -c1-300)
  fi
  cp "$step_log" "$state/last-failure.log" 2>/dev/null || true
  rm -f "$step_log"
  fail "$step_name: $cause${state:+ (all of it: $state/last-failure.log)}"
}

# Ends what the step has started: its whole process group, and its log.
abandon_step() {
  if [ -n "$step_pid" ]; then
    kill -TERM -- "-$step_pid" 2>/dev/null || true
    wait "$step_pid" 2>/dev/null || true
  fi
  [ -z "$step_log" ] || rm -f "$step_log"
}

interrupted() {
  trap '' INT TERM HUP
  abandon_step
  echo
  echo "${0##*/}: interrupted${step_name:+ while $step_name}; run it again to go on" >&2
  exit 130
}
trap interrupted INT TERM HUP
