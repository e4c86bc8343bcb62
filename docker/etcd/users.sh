#!/bin/sh
# Makes three users and turns authentication on: `root` may do everything, `eldest` may read and write `eldest/`,
# `stranger` may log in and nothing else. Run again, it goes on where it stopped.
set -eu
admin="--user=root:$ETCD_ROOT_PASSWORD"
exec >/dev/null

# With a user's name it answers whether authentication is on or off, without one only while it is off.
until etcdctl "$admin" user list; do sleep 0.2; done 2>&1
if ! etcdctl user list 2>&1; then exit 0; fi

add_user() { etcdctl user get "$1" 2>&1 || etcdctl user add "$1:$2"; }
add_user root "$ETCD_ROOT_PASSWORD"
add_user eldest "$ETCD_ELDEST_PASSWORD"
add_user stranger "$ETCD_STRANGER_PASSWORD"
etcdctl role get root 2>&1 || etcdctl role add root
etcdctl role get eldest 2>&1 || etcdctl role add eldest
etcdctl role grant-permission eldest --prefix=true readwrite eldest/
etcdctl user grant-role root root
etcdctl user grant-role eldest eldest
etcdctl auth enable
