package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"github.com/token-jwt/jwt"
)

// Before anything is measured, every way of every library must do the work of
// its case: give the claims of the good token, and refuse the tokens that differ
// from it in one thing.

func (m *material) check(c *benchCase, l *library, w *way) error {
	prepare := c.work(w)
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s (%s): %s", c.name, l.name, w.name, fmt.Sprintf(format, args...))
	}
	good := prepare(c.token)
	err := good.run()
	switch {
	case c.refuses:
		if err == nil {
			return fail("takes the token")
		}
		return nil
	case err != nil:
		return fail("%v", err)
	case c.token == "":
		if err := m.verify(c.alg, good.result(), c.claims); err != nil {
			return fail("the token that it made: %v", err)
		}
		return nil
	}
	if err := sameClaims(good.result(), c.claims); err != nil {
		return fail("%v", err)
	}
	bad := map[string]string{"signature": withBadSignature(c.token)}
	if c.alg == hs256 {
		bad = m.others
	}
	for what, token := range bad {
		err := prepare(token).run()
		if err == nil {
			return fail("takes a token with a wrong %s", what)
		}
		if l.name == ours.name && !errors.Is(err, classes[what]) {
			return fail("refuses a token with a wrong %s for another reason: %v", what, err)
		}
	}
	return nil
}

// classes are our errors, by what is wrong with a token.
var classes = map[string]error{
	"issuer":    jwt.ErrInvalidIssuer,
	"audience":  jwt.ErrInvalidAudience,
	"algorithm": jwt.ErrInvalidAlgorithm,
	"signature": jwt.ErrInvalidSignature,
	"expiry":    jwt.ErrExpired,
	"garbage":   jwt.ErrDecode,
	"dots":      jwt.ErrDecode,
}

// sameClaims compares by JSON, which every library's types come down to.
func sameClaims(got any, want flatClaims) error {
	plain := func(claims any) (map[string]any, error) {
		text, err := json.Marshal(claims)
		if err != nil {
			return nil, err
		}
		var m map[string]any
		err = json.Unmarshal(text, &m)
		if aud, ok := m["aud"].([]any); ok && len(aud) == 1 {
			m["aud"] = aud[0]
		}
		return m, err
	}
	g, err := plain(got)
	if err != nil {
		return err
	}
	w, err := plain(want)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(g, w) {
		return fmt.Errorf("the claims are %.300v, and %.300v are wanted", g, w)
	}
	return nil
}

// verify checks a token by the standard library.
func (m *material) verify(alg string, token any, want flatClaims) error {
	text, _ := token.(string)
	if data, ok := token.([]byte); ok {
		text = string(data)
	}
	segments := strings.Split(text, ".")
	if len(segments) != 3 {
		return errors.New("does not have three segments")
	}
	var parts [3][]byte
	for i, segment := range segments {
		var err error
		if parts[i], err = base64.RawURLEncoding.Strict().DecodeString(segment); err != nil {
			return err
		}
	}
	var header struct{ Alg string }
	if err := json.Unmarshal(parts[0], &header); err != nil || header.Alg != alg {
		return fmt.Errorf("has the header %s", parts[0])
	}
	if !m.holds(alg, []byte(segments[0]+"."+segments[1]), parts[2]) {
		return errors.New("has a signature that does not hold")
	}
	return sameClaims(json.RawMessage(parts[1]), want)
}

func (m *material) holds(alg string, input, signature []byte) bool {
	switch alg {
	case hs256:
		return hmac.Equal(m.signature(alg, input), signature)
	case es256:
		return len(signature) == 64 && ecdsa.Verify(&m.ec.PublicKey, sha256Of(input),
			new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	case rs256:
		return rsa.VerifyPKCS1v15(&m.rsa.PublicKey, crypto.SHA256, sha256Of(input), signature) == nil
	}
	return ed25519.Verify(m.edPublic(), input, signature)
}
