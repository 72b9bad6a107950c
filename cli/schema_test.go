package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The page about the schemas has each of them, with its version.
func TestSchemasOnPage(t *testing.T) {
	page, err := os.ReadFile("../schema/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../schema/*.schema.json")
	if err != nil || len(files) != strings.Count(string(page), "\n| [") {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var schema struct {
			ID         string `json:"$id"`
			Title      string
			Properties map[string]struct{ Const any }
		}
		if err := json.Unmarshal(data, &schema); err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		_, row, _ := strings.Cut(string(page), "\n| ["+name+"]("+name+") | ")
		row, _, _ = strings.Cut(row, "\n")
		version := fmt.Sprint(schema.Properties["schema_version"].Const)
		if !strings.Contains(row, "`"+schema.Title) || version == "" || !strings.HasSuffix(row, "| "+version+" |") {
			t.Errorf("%s, version %s: %q", schema.Title, version, row)
		}
		if schema.ID != programURL+"/schema/"+name {
			t.Errorf("%s is called %s", name, schema.ID)
		}
	}
}
