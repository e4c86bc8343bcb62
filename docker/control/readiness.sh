# Whether a server really serves, asked from the host: Docker's own health checks cost more than the servers.
# shellcheck shell=bash

ready_within_seconds=120

# await_ready MODE: of the chosen backends, until each has answered once.
await_ready() {
  local name port question waiting start=$SECONDS
  step_name="waiting for $1"
  printf '%s …' "$step_name"
  while read -r name _ port question; do
    until is_ready "$1" "$name" "$port" "$question"; do
      waiting=$((SECONDS - start))
      [ "$waiting" -lt "$ready_within_seconds" ] || give_up "$1" "$name" "did not answer on port $port within $waiting s"
      case $(container_state "$1" "$name") in
        running | created | restarting) sleep 0.1 ;;
        *) give_up "$1" "$name" "is $(container_state "$1" "$name")" ;;
      esac
      case $(exit_of_setup "$1" "$name") in
        '' | 0) ;;
        *) give_up "$1" "$name-setup" 'has failed' ;;
      esac
    done
  done < <(services "$1" "$backends")
  echo " $((SECONDS - start)) s"
  step_name=
}

container_state() {
  local container
  container=$(container_id "$1" "$2")
  if [ -n "$container" ]; then docker inspect -f '{{.State.Status}}' "$container"; else echo gone; fi
}

give_up() {
  echo
  compose "$1" logs --no-log-prefix --tail 5 "$2" >&2 || true
  fail "$2 $3 (servers logs $2)"
}

# is_ready MODE NAME PORT QUESTION
is_ready() {
  case $4 in
    # 200 only with a leader.
    etcd) http "$3" 'GET /health' '' ;;
    # 200 only for a leader that its quorum confirms.
    consul) http "$3" 'GET /v1/catalog/nodes?consistent' '' ;;
    zookeeper) has_mode "$3" ;;
    # The user made last in each set-up can log in.
    etcd-users) http "$3" 'POST /v3/auth/authenticate' "{\"name\":\"eldest\",\"password\":\"$ETCD_ELDEST_PASSWORD\"}" ;;
    consul-acl) http "$3" 'GET /v1/acl/token/self' '' "X-Consul-Token: $CONSUL_STRANGER_TOKEN" ;;
    zookeeper-acl) has_mode "$3" && [ "$(exit_of_setup "$1" "$2")" = 0 ] ;;
    # With TLS: the container's own health check, which has the certificates.
    inside) asks_itself "$1" "$2" ;;
  esac
}

# http PORT 'METHOD PATH' BODY [HEADER]: is the answer 200?
http() {
  local line=''
  {
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf '%s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: %s\r\n%s\r\n%s' "$2" "${#3}" "${4:+$4$'\r\n'}" "$3" >&3
    read -r -t 1 line <&3 || true
    exec 3>&-
  } 2>/dev/null
  [[ $line == HTTP/1.?' 200'* ]]
}

has_mode() {
  local line found=1
  {
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    echo srvr >&3
    while read -r -t 1 line <&3; do
      [[ $line != Mode:* ]] || found=0
    done
    exec 3>&-
  } 2>/dev/null
  return $found
}

# Nothing while it runs, or for a server that needs none.
exit_of_setup() {
  local container
  container=$(container_id "$1" "$2-setup")
  [ -z "$container" ] ||
    docker inspect -f '{{if eq .State.Status "exited"}}{{.State.ExitCode}}{{end}}' "$container"
}

asks_itself() {
  local container test=() word
  container=$(container_id "$1" "$2")
  [ -n "$container" ] || return 1
  while read -r word; do test+=("$word"); done < <(docker inspect \
    -f '{{range $i, $word := .Config.Healthcheck.Test}}{{if $i}}{{println $word}}{{end}}{{end}}' "$container" | sed '$d')
  docker exec "$container" "${test[@]}" >/dev/null 2>&1
}
