# Turns a folder into an archive as `docker save` writes it: Docker 20.10 reads neither OCI layouts nor zstd.
# The same files always give the same bytes.

write_archive() { # NAME ROOTFS TARGET [-entrypoint PROGRAM] [-user UID:GID]
  local name=$1 rootfs=$2 target=$3 entrypoint= user= layout layer id
  shift 3
  while [ $# -gt 0 ]; do
    case $1 in
      -entrypoint) entrypoint=$2 ;;
      -user) user=$2 ;;
      *) echo "write_archive does not know $1" >&2; return 1 ;;
    esac
    shift 2
  done
  layout=$(mktemp -d)
  reproducible_tar "$rootfs" > "$layout/layer.tar"
  layer=$(sha256sum < "$layout/layer.tar" | cut -d' ' -f1)
  cat > "$layout/config" <<CONFIG
{"architecture":"$(go env GOARCH)","os":"linux","created":"1970-01-01T00:00:00Z",
"config":{"Entrypoint":["$entrypoint"],"User":"$user","WorkingDir":"/","Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},
"history":[{"created":"1970-01-01T00:00:00Z"}]}
CONFIG
  id=$(sha256sum < "$layout/config" | cut -d' ' -f1)
  mv "$layout/config" "$layout/$id.json"
  echo "[{\"Config\":\"$id.json\",\"RepoTags\":[\"$name\"],\"Layers\":[\"layer.tar\"]}]" > "$layout/manifest.json"
  reproducible_tar "$layout" > "$target"
  rm -r "$layout"
}
