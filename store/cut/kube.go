package cut

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

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

// cluster tells whether id is the name that Atmos gives the cluster: the ARN,
// the ID of the Azure resource, or the name of the Google resource. The account
// of an ARN stands in no configuration, so any will do; subscription is the one in the ID.
func (e KubeEntry) cluster(id string) (subscription string, ok bool) {
	c := e.Cluster
	switch e.Kind {
	case "aws/eks":
		arn := strings.Split(id, ":")
		return "", len(arn) == 6 && arn[0] == "arn" && strings.HasPrefix(arn[1], "aws") && arn[2] == "eks" &&
			arn[3] == c.Region && arn[4] != "" && strings.Trim(arn[4], "0123456789") == "" && arn[5] == "cluster/"+c.Name
	case "azure/aks":
		rest, _ := strings.CutPrefix(id, "/subscriptions/")
		subscription, _, _ = strings.Cut(rest, "/")
		want := "/subscriptions/" + subscription + "/resourceGroups/" + c.ResourceGroup +
			"/providers/Microsoft.ContainerService/managedClusters/" + c.Name
		return subscription, subscription != "" && strings.EqualFold(id, want) &&
			(c.SubscriptionID == "" || strings.EqualFold(subscription, c.SubscriptionID))
	case "gcp/gke":
		return "", id == "projects/"+c.ProjectID+"/locations/"+c.Location+"/clusters/"+c.Name
	}
	return "", false
}

// user tells whether Atmos gives the user this name
// (pkg/auth/cloud/kube/config.go @v1.211.0 and @v1.226.0, where the name of an
// AKS user may end in the subscription).
func (e KubeEntry) user(name, subscription string) bool {
	c := e.Cluster
	switch e.Kind {
	case "aws/eks":
		return name == "atmos-eks-"+c.Name+"-"+c.Region
	case "azure/aks":
		stem := "atmos-aks-" + c.Name + "-" + c.ResourceGroup
		return name == stem || subscription != "" && strings.EqualFold(name, stem+"-"+subscription)
	case "gcp/gke":
		return name == "atmos-gke-"+c.Name+"-"+c.ProjectID+"-"+c.Location
	}
	return false
}

// ownsUser tells whether a user is the entry's. Names are joined with hyphens
// and can be equal for two clusters, so the arguments for Atmos must not name another one.
func (e KubeEntry) ownsUser(u kubeItem) bool {
	c := e.Cluster
	args := u.args()
	for flag, want := range map[string]string{
		"--cluster-name": c.Name, "--region": c.Region,
		"--resource-group": c.ResourceGroup, "--subscription-id": c.SubscriptionID,
	} {
		if got := args[flag]; got != "" && want != "" && !strings.EqualFold(got, want) {
			return false
		}
	}
	return e.user(u.Name, cmp.Or(args["--subscription-id"], c.SubscriptionID))
}

// joins tells whether a context joins the entry's user and cluster.
func (e KubeEntry) joins(context kubeItem) bool {
	subscription, ok := e.cluster(context.Context.Cluster)
	return ok && e.user(context.Context.User, subscription)
}

// writes tells whether a context is the one that Atmos writes: named by the
// alias, or by the cluster if there is none.
func (e KubeEntry) writes(context kubeItem) bool {
	return e.joins(context) && context.Name == cmp.Or(e.Cluster.Alias, context.Context.Cluster)
}

// wrote is as writes, but the context may also be from before there was an alias.
func (e KubeEntry) wrote(context kubeItem) bool {
	return e.writes(context) || e.joins(context) && context.Name == context.Context.Cluster
}

// KubeEntries are the entries that go from a kubeconfig, and those of the other
// declared integrations, whose contexts stay.
type KubeEntries struct {
	Remove, Keep []KubeEntry
}

// Apply cuts the entries out of a kubeconfig and leaves every other byte as it
// is, but that an emptied list becomes [] and the current context "" if it goes.
// It is pure.
//
// A context goes if its name, its cluster and its user are those of an
// integration. Clusters and users go unless a context that stays refers to
// them, even one that the user of this machine made or renamed: it would
// dangle. They hold no secret, only the command that asks Atmos for a token.
//
// Comments inside an entry go with it, those beside it stay. The error names
// what is not as it should be; then nothing is cut.
func (k KubeEntries) Apply(data []byte) (Cut, error) {
	text := bytes.TrimPrefix(data, byteOrderMark())
	before, err := readKubeconfig(text)
	if err != nil {
		return Cut{}, fmt.Errorf("kubeconfig: %w", err)
	}
	gone, removed := k.choose(before)
	if len(removed) == 0 {
		return Cut{Data: data}, nil
	}
	edits, err := before.edits(gone)
	if err != nil {
		return Cut{}, fmt.Errorf("kubeconfig: %w", err)
	}
	rest := rewrite(text, edits)
	before.prune(gone)
	after, err := readKubeconfig(rest)
	if err != nil || !sameYAML(before.root, after.root, make(map[*yaml.Node]*yaml.Node)) {
		return Cut{}, errors.New("kubeconfig: the entries cannot be cut without touching something else")
	}
	head := data[:len(data)-len(text)]
	return Cut{Data: slices.Concat(head, rest), Removed: removed}, nil
}

// choose returns the items that go, by node, and their names, each with what
// it is before it, as "context dev".
func (k KubeEntries) choose(f kubeconfig) (gone map[*yaml.Node]bool, removed []string) {
	gone = make(map[*yaml.Node]bool)
	take := func(kind string, item kubeItem) {
		gone[item.node] = true
		if name := kind + " " + item.Name; !slices.Contains(removed, name) {
			removed = append(removed, name)
		}
	}
	var dropped, staying []kubeItem
	for _, c := range f.contexts.items {
		if slices.ContainsFunc(k.Remove, func(e KubeEntry) bool { return e.wrote(c) }) &&
			!slices.ContainsFunc(k.Keep, func(e KubeEntry) bool { return e.writes(c) }) {
			dropped = append(dropped, c)
			take("context", c)
		} else {
			staying = append(staying, c)
		}
	}
	// free: no context that stays refers to it, and if none that goes does either, no other integration has it.
	free := func(refers func(kubeItem) bool, has func(KubeEntry) bool) bool {
		return !slices.ContainsFunc(staying, refers) &&
			(slices.ContainsFunc(dropped, refers) || !slices.ContainsFunc(k.Keep, has))
	}
	for _, c := range f.clusters.items {
		owns := func(e KubeEntry) bool { _, ok := e.cluster(c.Name); return ok }
		refers := func(context kubeItem) bool { return context.Context.Cluster == c.Name }
		if slices.ContainsFunc(k.Remove, owns) && free(refers, owns) {
			take("cluster", c)
		}
	}
	for _, u := range f.users.items {
		owns := func(e KubeEntry) bool { return e.ownsUser(u) }
		refers := func(context kubeItem) bool { return context.Context.User == u.Name }
		if slices.ContainsFunc(k.Remove, owns) && free(refers, owns) {
			take("user", u)
		}
	}
	if f.current != nil {
		named := func(context kubeItem) bool { return context.Name == f.current.Value }
		gone[f.current] = slices.ContainsFunc(dropped, named) && !slices.ContainsFunc(staying, named)
	}
	return gone, removed
}

// A kubeconfig is a file, read.
type kubeconfig struct {
	text                      []byte
	lines                     []int      // where each begins
	root                      *yaml.Node // nil if the file is empty
	contexts, clusters, users kubeList
	current                   *yaml.Node // nil if there is none
}

// A kubeList is one of the lists of a kubeconfig.
type kubeList struct {
	key, list *yaml.Node // nil if there is none
	items     []kubeItem
}

// A kubeItem is a context, a cluster or a user.
type kubeItem struct {
	node    *yaml.Node
	Name    string
	Context struct{ Cluster, User string }
	User    struct{ Exec struct{ Args []string } }
}

// args are the arguments with a value of the program that a user gets a token from.
func (i kubeItem) args() map[string]string {
	args := make(map[string]string)
	for n, arg := range i.User.Exec.Args {
		if flag, value, ok := strings.Cut(arg, "="); ok {
			args[flag] = value
		} else if n+1 < len(i.User.Exec.Args) {
			args[arg] = i.User.Exec.Args[n+1]
		}
	}
	return args
}

func readKubeconfig(text []byte) (f kubeconfig, err error) {
	defer func() {
		if recover() != nil { // yaml.v3 panics on some malformed input
			err = errors.New("not YAML")
		}
	}()
	f = kubeconfig{text: text, lines: lineStarts(text)}
	if !utf8.Valid(text) {
		return f, errors.New("not in UTF-8")
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return f, nil
	case err != nil:
		return f, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return f, errors.New("more than one document")
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return f, nil
	}
	f.root = doc.Content[0]
	if f.root.Kind != yaml.MappingNode {
		return f, errors.New("not a mapping")
	}
	if key := oddKey(f.root); key != nil {
		return f, fmt.Errorf("line %d: a key that is not a text", key.Line)
	}
	return f, f.readTop()
}

// oddKey finds a key that JSON could not have. Some of them make yaml.v3 panic.
func oddKey(n *yaml.Node) *yaml.Node {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Kind != yaml.ScalarNode {
			return child
		}
		if key := oddKey(child); key != nil {
			return key
		}
	}
	return nil
}

// readTop reads the keys at the top.
func (f *kubeconfig) readTop() error {
	lists := map[string]*kubeList{"contexts": &f.contexts, "clusters": &f.clusters, "users": &f.users}
	seen := make(map[string]bool)
	for i := 0; i < len(f.root.Content); i += 2 {
		key, value := f.root.Content[i], f.root.Content[i+1]
		if seen[key.Value] || key.Tag == "!!merge" {
			return fmt.Errorf("line %d: a key that stands twice or merges", key.Line)
		}
		seen[key.Value] = true
		if key.Value == "current-context" && value.Tag != "!!null" {
			if value.Kind != yaml.ScalarNode {
				return errors.New("current-context is not a name")
			}
			f.current = value
		}
		if lists[key.Value] == nil || value.Tag == "!!null" {
			continue
		}
		if value.Kind != yaml.SequenceNode {
			return fmt.Errorf("%s is not a list", key.Value)
		}
		l := kubeList{key: key, list: value}
		for n, node := range value.Content {
			item := kubeItem{node: node}
			if node.Decode(&item) != nil { // its text may quote a secret
				return fmt.Errorf("%s: entry %d cannot be read", key.Value, n+1)
			}
			l.items = append(l.items, item)
		}
		*lists[key.Value] = l
	}
	return nil
}

// prune removes from the tree what goes.
func (f *kubeconfig) prune(gone map[*yaml.Node]bool) {
	for _, l := range []kubeList{f.contexts, f.clusters, f.users} {
		if l.list != nil {
			l.list.Content = slices.DeleteFunc(l.list.Content, func(n *yaml.Node) bool { return gone[n] })
		}
	}
	if gone[f.current] {
		f.current.Value, f.current.Tag = "", "!!str"
	}
}

// sameYAML tells whether two trees mean the same. The aliases must lead to the
// same place: pairs are the nodes of both that were found to correspond.
func sameYAML(a, b *yaml.Node, pairs map[*yaml.Node]*yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	pairs[a] = b
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.AliasNode {
		return pairs[a.Alias] == b.Alias
	}
	for i := range a.Content {
		if !sameYAML(a.Content[i], b.Content[i], pairs) {
			return false
		}
	}
	return true
}

// edits are the changes to the text that take away what goes.
func (f kubeconfig) edits(gone map[*yaml.Node]bool) ([]edit, error) {
	var edits []edit
	for _, l := range []kubeList{f.contexts, f.clusters, f.users} {
		cuts, ok := f.cutList(l, gone)
		if !ok {
			return nil, fmt.Errorf("%s is written in a way that cannot be edited", l.key.Value)
		}
		edits = append(edits, cuts...)
	}
	if gone[f.current] {
		end, ok := f.scalarEnd(f.current)
		if !ok {
			return nil, errors.New("current-context is written in a way that cannot be edited")
		}
		edits = append(edits, edit{span{f.offset(f.current), end}, `""`})
	}
	return edits, nil
}

func (f kubeconfig) cutList(l kubeList, gone map[*yaml.Node]bool) (edits []edit, ok bool) {
	going := make([]bool, len(l.items))
	for i, item := range l.items {
		going[i] = gone[item.node]
	}
	switch {
	case !slices.Contains(going, true):
		return nil, true
	case l.list.Style&yaml.FlowStyle != 0:
		inner, items, ok := f.flowItems(f.offset(l.list))
		return cutItems(inner, items, going), ok && len(items) == len(going)
	}
	for i, item := range l.items {
		if !going[i] {
			continue
		}
		s, ok := f.blockItem(l.list, item.node)
		if !ok {
			return nil, false
		}
		edits = append(edits, edit{span: s})
	}
	if !slices.Contains(going, false) {
		end, ok := f.scalarEnd(l.key)
		colon := end + bytes.IndexByte(f.text[end:], ':') + 1
		if !ok || len(bytes.TrimSpace(f.text[end:colon])) != 1 {
			return nil, false
		}
		edits = append(edits, edit{span{colon, colon}, " []"})
	}
	return edits, true
}

// blockItem is the lines of an item of a list in block style: from the dash to
// the last line that is indented deeper than it.
func (f kubeconfig) blockItem(list, item *yaml.Node) (s span, ok bool) {
	column := list.Column - 1
	first := item.Line - 1
	for ; first >= list.Line-1; first-- {
		line := f.line(first)
		rest, dash := strings.CutPrefix(line[indent(line):], "-")
		if ok = dash && indent(line) == column && strings.Trim(rest[:min(1, len(rest))], " \t\r\n") == ""; ok {
			break
		}
	}
	last := first
	for i := first + 1; i < len(f.lines); i++ {
		line := f.line(i)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if indent(line) <= column {
			break
		}
		last = i
	}
	return span{f.lineStart(first), f.lineStart(last + 1)}, ok
}

// flowItems are the items of a list in flow style, which opens at offset, and
// what stands between the brackets. It is not ok with comments between the items.
func (f kubeconfig) flowItems(offset int) (inner span, items []span, ok bool) {
	if !bytes.HasPrefix(f.text[offset:], []byte("[")) {
		return span{}, nil, false
	}
	item := span{from: -1}
	depth := 0
	for i := offset + 1; i < len(f.text); i++ {
		c := f.text[i]
		start := strings.IndexByte(" \t\r\n[{,:", f.text[i-1]) >= 0 // of a word
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			continue
		case depth == 0 && (c == ',' || c == ']'):
			if item.from >= 0 {
				items = append(items, item)
			}
			if c == ']' {
				return span{offset + 1, i}, items, true
			}
			item.from = -1
			continue
		}
		if item.from < 0 {
			item.from = i
		}
		switch {
		case start && c == '#' && depth == 0:
			return span{}, nil, false
		case start && c == '#':
			i += max(bytes.IndexByte(f.text[i:], '\n'), 0)
		case start && (c == '"' || c == '\''):
			i = quotedEnd(f.text, i) - 1
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		}
		item.to = i + 1
	}
	return span{}, nil, false
}

// scalarEnd is where a scalar on one line ends. It is not ok if it is written in another way.
func (f kubeconfig) scalarEnd(n *yaml.Node) (end int, ok bool) {
	from := f.offset(n)
	switch {
	case from >= len(f.text):
		return 0, false
	case f.text[from] == '"' || f.text[from] == '\'':
		end = quotedEnd(f.text, from)
		return end, !bytes.ContainsAny(f.text[from:end], "\r\n")
	default:
		return from + len(n.Value), bytes.HasPrefix(f.text[from:], []byte(n.Value))
	}
}

// quotedEnd is where the text ends that is quoted from i on.
func quotedEnd(text []byte, i int) int {
	quote := text[i]
	for i++; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// lineStarts is where the lines begin as yaml.v3 counts them.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, r := range string(text) {
		switch r {
		case '\r':
			if !bytes.HasPrefix(text[i+1:], []byte("\n")) {
				starts = append(starts, i+1)
			}
		case '\n':
			starts = append(starts, i+1)
		case '\u0085', '\u2028', '\u2029':
			starts = append(starts, i+utf8.RuneLen(r))
		}
	}
	return starts
}

func (f kubeconfig) lineStart(i int) int {
	if i < 0 || i >= len(f.lines) {
		return len(f.text)
	}
	return f.lines[i]
}

func (f kubeconfig) line(i int) string {
	return string(f.text[f.lineStart(i):f.lineStart(i+1)])
}

// offset is where a node begins. Columns count characters.
func (f kubeconfig) offset(n *yaml.Node) int {
	at := f.lineStart(n.Line - 1)
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(f.text[at:])
		at += size
	}
	return at
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
