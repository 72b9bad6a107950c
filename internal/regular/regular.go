// Package regular reads regular files, and nothing that only looks like one. It
// waits for no pipe, opens no device, and reads nothing that a kernel makes up.
package regular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// What a caller can branch on.
var (
	// ErrNotRegular: a directory, pipe, socket or device, or a file of proc, sysfs or the like.
	ErrNotRegular = errors.New("not a regular file")
	// ErrTooLarge: the file holds more than the caller reads at most.
	ErrTooLarge = errors.New("file too large")
)

// Open opens the regular file at path for reading. A symbolic link is followed.
// The error is an *fs.PathError; it is ErrNotRegular if something else is there.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := checkMode(info.Mode()); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a named pipe would wait for a writer
	if err != nil {
		return nil, err
	}
	if err := check(f); err != nil { // it may have been replaced since
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, nil
}

func check(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := checkMode(info.Mode()); err != nil {
		return err
	}
	return checkFileSystem(f)
}

func checkMode(m fs.FileMode) error {
	if m.IsRegular() {
		return nil
	}
	return fmt.Errorf("%s, %w", What(m), ErrNotRegular)
}

// What says what something is that is no regular file.
func What(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// Read returns what the regular file at path holds, at most so many bytes. The
// error is ErrNotRegular, ErrTooLarge, or ctx's if ctx ends first; a file system
// that never answers is not waited for longer than that.
func Read(ctx context.Context, path string, most int64) ([]byte, error) {
	return within(ctx, func() ([]byte, error) {
		f, err := Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return read(f, most)
	})
}

// ReadFile is Read of a file that is open already; it is read from where it stands.
func ReadFile(ctx context.Context, f *os.File, most int64) ([]byte, error) {
	if err := check(f); err != nil {
		return nil, &fs.PathError{Op: "read", Path: f.Name(), Err: err}
	}
	return within(ctx, func() ([]byte, error) { return read(f, most) })
}

func read(f *os.File, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, &fs.PathError{Op: "read", Path: f.Name(), Err: fmt.Errorf("%w: more than %s", ErrTooLarge, size(most))}
	}
	return data, nil
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

// within waits for do no longer than ctx.
func within(ctx context.Context, do func() ([]byte, error)) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := do()
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
