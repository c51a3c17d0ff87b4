# The pod images: which there are is said by the compiled kubeadm, what is in each is said here.

image_file() { # NAME
  local last=${1##*/}
  echo "${last/:/-}.tar"
}

# An image says its version in its tag, so what is in it must be of that version: kubeadm's 3.6.8-0 needs etcd v3.6.8.
require_tag() { # NAME VERSION
  local tag=${1##*:}
  case ${tag#v} in
    "${2#v}" | "${2#v}"-*) ;;
    *)
      echo "kubeadm wants $1, but versions/$KUBERNETES_VERSION.env pins $2" >&2
      return 1
      ;;
  esac
}

fill_image() { # NAME ROOTFS: sets `options` for the archive program
  local name=$1 rootfs=$2 program
  program=${name##*/}
  program=${program%:*}
  skeleton "$rootfs"
  case $program in
    kube-apiserver | kube-controller-manager | kube-scheduler)
      require_tag "$name" "$KUBERNETES_VERSION"
      certificates "$rootfs"
      install_tools "$KUBERNETES" "$rootfs/usr/local/bin" "$program"
      options=(-entrypoint "/usr/local/bin/$program")
      ;;
    kube-proxy)
      require_tag "$name" "$KUBERNETES_VERSION"
      userland "$rootfs"
      install_tools "$KUBERNETES" "$rootfs/usr/local/bin" kube-proxy
      options=(-entrypoint /usr/local/bin/kube-proxy)
      ;;
    etcd)
      require_tag "$name" "$(module_version "$ETCD" go.etcd.io/etcd/server/v3)"
      install_tools "$ETCD" "$rootfs/usr/local/bin" etcdctl
      install -m 755 "$binaries/$ETCD/server" "$rootfs/usr/local/bin/etcd"
      mkdir -p -m 700 "$rootfs/var/lib/etcd"
      options=(-entrypoint /usr/local/bin/etcd)
      ;;
    coredns)
      require_tag "$name" "$(module_version "$COREDNS" github.com/coredns/coredns)"
      certificates "$rootfs"
      install_tools "$COREDNS" "$rootfs" coredns
      options=(-entrypoint /coredns)
      ;;
    pause)
      rm -r "$rootfs"
      mkdir "$rootfs"
      gcc -Os -static -s -Wall -Werror -DVERSION="\"${name##*:}\"" -o "$rootfs/pause" pause/pause.c
      options=(-entrypoint /pause -user 65535:65535)
      ;;
    flannel)
      userland "$rootfs"
      certificates "$rootfs"
      mkdir -p "$rootfs/opt/bin"
      install -m 755 "$binaries/$FLANNEL/flannel" "$rootfs/opt/bin/flanneld"
      options=(-entrypoint /opt/bin/flanneld)
      ;;
    *)
      if ! declare -F "fill_$program" > /dev/null; then
        echo "kubeadm wants $name, and nothing here makes it" >&2
        return 1
      fi
      "fill_$program" "$name" "$rootfs"
      ;;
  esac
}

make_image() { # NAME TARGET_FOLDER
  local rootfs options=()
  rootfs=$(mktemp -d)
  chmod 755 "$rootfs"
  fill_image "$1" "$rootfs"
  write_archive "$1" "$rootfs" "$2/$(image_file "$1")" "${options[@]}"
  rm -r "$rootfs"
  echo "made $1"
}
