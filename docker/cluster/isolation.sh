# A node cut off from its peers, and still there for clients: iptables in the container's network namespace.
# shellcheck shell=bash

declare -A peer_ports=([etcd]=2380 [consul]=8300,8301,8302 [zookeeper]=2888,3888)

# peer_rules -A|-D NODE: adds, or takes away, the rules that drop what the node and its peers say to each other.
peer_rules() {
  local action=$1 node=$2 ports pid chain protocol direction
  ports=${peer_ports[${node%[0-9]}]:-}
  [ -n "$ports" ] || fail_usage "no such node: $node (etcd1 … zookeeper3)"
  pid=$(docker inspect -f '{{.State.Pid}}' "$(container_id cluster "$node")") && [ "$pid" -gt 0 ] ||
    fail "$node does not run: \`servers up cluster\` first"
  for chain in INPUT OUTPUT; do
    for protocol in tcp udp; do
      for direction in --sports --dports; do
        rule "$pid" "$action" "$chain" -p "$protocol" -m multiport "$direction" "$ports" -j DROP
      done
    done
  done
}

# Both ways are idempotent: nothing is added twice, and what is not there need not go.
rule() {
  local pid=$1 action=$2
  shift 2
  if nsenter -t "$pid" -n iptables -w -C "$@" 2>/dev/null; then
    [ "$action" = -A ] || nsenter -t "$pid" -n iptables -w -D "$@"
  elif [ "$action" = -A ]; then
    nsenter -t "$pid" -n iptables -w -A "$@"
  fi
}
