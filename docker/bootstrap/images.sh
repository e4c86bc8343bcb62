# Our images, each made again when its folder has changed; images put in their place are pulled if they are not there.
# shellcheck shell=bash

# There is no buildx in Debian 12: the classic builder is in every engine.
export DOCKER_BUILDKIT=0

require_images() {
  local folder image missing=''
  for folder in $(image_folders); do
    is_current "$folder" || missing="$missing $folder"
  done
  if [ -n "$missing" ]; then
    require_space
    require_base_image
    for folder in $missing; do step "building $(own_image "$folder")" build_image "$folder"; done
  fi
  for folder in $backends; do
    image=$(server_image "$folder")
    docker image inspect "$image" >/dev/null 2>&1 || step "pulling $image" docker pull -q "$image"
  done
}

own_image() { echo "eldest-$1:$SUITE"; }

# server_image BACKEND: what its servers run.
server_image() {
  case $1 in
    etcd) echo "${ETCD_IMAGE:-$(own_image etcd)}" ;;
    consul) echo "${CONSUL_IMAGE:-$(own_image consul)}" ;;
    zookeeper) echo "${ZOOKEEPER_IMAGE:-$(own_image zookeeper)}" ;;
  esac
}

# The folders whose images are used. The set-up of secured servers runs on ours, whatever image the servers have.
image_folders() {
  local backend secured=''
  case " $modes " in *' secured '*) secured=yes ;; esac
  for backend in $backends; do
    if [ -n "$secured" ] || [ "$(server_image "$backend")" = "$(own_image "$backend")" ]; then echo "$backend"; fi
  done
  case "$secured $backends " in yes*' etcd '* | yes*' consul '*) echo certificates ;; esac
}

folder_hash() {
  local sum=sha256sum
  command -v sha256sum >/dev/null || sum='shasum -a 256'
  (cd "$docker_folder/$1" && { echo "$SUITE" && tail -n +1 -- *; } | $sum | cut -c1-16)
}

is_current() {
  [ "$(docker image inspect -f '{{index .Config.Labels "eldest.folder"}}' "$(own_image "$1")" 2>/dev/null)" = "$(folder_hash "$1")" ]
}

build_image() {
  docker build --rm --force-rm --build-arg SUITE="$SUITE" --label eldest.folder="$(folder_hash "$1")" \
    -t "$(own_image "$1")" "$docker_folder/$1"
  # The one it replaces has lost its name and would stay for good.
  docker image prune -f --filter label=eldest.folder
}
