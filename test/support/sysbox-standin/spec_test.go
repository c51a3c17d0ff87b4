package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

const dockerSpec = `{
  "process": {"args": ["/sbin/init"], "oomScoreAdj": -500, "noNewPrivileges": true, "apparmorProfile": "docker-default",
    "capabilities": {"bounding": ["CAP_CHOWN"], "inheritable": ["CAP_CHOWN"]}},
  "mounts": [
    {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "ro"]},
    {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["ro", "nosuid"]},
    {"destination": "/run/secrets", "type": "bind", "source": "/s", "options": ["ro"]},
    {"destination": "/etc/hostname", "type": "bind", "source": "/docker/containers/abc/hostname"}],
  "linux": {"seccomp": {}, "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"],
    "resources": {"memory": {"limit": 9007199254740993}, "devices": [{"allow": false, "access": "rwm"}]},
    "devices": [{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11}],
    "namespaces": [{"type": "mount"}, {"type": "network"}, {"type": "uts"}, {"type": "pid"}, {"type": "ipc"}]}}`

func editedSpec(t *testing.T, storeMounts []interface{}) object {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.json")
	os.WriteFile(file, []byte(dockerSpec), 0o600)
	if err := editJSONFile(file, func(spec object) error { return grantContainer(spec, storeMounts) }); err != nil {
		t.Fatal(err)
	}
	spec := object{}
	if err := editJSONFile(file, func(edited object) error { spec = edited; return nil }); err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestRestrictionsAreLifted(t *testing.T) {
	spec := editedSpec(t, nil)
	process, linux := child(spec, "process"), child(spec, "linux")
	for _, key := range []string{"oomScoreAdj", "apparmorProfile"} {
		if _, there := process[key]; there {
			t.Errorf("process.%s is still there", key)
		}
	}
	for _, key := range []string{"seccomp", "maskedPaths", "readonlyPaths"} {
		if _, there := linux[key]; there {
			t.Errorf("linux.%s is still there", key)
		}
	}
	if process["noNewPrivileges"] != false {
		t.Error("noNewPrivileges is not false")
	}
	devices := items(child(linux, "resources"), "devices")
	if !reflect.DeepEqual(devices, []interface{}{object{"allow": true, "access": "rwm"}}) {
		t.Errorf("device rules: %v", devices)
	}
	if !hasNamespace(items(linux, "namespaces"), "cgroup") {
		t.Error("no cgroup namespace")
	}
}

func TestLargeNumbersAreKept(t *testing.T) {
	limit := child(child(child(editedSpec(t, nil), "linux"), "resources"), "memory")["limit"]
	if limit != json.Number("9007199254740993") {
		t.Errorf("memory limit became %v", limit)
	}
}

func TestMounts(t *testing.T) {
	store := object{"destination": "/var/lib/docker", "type": "bind"}
	var order []interface{}
	for _, entry := range items(editedSpec(t, []interface{}{store}), "mounts") {
		mount := entry.(object)
		order = append(order, mount["destination"])
		isKernelMount := mount["type"] == "sysfs" || mount["type"] == "cgroup"
		for _, option := range items(mount, "options") {
			if isKernelMount && option == "ro" {
				t.Errorf("%s is read-only", mount["destination"])
			}
		}
	}
	want := []interface{}{"/run", "/run/lock", "/var/lib/docker", "/sys", "/sys/fs/cgroup", "/run/secrets", "/etc/hostname"}
	if !reflect.DeepEqual(order, want) {
		t.Errorf("mounts: %v", order)
	}
}

func TestKernelLogIsReplaced(t *testing.T) {
	var seen []interface{}
	for _, entry := range items(child(editedSpec(t, nil), "linux"), "devices") {
		if device := entry.(object); device["path"] == "/dev/kmsg" {
			seen = append(seen, device["minor"])
		}
	}
	if !reflect.DeepEqual(seen, []interface{}{json.Number("3")}) {
		t.Errorf("minor numbers of /dev/kmsg: %v", seen)
	}
}

func TestCapabilities(t *testing.T) {
	set := boundingSet("Name:\tx\nCapBnd:\t0000000001000003\n")
	if names := capabilitiesIn(set); !reflect.DeepEqual(names, []interface{}{"CAP_CHOWN", "CAP_DAC_OVERRIDE"}) {
		t.Errorf("SYS_RESOURCE must be left out: %v", names)
	}
}

func TestHostNamespacesAreRefused(t *testing.T) {
	spec := object{}
	json.Unmarshal([]byte(dockerSpec), &spec)
	if err := refuseSharedNamespaces(spec); err != nil {
		t.Error(err)
	}
	namespaces := items(child(spec, "linux"), "namespaces")
	namespaces[1] = object{"type": "network", "path": "/proc/self/ns/net"}
	if refuseSharedNamespaces(spec) == nil {
		t.Error("the host's network was accepted by its path")
	}
	child(spec, "linux")["namespaces"] = []interface{}{object{"type": "mount"}, object{"type": "pid"}}
	if refuseSharedNamespaces(spec) == nil {
		t.Error("missing namespaces were accepted")
	}
}
