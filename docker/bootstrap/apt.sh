# Debian's packages: installed where that is meant, or fetched with a configuration that leaves the machine's alone.
# shellcheck shell=bash

# The machine's own mirror.
mirror() {
  local found
  found=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  [ -n "$found" ] || found=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }' \
    /etc/apt/sources.list 2>/dev/null || true)
  [ -n "$found" ] || { echo 'apt knows no mirror' >&2; return 1; }
  echo "$found"
}

# Proxies, and what a mirror older than the clock needs.
inherited_apt_settings() { apt-config dump | grep -E '^Acquire::(Check-|https?::Proxy)' || true; }

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  # One interrupted in the middle leaves packages half set up, and every later install refuses.
  dpkg --configure -a
  apt-get -o DPkg::Lock::Timeout=120 update -qq
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends "$@"
}

# fetch_package SUITE PACKAGE FOLDER: unpacks a package into the folder and installs nothing; needs no root.
fetch_package() {
  local apt=$3.apt
  rm -rf "$apt" "$3"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$3"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $1 main" >"$apt/sources.list"
  {
    printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "-";\n' "$apt/sources.list"
    printf 'Dir::State::Lists "%s";\nDir::Cache "%s";\n' "$apt/lists" "$apt/cache"
    # Root's downloads are otherwise handed to a user who may not read this folder.
    printf 'APT::Sandbox::User "root";\n'
  } >"$apt/apt.conf"
  (
    cd "$apt" || exit
    export APT_CONFIG=$apt/apt.conf
    apt-get update -qq
    apt-get download -qq "$2"
    dpkg -x "$2"_*.deb "$3"
  )
  rm -rf "$apt"
}
