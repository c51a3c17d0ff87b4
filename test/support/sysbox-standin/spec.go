package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Specs are edited as plain JSON, so that fields unknown here pass unharmed.
type object = map[string]interface{}

func editJSONFile(path string, edit func(object) error) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a float64 would spoil large numbers
	content := object{}
	if err := decoder.Decode(&content); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := edit(content); err != nil {
		return err
	}
	edited, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return os.WriteFile(path, edited, 0o644)
}

func grantProcess(process object) error {
	granted, err := grantableCapabilities()
	if err != nil {
		return err
	}
	// No ambient and no inheritable set: a process of another user than root gets nothing.
	process["capabilities"] = object{"bounding": granted, "effective": granted, "permitted": granted}
	process["noNewPrivileges"] = false
	delete(process, "apparmorProfile")
	if score, ok := process["oomScoreAdj"].(json.Number); ok && strings.HasPrefix(score.String(), "-") {
		delete(process, "oomScoreAdj")
	}
	return nil
}

func grantContainer(spec object, storeMounts []interface{}) error {
	if err := grantProcess(child(spec, "process")); err != nil {
		return err
	}
	linux := child(spec, "linux")
	for _, restriction := range []string{"seccomp", "maskedPaths", "readonlyPaths"} {
		delete(linux, restriction)
	}
	child(linux, "resources")["devices"] = []interface{}{object{"allow": true, "access": "rwm"}}
	linux["devices"] = grantDevices(items(linux, "devices"))
	addCgroupNamespace(linux)
	spec["mounts"] = grantMounts(items(spec, "mounts"), storeMounts)
	return nil
}

func grantMounts(mounts, storeMounts []interface{}) []interface{} {
	for _, entry := range mounts {
		mount, _ := entry.(object)
		switch mount["type"] {
		case "sysfs", "cgroup", "cgroup2":
			makeWritable(mount)
		}
	}
	// In front, so that the user's own mounts below these folders still show.
	added := append(runtimeFolders(mounts), storeMounts...)
	return append(added, mounts...)
}

func makeWritable(mount object) {
	options := []interface{}{"rw"}
	for _, option := range items(mount, "options") {
		if option != "ro" && option != "rw" {
			options = append(options, option)
		}
	}
	mount["options"] = options
}

func runtimeFolders(mounts []interface{}) []interface{} {
	var folders []interface{}
	for _, folder := range []string{"/run", "/run/lock"} {
		if !isCovered(mounts, folder) {
			folders = append(folders, object{
				"destination": folder, "type": "tmpfs", "source": "tmpfs",
				"options": []interface{}{"nosuid", "nodev", "mode=755", "size=65536k"},
			})
		}
	}
	return folders
}

func isMountPoint(mounts []interface{}, folder string) bool {
	for _, entry := range mounts {
		if mount, _ := entry.(object); mount["destination"] == folder {
			return true
		}
	}
	return false
}

// Sysbox shows /dev/null as /dev/kmsg: nodes neither read nor write the host's kernel log.
var deviceSources = []struct{ path, source string }{
	{"/dev/fuse", "/dev/fuse"},
	{"/dev/kmsg", "/dev/null"},
}

func grantDevices(devices []interface{}) []interface{} {
	for _, wanted := range deviceSources {
		var stat syscall.Stat_t
		if syscall.Stat(wanted.source, &stat) != nil {
			continue
		}
		devices = append(withoutDevice(devices, wanted.path), object{
			"path": wanted.path, "type": "c", "fileMode": 0o666, "uid": 0, "gid": 0,
			"major": deviceMajor(uint64(stat.Rdev)), "minor": deviceMinor(uint64(stat.Rdev)),
		})
	}
	return devices
}

func withoutDevice(devices []interface{}, path string) []interface{} {
	kept := []interface{}{}
	for _, entry := range devices {
		if device, _ := entry.(object); device["path"] != path {
			kept = append(kept, entry)
		}
	}
	return kept
}

func deviceMajor(number uint64) uint64 { return (number>>8)&0xfff | (number>>32)&^uint64(0xfff) }
func deviceMinor(number uint64) uint64 { return number&0xff | (number>>12)&^uint64(0xff) }

func addCgroupNamespace(linux object) {
	namespaces := items(linux, "namespaces")
	if !hasNamespace(namespaces, "cgroup") {
		linux["namespaces"] = append(namespaces, object{"type": "cgroup"})
	}
}

// Sysbox cannot do it, because of its user namespace: what asks for it must fail here too.
func refuseSharedNamespaces(spec object) error {
	namespaces := items(child(spec, "linux"), "namespaces")
	var shared []string
	for kind, handle := range map[string]string{"network": "net", "pid": "pid", "ipc": "ipc", "uts": "uts", "mount": "mnt"} {
		if !hasNamespace(namespaces, kind) || joinsOwnNamespace(namespaces, kind, "/proc/self/ns/"+handle) {
			shared = append(shared, kind)
		}
	}
	if shared != nil {
		return fmt.Errorf("sysbox stand-in: a container cannot share these namespaces with the host: %s", strings.Join(shared, " "))
	}
	return nil
}

// Docker names the host's network by a path, as if it were another container's.
func joinsOwnNamespace(namespaces []interface{}, kind, own string) bool {
	for _, entry := range namespaces {
		namespace, _ := entry.(object)
		path, _ := namespace["path"].(string)
		if namespace["type"] == kind && path != "" {
			joined, err := os.Stat(path)
			mine, ownErr := os.Stat(own)
			return err == nil && ownErr == nil && os.SameFile(joined, mine)
		}
	}
	return false
}

func hasNamespace(namespaces []interface{}, kind string) bool {
	for _, entry := range namespaces {
		if namespace, _ := entry.(object); namespace["type"] == kind {
			return true
		}
	}
	return false
}

func child(parent object, key string) object {
	found, ok := parent[key].(object)
	if !ok {
		found = object{}
		parent[key] = found
	}
	return found
}

func items(parent object, key string) []interface{} {
	found, _ := parent[key].([]interface{})
	return found
}
