# The files of pod images.

userland_programs=(
  /usr/sbin/xtables-nft-multi /usr/sbin/xtables-legacy-multi
  /usr/sbin/nft /usr/sbin/conntrack /usr/sbin/ipset /bin/busybox
)
busybox_applets=(ash cat cp echo env grep id ip kill ln ls mkdir mv ps readlink rm sed sh sleep tail test touch true)

skeleton() { # ROOTFS
  mkdir -p "$1"/{etc,root,run,tmp,usr/{bin,sbin,lib,local/bin},var}
  chmod 1777 "$1/tmp"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' > "$1/etc/passwd"
  printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' > "$1/etc/group"
  echo 'hosts: files dns' > "$1/etc/nsswitch.conf"
}

certificates() { # ROOTFS
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
}

# The same files always give the same bytes.
reproducible_tar() { # FOLDER
  tar --create --directory "$1" --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \
    --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner .
}

# The few files of Debian that iptables (both back ends), nft, conntrack, ipset and a shell consist of.
userland() { # ROOTFS
  local rootfs=$1 plugins file applet
  merged_usr "$rootfs"
  plugins=$(dirname "$(dpkg -L iptables | grep '/xtables/libxt_comment.so$')")
  # Those of arptables and ebtables (libarpt_, libebt_) are of no use here.
  for file in "${userland_programs[@]}" "$plugins"/lib{xt,ipt,ip6t}_*.so; do
    copy_with_libraries "$file" "$rootfs"
  done
  link_iptables "$rootfs"
  for applet in "${busybox_applets[@]}"; do ln -s busybox "$rootfs/usr/bin/$applet"; done
}

merged_usr() { # ROOTFS: the loader is looked for in /lib or /lib64, by a path that is fixed in each program
  local folder
  for folder in bin sbin lib lib64; do
    mkdir -p "$1/usr/$folder"
    ln -s "usr/$folder" "$1/$folder"
  done
}

copy_with_libraries() { # FILE ROOTFS
  local library
  copy_file "$1" "$2"
  for library in $(libraries_of "$1"); do copy_file "$library" "$2"; done
}

# The folder is resolved, since /lib is a link; the name is not, since a library is asked for by the name of its link.
copy_file() { # FILE ROOTFS
  local folder
  folder=$(realpath "$(dirname "$1")")
  mkdir -p "$2$folder"
  [ -e "$2$folder/${1##*/}" ] || cp -L "$1" "$2$folder/"
}

libraries_of() { # PROGRAM: nothing for a static one, of which ldd complains
  { ldd "$1" 2> /dev/null || true; } | { grep -o '/[^ ]*' || true; }
}

# nft is the default as in the node itself: both ends write to one set of tables.
link_iptables() { # ROOTFS
  local family command
  for family in iptables ip6tables; do
    for command in '' -save -restore; do
      ln -s xtables-nft-multi "$1/usr/sbin/$family$command"
      ln -s xtables-nft-multi "$1/usr/sbin/$family-nft$command"
      ln -s xtables-legacy-multi "$1/usr/sbin/$family-legacy$command"
    done
  done
}
