# Turns a folder into the archive of an image with one layer. The same files always give the same bytes.

layers=/cache/layers
layers_unused_days=30

# Compressing is slow at this level, so a layer that was made before is taken from the cache.
layer_of() { # ROOTFS: prints the file
  local key tarball
  mkdir -p "$layers"
  tarball=$(mktemp "$layers/new.XXXXXX")
  reproducible_tar "$1" > "$tarball"
  key=$(sha256sum < "$tarball" | cut -d' ' -f1)
  if [ ! -f "$layers/$key.tar.zst" ]; then
    # One at a time: each takes all cores, and about 100 MB for each of them.
    flock "$layers" nice zstd -q -19 -T0 "$tarball" -o "$tarball.zst"
    mv "$tarball.zst" "$layers/$key.tar.zst"
  fi
  rm "$tarball"
  touch "$layers/$key.tar.zst"
  echo "$layers/$key.tar.zst"
}

forget_old_layers() {
  find "$layers" -type f -mtime +"$layers_unused_days" -delete
}

write_archive() { # NAME ROOTFS TARGET [ARGUMENT OF THE ARCHIVE PROGRAM...]
  local name=$1 rootfs=$2 target=$3 layer layout
  shift 3
  layer=$(layer_of "$rootfs")
  layout=$(mktemp -d)
  /cache/bin/archive -name "$name" -layer "$layer" -layout "$layout" "$@"
  reproducible_tar "$layout" > "$target"
  rm -r "$layout"
}
