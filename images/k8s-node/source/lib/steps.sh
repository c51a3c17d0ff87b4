# What compiling has in common whichever container runtime the nodes have: its beginning, the steps that do not differ, its end.

: "${KUBERNETES_VERSION:?}"
export GOMODCACHE=${GOMODCACHE:-/cache/mod} GOCACHE=${GOCACHE:-/cache/build} GOTOOLCHAIN=${GOTOOLCHAIN:-auto} CGO_ENABLED=0

versions=versions/$KUBERNETES_VERSION.env
if [ ! -f "$versions" ]; then
  echo "no $versions: the versions that can be compiled are $(cd versions && echo *.env | sed 's/\.env//g')" >&2
  exit 2
fi
. "$versions"
. lib/go.sh
. lib/rootfs.sh

# /out is filled at the end, so that a run that fails leaves what an earlier one made.
unfinished=/out/.unfinished
rm -rf "$unfinished"
mkdir -p "$unfinished"/{node/usr/local/bin,node/opt/cni/bin,images}

step() { # ID TITLE
  echo "::step $1 $2"
}

kubernetes_stamps() { # VERSION: prints what the linker is told
  local package minor=${KUBERNETES_VERSION#v1.}
  minor=${minor%%.*}
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf " -X $package.%s" "gitVersion=$1" gitMajor=1 "gitMinor=$minor" gitCommit= gitTreeState=archive
  done
}

compile_flannel() { # sets `flannel_version`
  local changed
  flannel_version=$(module_version "$FLANNEL" github.com/flannel-io/flannel)
  step flannel "Compiling flannel $flannel_version"
  changed=$(mktemp -d)
  hasten_flannel "$changed"
  CGO_ENABLED=1 build_tools "$FLANNEL" "-X github.com/flannel-io/flannel/pkg/version.Version=$flannel_version ${static_c[*]}" -tags "grpcnotrace,$static_c_tags" -modfile "$changed/go.mod"
  rm -r "$changed"
}

# flannel looks once a second whether it knows the nodes, for the first time some milliseconds too early: every node would wait for
# that second before it can be Ready. And it is told of every change of every node as JSON, which takes half of its processor time
# in a cluster of thirty: like the other agents of a node it can be told in protobuf. Nothing else of it is changed.
hasten_flannel() { # FOLDER: puts a go.mod there that has flannel from there
  local module=github.com/flannel-io/flannel file=pkg/subnet/kube/kube.go
  cp -r "$(go -C "modules/$FLANNEL" list -mod=readonly -m -f '{{.Dir}}' "$module")" "$1/flannel"
  chmod -R u+w "$1/flannel"
  change_line "$1/flannel/$file" 's/\(PollUntilContextTimeout(ctx, \)time\.Second\(, nodeControllerSyncTimeout,\)/\120*time.Millisecond\2/'
  change_line "$1/flannel/$file" 's|^\tc, err := clientset.NewForConfig(cfg)$|\tcfg.ContentType = "application/vnd.kubernetes.protobuf"\n&|'
  cp "modules/$FLANNEL"/go.{mod,sum} "$1"
  go -C "modules/$FLANNEL" mod edit -replace "$module=$1/flannel" "$1/go.mod"
}

change_line() { # FILE SED_COMMAND: fails where it changes nothing
  local before
  before=$(cat "$1")
  sed -i "$2" "$1"
  if [ "$before" = "$(cat "$1")" ]; then
    echo "$1 is not what it was: see hasten_flannel" >&2
    return 1
  fi
}

compile_cni_plugins() {
  local module=github.com/containernetworking/plugins folder version
  version=$(module_version "$CNI_PLUGINS" "$module")
  step cni "Compiling the CNI plugins $version"
  for folder in "$CNI_PLUGINS" "$CNI_FLANNEL"; do
    version=$(module_version "$folder" "$module")
    build_tools "$folder" "-X $module/pkg/utils/buildversion.BuildVersion=$version"
    install_tools "$folder" "$unfinished/node/opt/cni/bin"
  done
}

hand_over() {
  rm -rf /out/node /out/images
  mv "$unfinished"/* /out/
  rmdir "$unfinished"
}
