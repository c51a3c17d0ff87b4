# Compiling with the Go that a module's go.mod names. It knows no `tool` directives: what to compile is in tools.go.

# A `go` line only ever makes the go command take a newer toolchain, and a newer one is what this is to avoid.
old_go() { # MODULE_FOLDER ARGUMENT...
  local folder=$1 version
  shift
  version=$(sed -n 's/^go //p' "modules/$folder/go.mod")
  GOTOOLCHAIN=go$version go -C "modules/$folder" "$@"
}

build_old_tools() { # MODULE_FOLDER LDFLAGS [GO BUILD ARGUMENT...]
  local folder=$1 ldflags=$2 packages
  shift 2
  mkdir -p "$binaries/$folder"
  mapfile -t packages < <(sed -n 's/.*_ "\(.*\)".*/\1/p' "modules/$folder/tools.go")
  # The index of the module cache does not know of files that an overlay adds to it.
  GODEBUG=goindex=0 old_go "$folder" build -mod=readonly -trimpath -ldflags "-s -w $ldflags" "$@" -o "$binaries/$folder/" "${packages[@]}"
}

# Until 1.23 the description of its API was made by the Makefile and is not in the published module: as there, it is made
# of all packages with the tag. It takes a minute, so it is kept. Sets `openapi_overlay`, for `go build -overlay`.
generate_openapi() { # MODULE_FOLDER
  local folder=$1 package=k8s.io/kubernetes/pkg/generated/openapi file=zz_generated.openapi.go kept inputs
  kept=/cache/openapi/$(cat "modules/$folder"/{go.mod,go.sum} lib/old-go.sh | sha256sum | cut -d' ' -f1)
  if [ ! -f "$kept/$package/$file" ]; then
    rm -rf "$kept" "$kept.new"
    mkdir -p "$kept.new"
    : > "$kept.new/header"
    # With -trimpath it would not know where Go is, and find no package to read.
    old_go "$folder" build -mod=readonly -o "$kept.new/openapi-gen" k8s.io/kube-openapi/cmd/openapi-gen
    inputs=$(openapi_packages "$folder" | sort | paste -sd,)
    (
      cd "modules/$folder"
      GOTOOLCHAIN=go$(sed -n 's/^go //p' go.mod) "$kept.new/openapi-gen" --go-header-file "$kept.new/header" --output-file-base "${file%.go}" \
        --output-package "$package" --output-base "$kept.new" --report-filename "$kept.new/report" --input-dirs "$inputs"
    )
    if ! grep -q CustomResourceDefinition "$kept.new/$package/$file"; then
      echo "openapi-gen found none of the packages of $folder" >&2
      return 1
    fi
    mv "$kept.new" "$kept"
  fi
  openapi_overlay=$kept/overlay.json
  printf '{"Replace": {"%s": "%s"}}\n' "$(old_go "$folder" list -mod=readonly -m -f '{{.Dir}}' k8s.io/kubernetes)/${package#k8s.io/kubernetes/}/$file" "$kept/$package/$file" > "$openapi_overlay"
}

openapi_packages() { # MODULE_FOLDER
  local path folder
  old_go "$1" list -mod=readonly -deps -f '{{.ImportPath}} {{.Dir}}' k8s.io/kubernetes/cmd/kube-apiserver | while read -r path folder; do
    case $path in k8s.io/*) ! grep -qs '+k8s:openapi-gen=' "$folder"/*.go || echo "$path" ;; esac
  done
}
