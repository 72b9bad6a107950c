package cut

import "bytes"

// FindKube tells of each entry whether something of it is in a kubeconfig: a
// context, or a user of Atmos to which no other context refers. It reads the
// file once, however many entries there are.
func FindKube(data []byte, entries []KubeEntry) ([]bool, error) {
	f, _, err := readKube(bytes.TrimPrefix(data, byteOrderMark()))
	if err != nil {
		return nil, err
	}
	there := make([]bool, len(entries))
	at := make(map[KubeEntry][]int, len(entries))
	for i, e := range entries {
		at[e] = append(at[e], i)
	}
	index := indexOf(entries)
	mark := func(candidates []KubeEntry, is func(KubeEntry) bool) (marked bool) {
		for _, e := range candidates {
			if is(e) {
				marked = true
				for _, i := range at[e] {
					there[i] = true
				}
			}
		}
		return marked
	}
	mine := f.ofAtmos()
	foreign := make(map[string]bool) // users of contexts that are nobody's here
	for _, c := range f.lists[contexts] {
		key, _ := clusterKey(c.Context.Cluster)
		ours := mine[c.Context.User] && mark(index.clusters[key], func(e KubeEntry) bool { return e.wrote(c) })
		foreign[c.Context.User] = foreign[c.Context.User] || !ours
	}
	for _, u := range f.lists[users] {
		if u.runsAtmos() && !foreign[u.Name] {
			mark(index.usersOf(u), func(e KubeEntry) bool { return e.owns(u) })
		}
	}
	return there, nil
}
