# What the compose files start: one line for each server.
# shellcheck shell=bash

# mode, name, backend, variable of its port, question that shows that it is healthy
services_table='
single  etcd          etcd      ETCD_PORT          etcd
single  consul        consul    CONSUL_PORT        consul
single  zookeeper     zookeeper ZOOKEEPER_PORT     zookeeper
cluster etcd1         etcd      ETCD1_PORT         etcd
cluster etcd2         etcd      ETCD2_PORT         etcd
cluster etcd3         etcd      ETCD3_PORT         etcd
cluster consul1       consul    CONSUL1_PORT       consul
cluster consul2       consul    CONSUL2_PORT       consul
cluster consul3       consul    CONSUL3_PORT       consul
cluster zookeeper1    zookeeper ZOOKEEPER1_PORT    zookeeper
cluster zookeeper2    zookeeper ZOOKEEPER2_PORT    zookeeper
cluster zookeeper3    zookeeper ZOOKEEPER3_PORT    zookeeper
secured etcd-users    etcd      ETCD_USERS_PORT    etcd-users
secured etcd-tls      etcd      ETCD_TLS_PORT      inside
secured consul-acl    consul    CONSUL_ACL_PORT    consul-acl
secured consul-tls    consul    CONSUL_TLS_PORT    inside
secured zookeeper-acl zookeeper ZOOKEEPER_ACL_PORT zookeeper-acl
'

# services MODE [BACKENDS]: the lines of that mode, as `name backend port question`.
services() {
  local mode name backend port question
  while read -r mode name backend port question; do
    [ "$mode" = "$1" ] || continue
    case " ${2:-etcd consul zookeeper} " in *" $backend "*) echo "$name $backend ${!port} $question" ;; esac
  done <<<"$services_table"
}
