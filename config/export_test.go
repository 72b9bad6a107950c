package config

// Parse reads one file that is called name, as a project's. It follows no import and evaluates
// no YAML function.
func Parse(name string, data []byte) (*Config, error) {
	doc, err := parseFile(&origin{file: name}, data, func(at position, tag, _ string) *value {
		return unknownValue(at, tag+" is not evaluated")
	})
	if err != nil {
		return nil, err
	}
	var l loader
	c := empty(nil)
	c.Readings[0], _ = l.reading("", merged{doc: doc})
	l.claim(c, doc)
	c.Warnings, c.Gaps = l.warnings, l.gaps
	return c, nil
}
