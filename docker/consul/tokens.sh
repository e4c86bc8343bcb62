#!/bin/sh
# Makes the token of the user `eldest`, who may read and write `eldest/` and hold sessions, and nothing else; one
# `stranger` token with no rights at all. Run again, it goes on where it stopped.
set -eu
export CONSUL_HTTP_TOKEN="$CONSUL_ROOT_TOKEN"
exec >/dev/null

until consul acl token list 2>&1; do sleep 0.2; done

add_policy() { consul acl policy read -name "$1" 2>&1 || consul acl policy create -name "$1" -rules "$2"; }
# The listing of a token does not show secrets; asking as the token itself does.
add_token() {
  CONSUL_HTTP_TOKEN=$2 consul acl token read -self 2>&1 ||
    consul acl token create -description "$1" -policy-name "$1" -secret "$2"
}
add_policy eldest 'key_prefix "eldest/" { policy = "write" } session_prefix "" { policy = "write" }'
add_policy stranger 'agent_prefix "none-such/" { policy = "read" }'
add_token eldest "$CONSUL_ELDEST_TOKEN"
add_token stranger "$CONSUL_STRANGER_TOKEN"
