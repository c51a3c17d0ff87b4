#!/bin/bash
# As ../../k8s-node/source/compile.sh, in whose place it runs, for nodes with Docker inside: Docker, containerd and runc are
# Debian's, and what is as old as Kubernetes 1.23 is compiled by the Go of its time.
set -euo pipefail
cd "$(dirname "$0")"
umask 022

: "${KUBERNETES_VERSION:?}"
export GOMODCACHE=${GOMODCACHE:-/cache/mod} GOCACHE=${GOCACHE:-/cache/build} GOTOOLCHAIN=${GOTOOLCHAIN:-auto} CGO_ENABLED=0

versions=versions/$KUBERNETES_VERSION.env
if [ ! -f "$versions" ]; then
  echo "no $versions" >&2
  exit 2
fi
. "$versions"
. lib/go.sh
. lib/old-go.sh
. lib/rootfs.sh
. lib/docker-archive.sh
. lib/images.sh

# /out is filled at the end, so that a run that fails leaves what an earlier one made.
unfinished=/out/.unfinished
rm -rf "$unfinished"
mkdir -p "$unfinished"/{node/usr/local/bin,node/opt/cni/bin,images}

step() { # ID TITLE
  echo "::step $1 $2"
}

pack() { # NAME
  echo "$1" >> "$unfinished/images/names"
  make_image "$1" "$unfinished/images"
}

step toolchain "Fetching the Go toolchains"
old_go "$KUBERNETES" version
go -C "modules/$FLANNEL" version

step openapi "Generating what Kubernetes $KUBERNETES_VERSION does not publish"
generate_openapi "$KUBERNETES"

step kubernetes "Compiling Kubernetes $KUBERNETES_VERSION"
minor=${KUBERNETES_VERSION#v1.}
minor=${minor%%.*}
stamps=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps+=" -X $package.gitVersion=$KUBERNETES_VERSION"
  stamps+=" -X $package.gitMajor=1 -X $package.gitMinor=$minor -X $package.gitCommit= -X $package.gitTreeState=archive"
done
build_old_tools "$KUBERNETES" "$stamps" -overlay "$openapi_overlay"
install_tools "$KUBERNETES" "$unfinished/node/usr/local/bin" kubeadm kubelet kubectl

step etcd "Compiling etcd $(module_version "$ETCD" go.etcd.io/etcd/server/v3)"
build_old_tools "$ETCD" ""

step coredns "Compiling CoreDNS $(module_version "$COREDNS" github.com/coredns/coredns)"
build_old_tools "$COREDNS" ""

flannel_version=$(module_version "$FLANNEL" github.com/flannel-io/flannel)
step flannel "Compiling flannel $flannel_version"
CGO_ENABLED=1 build_tools "$FLANNEL" "-X github.com/flannel-io/flannel/pkg/version.Version=$flannel_version ${static_c[*]}" -tags "$static_c_tags"

cni_version=$(module_version "$CNI_PLUGINS" github.com/containernetworking/plugins)
step cni "Compiling the CNI plugins $cni_version"
build_version=github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion
build_tools "$CNI_PLUGINS" "-X $build_version=$cni_version"
build_tools "$CNI_FLANNEL" "-X $build_version=$(module_version "$CNI_FLANNEL" github.com/containernetworking/plugins)"
install_tools "$CNI_PLUGINS" "$unfinished/node/opt/cni/bin"
install_tools "$CNI_FLANNEL" "$unfinished/node/opt/cni/bin"

step images "Packing the pod images"
# An image that nothing here makes, or a version that is not pinned, is an error of `pack`.
mapfile -t wanted < <("$unfinished/node/usr/local/bin/kubeadm" config images list --kubernetes-version "$KUBERNETES_VERSION")
for name in "${wanted[@]}" "ghcr.io/flannel-io/flannel:$flannel_version"; do pack "$name"; done

rm -rf /out/node /out/images
mv "$unfinished"/* /out/
rmdir "$unfinished"
