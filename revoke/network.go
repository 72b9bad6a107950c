package revoke

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/credclean/credclean/internal/regular"
)

// maxAnswer is how much of the header of an answer, and of its body, is read at most.
const maxAnswer = 64 << 10

// The variables that name a file with the certificates to trust.
const (
	awsBundle = "AWS_CA_BUNDLE" // instead of the system's, as in AWS's own tools
	certFile  = "SSL_CERT_FILE" // beside the system's
)

// newTransport makes what sends requests. Of the variables for certificates, the first one counts that is set.
func newTransport(ctx context.Context, variables ...string) (*http.Transport, error) {
	if err := checkProxy(); err != nil {
		return nil, err
	}
	roots, err := certificates(ctx, variables)
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return proxyError(answer.StatusCode)
			}
			return nil
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxAnswer,
	}, nil
}

// A proxyError is the status that a proxy refused with.
type proxyError int

func (e proxyError) Error() string { return fmt.Sprintf("the proxy answered %d", int(e)) }

// checkProxy fails for an HTTPS_PROXY that is not understood: net/http would go without a proxy then, and say
// nothing. The value is not quoted, as there may be a password in it.
func checkProxy() error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		value := os.Getenv(name)
		if value == "" {
			continue
		}
		if !strings.Contains(value, "://") {
			value = "http://" + value // as net/http does
		}
		if u, err := url.Parse(value); err == nil && u.Hostname() != "" {
			switch u.Scheme {
			case "http", "https", "socks5", "socks5h":
				return nil
			}
		}
		return fmt.Errorf("%s is not the URL of a proxy", name)
	}
	return nil
}

// certificates are those that vouch for a host; nil stands for the system's.
func certificates(ctx context.Context, variables []string) (*x509.CertPool, error) {
	for _, name := range variables {
		file := os.Getenv(name)
		if file == "" {
			continue
		}
		data, err := regular.Read(ctx, file, 16<<20)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		pool := x509.NewCertPool()
		if name == certFile {
			if system, err := x509.SystemCertPool(); err == nil {
				pool = system
			}
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("%s: no certificate in %s", name, file)
		}
		return pool, nil
	}
	return nil, nil
}

var errNotUnderstood = errors.New("the answer was not understood")

// cause says what an error of a request means, in words that the other side had no part in: what a
// server sends may be the token that it was sent, and net/http quotes it.
func cause(run, limited context.Context, timeout time.Duration, err error) error {
	switch {
	case run.Err() != nil:
		return errors.New("interrupted")
	case limited.Err() != nil:
		return fmt.Errorf("no answer in %s s", strconv.FormatFloat(timeout.Seconds(), 'g', -1, 64))
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "proxyconnect" {
		return fmt.Errorf("the proxy cannot be reached: %w", brief(op.Err))
	}
	return brief(err)
}

// brief is the part of a network's error that says what was wrong.
func brief(err error) error {
	var (
		proxy  proxyError
		dns    *net.DNSError
		number syscall.Errno
		op     *net.OpError
		cert   *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &proxy):
		return proxy
	case errors.As(err, &dns):
		return fmt.Errorf("%s: %s", dns.Name, dns.Err)
	case errors.As(err, &number):
		return number
	case errors.As(err, &op):
		return op.Err
	case errors.As(err, &cert):
		return cert
	case strings.HasPrefix(err.Error(), "tls: "):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the connection was closed")
	}
	return errNotUnderstood
}
