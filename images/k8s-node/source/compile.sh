#!/bin/bash
# Compiles the programs of a node and its pod images into /out. Runs inside the builder image; README.md has the contract.
set -euo pipefail
cd "$(dirname "$0")"
umask 022

. lib/steps.sh
. lib/archive.sh
. lib/images.sh

jobs=()
in_background() {
  "$@" &
  jobs+=($!)
}
await_jobs() {
  local job
  for job in "${jobs[@]}"; do wait "$job"; done
  jobs=()
}
make_image_in_background() { # NAME
  echo "$1" >> "$unfinished/images/names"
  in_background make_image "$1" "$unfinished/images"
}

kubeadm_image() { # PROGRAM
  grep "/$1:" "$unfinished/kubeadm-images"
}

step toolchain "Fetching the Go toolchain"
go -C "modules/$KUBERNETES" version

step archive "Compiling the image writer"
go -C archive build -mod=readonly -trimpath -o /cache/bin/archive .

# The network is idle while Kubernetes compiles.
fetch_the_rest() {
  local folder
  for folder in "$CONTAINERD" "$ETCD" "$COREDNS" "$RUNC" "$CNI_PLUGINS" "$CNI_FLANNEL" "$FLANNEL"; do fetch_module "$folder"; done
}
in_background fetch_the_rest

step kubernetes "Compiling Kubernetes $KUBERNETES_VERSION"
kubernetes_version=$(module_version "$KUBERNETES" k8s.io/kubernetes)
stamps=$(kubernetes_stamps "$kubernetes_version")
build_tools "$KUBERNETES" "$stamps" -tags selinux,notest,grpcnotrace
install_tools "$KUBERNETES" "$unfinished/node/usr/local/bin" kubeadm kubelet kubectl
"$unfinished/node/usr/local/bin/kubeadm" config images list --kubernetes-version "$KUBERNETES_VERSION" > "$unfinished/kubeadm-images"
for program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy pause; do
  make_image_in_background "$(kubeadm_image "$program")"
done

step etcd "Compiling etcd $(module_version "$ETCD" go.etcd.io/etcd/server/v3)"
build_tools "$ETCD" ""
make_image_in_background "$(kubeadm_image etcd)"

step coredns "Compiling CoreDNS $(module_version "$COREDNS" github.com/coredns/coredns)"
build_tools "$COREDNS" ""
make_image_in_background "$(kubeadm_image coredns)"

compile_flannel
make_image_in_background "ghcr.io/flannel-io/flannel:$flannel_version"

containerd_version=$(module_version "$CONTAINERD" github.com/containerd/containerd/v2)
step containerd "Compiling containerd $containerd_version"
containerd_stamp="-X github.com/containerd/containerd/v2/version.Version=$containerd_version"
build_tools "$CONTAINERD" "$containerd_stamp" -tags no_btrfs,no_devmapper,no_zfs,urfave_cli_no_docs
install_tools "$CONTAINERD" "$unfinished/node/usr/local/bin"
# Each pod has a shim, which speaks ttrpc only: without gRPC it takes a quarter less to start.
build_package "$CONTAINERD" "$CONTAINERD-shim" github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2 "$containerd_stamp" -tags no_grpc
install_tools "$CONTAINERD-shim" "$unfinished/node/usr/local/bin"

step runc "Compiling runc $(module_version "$RUNC" github.com/opencontainers/runc)"
CGO_ENABLED=1 build_tools "$RUNC" "${static_c[*]}" -tags "seccomp,urfave_cli_no_docs,runc_nocriu,$static_c_tags"
install_tools "$RUNC" "$unfinished/node/usr/local/bin"

compile_cni_plugins

# What an image for another tool than kindbox has besides.
[ ! -f extra.sh ] || . ./extra.sh

step images "Packing the pod images"
await_jobs
while read -r name; do
  if ! grep -qxF "$name" "$unfinished/images/names"; then
    echo "kubeadm wants $name, and it was not made" >&2
    exit 1
  fi
done < "$unfinished/kubeadm-images"
rm "$unfinished/kubeadm-images"
forget_old_layers

hand_over
