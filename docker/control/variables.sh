# The defaults of .env, for whatever the environment does not set: the same rule, and the same file, as compose's.
# shellcheck shell=bash

while IFS='=' read -r name value; do
  case $name in '' | '#'*) continue ;; esac
  [ -n "${!name:-}" ] || export "$name=$value"
done <"$docker_folder/.env"
unset name value

# read_modes DEFAULT ARGUMENT…: sets `modes` and `backends`, both lists of words in a fixed order.
read_modes() {
  local default=$1 chosen='' only=${COMPOSE_PROFILES//,/ } word
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      single | cluster | secured | all) chosen="$chosen $1" ;;
      --only)
        [ $# -gt 1 ] || fail_usage '--only needs a list'
        shift
        only=${1//,/ }
        ;;
      --only=*) only=${1#--only=} only=${only//,/ } ;;
      *) fail_usage "unknown argument $1" ;;
    esac
    shift
  done
  for word in $only; do
    case $word in etcd | consul | zookeeper) ;; *) fail_usage "no such backend: $word" ;; esac
  done
  case " ${chosen:=$default} " in *' all '*) chosen='single cluster secured' ;; esac
  modes=$(in_order "$chosen" single cluster secured)
  backends=$(in_order "$only" etcd consul zookeeper)
  [ -n "$backends" ] || fail_usage '--only names no backend'
}

# in_order LIST WORD…: those words that are in the list.
in_order() {
  local list=$1 word found=''
  shift
  for word in "$@"; do
    case " $list " in *" $word "*) found="$found $word" ;; esac
  done
  echo "${found# }"
}
