#!/bin/sh
# An authority, a server's certificate and a client's, made once for each volume; the authority's key is thrown away.
# The folder is filled beside and moved in last, so that one interrupted in the middle is made again.
set -eu
cd /tls
if [ -e client.pem ]; then exit 0; fi
rm -rf half && mkdir half && cd half

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1-key.pem"; }
# certificate NAME CN USAGES SUBJECT-ALTERNATIVE-NAMES
certificate() {
  key "$1"
  printf 'extendedKeyUsage=%s\nsubjectAltName=%s\n' "$3" "$4" >"$1.ext"
  openssl req -new -key "$1-key.pem" -subj "/CN=$2" |
    openssl x509 -req -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}

key ca
openssl req -x509 -new -key ca-key.pem -subj "/CN=eldest test authority" -days 365 -out ca.pem
certificate server server serverAuth,clientAuth \
  "DNS:localhost,DNS:etcd-tls,DNS:consul-tls,DNS:server.dc1.consul,IP:127.0.0.1"
# On etcd with users the CN is the user's name: never root here.
certificate client eldest clientAuth "DNS:eldest"
chmod 600 ./*-key.pem
mv ca.pem server.pem server-key.pem client-key.pem client.pem ..
cd .. && rm -rf half
