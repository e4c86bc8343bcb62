#!/usr/bin/env bash
# Gives `/eldest` to the user `eldest` alone, then leaves `/` readable by all and writable by `root`. Run again, it
# changes nothing. Two sessions, because the scheme `auth` means every user that the session has named.
set -euo pipefail
server=$ZOOKEEPER_HOST:2181

# own USER PASSWORD PATH OTHERS: the client exits 0 whatever became of its commands, so the ACL is read back.
own() {
  zkCli.sh -server "$server" 2>&1 <<COMMANDS | grep "'digest,'$1:" >/dev/null
addauth digest $1:$2
create $3
setAcl $3 auth::cdrwa$4
getAcl $3
COMMANDS
}

until (exec 3<>"/dev/tcp/${server/://}" && echo srvr >&3 && grep -q Mode: <&3) 2>/dev/null; do sleep 0.2; done
own eldest "$ZOOKEEPER_ELDEST_PASSWORD" /eldest ''
own root "$ZOOKEEPER_ROOT_PASSWORD" / ',world:anyone:r'
