# The table of `status`.
# shellcheck shell=bash

# Fails if any server that is there is not healthy.
print_status() {
  local mode name port question container health failures=0 rows=''
  for mode in single cluster secured; do
    while read -r name _ port question; do
      container=$(container_id "$mode" "$name")
      [ -n "$container" ] || continue
      health=$(health_of "$mode" "$name" "$port" "$question" "$container")
      [ "$health" = healthy ] || failures=$((failures + 1))
      rows="$rows$name	$(docker inspect -f '{{.Config.Image}}' "$container")	$port	$health
"
    done < <(services "$mode")
  done
  if [ -z "$rows" ]; then
    echo 'nothing is up'
    return
  fi
  printf 'NAME\tIMAGE\tPORT\tHEALTHY?\n%s' "$rows" | awk -F '\t' '{ printf "%-14s %-28s %-6s %s\n", $1, $2, $3, $4 }'
  [ "$failures" -eq 0 ]
}

health_of() {
  local status
  status=$(docker inspect -f '{{.State.Status}}' "$5")
  if [ "$status" != running ]; then
    echo "$status"
  elif is_ready "$1" "$2" "$3" "$4"; then
    echo healthy
  else
    echo 'does not answer'
  fi
}
