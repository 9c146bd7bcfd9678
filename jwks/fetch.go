package jwks

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/token-jwt/jwt"
)

// One request: what is sent, which answers are accepted, and how much is read.

const (
	mostBytes       = 1 << 20  // of a document, after decompression
	mostHeaderBytes = 64 << 10 // of a response, by the package's own client
	mostETagBytes   = 1 << 10  // a longer one is not sent back, as servers limit request headers
)

// accepted prefers the media type of JWK Sets, but allows any other: files in storage buckets
// often have a wrong one.
const accepted = "application/jwk-set+json, application/json, */*;q=0.5"

// newClient makes the default client. It is not a copy of [http.DefaultTransport], which any
// package may have changed. It uses HTTP/1.1, which is enough for one request in each
// connection, and has small buffers.
func newClient() *http.Client {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: mostHeaderBytes,
		Protocols:              &http1,
	}}
}

// A document is fetched repeatedly, and parsed. It keeps the last answer. It is safe for
// concurrent use.
type document[T any] struct {
	client *http.Client
	what   string // what it is, for error texts: "JWK Set"
	absent string // what to do after a 404, for error texts
	parse  func(body []byte) (T, error)
	last   atomic.Pointer[answer[T]]
}

// An answer is the document as it was last accepted. It is immutable.
type answer[T any] struct {
	url    string
	etag   string // "" for none
	sum    [sha256.Size]byte
	life   time.Duration // by Cache-Control, without Age
	parsed T
}

func (c *config) keySet() document[*jwt.KeySet] {
	return document[*jwt.KeySet]{client: c.client, what: "JWK Set", parse: func(body []byte) (*jwt.KeySet, error) {
		return jwt.ParseKeySet(body)
	}}
}

// fetch returns the document at a URL, and how long it may be used, or 0 if the response does
// not say. If nothing changed, it returns the parsed document of the last call.
func (d *document[T]) fetch(ctx context.Context, at *url.URL) (none T, _ time.Duration, _ error) {
	if ctx == nil {
		return none, 0, badOption("Fetch was given a nil context")
	}
	last := d.last.Load()
	if last == nil || last.url != at.String() {
		last = &answer[T]{} // an ETag is only valid for its own URL
	}
	request := (&http.Request{
		Method: http.MethodGet,
		URL:    at,
		Header: http.Header{"Accept": {accepted}, "Cache-Control": {"no-cache"}},
		Close:  true, // the next fetch is minutes away
	}).WithContext(ctx)
	if last.etag != "" {
		request.Header.Set("If-None-Match", last.etag)
	}
	response, err := d.client.Do(request)
	if err != nil {
		return none, 0, broken(at, "did not answer: ", err)
	}
	defer response.Body.Close()

	next := &answer[T]{url: at.String(), etag: entityTag(response.Header), life: lifetime(response.Header)}
	switch {
	case response.StatusCode == http.StatusNotModified && last.etag != "":
		next.etag, next.sum, next.parsed = last.etag, last.sum, last.parsed
		if response.Header.Get("Cache-Control") == "" { // then that of the 200 still applies (RFC 9111, Section 3.2)
			next.life = last.life
		}
	case response.StatusCode != http.StatusOK:
		text := shown(at) + refusal(response, at)
		if response.StatusCode == http.StatusNotFound {
			text += d.absent
		}
		return none, 0, notFetched(text, nil)
	default:
		if coding := response.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
			if repeatsPrivateParts(coding, at) {
				coding = "…"
			}
			return none, 0, notFetched(shown(at)+" answered with the Content-Encoding "+quote(coding)+", which it was not asked for", nil)
		}
		body, err := read(response)
		if err == errTooLong {
			return none, 0, notFetched(shown(at)+" answered more than 1 MiB, which is not read as a "+d.what, nil)
		}
		if err != nil {
			return none, 0, broken(at, "broke off its answer: ", err)
		}
		if next.sum = sha256.Sum256(body); last.url != "" && next.sum == last.sum {
			next.parsed = last.parsed
		} else if next.parsed, err = d.parse(body); err != nil {
			return none, 0, notFetched(shown(at)+" answered no usable "+d.what+": "+inOneLine(err.Error()), nil)
		}
	}
	d.last.Store(next)
	return next.parsed, remaining(next.life, age(response.Header)), nil
}

// broken is the failure of a request without a complete answer. The error of net/http has the
// whole URL in its text, so broken uses only its cause.
func broken(at *url.URL, what string, err error) error {
	var whole *url.Error
	for errors.As(err, &whole) && whole.Err != nil {
		err = whole.Err
	}
	if whole != nil && whole.Err == nil { // the transport gave no reason, so printing the error would panic
		err = errNoReason
	}
	reason := plain(err.Error())
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		reason = "it timed out (by jwt.WithFetchTimeout, the context or the client)"
		if repeatsPrivateParts(err.Error(), at) {
			err = context.DeadlineExceeded
		}
	case repeatsPrivateParts(err.Error(), at), strings.Contains(reason, "Location header"):
		// An invalid Location may have been made from the query, with any escaping.
		reason, err = "it cannot be read, and is not shown as it may repeat private parts of the URL", nil
	}
	return notFetched(shown(at)+" "+what+reason, err)
}

var errNoReason = errors.New("the transport gave no reason")

// refusal describes an answer that is not accepted.
func refusal(response *http.Response, at *url.URL) string {
	text := fmt.Sprintf(" answered %d", response.StatusCode)
	if reason := http.StatusText(response.StatusCode); reason != "" {
		text += " " + reason
	}
	switch response.StatusCode {
	case http.StatusNotModified:
		return text + ", though it was not asked whether anything changed"
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if to, err := response.Location(); err == nil && !repeatsPrivateParts(shown(to)+" "+to.Path, at) {
			text += ", to " + quote(shown(to))
		}
		return text + "; redirects are not followed, as another host could then choose the keys: use the URL that it leads to"
	}
	return text
}

var errTooLong = errors.New("too long")

// read returns a body of at most mostBytes. Its buffer grows fourfold, so that all buffers
// together have less than 2 MB. Those of io.ReadAll would have more.
func read(response *http.Response) ([]byte, error) {
	if response.ContentLength > mostBytes {
		return nil, errTooLong
	}
	size := int64(16<<10 + 1)
	if response.ContentLength >= 0 {
		size = response.ContentLength + 1 // one more, to read io.EOF without growing
	}
	body := make([]byte, 0, size)
	for {
		n, err := response.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > mostBytes:
			return nil, errTooLong
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, err
		case len(body) == cap(body):
			body = append(make([]byte, 0, min(4*cap(body), mostBytes+1)), body...)
		}
	}
}

// entityTag returns the ETag of a response, or "" if it is invalid (RFC 9110, Section 8.8.3). A
// bare * would be dangerous: sent back it matches any version, and the keys would never change.
func entityTag(h http.Header) string {
	tag := h.Get("ETag")
	opaque := strings.TrimPrefix(tag, "W/")
	if len(tag) > mostETagBytes || len(opaque) < 2 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		return ""
	}
	for _, c := range []byte(opaque[1 : len(opaque)-1]) {
		if c <= ' ' || c == '"' || c == 0x7f {
			return ""
		}
	}
	return tag
}
