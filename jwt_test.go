package jwt_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"hash"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestRoundTrip(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512} {
		t.Run(alg.String(), func(t *testing.T) {
			payload := jwt.Claims{"data": map[string]any{"name": "SmallStars"}, "n": int64(1) << 60}
			token, err := jwt.Encode(payload, secret, jwt.WithAlgorithm(alg), jwt.WithExpiresIn(time.Minute), at(now))
			require.NoError(t, err)

			claims, err := jwt.Decode(token, secret, alg, at(now))
			require.NoError(t, err)
			assert.Equal(t, jwt.Claims{"data": map[string]any{"name": "SmallStars"}, "n": int64(1) << 60, "exp": now.Unix() + 60}, claims)
			assert.Len(t, payload, 2, "the payload is the caller's")

			hashes := map[jwt.Algorithm]func() hash.Hash{jwt.HS256: sha256.New, jwt.HS384: sha512.New384, jwt.HS512: sha512.New}
			cut := strings.LastIndexByte(token, '.')
			assert.Equal(t, macOf(hashes[alg], token[:cut]), token[cut+1:], "the MAC is that of RFC 7518, Section 3.2")

			for _, other := range []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512} {
				if other != alg {
					_, err = jwt.Decode(token, secret, other, at(now))
					assert.ErrorIs(t, err, jwt.ErrInvalidAlgorithm)
				}
			}
			_, err = jwt.Decode(token, secret, jwt.HS256|jwt.HS384|jwt.HS512, at(now))
			assert.NoError(t, err)
		})
	}
}

// What the reference writes for
//
//	jwt.encode({"data": {"name": "SmallStars", "authority": "0"}, "exp": 1800000000}, salt, headers={"typ": "jwt", "alg": "HS256"})
//
// with a typ in lower case.
func TestPyJWTToken(t *testing.T) {
	token := forge(`{"alg":"HS256","typ":"jwt"}`, `{"data":{"name":"SmallStars","authority":"0"},"exp":1800000000}`)
	claims, err := jwt.Decode(token, secret, jwt.HS256, at(now.Add(-time.Second)), jwt.WithType("JWT"))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"name": "SmallStars", "authority": "0"}, claims["data"])
}

func TestDecodeComplete(t *testing.T) {
	token := forge(`{"alg":"HS256","typ":"at+jwt","cty":"json","kid":"k1","x":[1,{"y":1.5}]}`, ` {"sub":"alice","n":12345678901234567890} `)
	got, err := jwt.DecodeComplete(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, jwt.HS256, got.Header.Algorithm)
	assert.Equal(t, "at+jwt", got.Header.Type)
	assert.Equal(t, "json", got.Header.ContentType)
	assert.Equal(t, "k1", got.Header.KeyID)
	x, ok := got.Header.Param("x")
	assert.True(t, ok)
	assert.Equal(t, []any{int64(1), map[string]any{"y": 1.5}}, x)
	_, ok = got.Header.Param("X")
	assert.False(t, ok)
	assert.Equal(t, jwt.Claims{"sub": "alice", "n": json.Number("12345678901234567890")}, got.Claims)
	assert.Equal(t, ` {"sub":"alice","n":12345678901234567890} `, string(got.Payload))
	assert.Len(t, got.Signature, 32)

	// A long header is whole too.
	long := `{"alg":"HS256","x":"` + strings.Repeat("x", 5000) + `","y":"é"}`
	whole, err := jwt.DecodeComplete(forge(long, `{}`), secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, long, whole.Header.String())
	y, _ := whole.Header.Param("y")
	assert.Equal(t, "é", y)
	_, err = jwt.Decode(forge(strings.Replace(long, `"y":`, `"crit":["y"],"y":`, 1), `{}`), secret, jwt.HS256, jwt.WithCritical("y"))
	assert.NoError(t, err)

	var into struct {
		Sub string `json:"sub"`
		N   uint64 `json:"n"`
	}
	require.NoError(t, got.DecodeInto(&into))
	assert.Equal(t, uint64(12345678901234567890), into.N)
	var narrow struct {
		N int64 `json:"n"`
	}
	err = got.DecodeInto(&narrow)
	assertClass(t, err, jwt.ErrInvalidToken)
	assertClass(t, got.DecodeInto(narrow), jwt.ErrInvalidOption)
	assertClass(t, (*jwt.Token)(nil).DecodeInto(&narrow), jwt.ErrInvalidOption)
	assertClass(t, (&jwt.Token{Payload: []byte("[]")}).DecodeInto(&narrow), jwt.ErrDecode)
	require.NoError(t, (&jwt.Token{Claims: jwt.Claims{"sub": "made by hand"}}).DecodeInto(&into))
	assert.Equal(t, "made by hand", into.Sub)
	assertClass(t, (&jwt.Token{Claims: jwt.Claims{"sub": func() {}}}).DecodeInto(&into), jwt.ErrInvalidOption)
}

// A header that a program makes for its tests has just the fields.
func TestHeaderByHand(t *testing.T) {
	h := jwt.Header{Algorithm: jwt.HS256, Type: "JWT", ContentType: "c", KeyID: "k"}
	for name, want := range map[string]any{"alg": "HS256", "typ": "JWT", "cty": "c", "kid": "k"} {
		got, ok := h.Param(name)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"alg", "typ", "cty", "kid"} {
		_, ok := jwt.Header{}.Param(name)
		assert.False(t, ok, name)
	}
	_, ok := h.Param("x")
	assert.False(t, ok)
	assert.JSONEq(t, `{"alg":"HS256","typ":"JWT","cty":"c","kid":"k"}`, h.String())
	assert.JSONEq(t, `{"alg":"HS256"}`, jwt.Header{Algorithm: jwt.HS256}.String())
	_, err := jwt.Header{Type: "\xff"}.MarshalJSON()
	assertClass(t, err, jwt.ErrInvalidOption)
}

func TestDecodeUnverified(t *testing.T) {
	for name, token := range map[string]string{
		"altered":  claimed(`{"sub":"alice"}`)[:len(claimed(`{"sub":"alice"}`))-4] + "AAAA",
		"none":     b64(`{"alg":"none"}`) + "." + b64(`{"sub":"alice"}`) + ".",
		"unknown":  forge(`{"alg":"ES999"}`, `{"sub":"alice"}`),
		"critical": forge(`{"alg":"HS256","crit":["x"]}`, `{"sub":"alice"}`),
		"expired":  forge(`{"alg":"HS256"}`, `{"sub":"alice","exp":1}`),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jwt.DecodeUnverified(token)
			require.NoError(t, err)
			assert.Equal(t, "alice", got.Claims.Subject())
			assert.Contains(t, string(got.Payload), "alice")
			alg, ok := got.Header.Param("alg")
			assert.True(t, ok)
			assert.Equal(t, got.Header.Algorithm == 0, alg != "HS256")
		})
	}
	for name, tt := range map[string]struct {
		token string
		class error
	}{
		"shape":            {"a.b", jwt.ErrDecode},
		"header":           {forge(`{"alg":"HS256",}`, `{}`), jwt.ErrDecode},
		"alg absent":       {forge(`{}`, `{}`), jwt.ErrInvalidAlgorithm},
		"alg a number":     {forge(`{"alg":1}`, `{}`), jwt.ErrInvalidAlgorithm},
		"b64":              {forge(`{"alg":"HS256","b64":false}`, `{}`), jwt.ErrDecode},
		"kid":              {forge(`{"alg":"HS256","kid":1}`, `{}`), jwt.ErrInvalidToken},
		"payload":          {claimed(`{"a":1,"a":2}`), jwt.ErrDecode},
		"payload base64":   {forgeSegments(b64(`{"alg":"HS256"}`), "e31"), jwt.ErrDecode},
		"signature base64": {claimed(`{}`) + "=", jwt.ErrDecode},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jwt.DecodeUnverified(tt.token)
			assert.Nil(t, got)
			assertClass(t, err, tt.class)
		})
	}
}

func TestSignAndVerify(t *testing.T) {
	octets := []byte("any octets \x00\xff, no JSON")
	token, err := jwt.Sign(octets, secret)
	require.NoError(t, err)
	assert.Equal(t, b64(`{"alg":"HS256"}`), token[:strings.IndexByte(token, '.')], "no typ unless it is set")
	got, err := jwt.Verify(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.Equal(t, octets, got)

	token, err = jwt.Sign(nil, secret, jwt.WithType("x"), jwt.WithKeyID("k"), jwt.WithHeader("cty", "JWT"), jwt.WithAlgorithm(jwt.HS384))
	require.NoError(t, err)
	got, err = jwt.Verify(token, secret, jwt.HS384, jwt.WithType("X"), jwt.WithContext(t.Context()))
	require.NoError(t, err)
	assert.NotNil(t, got)
	assert.Empty(t, got)
	_, err = jwt.Verify(token, secret, jwt.HS384, jwt.WithType("y"))
	assertClass(t, err, jwt.ErrInvalidType)
	_, err = jwt.Decode(token, secret, jwt.HS384)
	assertClass(t, err, jwt.ErrDecode)

	for name, tt := range map[string]struct {
		token string
		class error
	}{
		"shape":     {"a", jwt.ErrDecode},
		"header":    {forge(`[]`, ``), jwt.ErrDecode},
		"b64":       {forge(`{"alg":"HS256","b64":false,"crit":["b64"]}`, ``), jwt.ErrDecode},
		"crit":      {forge(`{"alg":"HS256","crit":["x"]}`, ``), jwt.ErrInvalidToken},
		"crit b64":  {forge(`{"alg":"HS256","crit":["b64"]}`, ``), jwt.ErrInvalidToken},
		"algorithm": {forge(`{"alg":"none"}`, ``), jwt.ErrInvalidAlgorithm},
		"signature": {cutSignature(claimed(``)), jwt.ErrInvalidSignature},
		"payload":   {forgeSegments(b64(`{"alg":"HS256"}`), "e31"), jwt.ErrDecode},
		"no typ":    {forge(headed(jwt.HS256), `{}`), jwt.ErrInvalidType},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jwt.Verify(tt.token, secret, jwt.HS256, jwt.WithType("JWT"))
			assert.Nil(t, got)
			assertClass(t, err, tt.class)
		})
	}
	// What is prepared serves both, each with the header that it has alone.
	for name, opts := range map[string][]jwt.EncodeOption{
		"no type": nil, "a type": {jwt.WithType("x")}, "left out": {jwt.WithType("")}, "more": {jwt.WithKeyID("k"), jwt.WithHeader("x", 1), jwt.WithAlgorithm(jwt.HS384)},
	} {
		encoder, err := jwt.NewEncoder(secret, opts...)
		require.NoError(t, err)
		signed, err := jwt.Sign(octets, secret, opts...)
		require.NoError(t, err)
		again, err := encoder.Sign(octets)
		require.NoError(t, err)
		assert.Equal(t, signed, again, name)
		token, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		assert.Equal(t, encoded(t, jwt.Claims{}, opts...), token, name)
	}
	// An extension that is known, and changes nothing.
	_, err = jwt.Verify(forge(`{"alg":"HS256","b64":true,"crit":["b64"]}`, ``), secret, jwt.HS256)
	assert.NoError(t, err)
}

func TestDetached(t *testing.T) {
	payload := []byte("$.02")
	for name, opt := range map[string]jwt.EncodeOption{"encoded": jwt.WithDetached(), "unencoded": jwt.WithUnencodedPayload()} {
		t.Run(name, func(t *testing.T) {
			token, err := jwt.Sign(payload, secret, opt)
			require.NoError(t, err)
			require.Contains(t, token, "..")
			given := []byte("$.02")
			got, err := jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload(given), jwt.WithMaxSize(len(token)))
			require.NoError(t, err)
			assert.Equal(t, payload, got)
			got[0] = '#'
			assert.Equal(t, payload, given, "what is returned is a copy")

			_, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload([]byte("$.03")))
			assertClass(t, err, jwt.ErrInvalidSignature)
			_, err = jwt.Verify(token, secret, jwt.HS256)
			assert.ErrorIs(t, err, jwt.ErrDecode)
			_, err = jwt.Decode(token, secret, jwt.HS256)
			assert.ErrorIs(t, err, jwt.ErrDecode)
		})
	}
	// RFC 7797, Section 4.2, with its key: the token of an unencoded payload.
	key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	require.NoError(t, err)
	const rfc = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
	got, err := jwt.Verify(rfc, key, jwt.HS256, jwt.WithDetachedPayload(payload))
	require.NoError(t, err)
	assert.Equal(t, payload, got)
	made, err := jwt.Sign(payload, key, jwt.WithUnencodedPayload())
	require.NoError(t, err)
	assert.Equal(t, rfc, made)

	for name, token := range map[string]string{
		"a payload of its own": forge(`{"alg":"HS256"}`, "$.02"),
		"b64 without crit":     forgeSegments(b64(`{"alg":"HS256","b64":false}`), ""),
	} {
		_, err := jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload(payload))
		assertClass(t, err, jwt.ErrDecode)
		_ = name
	}
	_, err = jwt.Verify(forge(`{"alg":"HS256","b64":true,"crit":["b64","x"],"x":1}`, ""), secret, jwt.HS256, jwt.WithDetachedPayload(payload))
	assertClass(t, err, jwt.ErrInvalidToken)
	// "crit" is exactly ["b64"], or nothing is unencoded.
	for _, crit := range []string{`[]`, `["b64","b64"]`, `["b64","x"]`, `["x","b64"]`, `["B64"]`, `"b64"`, `{"b64":1}`, `[["b64"]]`, `null`} {
		header := b64(`{"alg":"HS256","b64":false,"crit":` + crit + `,"x":1}`)
		for _, input := range []string{header + ".$.02", header + "." + b64("$.02")} {
			got, err := jwt.Verify(header+".."+macOf(sha256.New, input), secret, jwt.HS256, jwt.WithDetachedPayload(payload))
			assert.Nil(t, got)
			assert.ErrorIs(t, err, jwt.ErrInvalidToken, crit)
		}
	}
	// An empty payload is a payload.
	token, err := jwt.Sign(nil, secret, jwt.WithDetached())
	require.NoError(t, err)
	got, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithDetachedPayload(nil))
	require.NoError(t, err)
	assert.Equal(t, []byte{}, got)
}

// Zero values and nil pointers of our types are an error where they are used.
func TestZeroValues(t *testing.T) {
	for name, use := range map[string]func() (any, error){
		"nil Key":      func() (any, error) { return jwt.Decode("", (*jwt.Key)(nil), jwt.HS256) },
		"zero Key":     func() (any, error) { return jwt.Decode("", &jwt.Key{}, jwt.HS256) },
		"nil KeySet":   func() (any, error) { return jwt.Decode("", (*jwt.KeySet)(nil), jwt.HS256) },
		"zero KeySet":  func() (any, error) { return jwt.Decode("", &jwt.KeySet{}, jwt.HS256) },
		"nil secret":   func() (any, error) { return jwt.Decode("", []byte(nil), jwt.HS256) },
		"signing with": func() (any, error) { return jwt.Encode(jwt.Claims{}, (*jwt.Key)(nil)) },
		"NewKey of it": func() (any, error) { return jwt.NewKey((*jwt.Key)(nil)) },
		"NewEncoder":   func() (any, error) { return jwt.NewEncoder(&jwt.Key{}) },
		"NewDecoder":   func() (any, error) { return jwt.NewDecoder(&jwt.Key{}, jwt.HS256) },
		"Sign":         func() (any, error) { return jwt.Sign(nil, &jwt.Key{}) },
		"Verify":       func() (any, error) { return jwt.Verify("", &jwt.Key{}, jwt.HS256) },
		"DecodeAs":     func() (any, error) { return jwt.DecodeAs[jwt.Claims]("", &jwt.Key{}, jwt.HS256) },
		"Complete":     func() (any, error) { return jwt.DecodeComplete("", &jwt.Key{}, jwt.HS256) },
		"MarshalJSON":  func() (any, error) { return new(jwt.Key).MarshalJSON() },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := use()
			assertClass(t, err, jwt.ErrInvalidKey)
			assert.Empty(t, got)
		})
	}
	for name, use := range map[string]func() (any, error){
		"nil Encoder":       func() (any, error) { return (*jwt.Encoder)(nil).Encode(jwt.Claims{}) },
		"zero Encoder":      func() (any, error) { return new(jwt.Encoder).AppendEncode(nil, jwt.Claims{}) },
		"zero Encoder Sign": func() (any, error) { return new(jwt.Encoder).Sign(nil) },
		"nil Decoder":       func() (any, error) { return (*jwt.Decoder)(nil).Decode("") },
		"zero Decoder":      func() (any, error) { return new(jwt.Decoder).DecodeComplete("") },
		"zero Decoder into": func() (any, error) { return nil, new(jwt.Decoder).DecodeInto("", &struct{}{}) },
		"zero Verify":       func() (any, error) { return new(jwt.Decoder).Verify("") },
		"nil DecodeContext": func() (any, error) { return (*jwt.Decoder)(nil).DecodeContext(t.Context(), "") },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := use()
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Empty(t, got)
		})
	}
	for _, none := range []*jwt.Key{nil, {}} {
		assert.Empty(t, none.ID())
		assert.Zero(t, none.Algorithm())
		assert.False(t, none.IsPrivate())
		assert.Nil(t, none.Public())
		assert.Nil(t, none.CryptoPublic())
		assert.Empty(t, none.Thumbprint())
	}
}
