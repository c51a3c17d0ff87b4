package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Like Sysbox, each container gets folders of a real filesystem for the stores
// that cannot lie on an overlay. What the image holds there is copied in when
// the container is created, and back into its root filesystem when the runtime
// deletes it, which happens at every `docker stop` while Docker still has that
// filesystem mounted. So the content lives on in the stopped container (start,
// commit) and goes away with it: nothing has to watch for `docker rm`.
var storePaths = []string{
	"/var/lib/docker",
	"/var/lib/kubelet",
	"/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs",
}

// Set with -ldflags "-X main.defaultStoreRoot=..." where this one is not on a real filesystem.
var defaultStoreRoot = "/var/lib/kindbox-standin"

func storeRoot() string {
	if named := os.Getenv("KINDBOX_STANDIN_ROOT"); named != "" {
		return named
	}
	return defaultStoreRoot
}

// storeRecord lies beside the stores of one container.
type storeRecord struct {
	ID     string
	Rootfs string
	// Owner exists as long as the container does: Docker's folder for it, or else the bundle.
	Owner string
	Paths []string
}

func recordFile(root, id string) string             { return filepath.Join(root, id+".json") }
func containerFolder(root, id string) string        { return filepath.Join(root, id) }
func storeFolder(root, id, path string) string      { return filepath.Join(root, id, storeName(path)) }
func storeName(path string) string                  { return strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") }
func (record storeRecord) inRootfs(p string) string { return filepath.Join(record.Rootfs, p) }

func readRecord(root, id string) (storeRecord, bool) {
	record := storeRecord{}
	text, err := os.ReadFile(recordFile(root, id))
	if err != nil || json.Unmarshal(text, &record) != nil {
		return record, false
	}
	return record, true
}

// openStores returns the mounts that put this container's stores in place.
func openStores(call runtimeCall, spec object) ([]interface{}, error) {
	record := describeStores(call, spec)
	if call.id == "" || len(record.Paths) == 0 {
		return nil, nil
	}
	root := storeRoot()
	if err := os.MkdirAll(containerFolder(root, call.id), 0o700); err != nil {
		return nil, err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	// Before there is any content, or a crash would leave content that nobody knows about.
	if err := os.WriteFile(recordFile(root, call.id), text, 0o600); err != nil {
		return nil, err
	}
	var mounts []interface{}
	for _, path := range record.Paths {
		folder := storeFolder(root, call.id, path)
		if err := fillStore(record.inRootfs(path), folder); err != nil {
			return nil, fmt.Errorf("sysbox stand-in: copying %s out of the image: %w", path, err)
		}
		mounts = append(mounts, object{
			"destination": path, "type": "bind", "source": folder,
			"options": []interface{}{"rbind", "rw", "rprivate"},
		})
	}
	return mounts, nil
}

func describeStores(call runtimeCall, spec object) storeRecord {
	rootfs, _ := child(spec, "root")["path"].(string)
	if !filepath.IsAbs(rootfs) {
		rootfs = filepath.Join(call.bundle, rootfs)
	}
	mounts := items(spec, "mounts")
	record := storeRecord{ID: call.id, Rootfs: rootfs, Owner: ownerFolder(mounts, call.bundle)}
	for _, path := range storePaths {
		if !isCovered(mounts, path) && !leadsThroughSymlink(rootfs, path) {
			record.Paths = append(record.Paths, path)
		}
	}
	return record
}

func ownerFolder(mounts []interface{}, bundle string) string {
	for _, entry := range mounts {
		mount, _ := entry.(object)
		if source, ok := mount["source"].(string); ok && mount["destination"] == "/etc/hostname" {
			return filepath.Dir(source)
		}
	}
	return bundle
}

// The user's mount wins, at the store itself or at a folder above it.
func isCovered(mounts []interface{}, path string) bool {
	for ; path != "/"; path = filepath.Dir(path) {
		if isMountPoint(mounts, path) {
			return true
		}
	}
	return false
}

// Copying there would read or write outside of the container.
func leadsThroughSymlink(rootfs, path string) bool {
	for ; path != "/"; path = filepath.Dir(path) {
		info, err := os.Lstat(filepath.Join(rootfs, path))
		if err == nil && info.Mode()&os.ModeSymlink != 0 {
			return true
		}
	}
	return false
}

// A store that is already there was left by a crash and is newer than the root filesystem.
func fillStore(source, store string) error {
	if _, err := os.Stat(store); err == nil {
		return nil
	}
	partial := store + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	info, err := os.Stat(source)
	if os.IsNotExist(err) {
		return os.Mkdir(store, 0o755)
	}
	if err != nil || !info.IsDir() {
		return fmt.Errorf("%s is not a folder (%v)", source, err)
	}
	if err := mirrorFolder(source, partial); err != nil {
		return err
	}
	return os.Rename(partial, store)
}

func closeStores(root string, record storeRecord) {
	// Sysbox does not copy back what Docker will remove by itself (`docker run --rm`).
	if !removesItself(record.Owner) {
		copyStoresBack(record)
	}
	dropStores(root, record.ID)
}

// Failing here would only keep Docker from removing the container, so the rest is copied all the same.
func copyStoresBack(record storeRecord) {
	if !isMounted(record.Rootfs) {
		return
	}
	for _, path := range record.Paths {
		target := record.inRootfs(path)
		if leadsThroughSymlink(record.Rootfs, path) || os.MkdirAll(filepath.Dir(target), 0o755) != nil {
			continue
		}
		if err := mirrorFolder(storeFolder(storeRoot(), record.ID, path), target); err != nil {
			fmt.Fprintf(os.Stderr, "sysbox stand-in: copying %s back: %v\n", path, err)
		}
	}
}

func isMounted(rootfs string) bool {
	entries, err := os.ReadDir(rootfs)
	return err == nil && len(entries) > 0
}

func removesItself(owner string) bool {
	settings := struct{ AutoRemove bool }{}
	text, err := os.ReadFile(filepath.Join(owner, "hostconfig.json"))
	return err == nil && json.Unmarshal(text, &settings) == nil && settings.AutoRemove
}

func dropStores(root, id string) {
	if os.RemoveAll(containerFolder(root, id)) == nil {
		os.Remove(recordFile(root, id))
	}
}

// collectGarbage drops what a crash left of containers that no longer exist.
func collectGarbage(root string) {
	records, _ := filepath.Glob(filepath.Join(root, "*.json"))
	for _, file := range records {
		id := strings.TrimSuffix(filepath.Base(file), ".json")
		record, known := readRecord(root, id)
		if !known {
			continue
		}
		if _, err := os.Stat(record.Owner); os.IsNotExist(err) {
			dropStores(root, id)
		}
	}
}
