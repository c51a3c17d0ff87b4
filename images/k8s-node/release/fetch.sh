#!/bin/bash
# Downloads the programs of a node and its pod images into /out. Runs inside the fetcher image; README.md has the contract.
set -euo pipefail
cd "$(dirname "$0")"
umask 022

: "${KUBERNETES_VERSION:?}" "${ARCHITECTURE:?}"
cache=/cache/release
unused_days=30

. lib/failure.sh
. lib/download.sh
. lib/images.sh

mkdir -p "$cache"/{downloads,images}
exec 9> "$cache/lock"
if ! flock --nonblock 9; then
  echo "waiting for another build that downloads"
  flock 9
fi

# /out is filled at the end, so that a run that fails leaves what an earlier one made.
unfinished=/out/.unfinished
rm -rf "$unfinished"
mkdir -p "$unfinished"/{node,images}

echo "::step downloads Downloading Kubernetes $KUBERNETES_VERSION, containerd, runc and CNI plugins"
started=0
while IFS=$'\t' read -r url checksums name targets; do
  fetch "$url" "$checksums" "$name" "$unfinished/node" $targets 9>&- &
  started=$((started + 1))
done < downloads
await_all "$started"

echo "::step pull Pulling the pod images with containerd"
programs=$unfinished/node/usr/local/bin
start_containerd "$programs"
"$programs/kubeadm" config images list --kubernetes-version "$KUBERNETES_VERSION" > "$unfinished/names"
cat images >> "$unfinished/names"
started=0
while read -r name; do
  pull "$programs" "$name" "$unfinished/images/$(archive_name "$name")" 9>&- &
  started=$((started + 1))
done < "$unfinished/names"
await_all "$started"
stop_containerd
mv "$unfinished/names" "$unfinished/images/names"

find "$cache/downloads" "$cache/images" -mindepth 1 -maxdepth 1 -mtime +"$unused_days" -exec rm -rf {} +

rm -rf /out/node /out/images
mv "$unfinished"/* /out/
rmdir "$unfinished"
