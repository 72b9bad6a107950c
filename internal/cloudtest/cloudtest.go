// Package cloudtest stands in for the providers in tests. It is a proxy on the loopback interface that ends TLS
// for any host with certificates of its own, so that a program under test needs no other hook than HTTPS_PROXY and
// SSL_CERT_FILE, and no request leaves the machine. It remembers who was asked for what, and which tokens are still usable.
package cloudtest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Cloud is a running stand-in.
type Cloud struct {
	CAFile string // the certificate that vouches for all hosts

	ca       authority
	stranger authority // whom nobody trusts
	listener net.Listener

	mu       sync.Mutex
	conns    map[net.Conn]bool
	rules    []rule
	asked    []string
	requests []string
	sessions []*session
}

// A rule is the mode of some hosts.
type rule struct{ hosts, mode string }

// Modes are those of [Cloud.Set]. Beside them, any status that HTTP has is one: the answer then has it and no effect.
func Modes() []string {
	return []string{
		"ok",          // as the providers do it
		"refuse",      // the proxy answers 403
		"hang-proxy",  // no answer to CONNECT
		"hang-tls",    // none to the greeting of TLS
		"hang-answer", // none to the request
		"hang-body",   // the answer has a status and a header, and then nothing comes
		"drip",        // a body that never ends, a byte at a time
		"flood",       // a body of 50 MB before the right one
		"header",      // a header of 128 KiB
		"redirect",    // to another host, with 307
		"echo",        // an answer that is not HTTP and repeats the request
		"odd-token",   // a new access token that no header can hold
		"wrong-ca",    // a certificate that nobody vouches for
		"old-tls",     // TLS 1.1
	}
}

// Start starts a stand-in whose certificate is written into dir. [Cloud.Close] ends it.
func Start(dir string) (*Cloud, error) {
	c := &Cloud{CAFile: path.Join(dir, "cloud-ca.pem"), conns: make(map[net.Conn]bool)}
	var err error
	if c.ca, err = newAuthority(); err != nil {
		return nil, err
	}
	if c.stranger, err = newAuthority(); err != nil {
		return nil, err
	}
	if err := c.ca.write(c.CAFile); err != nil {
		return nil, err
	}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	go c.accept()
	return c, nil
}

// Env are the variables that make a program ask the stand-in. Those of whoever runs the tests are empty.
func (c *Cloud) Env() map[string]string {
	env := map[string]string{"NO_PROXY": "", "SSL_CERT_FILE": c.CAFile, "AWS_CA_BUNDLE": ""}
	if runtime.GOOS != "windows" { // where the case of a name is nothing
		env["https_proxy"], env["no_proxy"] = "", ""
	}
	env["HTTPS_PROXY"] = "http://" + c.listener.Addr().String()
	return env
}

// Close ends the stand-in with all connections. What it remembers stays.
func (c *Cloud) Close() {
	_ = c.listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// Set sets the mode of hosts, given as a pattern of path.Match. Of several patterns the last one counts.
func (c *Cloud) Set(mode, hosts string) error {
	if _, err := strconv.Atoi(mode); err != nil && !slices.Contains(Modes(), mode) {
		return fmt.Errorf("no mode %q", mode)
	}
	if _, err := path.Match(hosts, ""); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules = append(c.rules, rule{hosts, mode})
	return nil
}

// Asked are the hosts that a connection was asked for, in order.
func (c *Cloud) Asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// Requests are the requests that came through, in order, each as "POST host/path", with a remark on one that wants the
// connection to stay.
func (c *Cloud) Requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// Wait waits, for some seconds, until a request to a host has come through, and tells whether one has.
func (c *Cloud) Wait(host string) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if slices.ContainsFunc(c.Requests(), func(r string) bool { return strings.Contains(r, " "+host+"/") }) {
			return true
		}
	}
	return false
}

func (c *Cloud) mode(host string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range slices.Backward(c.rules) {
		if ok, err := path.Match(r.hosts, host); err == nil && ok {
			return r.mode
		}
	}
	return "ok"
}

func (c *Cloud) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.conns[conn] = true
		c.mu.Unlock()
		go func() {
			c.proxy(conn)
			_ = conn.Close()
			c.mu.Lock()
			delete(c.conns, conn)
			c.mu.Unlock()
		}()
	}
}

// proxy serves one connection: CONNECT, then TLS, then one request.
func (c *Cloud) proxy(conn net.Conn) {
	in := bufio.NewReader(conn)
	r, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	host, _, err := net.SplitHostPort(r.Host)
	if r.Method != http.MethodConnect || err != nil {
		_, _ = io.WriteString(conn, "HTTP/1.1 405 Method Not Allowed\r\n\r\n")
		return
	}
	c.mu.Lock()
	c.asked = append(c.asked, host)
	c.mu.Unlock()
	mode := c.mode(host)
	config := &tls.Config{Certificates: []tls.Certificate{c.ca.certify(host)}}
	switch mode {
	case "hang-proxy":
		hang(conn)
		return
	case "refuse":
		_, _ = io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nX-Reason: policy\r\n\r\n")
		return
	case "wrong-ca":
		config.Certificates = []tls.Certificate{c.stranger.certify(host)}
	case "old-tls":
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	if mode == "hang-tls" {
		hang(conn)
		return
	}
	inside := tls.Server(conn, config)
	if r, err = http.ReadRequest(bufio.NewReader(inside)); err == nil {
		c.answer(inside, host, mode, r)
	}
	_ = inside.Close()
}

// answer answers one request.
func (c *Cloud) answer(w net.Conn, host, mode string, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	c.mu.Lock()
	line := r.Method + " " + host + r.URL.Path
	if !r.Close {
		line += " (keeps the connection)"
	}
	c.requests = append(c.requests, line)
	c.mu.Unlock()
	const ok = "HTTP/1.1 200 OK\r\n"
	switch mode {
	case "hang-answer":
		hang(w)
	case "hang-body":
		_, _ = io.WriteString(w, ok+"Content-Length: 100\r\n\r\n")
		hang(w)
	case "drip":
		_, _ = io.WriteString(w, ok+"\r\n")
		for err == nil {
			_, err = io.WriteString(w, " ")
			time.Sleep(10 * time.Millisecond)
		}
	case "flood":
		_, text := c.provide(host, r, body)
		_, _ = io.WriteString(w, ok+"\r\n"+strings.Repeat(" ", 50<<20)+text)
	case "header":
		_, _ = io.WriteString(w, ok+"X-Long: "+strings.Repeat("x", 128<<10)+"\r\n\r\n")
	case "redirect":
		reply(w, http.StatusTemporaryRedirect, "Location: https://elsewhere.example"+r.URL.Path, "")
	case "echo":
		_, _ = fmt.Fprintf(w, "HTTP/1.1 what %s %s\r\n", r.Header, body)
	case "odd-token":
		reply(w, http.StatusOK, "Content-Type: application/json", `{"accessToken":"fresh-\nX-Evil: 1"}`)
	case "ok":
		status, text := c.provide(host, r, body)
		reply(w, status, "Content-Type: application/json", text)
	default:
		status, _ := strconv.Atoi(mode)
		reply(w, status, "Content-Type: application/json", `{"error":"some_error","message":"no"}`)
	}
}

func reply(w io.Writer, status int, header, body string) {
	_, _ = fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		status, http.StatusText(status), header, len(body), body)
}

// hang waits until the other side gives up.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
