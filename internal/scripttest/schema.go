//go:build linux

package scripttest

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// cmdJSONSchema validates the standard output of the last command:
//
//	jsonschema SCHEMA [FILE]
//
// SCHEMA is below schema. With a FILE, each of its lines is validated instead. For programs that exits
// runs with --json it is done without being asked.
func cmdJSONSchema(ts *testscript.TestScript, args []string) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(filepath.Join(worldOf(ts).data, "..", "schema", args[0]))
	ts.Check(err)
	documents := []string{""}
	if len(args) > 1 {
		documents = slices.Collect(strings.Lines(ts.ReadFile(args[1])))
	} else {
		documents[0] = ts.ReadFile("stdout")
	}
	for _, text := range documents {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		ts.Check(err)
		ts.Check(schema.Validate(doc))
	}
}

// checkJSON validates the standard output if arguments ask for JSON.
func checkJSON(ts *testscript.TestScript, args []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	switch {
	case !slices.Contains(args, "--json"):
	case slices.Contains(args, "status"):
		cmdJSONSchema(ts, []string{"status.schema.json"})
	case slices.Contains(args, "doctor"):
		cmdJSONSchema(ts, []string{"doctor.schema.json"})
	default:
		cmdJSONSchema(ts, []string{"logout.schema.json"})
	}
}
