package cut_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/credclean/credclean/store/cut"
)

// Aliases that grow without bound are refused, or not followed, in no time.
func TestKubeEntriesAliasBomb(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		prev := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+prev+",", 9) + "]\n"
	}
	k := cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", "dev")}}
	if _, err := k.Apply([]byte(bomb + "users:\n- name: x\n  user: {exec: {command: atmos, args: *j}}\n")); err == nil {
		t.Error("no error")
	}
	got, err := k.Apply([]byte(bomb + clientGo))
	if err != nil || string(got.Data) != bomb+clientGoAfter {
		t.Errorf("%v\n%s", err, got.Data)
	}
}

func FuzzKubeEntries(f *testing.F) {
	for _, s := range []string{
		"users:\n- name: atmos-gke-n-p-l\n  user:\n    exec:\n      command: atmos\n- name: x\n",
		"users: [{name: atmos-gke-n-p-l, user: {exec: {command: atmos}}}]\ncontexts:\n- {name: a, context: {cluster: projects/p/locations/l/clusters/n, user: atmos-gke-n-p-l}}\nclusters:\n  - name: projects/p/locations/l/clusters/n\n  # c\n  - name: y\ncurrent-context: a\n",
		"contexts:\n-\n # x\n name: a\n context: {cluster: projects/p/locations/l/clusters/n, user: atmos-gke-n-p-l}\ncurrent-context: 'a'\nusers:\n- name: atmos-gke-n-p-l\n  user: {exec: {command: ./atmos}}\n---\n",
		`{"users":[{"name":"x"},{"name":"atmos-gke-n-p-l","user":{"exec":{"command":"atmos"},"x":"\"]"}}],"current-context":"a"}`,
		"users: [ {name: it's}, &x {name: atmos-gke-n-p-l, y: 'it''s', user: {exec: {command: atmos}}}, *x ]\r\n",
		"\ufeffusers:\r\n- name: |-\r\n    atmos-gke-n-p-l\r\n  user: {exec: {command: atmos}}\r\n  z: |+\r\n    # SECRET\r\n\r\nx: &x 1\r\n",
		"x: &x {user: atmos-gke-n-p-l}\ncontexts: [{context: {<<: *x}}]\nusers:\n- {name: atmos-gke-n-p-l, user: {exec: {command: atmos}}}\n",
		"users: [!x,y {name: b}, !<a[b> {name: atmos-gke-n-p-l, user: {exec: {command: atmos}}}, ? c]\n",
		"a: &x {}\ncontexts: [{context: {<<, *x}}]\n", // makes yaml.v3 v3.0.1 panic
	} {
		f.Add([]byte(s))
	}
	k := cut.KubeEntries{Remove: []cut.KubeEntry{gke("n", "p", "l", "a")}}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := k.Apply(data)
		if err != nil {
			if got.Data != nil || got.Changes() {
				t.Fatalf("error %v with a cut %+v", err, got)
			}
			return
		}
		if there, err := cut.FindKube(data, k.Remove); err != nil || there[0] != got.Changes() {
			t.Fatalf("of %q: found %v, %v, but %v goes", data, there, err, got.Removed)
		}
		if len(got.Removed) == 0 {
			if string(got.Data) != string(data) || got.Changes() {
				t.Fatalf("nothing removed, but %q became %q", data, got.Data)
			}
			return
		}
		if got.Empty || !cutFrom(string(got.Data), string(data)) {
			t.Fatalf("%q became %q", data, got.Data)
		}
		again, err := k.Apply(got.Data)
		if err != nil || again.Changes() || string(again.Data) != string(got.Data) {
			t.Fatalf("%q: the second time %+v, %v", got.Data, again, err)
		}
		if before, after := others(data, got.Removed), others(got.Data, got.Removed); before != after {
			t.Fatalf("%q became %q:\n%s\n%s", data, got.Data, before, after)
		}
	})
}

// cutFrom tells whether rest is data without some of its bytes, but for empty
// lists and texts, and the space before a list.
func cutFrom(rest, data string) bool {
	without := strings.NewReplacer(" []", "", "[]", "", `""`, "")
	return inOrder([]byte(without.Replace(rest)), []byte(without.Replace(data)))
}

// others is a kubeconfig as yaml.v3 decodes it, without the names that were removed.
func others(data []byte, removed []string) string {
	var v map[string]any
	if yaml.Unmarshal(data, &v) != nil {
		return ""
	}
	for kind, key := range map[string]string{"context": "contexts", "cluster": "clusters", "user": "users"} {
		list, _ := v[key].([]any)
		v[key] = slices.DeleteFunc(list, func(item any) bool {
			return slices.Contains(removed, fmt.Sprint(kind, " ", nameOf(item)))
		})
		if len(list) == 0 || len(v[key].([]any)) == 0 {
			v[key] = nil
		}
	}
	if name, ok := v["current-context"].(string); ok && (name == "" || slices.Contains(removed, "context "+name)) {
		v["current-context"] = nil
	}
	return fmt.Sprintf("%#v", v)
}

func nameOf(item any) any {
	switch m := item.(type) {
	case map[string]any:
		return m["name"]
	case map[any]any: // with a key that is not a text
		return m["name"]
	}
	return nil
}

// many is a kubeconfig with n clusters of Atmos, as client-go writes it.
func many(n int) (data []byte, all []cut.KubeEntry) {
	var lists [3]strings.Builder
	authority := strings.Repeat("Y2VydGlmaWNhdGUg", 55)
	for i := range n {
		name := fmt.Sprint("c", i)
		arn := "arn:aws:eks:us-east-2:123456789012:cluster/" + name
		fmt.Fprintf(&lists[0], "- cluster:\n    certificate-authority-data: %s\n    server: https://%s.eks.amazonaws.com\n  name: %s\n", authority, name, arn)
		fmt.Fprintf(&lists[1], "- context:\n    cluster: %s\n    user: atmos-eks-%s-us-east-2\n  name: %s\n", arn, name, name)
		user := clientGo[strings.Index(clientGo, "- name: atmos"):strings.LastIndex(clientGo, "- name: kind-kind")]
		user = strings.NewReplacer("atmos-eks-dev", "atmos-eks-"+name, "      - dev\n", "      - "+name+"\n").Replace(user)
		lists[2].WriteString(user)
		all = append(all, eks(name, "us-east-2", name))
	}
	return []byte("apiVersion: v1\nclusters:\n" + lists[0].String() + "contexts:\n" + lists[1].String() +
		"current-context: c0\nkind: Config\npreferences: {}\nusers:\n" + lists[2].String()), all
}

func BenchmarkKubeEntries(b *testing.B) {
	for _, n := range []int{200, 2000} {
		data, all := many(n)
		for name, k := range map[string]cut.KubeEntries{"one": {Remove: all[:1], Keep: all[1:]}, "all": {Remove: all}} {
			b.Run(fmt.Sprint(name, "-of-", n), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if c, err := k.Apply(data); err != nil || len(c.Removed) != 3*len(k.Remove) {
						b.Fatal(len(c.Removed), err)
					}
				}
			})
		}
	}
}
