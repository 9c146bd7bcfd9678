package jwt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// One of each for many goroutines, and no memory in common. Run it with -race.

// together runs f in several goroutines at a time, often.
func together(f func(g, i int)) {
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 20 {
				f(g, i)
			}
		})
	}
	group.Wait()
}

// Whatever the kind of key, one Key, KeySet, Encoder and Decoder do for all.
func TestConcurrentKeys(t *testing.T) {
	var members []*jwt.Key
	for _, alg := range algorithms {
		if supported(alg) && alg != jwt.EdDSA { // the same key as Ed25519, by another name
			members = append(members, keyFor(t, alg))
		}
	}
	set, err := jwt.NewKeySet(members...)
	require.NoError(t, err)
	var all jwt.Algorithm
	for _, key := range members {
		all |= key.Algorithm()
	}
	ofSet := mustDecoder(t, set, all)
	for _, key := range members {
		t.Run(key.Algorithm().String(), func(t *testing.T) {
			t.Parallel()
			encoder, err := jwt.NewEncoder(key, jwt.WithExpiresIn(time.Minute), jwt.WithRandomID(), jwt.WithAudience("a"))
			require.NoError(t, err)
			decoder := mustDecoder(t, key, key.Algorithm(), jwt.WithRequired("exp", "jti"), jwt.WithAudience("a"))
			together(func(g, i int) {
				if i > 4 && key.Algorithm() >= jwt.RS256 { // slow to sign
					return
				}
				subject := fmt.Sprint(g, " ", i)
				payload := jwt.Claims{"sub": subject, "list": []any{subject}}
				token, err := encoder.Encode(payload)
				if !assert.NoError(t, err) || !assert.Len(t, payload, 2) {
					return
				}
				complete, err := decoder.DecodeComplete(token)
				if assert.NoError(t, err) {
					assert.Equal(t, subject, complete.Claims.Subject())
					assert.Equal(t, key.ID(), complete.Header.KeyID)
				}
				signed, err := jwt.Sign([]byte(subject), key)
				assert.NoError(t, err)
				octets, err := ofSet.Verify(signed)
				assert.NoError(t, err)
				assert.Equal(t, subject, string(octets))
				_, err = decoder.Decode(altered(token))
				assert.ErrorIs(t, err, jwt.ErrInvalidSignature)

				// What a key says of itself meanwhile.
				found, ok := set.Key(key.ID())
				assert.True(t, ok)
				assert.Equal(t, key.Thumbprint(), found.Thumbprint())
				if public := key.Public(); public != nil {
					written, err := public.MarshalJSON()
					assert.NoError(t, err)
					other, err := key.MarshalJSON()
					assert.NoError(t, err)
					assert.Equal(t, written, other)
				}
				assert.NotContains(t, fmt.Sprint(key, set), subject)
			})
		})
	}
}

// Calls with raw secrets borrow the same memory one after the other: none of them
// verifies with another's, none returns another's claims.
func TestConcurrentSecrets(t *testing.T) {
	together(func(g, i int) {
		own := bytes.Repeat([]byte{byte(g + 1)}, 64+i)
		subject := strings.Repeat(fmt.Sprintf("%d-%d ", g, i), 1+i*5) // so that lengths differ
		header := jwt.WithHeader(fmt.Sprint("x", g%3, i), subject)
		token, err := jwt.Encode(jwt.Claims{"sub": subject, "g": g}, own, header)
		if !assert.NoError(t, err) {
			return
		}
		type claims struct {
			Sub   string   `json:"sub"`
			G     int      `json:"g"`
			Words []string `json:"words"`
		}
		for range 3 {
			got, err := jwt.DecodeAs[claims](token, own, jwt.HS256)
			assert.NoError(t, err)
			assert.Equal(t, claims{Sub: subject, G: g}, got)
			complete, err := jwt.DecodeComplete(token, own, jwt.HS256)
			if assert.NoError(t, err) {
				assert.Equal(t, jwt.Claims{"sub": subject, "g": int64(g)}, complete.Claims)
				x, ok := complete.Header.Param(fmt.Sprint("x", g%3, i))
				assert.True(t, ok)
				assert.Equal(t, subject, x)
			}
			_, err = jwt.Decode(token, bytes.Repeat([]byte{byte(g + 100)}, 64+i), jwt.HS256)
			assert.ErrorIs(t, err, jwt.ErrInvalidSignature)
			_, err = jwt.Decode(token, own, jwt.HS512)
			assert.ErrorIs(t, err, jwt.ErrInvalidAlgorithm)
		}
	})
}

// overwrite changes all memory that a value leads to, but for strings.
func overwrite(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(*big.Int); ok {
			for i := range n.Bits() {
				n.Bits()[i] = ^n.Bits()[i]
			}
			return
		}
		overwrite(v.Elem())
	case reflect.Interface:
		if !v.IsNil() {
			overwrite(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Type != reflect.TypeFor[time.Time]() {
				overwrite(v.Field(i))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			overwrite(v.Index(i))
		}
	case reflect.Slice:
		v = v.Slice3(0, v.Cap(), v.Cap()) // what lies behind its length too
		for i := range v.Len() {
			overwrite(v.Index(i))
			if e := v.Index(i); e.Kind() == reflect.Uint8 {
				e.SetUint(e.Uint() ^ 0xff)
			} else {
				e.SetZero()
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			overwrite(v.MapIndex(key))
			v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
		}
		v.SetMapIndex(reflect.ValueOf("overwritten").Convert(v.Type().Key()), reflect.Zero(v.Type().Elem()))
	}
}

// dump writes what overwrite would change.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if n, ok := v.Interface().(*big.Int); ok || v.IsNil() {
			return fmt.Sprint(n)
		}
		return dump(v.Elem())
	case reflect.Struct:
		text := "{"
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				text += v.Type().Field(i).Name + ":" + dump(v.Field(i)) + " "
			}
		}
		return text + "}"
	case reflect.Array, reflect.Slice:
		text := "["
		for i := range v.Len() {
			text += dump(v.Index(i)) + " "
		}
		return text + "]"
	case reflect.Map:
		var members []string
		for _, key := range v.MapKeys() {
			members = append(members, fmt.Sprint(key)+":"+dump(v.MapIndex(key)))
		}
		slices.Sort(members)
		return fmt.Sprint(members)
	}
	return fmt.Sprint(v)
}

// A wholeToken has a field of each kind that leads to memory.
type wholeToken struct {
	jwt.RegisteredClaims
	*Outer
	Words   []string                   `json:"words"`
	Lists   [][]int                    `json:"lists"`
	Any     any                        `json:"any"`
	Anys    []any                      `json:"anys"`
	Map     map[string][]string        `json:"map"`
	Maps    []map[string]any           `json:"maps"`
	Raw     json.RawMessage            `json:"raw"`
	Raws    map[string]rawMessage      `json:"raws"`
	Octets  []byte                     `json:"octets"`
	Array   [2][]string                `json:"array"`
	Pointer *[]string                  `json:"pointer"`
	Deep    **map[string]*[]float64    `json:"deep"`
	Structs []struct{ Words []string } `json:"structs"`
	Kept    keeper                     `json:"kept"`
	Number  json.Number                `json:"number"`
}

type rawMessage = json.RawMessage

// A keeper keeps what it was given, which encoding/json forbids.
type keeper struct{ Text []byte }

func (k *keeper) UnmarshalJSON(text []byte) error { k.Text = text; return nil }
func (k keeper) MarshalJSON() ([]byte, error)     { return k.Text, nil }

const wholePayload = `{"iss":"i","sub":"s","aud":["a","b"],"Text":"o","words":["w","\u0077"],"lists":[[1],[2,3],[]],"any":{"x":[1,"y",{"z":[]}]},"anys":[[1],{"a":[2]}],` +
	`"map":{"k":["v","w"]},"maps":[{"a":[1]},{"b":{"c":2}}],"raw":{"r":[1,2]},"raws":{"a":[1],"b":"x"},"octets":"AAECAw==","array":[["p"],["q","r"]],` +
	`"pointer":["t"],"deep":{"d":[1.5,2.5]},"structs":[{"Words":["u"]},{"Words":["v","w"]}],"kept":{"keep":[1,2,3]},"number":12}`

// Nothing that is returned shares memory with what is kept, with what was given, or
// with what is returned another time: each result is overwritten, and the next is
// as the first was.
func TestResultsShareNothing(t *testing.T) {
	key := mustKey(t, secret, jwt.WithKeyID("k"))
	header := `{"alg":"HS256","kid":"k","list":["a",{"b":["c"]}]}`
	token, old := forge(header, wholePayload), forge(header, strings.Replace(wholePayload, "{", `{"exp":1,`, 1))
	var seen []*jwt.Token
	opts := []jwt.DecodeOption{at(now), jwt.WithAudience("a"), jwt.WithIssuer("i", "j"), jwt.WithRequired("sub", "words")}
	decoder := mustDecoder(t, key, jwt.HS256, append(opts, jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
		seen = append(seen, token)
		return nil
	}))...)
	detached, err := jwt.Sign([]byte("detached"), key, jwt.WithDetached())
	require.NoError(t, err)
	verifier := mustDecoder(t, key, jwt.HS256, jwt.WithDetachedPayload([]byte("detached")))
	encoder, err := jwt.NewEncoder(key, jwt.WithAudience("a", "b"), jwt.WithHeader("list", []any{"a"}))
	require.NoError(t, err)
	complete, err := decoder.DecodeComplete(token)
	require.NoError(t, err)
	claims := jwt.Claims{"aud": []string{"a"}, "list": []any{"x", []any{"y"}}, "map": map[string]any{"k": []any{"v"}}}
	_, expiredErr := decoder.Decode(old)
	useThePools(t) // before anybody asks the error for its token
	parsed, err := jwt.ParseKeySet([]byte(`{"keys":[{"kty":"x"},{"kty":"oct","k":"AAAA"},7]}`))
	require.NoError(t, err)
	public, err := jwt.NewKeySet(keyFor(t, jwt.RS256), keyFor(t, jwt.ES256).Public(), keyFor(t, jwt.EdDSA))
	require.NoError(t, err)

	calls := map[string]func() (any, error){
		"Decode":                func() (any, error) { return decoder.Decode(token) },
		"DecodeComplete":        func() (any, error) { return decoder.DecodeComplete(token) },
		"DecodeContext":         func() (any, error) { return decoder.DecodeContext(t.Context(), token) },
		"one-shot Decode":       func() (any, error) { return jwt.Decode(token, secret, jwt.HS256, opts...) },
		"DecodeAs a struct":     func() (any, error) { return jwt.DecodeAs[*wholeToken](token, key, jwt.HS256, opts...) },
		"DecodeAs a map":        func() (any, error) { return jwt.DecodeAs[map[string]any](token, key, jwt.HS256, opts...) },
		"DecodeAs raw messages": func() (any, error) { return jwt.DecodeAs[map[string]json.RawMessage](token, key, jwt.HS256, opts...) },
		"DecodeInto": func() (any, error) {
			var into wholeToken
			return &into, decoder.DecodeInto(token, &into)
		},
		"Token.DecodeInto": func() (any, error) {
			var into wholeToken
			return &into, complete.DecodeInto(&into)
		},
		"DecodeUnverified": func() (any, error) { return jwt.DecodeUnverified(token) },
		"Verify":           func() (any, error) { return jwt.Verify(token, key, jwt.HS256) },
		"Verify detached":  func() (any, error) { return verifier.Verify(detached) },
		"Header.Param": func() (any, error) {
			list, _ := complete.Header.Param("list")
			return list, nil
		},
		"Header.MarshalJSON": func() (any, error) { return complete.Header.MarshalJSON() },
		"ExpiredError": func() (any, error) {
			var expired *jwt.ExpiredError
			errors.As(expiredErr, &expired)
			require.NotNil(t, expired.Token)
			require.Equal(t, "s", expired.Token.Claims.Subject())
			require.True(t, strings.HasSuffix(old, "."+b64(string(expired.Token.Payload))+"."+b64(string(expired.Token.Signature))))
			return expired.Token, nil
		},
		"ExpiredError itself": func() (any, error) {
			var expired *jwt.ExpiredError
			errors.As(expiredErr, &expired)
			expired.Now = expired.Now.Round(0)
			return expired, nil
		},
		"InvalidTokenError": func() (any, error) {
			var detail *jwt.InvalidTokenError
			errors.As(expiredErr, &detail)
			return detail, nil
		},
		"Get a list":           func() (any, error) { return jwt.Get[[]any](claims, "list") },
		"Get a map":            func() (any, error) { return jwt.Get[map[string][]string](claims, "map") },
		"Get an any":           func() (any, error) { return jwt.Get[any](claims, "list") },
		"Get an Audience":      func() (any, error) { return jwt.Get[jwt.Audience](claims, "aud") },
		"Claims.Audience":      func() (any, error) { return claims.Audience(), nil },
		"AppendEncode":         func() (any, error) { return encoder.AppendEncode(nil, jwt.Claims{}) },
		"Key.MarshalJSON":      func() (any, error) { return keyFor(t, jwt.ES256).MarshalJSON() },
		"Key.Marshal…":         func() (any, error) { return key.MarshalPrivateJWK() },
		"KeySet.MarshalJSON":   func() (any, error) { return public.MarshalJSON() },
		"KeySet.Skipped":       func() (any, error) { return parsed.Skipped(), nil },
		"CryptoPublic RSA":     func() (any, error) { return keyFor(t, jwt.RS256).CryptoPublic(), nil },
		"CryptoPublic EC":      func() (any, error) { return keyFor(t, jwt.ES256).CryptoPublic(), nil },
		"CryptoPublic Ed25519": func() (any, error) { return keyFor(t, jwt.EdDSA).CryptoPublic(), nil },
		"CryptoPublic of half": func() (any, error) { return keyFor(t, jwt.ES256).Public().CryptoPublic(), nil },
		"Audience.MarshalJSON": func() (any, error) { return jwt.Audience{"a", "b"}.MarshalJSON() },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			first, err := call()
			require.NoError(t, err)
			second, err := call()
			require.NoError(t, err)
			require.True(t, reflect.DeepEqual(first, second), "%v, %v", first, second)
			before := dump(reflect.ValueOf(second))
			overwrite(reflect.ValueOf(first))
			assert.Equal(t, before, dump(reflect.ValueOf(second)))
			onlyStrings := strings.HasPrefix(name, "InvalidTokenError")
			require.Equal(t, onlyStrings, reflect.DeepEqual(first, second), "overwritten")
			useThePools(t)
			assert.Equal(t, before, dump(reflect.ValueOf(second)))
			third, err := call()
			require.NoError(t, err)
			assert.True(t, reflect.DeepEqual(second, third), "%v, %v", second, third)
		})
	}
	for alg, private := range map[jwt.Algorithm]*jwt.Key{jwt.RS256: keyFor(t, jwt.RS256), jwt.ES256: keyFor(t, jwt.ES256), jwt.EdDSA: keyFor(t, jwt.EdDSA)} {
		signed, err := jwt.Encode(jwt.Claims{}, private)
		require.NoError(t, err)
		_, err = jwt.Decode(signed, private, alg)
		assert.NoError(t, err, "the key is what it was")
	}
}

// useThePools makes other calls that work in the memory that the last one had.
func useThePools(t *testing.T) {
	t.Helper()
	const other = `{"words":["XXXX","\u0059YYY"],"unknown":{"y":[7,77,777]},"any":["Z"],"raw":["ZZ"],"array":[["Z"]]}`
	for range 3 {
		var into wholeToken
		decoder := mustDecoder(t, secret, jwt.HS256)
		require.NoError(t, decoder.DecodeInto(claimed(other), &into))
		_, err := decoder.DecodeComplete(claimed(`{"a":"` + strings.Repeat("Z", 2000) + `","b":"` + strings.Repeat(`\u0058`, 200) + `"}`))
		require.NoError(t, err)
		_, err = jwt.Encode(jwt.Claims{"a": strings.Repeat("W", 3000)}, secret)
		require.NoError(t, err)
		_, err = jwt.Sign(bytes.Repeat([]byte{0xee}, 3000), secret)
		require.NoError(t, err)
	}
}

// Nothing that was given is changed, or needed once a call has returned.
func TestArgumentsAreTheCallers(t *testing.T) {
	raw := append([]byte{}, secret...)
	issuers, audiences, required, without := []string{"i"}, []string{"a", "b"}, []string{"sub"}, []string{"jti"}
	detachedPayload := []byte("detached")
	key := mustKey(t, raw)
	keys := []*jwt.Key{key, keyFor(t, jwt.ES256)}
	set, err := jwt.NewKeySet(keys...)
	require.NoError(t, err)
	jwk, err := key.MarshalPrivateJWK()
	require.NoError(t, err)
	jwks := slices.Concat([]byte(`{"keys":[{"kty":"x","kid":"reason"},`), jwk, []byte(`]}`))
	ofJWK, err := jwt.ParseJWK(jwk)
	require.NoError(t, err)
	ofJWKS, err := jwt.ParseKeySet(jwks)
	require.NoError(t, err)
	text := []byte(edPublic)
	ofPEM, err := jwt.ParsePEM(text)
	require.NoError(t, err)
	thumbprint := ofPEM.Thumbprint()
	decodeOpts := []jwt.DecodeOption{at(now), jwt.WithIssuer(issuers...), jwt.WithAudience(audiences...), jwt.WithRequired(required...), jwt.WithoutCheck(without...)}
	decoder := mustDecoder(t, raw, jwt.HS256, decodeOpts...)
	ofSet := mustDecoder(t, set, jwt.HS256, decodeOpts...)
	verifyOpts := []jwt.DecodeOption{jwt.WithDetachedPayload(detachedPayload)}
	verifier := mustDecoder(t, raw, jwt.HS256, verifyOpts...)
	param := map[string]any{"list": []any{"x"}}
	encodeOpts := []jwt.EncodeOption{jwt.WithIssuer(issuers...), jwt.WithAudience(audiences...), jwt.WithHeader("x", param)}
	encoder, err := jwt.NewEncoder(raw, encodeOpts...)
	require.NoError(t, err)
	detached, err := jwt.Sign(detachedPayload, raw, jwt.WithDetached())
	require.NoError(t, err)

	// A payload that leads to the same memory twice is left alone.
	list := []any{"x", map[string]any{"y": int64(1)}}
	payload := jwt.Claims{"sub": "s", "a": list, "b": list, "c": map[string]any{"d": list}, "raw": json.RawMessage(` {"r": [1]} `), "jti": "j"}
	before := fmt.Sprintf("%#v", payload)
	token, err := encoder.Encode(payload)
	require.NoError(t, err)
	assert.Equal(t, before, fmt.Sprintf("%#v", payload))
	prefix := []byte("prefix ")
	appended, err := encoder.AppendEncode(prefix[:3], payload)
	require.NoError(t, err)
	assert.Equal(t, "pre"+token, string(appended))
	assert.Equal(t, "prefix ", string(prefix), "what lies behind the length is not touched where it has no room")

	clear(raw)
	for _, l := range [][]string{issuers, audiences, required, without} {
		clear(l)
	}
	clear(detachedPayload)
	clear(keys)
	clear(jwk)
	clear(jwks)
	clear(text)
	clear(decodeOpts)
	clear(verifyOpts)
	clear(encodeOpts)
	overwrite(reflect.ValueOf(param))
	overwrite(reflect.ValueOf(payload))

	for _, d := range []*jwt.Decoder{decoder, ofSet, mustDecoder(t, ofJWK, jwt.HS256, jwt.WithAudience("a")), mustDecoder(t, ofJWKS, jwt.HS256, jwt.WithAudience("b"))} {
		complete, err := d.DecodeComplete(token)
		require.NoError(t, err)
		want := []any{"x", map[string]any{"y": int64(1)}}
		assert.Equal(t, jwt.Claims{
			"sub": "s", "jti": "j", "iss": "i", "aud": []any{"a", "b"}, "a": want, "b": want, "c": map[string]any{"d": want}, "raw": map[string]any{"r": []any{int64(1)}},
		}, complete.Claims)
		x, _ := complete.Header.Param("x")
		assert.Equal(t, map[string]any{"list": []any{"x"}}, x)
	}
	octets, err := verifier.Verify(detached)
	require.NoError(t, err)
	assert.Equal(t, "detached", string(octets))
	again, err := encoder.Encode(jwt.Claims{})
	require.NoError(t, err)
	first, err := jwt.Encode(jwt.Claims{}, secret, jwt.WithIssuer("i"), jwt.WithAudience("a", "b"), jwt.WithHeader("x", map[string]any{"list": []any{"x"}}))
	require.NoError(t, err)
	assert.Equal(t, first, again)
	assert.Equal(t, thumbprint, ofPEM.Thumbprint())
	assert.Contains(t, fmt.Sprint(ofJWKS.Skipped()), `"x"`)
	assert.Len(t, slices.Collect(set.All()), 2)
}

// The values that structs are filled in, before they are copied, are used again:
// nothing of a token is in the next one, be it good or of a kind that fits only
// half, and whoever got the copy keeps it.
func TestFilledValuesAreFresh(t *testing.T) {
	type inner struct {
		Words []string       `json:"words"`
		Map   map[string]int `json:"map"`
		Next  *inner         `json:"next"`
	}
	type target struct {
		inner
		Array   [3]*int          `json:"array"`
		Arrays  [2][2][]string   `json:"arrays"`
		Fixed   [4]byte          `json:"fixed"`
		Nested  inner            `json:"nested"`
		Pointer *inner           `json:"pointer"`
		Any     any              `json:"any"`
		Octets  []byte           `json:"octets"`
		Aud     jwt.Audience     `json:"audience"`
		Date    jwt.NumericDate  `json:"date"`
		Maps    map[string]inner `json:"maps"`
		Lists   []inner          `json:"lists"`
		Flag    bool             `json:"flag"`
		Quoted  *int             `json:"quoted,string"`
		Last    int8             `json:"zz"`
	}
	full := func(tag string) string {
		in := fmt.Sprintf(`"words":["%s","%s"],"map":{"%s":1},"next":{"words":["%s"]}`, tag, tag, tag, tag)
		return fmt.Sprintf(`{%s,"array":[1,2,3],"arrays":[[["%s"],["%s"]],[["%s"]]],"fixed":[1,2,3,4],"nested":{%s},"pointer":{%s},"any":{"a":["%s"]},"octets":"AAEC",`+
			`"audience":["%s","%s"],"date":5,"maps":{"%s":{%s}},"lists":[{%s},{%s}],"flag":true,"quoted":"7"`, in, tag, tag, tag, in, in, tag, tag, tag, tag, in, in, in)
	}
	payloads := func(tag string) []string {
		return []string{
			full(tag) + `,"zz":1}`, full(tag) + `,"zz":1000}`, // all that fits, and the last that does not
			`{}`, `{"words":[],"array":[4],"arrays":[[["` + tag + `"]]],"fixed":[9],"lists":[{}],"next":{}}`, // less than before
			`{"words":["` + tag + `",1]}`, `{"nested":{"map":{"` + tag + `":1,"b":"x"}}}`, `{"lists":[{"words":["` + tag + `"]},{"words":1}]}`, // half of it
			`{"array":[1,"` + tag + `"],"words":["` + tag + `"]}`, `{"octets":"AAEC` + tag + `!"}`,
		}
	}
	decoder := mustDecoder(t, mustKey(t, secret), jwt.HS256)
	together(func(g, i int) {
		type result struct {
			got  target
			text string
		}
		var kept []result
		for _, payload := range payloads(fmt.Sprintf("%d-%d", g, i)) {
			for range 2 {
				var want target
				wantErr := json.Unmarshal([]byte(payload), &want)
				before := target{Flag: true, inner: inner{Words: []string{"before"}}}
				got := before
				err := decoder.DecodeInto(claimed(payload), &got)
				if wantErr != nil {
					assert.ErrorIs(t, err, jwt.ErrInvalidToken)
					assert.NotErrorIs(t, err, jwt.ErrDecode)
					assert.Equal(t, before, got)
					continue
				}
				assert.NoError(t, err)
				assert.Equal(t, want, got)
				kept = append(kept, result{got, asJSON(got)})
			}
		}
		for _, r := range kept {
			assert.Equal(t, r.text, asJSON(r.got), "what was returned stays as it is")
		}
	})
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// A method that panics, or that decodes itself, leaves nothing behind for others.
func TestMethodsOfTheCallers(t *testing.T) {
	decoder := mustDecoder(t, mustKey(t, secret), jwt.HS256, at(now), jwt.WithValidator(func(_ context.Context, token *jwt.Token) error {
		if token.Claims["panic"] != nil {
			panic("a validator")
		}
		return nil
	}))
	var panics struct {
		Sub string   `json:"sub"`
		X   panicker `json:"x"`
	}
	for range 5 {
		assert.PanicsWithValue(t, "a validator", func() { decoder.Decode(claimed(`{"panic":true,"sub":"leak"}`)) })
		assert.PanicsWithValue(t, "a method", func() { decoder.DecodeInto(claimed(`{"sub":"leak","x":1}`), &panics) })
		assert.Empty(t, panics.Sub)
		assert.PanicsWithValue(t, "a method", func() { jwt.Encode(jwt.Claims{"sub": "leak", "x": panics.X}, secret) })
		claims, err := decoder.Decode(claimed(`{"y":1}`))
		require.NoError(t, err)
		assert.Equal(t, jwt.Claims{"y": int64(1)}, claims)
		token, err := jwt.Encode(jwt.Claims{"y": 1}, secret)
		require.NoError(t, err)
		assert.Equal(t, claimed(`{"y":1}`), token)
	}
	// One that decodes within the decoding of another.
	var outer struct {
		In  nestedDecode `json:"in"`
		Sub string       `json:"sub"`
	}
	nested := `{"in":` + asJSON(claimed(`{"sub":"inner","words":["a"]}`)) + `,"sub":"outer"}`
	require.NoError(t, decoder.DecodeInto(claimed(nested), &outer))
	assert.Equal(t, "inner", outer.In.claims.Subject())
	assert.Equal(t, "outer", outer.Sub)
}

type panicker struct{}

func (panicker) MarshalJSON() ([]byte, error)  { panic("a method") }
func (*panicker) UnmarshalJSON(_ []byte) error { panic("a method") }

// A nestedDecode reads a token inside a token.
type nestedDecode struct{ claims jwt.Claims }

func (n *nestedDecode) UnmarshalText(text []byte) (err error) {
	n.claims, err = jwt.Decode(string(text), secret, jwt.HS256)
	return err
}
