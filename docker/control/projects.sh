# One compose project for each mode, named after ELDEST_DOCKER_PROJECT.
# shellcheck shell=bash

certificates_folder=$docker_folder/.certificates

project() { echo "$ELDEST_DOCKER_PROJECT-$1"; }

compose() {
  local mode=$1 file=compose.yaml
  shift
  [ "$mode" = single ] || file=compose.$mode.yaml
  docker compose -p "$(project "$mode")" -f "$docker_folder/$file" --ansi never --progress quiet "$@"
}

# container_id MODE NAME: of a container in any state.
container_id() {
  docker ps -aq --filter "label=com.docker.compose.project=$(project "$1")" --filter "label=com.docker.compose.service=$2"
}

# project_remains MODE: whatever there is of a project.
project_remains() {
  local label
  label=label=com.docker.compose.project=$(project "$1")
  docker ps -aq --filter "$label"
  docker network ls -q --filter "$label"
  docker volume ls -q --filter "$label"
}

# Another checkout with the same name for its projects would have its servers replaced, or taken down. What does not run
# any more, or belongs to a checkout that is gone, is in nobody's use.
require_own_project() {
  local label owner running
  label=label=com.docker.compose.project=$(project "$1")
  owner=$(docker ps -a --filter "$label" --format '{{.Label "com.docker.compose.project.working_dir"}}' | head -1)
  [ -n "$owner" ] && [ "$owner" != "$docker_folder" ] || return 0
  running=$(docker ps -q --filter "$label")
  if [ -n "$running" ] && [ -d "$owner" ]; then
    fail "$(project "$1") belongs to $owner: set ELDEST_DOCKER_PROJECT, and ports of your own"
  fi
  step "removing what $owner left of $1" remove_project "$1"
}

start_project() {
  # What an interrupted fault test has left: compose cannot recreate a paused container, and takes it for a running one.
  local paused
  paused=$(docker ps -q --filter status=paused --filter "label=com.docker.compose.project=$(project "$1")")
  # shellcheck disable=SC2086 # a list
  [ -z "$paused" ] || docker unpause $paused
  COMPOSE_PROFILES=${backends// /,} compose "$1" up -d --no-build --pull never --remove-orphans
}

remove_project() {
  COMPOSE_PROFILES=etcd,consul,zookeeper compose "$1" down -v -t 1 --remove-orphans
  [ "$1" != secured ] || rm -rf "$certificates_folder"
}

# To the host, for its clients; readable by this user alone.
copy_certificates() {
  local container name
  container=$(container_id secured certificates)
  [ -n "$container" ] || return 0
  rm -rf "$certificates_folder"
  (umask 077 && mkdir -p "$certificates_folder")
  for name in ca.pem client.pem client-key.pem; do
    docker cp "$container:/tls/$name" "$certificates_folder/$name"
  done
}
