package cut

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/credclean/credclean/config"
)

// A KubeEntry is what an integration writes to a kubeconfig: a cluster, a user
// that asks Atmos for a token, and a context that joins them. Two that are
// equal write the same entries.
type KubeEntry struct {
	Kind    string         // as aws/eks
	Cluster config.Cluster // only the fields that the names are made of
}

// KubeEntryOf returns what an integration writes. It is not ok if the
// integration is of another kind, or what the names are made of is not known.
func KubeEntryOf(i config.Integration) (entry KubeEntry, ok bool) {
	c := i.Cluster
	e := KubeEntry{Kind: i.Kind, Cluster: config.Cluster{Name: c.Name, Alias: c.Alias}}
	ok = c.Name != "" && !slices.Contains(i.Unresolved, "spec.cluster.alias")
	switch i.Kind {
	case "aws/eks":
		e.Cluster.Region = c.Region
		ok = ok && c.Region != ""
	case "azure/aks":
		e.Cluster.ResourceGroup, e.Cluster.SubscriptionID = c.ResourceGroup, c.SubscriptionID
		ok = ok && c.ResourceGroup != "" && !slices.Contains(i.Unresolved, "spec.cluster.subscription_id")
	case "gcp/gke":
		e.Cluster.ProjectID, e.Cluster.Location = c.ProjectID, c.Location
		ok = ok && c.ProjectID != "" && c.Location != ""
	default:
		ok = false
	}
	if !ok {
		return KubeEntry{}, false
	}
	return e, true
}

// A kubeKey is what a cluster is called in a cloud, without the account.
type kubeKey struct{ kind, name, place string }

// key is the cluster of an entry.
func (e KubeEntry) key() kubeKey {
	c := e.Cluster
	switch e.Kind {
	case "azure/aks":
		return kubeKey{e.Kind, strings.ToLower(c.Name), strings.ToLower(c.ResourceGroup)}
	case "gcp/gke":
		return kubeKey{e.Kind, c.Name, c.ProjectID + "/" + c.Location}
	}
	return kubeKey{e.Kind, c.Name, c.Region}
}

// clusterKey reads the name that Atmos gives a cluster: the ARN, the ID of the
// Azure resource with its subscription, or the name of the Google resource. The
// account of an ARN is in no configuration, so any will do.
func clusterKey(id string) (key kubeKey, subscription string) {
	if arn := strings.Split(id, ":"); len(arn) == 6 {
		name, ok := strings.CutPrefix(arn[5], "cluster/")
		if ok && arn[0] == "arn" && strings.HasPrefix(arn[1], "aws") && arn[2] == "eks" &&
			arn[4] != "" && strings.Trim(arn[4], "0123456789") == "" {
			return kubeKey{"aws/eks", name, arn[3]}, ""
		}
	}
	switch p := strings.Split(id, "/"); {
	case len(p) == 9 && p[2] != "" && strings.EqualFold(strings.Join([]string{p[0], p[1], p[3], p[5], p[6], p[7]}, "/"),
		"/subscriptions/resourceGroups/providers/Microsoft.ContainerService/managedClusters"):
		return kubeKey{"azure/aks", strings.ToLower(p[8]), strings.ToLower(p[4])}, p[2]
	case len(p) == 6 && p[0] == "projects" && p[2] == "locations" && p[4] == "clusters":
		return kubeKey{"gcp/gke", p[5], p[1] + "/" + p[3]}, ""
	}
	return kubeKey{}, ""
}

// stem is the name that Atmos gives the user of a cluster
// (pkg/auth/cloud/kube/config.go @v1.211.0 and @v1.226.0).
func (e KubeEntry) stem() string {
	c := e.Cluster
	switch e.Kind {
	case "azure/aks":
		return "atmos-aks-" + c.Name + "-" + c.ResourceGroup
	case "gcp/gke":
		return "atmos-gke-" + c.Name + "-" + c.ProjectID + "-" + c.Location
	}
	return "atmos-eks-" + c.Name + "-" + c.Region
}

// user tells whether Atmos gives the user this name. That of an AKS user may
// end in the subscription.
func (e KubeEntry) user(name, subscription string) bool {
	return name == e.stem() || e.Kind == "azure/aks" && subscription != "" && strings.EqualFold(name, e.stem()+"-"+subscription)
}

// joins tells whether a context joins the entry's user and cluster.
func (e KubeEntry) joins(c kubeItem) bool {
	key, subscription := clusterKey(c.Context.Cluster)
	return key == e.key() && e.user(c.Context.User, subscription) &&
		(e.Cluster.SubscriptionID == "" || strings.EqualFold(subscription, e.Cluster.SubscriptionID))
}

// writes tells whether a context is the one that Atmos writes: named by the
// alias, or by the cluster if there is none.
func (e KubeEntry) writes(c kubeItem) bool {
	return e.joins(c) && c.Name == cmp.Or(e.Cluster.Alias, c.Context.Cluster)
}

// wrote is as writes, but the context may also be from before there was an alias.
func (e KubeEntry) wrote(c kubeItem) bool {
	return e.writes(c) || e.joins(c) && c.Name == c.Context.Cluster
}

// owns tells whether a user is the entry's. Names are joined with hyphens and
// can be equal for two clusters, so the arguments for Atmos must not name another one.
func (e KubeEntry) owns(u kubeItem) bool {
	c := e.Cluster
	for flag, want := range map[string]string{
		"--cluster-name": c.Name, "--region": c.Region,
		"--resource-group": c.ResourceGroup, "--subscription-id": c.SubscriptionID,
	} {
		if got := u.arg(flag); got != "" && want != "" && !strings.EqualFold(got, want) {
			return false
		}
	}
	return e.user(u.Name, cmp.Or(u.arg("--subscription-id"), c.SubscriptionID))
}

// A kubeIndex finds the entries that may have to do with a context or a user.
type kubeIndex struct {
	clusters map[kubeKey][]KubeEntry
	users    map[string][]KubeEntry // by the name in lower case
}

func indexOf(entries []KubeEntry) kubeIndex {
	x := kubeIndex{make(map[kubeKey][]KubeEntry), make(map[string][]KubeEntry)}
	for _, e := range entries {
		stem := strings.ToLower(e.stem())
		x.clusters[e.key()] = append(x.clusters[e.key()], e)
		x.users[stem] = append(x.users[stem], e)
		if e.Cluster.SubscriptionID != "" {
			stem += "-" + strings.ToLower(e.Cluster.SubscriptionID)
			x.users[stem] = append(x.users[stem], e)
		}
	}
	return x
}

// context tells whether a context is an entry's in the sense of is.
func (x kubeIndex) context(c kubeItem, is func(KubeEntry, kubeItem) bool) bool {
	key, _ := clusterKey(c.Context.Cluster)
	return slices.ContainsFunc(x.clusters[key], func(e KubeEntry) bool { return is(e, c) })
}

// owns tells whether a user is an entry's.
func (x kubeIndex) owns(u kubeItem) bool {
	return slices.ContainsFunc(x.usersOf(u), func(e KubeEntry) bool { return e.owns(u) })
}

// usersOf are the entries that may own a user.
func (x kubeIndex) usersOf(u kubeItem) []KubeEntry {
	name := strings.ToLower(u.Name)
	stem := strings.TrimSuffix(name, "-"+strings.ToLower(u.arg("--subscription-id")))
	return slices.Concat(x.users[name], x.users[stem])
}

// KubeEntries cuts entries of Atmos out of a kubeconfig: those of the
// integrations in Remove, but no context of one in Keep.
//
// A context goes if its name, its cluster and its user are those of an
// integration, and the user is one that runs Atmos: another program's, or the
// user's own, under the same name is nobody's business. Its cluster and its
// user go with it unless a context that stays refers to them, even one that
// the user of this machine made or renamed: it would dangle. A user of Atmos to
// which no context refers any more goes, too. They hold no secret, only the
// command that asks Atmos for a token.
//
// Comments inside an entry go with it, those beside it stay, as does every
// other byte, but that an emptied list becomes [] and the current context ""
// if it goes. Removed has what each entry is and its name, as "context dev".
type KubeEntries struct {
	Remove, Keep []KubeEntry
}

// Apply implements [Cutter].
func (k KubeEntries) Apply(data []byte) (Cut, error) {
	text := bytes.TrimPrefix(data, byteOrderMark())
	f, without, err := readKube(text)
	if err != nil {
		return Cut{}, err
	}
	gone := k.choose(f)
	if len(gone.names.list) == 0 {
		return Cut{Data: data}, nil
	}
	rest, err := without(gone)
	if err != nil {
		return Cut{}, fmt.Errorf("kubeconfig: %w", err)
	}
	head := data[:len(data)-len(text)]
	return Cut{Data: slices.Concat(head, rest), Removed: gone.names.list}, nil
}

// A kubeGone says what goes from a kubeconfig.
type kubeGone struct {
	lists   [3][]bool
	current bool
	names   names
}

// choose decides what goes.
func (k KubeEntries) choose(f kubeFile) kubeGone {
	gone := nothingOf(f)
	remove, keep := indexOf(k.Remove), indexOf(k.Keep)
	mine := f.ofAtmos()
	// What the contexts refer to that go, and those that stay.
	dropped, staying := newKubeRefs(), newKubeRefs()
	for i, c := range f.lists[contexts] {
		refs := staying
		if mine[c.Context.User] && remove.context(c, KubeEntry.wrote) && !keep.context(c, KubeEntry.writes) {
			refs = dropped
			gone.take(contexts, i, c)
		}
		refs.clusters[c.Context.Cluster], refs.users[c.Context.User], refs.names[c.Name] = true, true, true
	}
	for i, c := range f.lists[clusters] {
		if dropped.clusters[c.Name] && !staying.clusters[c.Name] {
			gone.take(clusters, i, c)
		}
	}
	for i, u := range f.lists[users] {
		if u.runsAtmos() && !staying.users[u.Name] && remove.owns(u) && (dropped.users[u.Name] || !keep.owns(u)) {
			gone.take(users, i, u)
		}
	}
	gone.current = dropped.names[f.current] && !staying.names[f.current]
	return gone
}

// kubeRefs are what contexts refer to, and their names.
type kubeRefs struct{ clusters, users, names map[string]bool }

func newKubeRefs() kubeRefs {
	return kubeRefs{make(map[string]bool), make(map[string]bool), make(map[string]bool)}
}

func nothingOf(f kubeFile) (gone kubeGone) {
	for n, items := range f.lists {
		gone.lists[n] = make([]bool, len(items))
	}
	return gone
}

// without is a file after what goes.
func (g kubeGone) without(f kubeFile) kubeFile {
	for n, items := range f.lists {
		f.lists[n] = nil
		for i, item := range items {
			if !g.lists[n][i] {
				f.lists[n] = append(f.lists[n], item)
			}
		}
	}
	if g.current {
		f.current = ""
	}
	return f
}

func (g *kubeGone) take(list, i int, item kubeItem) {
	g.lists[list][i] = true
	g.names.add(kubeWords()[list] + " " + item.Name)
}
