package main

import (
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"
	"time"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	os.MkdirAll(filepath.Dir(path), 0o755)
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

func TestMirror(t *testing.T) {
	source, target := t.TempDir(), t.TempDir()
	write(t, source+"/folder/file", "new")
	os.Link(source+"/folder/file", source+"/folder/twin")
	os.Symlink("/nowhere", source+"/link")
	syscall.Mkfifo(source+"/fifo", 0o600)
	old := time.Date(2001, 2, 3, 4, 5, 6, 789, time.UTC)
	os.Chtimes(source+"/folder", old, old)
	write(t, target+"/folder/file", "old content")
	write(t, target+"/stale/file", "stale")

	for round := 0; round < 2; round++ {
		if err := mirrorFolder(source, target); err != nil {
			t.Fatal(err)
		}
	}
	if read(target+"/folder/twin") != "new" {
		t.Error("the content was not copied")
	}
	one, _ := os.Stat(target + "/folder/file")
	two, _ := os.Stat(target + "/folder/twin")
	if !os.SameFile(one, two) || one.Mode().Perm() != 0o640 {
		t.Error("the hard link or the mode is lost")
	}
	if folder, _ := os.Stat(target + "/folder"); !folder.ModTime().Equal(old) {
		t.Error("the folder's time is lost")
	}
	if destination, _ := os.Readlink(target + "/link"); destination != "/nowhere" {
		t.Error("the symlink is lost")
	}
	if fifo, err := os.Lstat(target + "/fifo"); err != nil || fifo.Mode()&os.ModeNamedPipe == 0 {
		t.Error("the fifo is lost")
	}
	if _, err := os.Stat(target + "/stale"); err == nil {
		t.Error("what the source does not have was kept")
	}
}

func TestStoresOfAContainer(t *testing.T) {
	root, owner, rootfs := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("KINDBOX_STANDIN_ROOT", root)
	write(t, rootfs+"/var/lib/kubelet/file", "image")
	call := runtimeCall{id: "abc", bundle: "/b"}
	spec := object{
		"root": object{"path": rootfs},
		"mounts": []interface{}{
			object{"destination": "/etc/hostname", "source": owner + "/hostname"},
			object{"destination": "/var/lib/docker", "source": "/volume"},
		},
	}
	mounts, err := openStores(call, spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(mounts) != 2 || isMountPoint(mounts, "/var/lib/docker") {
		t.Errorf("the user's own mount must win: %v", mounts)
	}
	store := mounts[0].(object)["source"].(string)
	if read(store+"/file") != "image" {
		t.Error("the image's content was not copied in")
	}
	write(t, store+"/file", "changed")

	record, known := readRecord(root, "abc")
	if !known || record.Owner != owner {
		t.Fatalf("record: %+v", record)
	}
	collectGarbage(root)
	closeStores(root, record)
	if read(rootfs+"/var/lib/kubelet/file") != "changed" {
		t.Error("the content was not copied back")
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestGarbageOfVanishedContainers(t *testing.T) {
	root := t.TempDir()
	write(t, root+"/abc/var-lib-docker/file", "")
	write(t, root+"/abc.json", `{"ID": "abc", "Owner": "/no/such/folder"}`)
	collectGarbage(root)
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSymlinkedStoresAreSkipped(t *testing.T) {
	rootfs := t.TempDir()
	os.MkdirAll(rootfs+"/var", 0o755)
	os.Symlink("/etc", rootfs+"/var/lib")
	spec := object{"root": object{"path": rootfs}}
	if paths := describeStores(runtimeCall{id: "abc"}, spec).Paths; !reflect.DeepEqual(paths, []string(nil)) {
		t.Errorf("stores outside of the container: %v", paths)
	}
}
