# The plugin `docker compose`. Debian 12 has only the old Python one; Debian 13's package holds a static binary.
# shellcheck shell=bash

require_compose_plugin() {
  docker compose version >/dev/null 2>&1 && return
  command -v apt-get >/dev/null || fail 'the command docker compose is missing: install the Docker Compose plugin (version 2)'
  step 'fetching the compose plugin' fetch_compose_plugin
}

fetch_compose_plugin() {
  local plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins unpacked=$state/compose-plugin
  mkdir -p "$plugins"
  fetch_package trixie docker-compose "$unpacked"
  # Moved in last: half a plugin would pass for one.
  cp "$unpacked/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/.docker-compose.part"
  mv "$plugins/.docker-compose.part" "$plugins/docker-compose"
  rm -rf "$unpacked"
  docker compose version
}
