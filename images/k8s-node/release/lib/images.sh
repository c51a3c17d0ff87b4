# Pod images: the node's own containerd gets them, blob by blob into a store in the cache, and writes an archive of each.

session=/run/kindbox-fetch

# Only content and names are kept: snapshots would need mounts, which this container may not make.
start_containerd() { # PROGRAMS
  mkdir -p "$session" "$cache/images/$KUBERNETES_VERSION"
  touch "$cache/images/$KUBERNETES_VERSION"
  cat > "$session/config.toml" << CONFIG
version = 3
root = '$cache/images/$KUBERNETES_VERSION'
state = '$session/state'
disabled_plugins = [
  'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime', 'io.containerd.grpc.v1.cri',
  'io.containerd.internal.v1.opt', 'io.containerd.nri.v1.nri', 'io.containerd.snapshotter.v1.blockfile',
  'io.containerd.snapshotter.v1.btrfs', 'io.containerd.snapshotter.v1.devmapper', 'io.containerd.snapshotter.v1.erofs',
  'io.containerd.snapshotter.v1.overlayfs', 'io.containerd.snapshotter.v1.zfs',
]
[grpc]
address = '$session/socket'
[ttrpc]
address = '$session/socket.ttrpc'
CONFIG
  # Not a job of this shell, which waits for its jobs.
  ("$1/containerd" --config "$session/config.toml" > "$session/log" 2>&1 9>&- & echo $! > "$session/pid")
  until [ -S "$session/socket" ]; do
    kill -0 "$(cat "$session/pid")" 2> /dev/null || { tail -n 20 "$session/log"; fail containerd "$1/containerd"; }
    sleep 0.05
  done
}

stop_containerd() {
  local pid
  pid=$(cat "$session/pid")
  kill "$pid"
  while kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
}

archive_name() { # IMAGE
  local last=${1##*/}
  echo "${last/:/-}.tar"
}

pull_attempts=3

pull() { # PROGRAMS IMAGE ARCHIVE
  local ctr=("$1/ctr" --address "$session/socket" --namespace k8s.io) image=$2 archive=$3 log attempt=1
  log=$(mktemp)
  until "${ctr[@]}" content fetch --platform "linux/$ARCHITECTURE" --skip-metadata --hosts-dir "$PWD/hosts" "$image" > "$log" 2>&1; do
    if [ "$attempt" -eq "$pull_attempts" ]; then
      # Its progress is a table that is drawn again and again; the error comes last.
      grep '^ctr: ' "$log" || tail -n 3 "$log"
      fail registry "$image"
    fi
    attempt=$((attempt + 1))
    echo "$image once more"
  done
  rm "$log"
  "${ctr[@]}" images export --local --platform "linux/$ARCHITECTURE" "$archive" "$image"
  echo "pulled $image"
}
