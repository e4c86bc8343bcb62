# A Docker engine: the one that answers, or else Debian's.
# shellcheck shell=bash

engine_answers() { docker info >/dev/null 2>&1; }

require_engine() {
  engine_answers && return
  explain_engine
  enter_state
  engine_answers && return # another `servers` has made it meanwhile
  require_space
  command -v dockerd >/dev/null || step 'installing the engine' install_engine
  engine_answers || step 'starting the engine' start_engine
}

# Ends with what to do, where this script cannot or must not do it.
explain_engine() {
  explain_refusal
  [ -z "${DOCKER_HOST:-}" ] || fail "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST"
  if [ "$(id -u)" != 0 ]; then
    fail 'no Docker engine answers, and starting one needs root: install and start Docker (Debian: apt-get install docker.io), or run as root'
  fi
  command -v dockerd >/dev/null || command -v apt-get >/dev/null ||
    fail 'no Docker engine answers, and this system has no apt: install and start Docker'
}

# An engine that answers others only is not an absent one.
explain_refusal() {
  case $(docker info 2>&1 || true) in
    *'permission denied'*) fail "$(id -un) may not use the Docker engine: run as root, or join the group docker" ;;
  esac
}

# Ends, well, where there is nothing to look at.
require_anything() {
  engine_answers && return
  explain_refusal
  echo 'no Docker engine answers: nothing is up'
  exit 0
}

# From Debian 13 on the client is a package of its own.
install_engine() {
  local client=
  command -v docker >/dev/null || ! apt-cache show docker-cli >/dev/null 2>&1 || client=docker-cli
  install_packages docker.io iptables ${client:+"$client"}
}

start_engine() {
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    # It must outlive this script and its terminal, and must not keep the lock.
    setsid nohup dockerd --data-root "$state/data" >"$state/dockerd.log" 2>&1 </dev/null 9>&- &
  fi
  local deadline=$((SECONDS + 30))
  until engine_answers; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      tail -5 "$state/dockerd.log" 2>/dev/null
      return 1
    fi
    sleep 0.2
  done
}
