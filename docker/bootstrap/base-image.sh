# debian:SUITE-slim: there, pulled, or made by debootstrap under the same name, so that the Dockerfiles need not know.
# shellcheck shell=bash

require_base_image() {
  local base=debian:$SUITE-slim
  docker image inspect "$base" >/dev/null 2>&1 && return
  step "asking a registry for $base" try_pull "$base"
  docker image inspect "$base" >/dev/null 2>&1 && return
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; } ||
    fail "no registry answers, and making $base without one needs root on a Debian system: \`docker load\` it, or run as root"
  command -v debootstrap >/dev/null || step 'installing debootstrap' install_packages debootstrap
  step "making $base" make_base_image "$base"
}

# That no registry answers is no failure. Without a limit a client waits minutes for one that is merely silent.
try_pull() {
  local limit
  limit=$(command -v timeout || true)
  ${limit:+"$limit" 60} docker pull -q "$1" || true
}

make_base_image() {
  local root=$state/root script=
  remove_root "$root"
  # A suite newer than this debootstrap.
  [ -e "/usr/share/debootstrap/scripts/$SUITE" ] || script=/usr/share/debootstrap/scripts/sid
  debootstrap --variant=minbase "$SUITE" "$root" "$(mirror)" $script || {
    tail -5 "$root/debootstrap/debootstrap.log" 2>/dev/null
    remove_root "$root"
    return 1
  }
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/{doc,man,info,locale}/*
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale >"$root/etc/dpkg/dpkg.cfg.d/docker"
  {
    printf 'Acquire::Languages "none";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
    inherited_apt_settings
  } >"$root/etc/apt/apt.conf.d/docker"
  # Named only when whole: of a tar that was cut off the engine makes an image as well.
  tar -C "$root" -c . | docker import -c 'CMD ["bash"]' - eldest-half:base
  docker tag eldest-half:base "$1"
  docker rmi eldest-half:base
  remove_root "$root"
}

# One that was interrupted may still have /proc mounted, and rm must not walk into that.
remove_root() {
  local mount
  awk -v root="$1/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount "$mount"
  done
  rm -rf --one-file-system "$1"
}
