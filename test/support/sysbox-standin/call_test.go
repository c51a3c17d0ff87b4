package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseCall(t *testing.T) {
	for line, want := range map[string]runtimeCall{
		"--root /r --log /l --log-format json --systemd-cgroup create --bundle /b --pid-file /p ID": {
			root: "/r", logFile: "/l", command: "create", bundle: "/b", id: "ID"},
		"--root=/r create -b /b ID":                           {root: "/r", command: "create", bundle: "/b", id: "ID"},
		"--debug exec --process /f --detach --pid-file /p ID": {root: "/run/runc", command: "exec", bundle: ".", processFile: "/f", id: "ID"},
		"exec --process=/f ID":                                {root: "/run/runc", command: "exec", bundle: ".", processFile: "/f", id: "ID"},
		"delete --force ID":                                   {root: "/run/runc", command: "delete", bundle: ".", id: "ID"},
		"--version":                                           {root: "/run/runc", bundle: "."},
	} {
		if call := parseCall(strings.Fields(line)); call != want {
			t.Errorf("%s:\n got %+v\nwant %+v", line, call, want)
		}
	}
}

func TestErrorsGoToTheLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.json")
	reportError(log, os.ErrPermission)
	text, _ := os.ReadFile(log)
	if !strings.Contains(string(text), `"level":"error","msg":"permission denied"`) {
		t.Errorf("log: %s", text)
	}
}
