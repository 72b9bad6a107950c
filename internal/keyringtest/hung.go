//go:build unix

package keyringtest

import (
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A Hung is the socket of a bus that accepts everybody and never says a word.
type Hung struct {
	// Address is what clients need as DBUS_SESSION_BUS_ADDRESS.
	Address string

	dir      string
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
}

// StartHung opens such a socket.
func StartHung() (*Hung, error) {
	dir, err := os.MkdirTemp("", "bus") // short, for the path of a socket must be
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "bus")
	h := &Hung{Address: "unix:path=" + path, dir: dir}
	if h.listener, err = net.Listen("unix", path); err != nil {
		return nil, err
	}
	go h.accept()
	return h, nil
}

// NewHung is [StartHung] for one test.
func NewHung(tb testing.TB) *Hung {
	tb.Helper()
	h, err := StartHung()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(h.Close)
	return h
}

func (h *Hung) accept() {
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			return
		}
		h.mu.Lock()
		h.conns = append(h.conns, conn)
		h.mu.Unlock()
	}
}

// Dialled is how often somebody has connected.
func (h *Hung) Dialled() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// Close hangs up.
func (h *Hung) Close() {
	_ = h.listener.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, conn := range h.conns {
		_ = conn.Close()
	}
	_ = os.RemoveAll(h.dir)
}
