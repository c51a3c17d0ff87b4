#!/bin/bash
# As ../../k8s-node/source/compile.sh, in whose place it runs, for nodes with Docker inside: Docker, containerd and runc are
# Debian's, and what is as old as Kubernetes 1.23 is compiled by the Go of its time.
set -euo pipefail
cd "$(dirname "$0")"
umask 022

. lib/steps.sh
. lib/old-go.sh
. lib/docker-archive.sh
. lib/images.sh

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
stamps=$(kubernetes_stamps "$KUBERNETES_VERSION")
build_old_tools "$KUBERNETES" "$stamps" -overlay "$openapi_overlay"
install_tools "$KUBERNETES" "$unfinished/node/usr/local/bin" kubeadm kubelet kubectl

step etcd "Compiling etcd $(module_version "$ETCD" go.etcd.io/etcd/server/v3)"
build_old_tools "$ETCD" ""

step coredns "Compiling CoreDNS $(module_version "$COREDNS" github.com/coredns/coredns)"
build_old_tools "$COREDNS" ""

compile_flannel
compile_cni_plugins

step images "Packing the pod images"
# An image that nothing here makes, or a version that is not pinned, is an error of `pack`.
mapfile -t wanted < <("$unfinished/node/usr/local/bin/kubeadm" config images list --kubernetes-version "$KUBERNETES_VERSION")
for name in "${wanted[@]}" "ghcr.io/flannel-io/flannel:$flannel_version"; do pack "$name"; done

hand_over
