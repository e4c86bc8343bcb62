# The folder that belongs to `servers`: the engine's data if it starts one, logs, and the lock.
# shellcheck shell=bash

state=${DOCKER_STATE:-}
# 0.6 GB is what single servers and the images take in the end; the rest is room for what making them unpacks.
needed_megabytes=1500

choose_state() {
  if [ -n "$state" ]; then
    return
  elif [ "$(id -u)" = 0 ]; then
    state=/var/lib/eldest-docker
  else
    state=${XDG_STATE_HOME:-${HOME:-}/.local/state}/eldest-docker
  fi
}

# Two at once would race for apt and the images.
enter_state() {
  choose_state
  { mkdir -p "$state" && true >>"$state/lock"; } 2>/dev/null ||
    fail "cannot write to $state: set DOCKER_STATE to a folder that $(id -un) may write to"
  # macOS has no flock; there the engine and the plugin come with Docker Desktop and nothing is left to race for.
  command -v flock >/dev/null || return 0
  exec 9>>"$state/lock"
  flock -n 9 && return
  echo 'another run holds the lock: waiting for it'
  flock 9
}

megabytes_free() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'; }

engine_folder() { docker info -f '{{.DockerRootDir}}' 2>/dev/null || true; }

# Each disk that can be the full one.
free_space() {
  local folder
  for folder in "$state" "$(engine_folder)" "${TMPDIR:-/tmp}"; do
    [ ! -d "$folder" ] || df -Pk "$folder" | awk 'NR == 2 { printf "%s has %d MB free now\n", $6, $4 / 1024 }'
  done | sort -u | paste -sd , - | sed 's/,/, /g'
}

# An engine on another machine has a folder that is not here; that one is its owner's to watch.
require_space() {
  local folder free
  for folder in "$state" "$(engine_folder)"; do
    [ -d "$folder" ] || continue
    free=$(megabytes_free "$folder")
    [ "${free:-$needed_megabytes}" -ge "$needed_megabytes" ] ||
      fail "the disk is full: $folder has $free MB free, and making images takes $needed_megabytes (DOCKER_STATE names another folder)"
  done
}
