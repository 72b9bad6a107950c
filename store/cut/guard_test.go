package cut

import "testing"

// What is left is looked at again: a cut that takes a neighbour along, or not
// all that it should, is refused.
func TestCutIsCheckedAgain(t *testing.T) {
	const list = `{"a":{"x":1,"y":2,"z":3}}`
	for name, tamper := range map[string]func(*jsonCut){
		"more":  func(c *jsonCut) { c.edits[0].to += len(`,"y":2`) },
		"less":  func(c *jsonCut) { c.edits[0].to = c.edits[0].from },
		"other": func(c *jsonCut) { c.edits[0].text = `"w":0,` },
	} {
		c, err := cutJSON("list", []byte(list), func(v jsonValue) (jsonCut, error) {
			var c jsonCut
			top, _ := v.list('{')
			inner, _ := top.items[0].list('{')
			c.cutFrom(inner, "a", func(it jsonItem) (string, bool) { return it.name, it.name == "x" })
			if len(c.edits) > 0 {
				tamper(&c)
			}
			return c, nil
		})
		if err == nil || c.Data != nil {
			t.Errorf("%s: %q is left", name, c.Data)
		}
	}

	for name, tamper := range map[string]func(*kubeLines){
		"more":    func(f *kubeLines) { f.spans[users][0].to = f.spans[users][1].to },
		"less":    func(f *kubeLines) { f.spans[users][0].to = f.spans[users][0].from },
		"current": func(f *kubeLines) { f.active = span{} },
	} {
		f, ok := readKubeLines([]byte(kubectl))
		if !ok {
			t.Fatal("not read")
		}
		gone := kubeGone{lists: [3][]bool{make([]bool, 2), make([]bool, 2), {true, false}}, current: true}
		tamper(&f)
		if rest, err := f.cut(gone); err == nil || rest != nil {
			t.Errorf("%s: %q is left", name, rest)
		}
	}
}
