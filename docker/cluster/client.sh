# Each backend's own client, in the container of the node that is asked, so that nothing is needed on the host.
# shellcheck shell=bash

# No `grep -q` behind a pipe: it leaves at the first match, and under pipefail the writer it cuts off fails the check.

key=verify-cluster

# on NODE COMMAND…: ended after a time, for a node without a quorum may never answer. ZooKeeper's client starts a JVM.
on() {
  local container limit=2
  case $1 in zookeeper*) limit=10 ;; esac
  container=$(container_id cluster "$1")
  shift
  docker exec -i "$container" timeout "$limit" "$@"
}

others() {
  local backend=${1%[123]} node=''
  for node in "$backend"{1,2,3}; do
    [ "$node" = "$1" ] || printf '%s ' "$node"
  done
}

# leader_of BACKEND: the node's name.
leader_of() {
  local node
  for node in "$1"{1,2,3}; do
    if leads "$1" "$node"; then
      echo "$node"
      return
    fi
  done
  return 1
}

leads() {
  case $1 in
    etcd) on "$2" etcdctl endpoint status | awk -F ', ' '{ exit $5 != "true" }' ;;
    consul) on "$2" consul info | grep 'leader = true' >/dev/null ;;
    zookeeper) zookeeper_mode "$2" | grep leader >/dev/null ;;
  esac
}

zookeeper_mode() { on "$1" bash -c 'exec 3<>/dev/tcp/127.0.0.1/2181; echo srvr >&3; grep Mode: <&3'; }

write_value() {
  case $1 in
    etcd) on "$2" etcdctl put "$key" "$3" ;;
    consul) on "$2" consul kv put "$key" "$3" ;;
    # The client exits 0 whatever became of its commands.
    zookeeper)
      printf 'create /%s\nset /%s %s\nget /%s\n' $key $key "$3" $key | on "$2" zkCli.sh -server 127.0.0.1:2181 | grep "^$3\$" >/dev/null
      ;;
  esac
}

# reads_value BACKEND NODE VALUE: linearizable; ZooKeeper's `sync` makes it so.
reads_value() {
  case $1 in
    etcd) [ "$(on "$2" etcdctl get --print-value-only "$key")" = "$3" ] ;;
    consul) [ "$(on "$2" consul kv get "$key")" = "$3" ] ;;
    zookeeper) printf 'sync /%s\nget /%s\n' $key $key | on "$2" zkCli.sh -server 127.0.0.1:2181 | grep "^$3\$" >/dev/null ;;
  esac
}

# is_whole BACKEND: three nodes that vote and answer, so that the next fault meets a whole cluster.
is_whole() {
  local node
  for node in "$1"{1,2,3}; do
    case $1 in
      etcd) on "$node" etcdctl endpoint health ;;
      consul) [ "$(on "$node" consul operator raft list-peers | grep -c ' true ')" = 3 ] ;;
      zookeeper) zookeeper_mode "$node" ;;
    esac || return 1
  done
}
