#!/bin/bash
# Writes modules/kubernetes-VERSION: k8s.io/kubernetes cannot be required alone, because its go.mod replaces
# the staging modules by folders that are not in the module, so each is replaced by the release of the same minor.
set -euo pipefail
cd "$(dirname "$0")"

version=${1:?usage: pin-kubernetes.sh vX.Y.Z TOOLCHAIN}
toolchain=${2:?usage: pin-kubernetes.sh vX.Y.Z TOOLCHAIN}
staging_version=v0.${version#v1.}
export GOTOOLCHAIN=$toolchain

upstream=$(GOWORK=off go mod download -json "k8s.io/kubernetes@$version" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
go_line=$(sed -n 's/^go //p' "$upstream")

mkdir -p "modules/kubernetes-$version"
cd "modules/kubernetes-$version"
rm -f go.sum
{
  echo "module kindbox/kubernetes"
  echo
  echo "go $go_line"
  echo
  echo "toolchain $toolchain"
  echo
  grep '^godebug ' "$upstream" || true
  echo
  echo "tool ("
  for command in kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubeadm kubectl kubelet; do
    echo "	k8s.io/kubernetes/cmd/$command"
  done
  echo ")"
  echo
  echo "require k8s.io/kubernetes $version"
  echo
  echo "replace ("
  sed -n "s,^\(	k8s.io/[a-z-]*\) => ./staging/.*,\1 => \1 $staging_version,p" "$upstream"
  echo ")"
} > go.mod
go mod tidy
