# A port that somebody else holds: the server would fail to bind, and the other one would pass for it.
# shellcheck shell=bash

require_free_ports() {
  local name port
  while read -r name _ port _; do
    is_free "$1" "$name" "$port" ||
      fail "port $port, for $name, is in use by $(port_holder "$port"): free it, or set $(port_variable "$1" "$name")"
  done < <(services "$1" "$backends")
}

# is_free MODE NAME PORT: or ours already. The engine goes on with a start whose client was interrupted, and lists the
# port some seconds after it holds it: hence the tries where there is a container.
is_free() {
  local tries=1
  [ -z "$(container_id "$1" "$2")" ] || tries=20
  while [ "$tries" -gt 0 ]; do
    [ -z "$(docker ps -q --filter "label=com.docker.compose.project=$(project "$1")" --filter "publish=$3")" ] || return 0
    (exec 3<>"/dev/tcp/127.0.0.1/$3") 2>/dev/null || return 0
    tries=$((tries - 1))
    sleep 0.2
  done
  return 1
}

port_variable() { awk -v mode="$1" -v name="$2" '$1 == mode && $2 == name { print $4 }' <<<"$services_table"; }

port_holder() {
  local holder
  holder=$(docker ps --filter "publish=$1" --format 'the container {{.Names}}' | head -1)
  [ -n "$holder" ] || holder=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p' | head -1)
  echo "${holder:-another process}"
}
