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
  flannel_version=$(module_version "$FLANNEL" github.com/flannel-io/flannel)
  step flannel "Compiling flannel $flannel_version"
  CGO_ENABLED=1 build_tools "$FLANNEL" "-X github.com/flannel-io/flannel/pkg/version.Version=$flannel_version ${static_c[*]}" -tags "$static_c_tags"
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
