package interop

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
	"github.com/token-jwt/jwt/jwks"
)

// Key sets over HTTP: those that others write are followed by jwks.Remote, and those
// that jwks.Handler publishes are followed by others, through a rotation each.

// limit is how long anything may take that waits for another process.
const limit = 10 * time.Second

// An issued key is one that signs tokens here, and how it goes to a library.
type issued struct {
	kid             string
	alg             jwt.Algorithm
	private, public material // in PEM
}

// A writer is a library on the side of the issuer.
type writer struct {
	name  string
	tally *tally
	need  func(t *testing.T)
	make  func(t *testing.T, alg jwt.Algorithm) pair
	write func(t *testing.T, keys []issued) []byte
	sign  func(t *testing.T, key issued) string
}

func writers() (all []writer) {
	for _, c := range []*client{pyjwtSystem, pyjwtToday, jose} {
		all = append(all, writer{
			name: c.name, tally: &c.tally, need: c.need,
			make: func(t *testing.T, alg jwt.Algorithm) pair { return makeThere(t, c, alg) },
			write: func(t *testing.T, keys []issued) []byte {
				var ask []published
				for _, k := range keys {
					ask = append(ask, published{k.kid, k.alg.String(), k.public})
				}
				return []byte(c.succeed(t, request{Op: "write-set", Keys: ask}).Text)
			},
			sign: func(t *testing.T, k issued) string {
				return c.succeed(t, request{Op: "sign", Alg: k.alg.String(), Key: k.private, Claims: claims(), Header: map[string]any{"kid": k.kid}}).Token
			},
		})
	}
	here := func(t *testing.T, alg jwt.Algorithm) pair {
		p, err := makeHere(t, alg)
		require.NoError(t, err)
		return p
	}
	always := func(*testing.T) {}
	return append(all,
		writer{"go-jose", goJose, always, here, withGoJose, signGoJose},
		writer{"jwx", jwx, always, here, withJWX, signJWX},
		writer{"jwkset", jwkSet, always, here, withJWKSet, signGolangJWT},
	)
}

// generation makes a key of each algorithm, with IDs such as "ES256 1".
func (w writer) generation(t *testing.T, number int) (keys []issued) {
	t.Helper()
	for _, name := range names {
		alg := algorithm(t, name)
		p := w.make(t, alg)
		keys = append(keys, issued{fmt.Sprintf("%s %d", name, number), alg, inPEM(t, p.private), inPEM(t, p.public)})
	}
	return keys
}

func inPEM(t *testing.T, forms []material) material {
	t.Helper()
	for _, m := range forms {
		if m.Form == "pem" {
			return m
		}
	}
	require.Fail(t, "no PEM")
	return material{}
}

// A page is a text that is served, and may be replaced.
type page struct {
	text    atomic.Pointer[[]byte]
	fetched atomic.Int32
}

func (p *page) set(text []byte) { p.text.Store(&text) }

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.fetched.Add(1)
	w.Header().Set("Content-Type", "application/json")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(*p.text.Load()))
}

func serve(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + "/.well-known/jwks.json"
}

func TestRemote(t *testing.T) {
	for _, w := range writers() {
		t.Run(w.name, func(t *testing.T) {
			w.need(t)
			old, next := w.generation(t, 1), w.generation(t, 2)
			set := &page{}
			set.set(w.write(t, old))
			keys, err := jwks.Remote(serve(t, set))
			require.NoError(t, err)
			accepts := func(k issued) {
				t.Helper()
				claims, err := jwt.Decode(w.sign(t, k), keys, k.alg, at())
				require.NoError(t, err, "%s", k.kid)
				assertClaims(t, jsonOf(t, claims))
				w.tally.ran++
			}
			refuses := func(token string, alg jwt.Algorithm, class error) {
				t.Helper()
				claims, err := jwt.Decode(token, keys, alg, at())
				assert.ErrorIs(t, err, class)
				assert.Nil(t, claims)
				w.tally.ran++
			}

			for _, k := range old {
				accepts(k)
			}
			assert.EqualValues(t, 1, set.fetched.Load(), "one set is enough for all of its keys")

			// The next keys are published beside the old ones.
			set.set(w.write(t, append(old, next...)))
			for i := range next {
				accepts(next[i])
				accepts(old[i])
			}
			assert.EqualValues(t, 2, set.fetched.Load(), "one unknown key ID is enough for all new keys")

			// The old keys are withdrawn.
			set.set(w.write(t, next))
			require.NoError(t, keys.Refresh(t.Context()))
			for i := range next {
				accepts(next[i])
				refuses(w.sign(t, old[i]), old[i].alg, jwt.ErrKeyNotFound)
			}

			// An ID that is published is no key.
			forger := w.generation(t, 3)
			for i, k := range forger {
				if k.alg&(jwt.RS256|jwt.PS256) != 0 && k.public == next[i].public {
					continue // making RSA keys is slow, so some are made once
				}
				k.kid = next[i].kid
				refuses(w.sign(t, k), k.alg, jwt.ErrInvalidSignature)
			}
		})
	}
}

// A follower is a library on the side of a service.
type follower struct {
	name   string
	tally  *tally
	need   func(t *testing.T)
	follow func(t *testing.T, url string) verify
}

func followers() (all []follower) {
	for _, c := range []*client{pyjwtSystem, pyjwtToday, jose} {
		all = append(all, follower{c.name, &c.tally, c.need, func(t *testing.T, url string) verify {
			return func(token, alg string) ([]byte, error) {
				answer := c.call(t, request{Op: "follow-set", URL: url, Alg: alg, Token: token, Now: clock})
				if answer.Error != "" {
					assert.False(t, answer.Foreign, "%s: %s", answer.Error, answer.Text)
					return nil, fmt.Errorf("%s: %s", answer.Error, answer.Text)
				}
				return answer.Claims, nil
			}
		}})
	}
	always := func(*testing.T) {}
	return append(all,
		follower{"keyfunc", keyFunc, always, followKeyfunc},
		follower{"jwx", jwx, always, followJWX},
		follower{"go-oidc", goOIDC, always, followOIDC},
		follower{"go-jose", goJose, always, followGoJose},
	)
}

func TestHandler(t *testing.T) {
	var generations []map[string]*jwt.Key // the last one forges: other keys, with the IDs of the one before
	const forged = 3
	for number := range forged + 1 {
		keys := map[string]*jwt.Key{}
		for _, name := range names {
			alg := algorithm(t, name)
			p, err := makeHere(t, alg)
			require.NoError(t, err)
			key, err := jwt.ParsePEM([]byte(inPEM(t, p.private).Text), jwt.WithKeyID(fmt.Sprintf("%s %d", name, min(number, forged-1))), jwt.WithKeyAlgorithm(alg))
			require.NoError(t, err)
			keys[name] = key
		}
		generations = append(generations, keys)
	}
	setOf := func(numbers ...int) *jwt.KeySet {
		var keys []*jwt.Key
		for _, number := range numbers {
			for _, name := range names {
				keys = append(keys, generations[number][name]) // private, to be published by their public halves
			}
		}
		set, err := jwt.NewKeySet(keys...)
		require.NoError(t, err)
		return set
	}
	for _, f := range followers() {
		t.Run(f.name, func(t *testing.T) {
			f.need(t)
			var current atomic.Pointer[jwt.KeySet]
			current.Store(setOf(0, 1))
			live, err := jwt.NewLiveKeySet(jwt.KeySourceFunc(func(context.Context) (*jwt.KeySet, time.Duration, error) {
				return current.Load(), 0, nil
			}))
			require.NoError(t, err)
			handler, err := jwks.Handler(live, time.Hour)
			require.NoError(t, err)
			var fetched atomic.Int32
			url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fetched.Add(1)
				handler.ServeHTTP(w, r)
			}))
			verify := f.follow(t, url)
			accepts := func(number int, name string) {
				t.Helper()
				token, err := jwt.Encode(claims(), generations[number][name])
				require.NoError(t, err)
				got, err := verify(token, name)
				require.NoError(t, err, "%s %d", name, number)
				assertClaims(t, got)
				f.tally.ran++
			}
			refuses := func(number int, name string) {
				t.Helper()
				token, err := jwt.Encode(claims(), generations[number][name])
				require.NoError(t, err)
				_, err = verify(token, name)
				assert.Error(t, err, "%s %d", name, number)
				f.tally.ran++
			}

			for _, name := range names {
				accepts(0, name)
				accepts(1, name)
			}
			assert.Positive(t, fetched.Load())

			// The first keys are withdrawn, and third ones published.
			current.Store(setOf(1, 2))
			require.NoError(t, live.Refresh(t.Context()))
			for _, name := range names {
				accepts(2, name)
				accepts(1, name)
				refuses(0, name)
				if strings.HasPrefix(name, "E") { // RSA keys are all the same one here
					refuses(forged, name)
				}
			}
		})
	}
}
