# One fault at a time on one node of the cluster, and its undoing.
# shellcheck shell=bash

fault_in_place=
fault_node=

network() { echo "$(project cluster)_default"; }

# inflict FAULT NODE
inflict() {
  local container
  container=$(container_id cluster "$2")
  fault_in_place=$1
  fault_node=$2
  case $1 in
    kill) docker kill -s KILL "$container" ;;
    pause) docker pause "$container" ;;
    disconnect) docker network disconnect "$(network)" "$container" ;;
  esac >/dev/null
}

# Does nothing where nothing is broken.
heal() {
  local container
  [ -n "$fault_in_place" ] || return 0
  container=$(container_id cluster "$fault_node")
  case $fault_in_place in
    kill) docker start "$container" ;;
    pause) docker unpause "$container" ;;
    # The command line does not give back the name by which its peers find it.
    disconnect) docker network connect --alias "$fault_node" "$(network)" "$container" ;;
  esac >/dev/null
  fault_in_place=
}
