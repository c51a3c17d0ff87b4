# Building of pinned Go modules. Each tool's module is a folder of modules/, each has its own go.mod and go.sum.

# Kept between runs: go build leaves a program alone that is up to date, and linking is what a warm run would spend its time on.
binaries=/cache/bin

static_c=(-extldflags=-static)
# Without these a static program would still load glibc's name services at run time.
static_c_tags=netgo,osusergo

module_version() { # MODULE_FOLDER MODULE_PATH
  go -C "modules/$1" list -mod=readonly -m -f '{{.Version}}' "$2"
}

fetch_module() { # MODULE_FOLDER
  go -C "modules/$1" list -mod=readonly -deps tool > /dev/null
}

build_tools() { # MODULE_FOLDER LDFLAGS [GO BUILD ARGUMENT...]
  build_package "$1" "$1" tool "${@:2}"
}

build_package() { # MODULE_FOLDER FOLDER_OF_BINARIES PACKAGE LDFLAGS [GO BUILD ARGUMENT...]
  local folder=$1 target=$binaries/$2 package=$3 ldflags=$4
  shift 4
  mkdir -p "$target"
  go -C "modules/$folder" build -mod=readonly -trimpath -ldflags "-s -w $ldflags" "$@" -o "$target/" "$package"
}

install_tools() { # MODULE_FOLDER TARGET_FOLDER [PROGRAM...]: all programs when none is named
  local folder=$1 target=$2
  shift 2
  local programs=("$@")
  [ $# -gt 0 ] || mapfile -t programs < <(ls "$binaries/$folder")
  mkdir -p "$target"
  install -m 755 "${programs[@]/#/$binaries/$folder/}" "$target/"
}
