# Sourced by compile.sh: the provisioner of kind's default StorageClass.

LOCAL_PATH_PROVISIONER=local-path-provisioner-v0.0.30

# Also the image of the pods in which it makes and removes folders on nodes, so with a shell.
fill_local-path-provisioner() { # NAME ROOTFS
  local rootfs=$2 applet
  require_tag "$1" "$(module_version "$LOCAL_PATH_PROVISIONER" github.com/rancher/local-path-provisioner)"
  merged_usr "$rootfs"
  install -m 755 /bin/busybox "$rootfs/usr/bin/busybox"
  for applet in sh mkdir rm; do ln -s busybox "$rootfs/usr/bin/$applet"; done
  install_tools "$LOCAL_PATH_PROVISIONER" "$rootfs/usr/local/bin"
  options=(-entrypoint /usr/local/bin/local-path-provisioner)
}

provisioner_version=$(module_version "$LOCAL_PATH_PROVISIONER" github.com/rancher/local-path-provisioner)
step local-path-provisioner "Compiling local-path-provisioner $provisioner_version"
build_tools "$LOCAL_PATH_PROVISIONER" "-X main.VERSION=$provisioner_version"
make_image_in_background "docker.io/rancher/local-path-provisioner:$provisioner_version"
