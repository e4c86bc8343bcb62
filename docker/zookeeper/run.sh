#!/usr/bin/env bash
# Reads the variables that the official image reads, so that either image runs from the same compose file.
set -euo pipefail

[ -f /data/myid ] || echo "${ZOO_MY_ID:-1}" >/data/myid
{
  echo "dataDir=/data"
  echo "tickTime=${ZOO_TICK_TIME:-2000}"
  echo "initLimit=${ZOO_INIT_LIMIT:-5}"
  echo "syncLimit=${ZOO_SYNC_LIMIT:-2}"
  echo "maxClientCnxns=${ZOO_MAX_CLIENT_CNXNS:-60}"
  echo "admin.enableServer=${ZOO_ADMINSERVER_ENABLED:-false}"
  echo "standaloneEnabled=${ZOO_STANDALONE_ENABLED:-true}"
  echo "4lw.commands.whitelist=${ZOO_4LW_COMMANDS_WHITELIST:-srvr}"
  [ -n "${ZOO_SERVERS:-}" ] || echo clientPort=2181
  for line in ${ZOO_SERVERS:-} ${ZOO_CFG_EXTRA:-}; do echo "$line"; done
} >/conf/zoo.cfg

# slf4j-simple first, or a logger that says nothing is bound.
# shellcheck disable=SC2086 # JVMFLAGS is a list of words
exec java ${JVMFLAGS:-} -cp "/conf:/usr/share/java/slf4j-simple.jar:/usr/share/java/*" \
  org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg
