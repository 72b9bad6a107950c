package regular_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/credclean/credclean/internal/regular"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		path string
		most int64
		want string
		err  error
	}{
		{"exactly as much", t.Context(), "f", 5, "12345", nil},
		{"one byte too many", t.Context(), "f", 4, "", regular.ErrTooLarge},
		{"nothing there", t.Context(), "none", 5, "", fs.ErrNotExist},
		{"a directory", t.Context(), ".", 5, "", regular.ErrNotRegular},
		{"ended", done, "f", 5, "", context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := regular.Read(tt.ctx, filepath.Join(dir, tt.path), tt.most)
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// An open file is read from where it stands.
func TestReadFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("12345"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(2, 0); err != nil {
		t.Fatal(err)
	}
	data, err := regular.ReadFile(t.Context(), f, 3)
	if err != nil || !bytes.Equal(data, []byte("345")) {
		t.Errorf("got %q, %v", data, err)
	}
}
