package audit_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/audit"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// records reads a trail, in which every line must be a JSON object.
func records(tb testing.TB, path string) (all []map[string]any) {
	tb.Helper()
	data, err := os.ReadFile(path)
	must(tb, err)
	for line := range strings.Lines(string(data)) {
		if !strings.HasSuffix(line, "}\n") {
			tb.Errorf("a line ends in %q", line[max(0, len(line)-20):])
		}
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			tb.Fatalf("%v: %.200q", err, line)
		}
		all = append(all, r)
	}
	return all
}

func trailPath(tb testing.TB) string { return filepath.Join(tb.TempDir(), "trail.jsonl") }

func TestRecords(t *testing.T) {
	path := trailPath(t)
	run := audit.Run{
		User: "ana", UID: "1000", SudoUser: "root", Host: "laptop", Version: "1.2.3",
		Arguments:   []string{"logout", "dev-admin"},
		ConfigFiles: []audit.File{{Path: "/p/atmos.yaml", SHA256: "ab12"}},
		Target:      "identity dev-admin",
	}
	before := time.Now()
	trail, err := audit.Open(path, run)
	must(t, err)
	removed := audit.Step{Kind: "keyring_entry", Name: "aws-sso", Realm: "r1", Location: "Secret Service: <a>&b", Outcome: "removed", Verified: true}
	trail.Step(removed)
	trail.Step(removed)
	trail.Step(audit.Step{Kind: "credentials_file", Name: "dev-admin", Location: "/h/credentials", Outcome: "failed", Reason: "permission denied"})
	trail.Finish(audit.Summary{Outcome: "incomplete", Reason: "permission denied", ExitCode: 1, NotChecked: []audit.NotChecked{{Name: "dev-admin", Location: "Secret Service", Reason: "no answer"}}})
	must(t, trail.Close())

	trail, err = audit.Open(path, audit.Run{})
	must(t, err)
	trail.Finish(audit.Summary{Outcome: "complete"})
	must(t, trail.Close())

	record := func(kind string, fields map[string]any) map[string]any {
		r := map[string]any{
			"schema_version": 1.0, "run_id": "first", "record": kind, "user": "ana", "uid": "1000", "sudo_user": "root", "host": "laptop",
			"version": "1.2.3", "arguments": []any{"logout", "dev-admin"}, "target": "identity dev-admin",
			"config_files": []any{map[string]any{"path": "/p/atmos.yaml", "sha256": "ab12"}},
		}
		for k, v := range fields {
			r[k] = v
		}
		return r
	}
	step := func(kind, name, realm, location, outcome, reason string, verified any) map[string]any {
		return record("step", map[string]any{"kind": kind, "name": name, "realm": realm, "location": location, "outcome": outcome, "reason": reason, "verified": verified})
	}
	want := []map[string]any{
		step("keyring_entry", "aws-sso", "r1", "Secret Service: <a>&b", "removed", "", true),
		step("keyring_entry", "aws-sso", "r1", "Secret Service: <a>&b", "removed", "", true),
		step("credentials_file", "dev-admin", "", "/h/credentials", "failed", "permission denied", false),
		record("run", map[string]any{
			"outcome": "incomplete", "reason": "permission denied", "exit_code": 1.0,
			"not_checked": []any{map[string]any{"name": "dev-admin", "location": "Secret Service", "reason": "no answer"}}, "steps": map[string]any{"removed": 2.0, "failed": 1.0},
		}),
		{
			"schema_version": 1.0, "run_id": "second", "record": "run", "user": "", "uid": "", "sudo_user": "", "host": "", "version": "",
			"arguments": []any{}, "target": "", "config_files": []any{}, "outcome": "complete", "reason": "", "exit_code": 0.0,
			"not_checked": []any{}, "steps": map[string]any{},
		},
	}
	got := records(t, path)
	ids := make(map[any]string)
	for _, r := range got {
		at, err := time.Parse(time.RFC3339Nano, r["time"].(string))
		if err != nil || at.Before(before) || at.After(time.Now()) || at.Location() != time.UTC {
			t.Errorf("time %v: %v", r["time"], err)
		}
		delete(r, "time")
		if ids[r["run_id"]] == "" {
			ids[r["run_id"]] = []string{"first", "second", "third"}[len(ids)]
		}
		r["run_id"] = ids[r["run_id"]]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	must(t, err)
	if perm := info.Mode().Perm(); filepath.Separator == '/' && perm != 0o600 {
		t.Errorf("mode %v", perm)
	}
}

func TestHere(t *testing.T) {
	t.Setenv("SUDO_USER", "ana")
	r := audit.Here()
	if host, _ := os.Hostname(); r.Host != host {
		t.Errorf("host %q, want %q", r.Host, host)
	}
	if uid := strconv.Itoa(os.Getuid()); filepath.Separator == '/' && r.UID != uid {
		t.Errorf("uid %q, want %q", r.UID, uid)
	}
	if r.SudoUser != "ana" {
		t.Errorf("sudo user %q", r.SudoUser)
	}
}

// No name ends a line early, or commands the terminal on which the trail is read.
func TestForgery(t *testing.T) {
	names := []string{
		"a\n{\"record\":\"run\",\"exit_code\":0}\n", "\r\x00\x1b[2J\x7f", "\"},{\"", `\n`,
		"\u0085next", "\u009b2J", "\u2028\u2029", "\u202egnp.exe", "\u00ad\ufeff", "\U000e0041", "é 日本 <&>",
	}
	path := trailPath(t)
	trail, err := audit.Open(path, audit.Run{Arguments: names, Target: strings.Join(names, "")})
	must(t, err)
	for _, name := range names {
		trail.Step(audit.Step{Name: name})
	}
	trail.Step(audit.Step{Name: "not\xffUTF-8"})
	must(t, trail.Close())
	got := records(t, path)
	if len(got) != len(names)+1 {
		t.Errorf("%d lines, want %d", len(got), len(names)+1)
	}
	for i, name := range names {
		if got[i]["name"] != name {
			t.Errorf("name %q, want %q", got[i]["name"], name)
		}
	}
	data, err := os.ReadFile(path)
	must(t, err)
	for _, r := range string(data) {
		if r != '\n' && !strconv.IsPrint(r) {
			t.Errorf("the trail holds %U", r)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                                    dir + ": want a regular file, not a directory",
		filepath.Join(dir, "missing", "trail"): "missing",
	} {
		trail, err := audit.Open(path, audit.Run{})
		if trail != nil || err == nil || !strings.HasPrefix(err.Error(), "audit log: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

// A line that an earlier run could not finish does not swallow the next record.
func TestTornLine(t *testing.T) {
	path := trailPath(t)
	must(t, os.WriteFile(path, []byte("{}\n{\"time\":"), 0o600))
	trail, err := audit.Open(path, audit.Run{})
	must(t, err)
	trail.Step(audit.Step{Name: "a"})
	trail.Step(audit.Step{Name: "b"})
	must(t, trail.Close())
	data, err := os.ReadFile(path)
	must(t, err)
	lines := strings.Split(string(data), "\n")
	if len(lines) != 5 || lines[1] != `{"time":` || !json.Valid([]byte(lines[2])) || !json.Valid([]byte(lines[3])) || lines[4] != "" {
		t.Errorf("the trail holds %q", lines)
	}
}

func TestNoTrail(t *testing.T) {
	var trail *audit.Trail
	trail.Step(audit.Step{})
	trail.Finish(audit.Summary{})
	must(t, trail.Close())
}
