package interop

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// An nginx between the issuer and the service, with TLS, a cache and compression.

var nginx = &tally{name: "nginx"}

// program is the nginx that scripts/interop unpacked, or the system's.
func program() (path string, err error) {
	for _, name := range []string{filepath.Join("nginx", "usr", "sbin", "nginx"), "nginx", "/usr/sbin/nginx"} {
		if path, err = exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", err
}

func needNginx(t *testing.T) {
	t.Helper()
	nginx.need(t, func() error {
		path, err := program()
		if err != nil {
			return err
		}
		text, err := exec.Command(path, "-v").CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, bytes.TrimSpace(text))
		}
		if found := regexp.MustCompile(`nginx/(\S+)`).FindSubmatch(text); found != nil {
			nginx.Version = string(found[1])
		}
		return nil
	})
}

// configuration is what an operator writes, but for the ports. Of the locations /kept is
// nginx as it comes: a cache that asks nobody, whatever a request says. /asks heeds the
// request's "no-cache", and /none has no cache.
const configuration = `
daemon off; worker_processes 1; %[1]s
pid %[2]s/pid; error_log stderr warn;
events { worker_connections 64; }
http {
	access_log off; server_tokens off;
	client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy; fastcgi_temp_path %[2]s/fastcgi; uwsgi_temp_path %[2]s/uwsgi; scgi_temp_path %[2]s/scgi;
	proxy_cache_path %[2]s/cache keys_zone=keys:1m;
	proxy_cache keys; proxy_cache_key $uri; proxy_connect_timeout 2s; proxy_read_timeout 2s;
	gzip on; gzip_types application/jwk-set+json application/json; gzip_min_length 1; gzip_proxied any;
	add_header X-Cache $upstream_cache_status always;
	map $http_cache_control $asks { default 0; ~no-cache 1; }
	ssl_certificate_key %[2]s/key.pem;
	server {
		listen %[4]s ssl http2; server_name localhost; ssl_certificate %[2]s/good.pem;
		location /kept/ { proxy_pass http://%[3]s/; }
		location /asks/ { proxy_pass http://%[3]s/; proxy_cache_bypass $asks; }
		location /none/ { proxy_pass http://%[3]s/; proxy_cache off; }
	}
	server { listen %[7]s; location / { proxy_pass http://%[3]s/; } }
	server { listen %[5]s ssl; ssl_certificate %[2]s/elsewhere.pem; location / { proxy_pass http://%[3]s/; } }
	server { listen %[6]s ssl; ssl_certificate %[2]s/expired.pem; location / { proxy_pass http://%[3]s/; } }
}
`

// A site is an issuer, and the nginx in front of it.
type site struct {
	t        *testing.T
	keys     *jwt.KeySet // what the issuer publishes, a live set
	current  atomic.Pointer[jwt.KeySet]
	upstream *http.Server
	address  string       // of the upstream
	asked    atomic.Int32 // how often the upstream was
	maxAge   atomic.Int64 // seconds, in its answers
	age      atomic.Value // its Age, "" for none

	// The URLs of nginx: by the name in its certificate, by another name, with a
	// certificate that has expired, and without TLS.
	good, elsewhere, expired, plain string

	roots   *x509.CertPool
	signing *jwt.Key // the newest key
}

func newSite(t *testing.T) *site {
	t.Helper()
	needNginx(t)
	s := &site{t: t}
	s.age.Store("")
	s.maxAge.Store(600)
	s.publish("first")
	var err error
	s.keys, err = jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
		return s.current.Load(), 0, nil
	}))
	require.NoError(t, err)
	s.up("127.0.0.1:0")
	t.Cleanup(func() { s.upstream.Close() })

	dir := t.TempDir()
	s.certificates(dir)
	var sockets []*os.File
	var ports, inherited []any
	for range 4 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		socket, err := l.(*net.TCPListener).File()
		require.NoError(t, err)
		defer socket.Close()
		ports = append(ports, l.Addr().String())
		inherited = append(inherited, 3+len(sockets))
		sockets = append(sockets, socket)
	}
	_, port, err := net.SplitHostPort(ports[0].(string))
	require.NoError(t, err)
	s.good, s.elsewhere = "https://localhost:"+port, "https://"+ports[1].(string)
	s.expired, s.plain = "https://"+ports[2].(string), "http://"+ports[3].(string)
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // who owns the folder
	}
	text := fmt.Sprintf(configuration, append([]any{user, dir, s.address}, ports...)...)
	path := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	s.start(path, sockets, fmt.Sprintf("%d;%d;%d;%d;", inherited...))
	return s
}

// start runs nginx on sockets that listen already, so that nobody has to wait for
// it. It ends when its standard input does, which is at the latest when the test dies.
func (s *site) start(configuration string, sockets []*os.File, inherited string) {
	s.t.Helper()
	path, err := program()
	require.NoError(s.t, err)
	cmd := exec.Command("/bin/sh", "-c", `"$0" -e stderr -c "$1" </dev/null & pid=$!; cat >/dev/null; kill -TERM $pid 2>/dev/null; wait $pid`, path, configuration)
	cmd.Env = append(os.Environ(), "NGINX="+inherited)
	cmd.ExtraFiles = sockets
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &said, &said, limit
	in, err := cmd.StdinPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	s.t.Cleanup(func() {
		in.Close()
		ended := time.AfterFunc(limit, func() { cmd.Process.Kill() })
		defer ended.Stop()
		assert.NoError(s.t, cmd.Wait())
		if s.t.Failed() {
			s.t.Logf("nginx: %s", said.Bytes())
		}
	})
}

// up starts the upstream, at the address that it had before.
func (s *site) up(address string) {
	s.t.Helper()
	var l net.Listener
	require.Eventually(s.t, func() (done bool) {
		var err error
		l, err = net.Listen("tcp", address)
		return err == nil
	}, limit, 10*time.Millisecond)
	s.address = l.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("/jwks.json", func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		handler, err := jwks.Handler(s.keys, time.Duration(s.maxAge.Load())*time.Second)
		if !assert.NoError(s.t, err) {
			return
		}
		if age := s.age.Load().(string); age != "" {
			w.Header().Set("Age", age)
		}
		handler.ServeHTTP(w, r)
	})
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"issuer": s.good + "/asks", "jwks_uri": s.good + "/asks/jwks.json"})
	})
	s.upstream = &http.Server{Handler: mux, ReadHeaderTimeout: limit}
	go s.upstream.Serve(l)
}

// down ends the upstream. A request to it is refused then.
func (s *site) down() { require.NoError(s.t, s.upstream.Close()) }

// publish replaces the key of the issuer.
func (s *site) publish(kid string) {
	s.t.Helper()
	key, err := jwt.GenerateKey(jwt.ES256, jwt.WithKeyID(kid))
	require.NoError(s.t, err)
	set, err := jwt.NewKeySet(key)
	require.NoError(s.t, err)
	s.signing = key
	s.current.Store(set)
	if s.keys != nil {
		require.NoError(s.t, s.keys.Refresh(s.t.Context()))
	}
}

// token is one by the newest key.
func (s *site) token() string {
	s.t.Helper()
	token, err := jwt.Encode(claims(), s.signing)
	require.NoError(s.t, err)
	return token
}

// certificates writes an authority's certificate, and what it signed, to a folder.
func (s *site) certificates(dir string) {
	s.t.Helper()
	authority, roots := newAuthority(s.t)
	s.roots = roots
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(s.t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(s.t, err)
	write := func(name, kind string, der []byte) {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		require.NoError(s.t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	write("key.pem", "PRIVATE KEY", der)
	today := time.Now()
	for name, c := range map[string]*x509.Certificate{
		"good.pem":      {DNSNames: []string{"localhost"}, NotAfter: today.Add(time.Hour)},
		"elsewhere.pem": {DNSNames: []string{"elsewhere.example"}, NotAfter: today.Add(time.Hour)},
		"expired.pem":   {IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: today.Add(-time.Hour)},
	} {
		c.SerialNumber, c.NotBefore = big.NewInt(today.UnixNano()), today.Add(-2*time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, c, authority.Leaf, key.Public(), authority.PrivateKey)
		require.NoError(s.t, err)
		write(name, "CERTIFICATE", der)
	}
}

func newAuthority(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{PrivateKey: key, Leaf: leaf}, roots
}

// A seen is what came of one request.
type seen struct {
	status   int
	protocol int
	unzipped bool
	etag     string
	cache    string // what nginx says of its cache
}

// A client's transport that notes what came.
type noting struct {
	http.RoundTripper
	mu   sync.Mutex
	seen []seen
}

func (n *noting) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := n.RoundTripper.RoundTrip(r)
	if err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.seen = append(n.seen, seen{response.StatusCode, response.ProtoMajor, response.Uncompressed, response.Header.Get("ETag"), response.Header.Get("X-Cache")})
	}
	return response, err
}

func (n *noting) last() seen {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.seen) == 0 {
		return seen{}
	}
	return n.seen[len(n.seen)-1]
}

// trusting is the client of a company with an authority that no system knows. It speaks
// HTTP/2 unless told not to.
func trusting(roots *x509.CertPool, http1 ...bool) (jwks.Option, *noting) {
	n := &noting{RoundTripper: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2: len(http1) == 0,
	}}
	return jwks.WithClient(&http.Client{Transport: n}), n
}

// decode holds a token against keys.
func decode(keys *jwt.KeySet, token string) error {
	_, err := jwt.Decode(token, keys, jwt.ES256, at())
	nginx.ran++
	return err
}
