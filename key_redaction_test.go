package jwt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// The search finds what it is there to find.
func TestAssertNoOctets(t *testing.T) {
	octets := []byte("\x00\x01\xfe\xffsixteen or more octets, not all of them letters\x80")
	for name, text := range map[string]string{
		"hex": hex.EncodeToString(octets), "HEX": fmt.Sprintf("%X", octets), "% x": fmt.Sprintf("% x", octets), "%v": fmt.Sprint(octets),
		"%#v": fmt.Sprintf("%#v", octets), "%q": fmt.Sprintf("%q", octets), "%s": string(octets), "base64": base64.StdEncoding.EncodeToString(octets),
		"base64url": base64.RawURLEncoding.EncodeToString(octets), "base64 after one": base64.StdEncoding.EncodeToString(append([]byte{9}, octets...)),
		"base64 after two": base64.StdEncoding.EncodeToString(append([]byte{9, 9}, octets...)), "a part": hex.EncodeToString(octets[16:40]),
		"number": new(big.Int).SetBytes(octets).String(), "octal": new(big.Int).SetBytes(octets).Text(8), "JSON list": strings.ReplaceAll(fmt.Sprint(octets), " ", ","),
	} {
		var found testing.B // stands for a test that may fail
		assertNoOctets(&found, "before "+text+" after", octets)
		assert.True(t, found.Failed(), name)
	}
	assertNoOctets(t, "nothing of it", octets)
}

// A printed key: what it is, and the bytes that no text may hold.
type printed struct {
	key     *jwt.Key
	secrets [][]byte
}

func privateKeys(t *testing.T) map[string]printed {
	t.Helper()
	keys := map[string]printed{}
	add := func(name string, material any, opts ...jwt.KeyOption) {
		key, err := jwt.NewKey(material, append(opts, jwt.WithKeyID("the ID"))...)
		require.NoError(t, err)
		whole := key
		if double, ok := material.(*kms); ok {
			whole, err = jwt.NewKey(double.key)
			require.NoError(t, err)
		}
		jwk, err := whole.MarshalPrivateJWK()
		require.NoError(t, err)
		keys[name] = printed{key, privateNumbers(membersOf(t, jwk))}
		require.NotEmpty(t, keys[name].secrets)
	}
	add("secret", secret)
	keys["secret"] = printed{keys["secret"].key, append(keys["secret"].secrets, secret[:8])}
	add("weak secret", []byte("hunter2hunter2"), jwt.AllowWeakKey())
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES256, jwt.ES512, jwt.EdDSA, jwt.MLDSA44} {
		if supported(alg) {
			private := privateFor(t, alg)
			add(alg.String(), private)
			add(alg.String()+" in a KMS", &kms{key: private})
		}
	}
	return keys
}

// No way of printing a key shows a private byte.
func TestKeysPrintRedacted(t *testing.T) {
	for name, p := range privateKeys(t) {
		t.Run(name, func(t *testing.T) {
			key := p.key
			set := mustSet(t, key)
			encoder, err := jwt.NewEncoder(key)
			require.NoError(t, err)
			token, err := encoder.Encode(jwt.Claims{})
			require.NoError(t, err)
			whole, err := jwt.DecodeUnverified(token)
			require.NoError(t, err)
			decoder, err := jwt.NewDecoder(key, whole.Header.Algorithm)
			require.NoError(t, err)
			setDecoder, err := jwt.NewDecoder(set, whole.Header.Algorithm)
			require.NoError(t, err)
			for _, d := range []*jwt.Decoder{decoder, setDecoder} { // so that pools and memories hold something
				_, err = d.Decode(token)
				require.NoError(t, err)
			}
			type hidden struct {
				key   jwt.Key
				point *jwt.Key
				set   jwt.KeySet
				e     *jwt.Encoder
				d     jwt.Decoder
			}
			values := []any{
				key, *key, &key, set, *set, &set, encoder, *encoder, decoder, *decoder, setDecoder, *setDecoder,
				[]*jwt.Key{key},
				[]jwt.Key{*key},
				[1]jwt.Key{*key},
				map[string]*jwt.Key{"k": key},
				map[*jwt.Key]jwt.Key{key: *key},
				[]any{key, *key},
				struct{ K *jwt.Key }{key},
				struct{ K jwt.Key }{*key},
				&struct{ K any }{key},
				hidden{*key, key, *set, encoder, *decoder},
				&hidden{*key, key, *set, encoder, *decoder},
				struct{ jwt.Key }{*key},
				struct{ *jwt.Key }{key},
				struct{ jwt.KeySet }{*set},
				map[string]any{"set": *set, "e": encoder},
			}
			if name == "secret" { // a copy of it
				raw, err := jwt.NewEncoder(secret)
				require.NoError(t, err)
				rawDecoder := mustDecoder(t, secret, jwt.HS256)
				values = append(values, raw, *raw, rawDecoder, *rawDecoder)
			}
			var text strings.Builder
			for _, value := range values {
				for verb := 'A'; verb <= 'z'; verb++ {
					if verb > 'Z' && verb < 'a' {
						continue
					}
					for _, flags := range []string{"", "+", "#", " ", "10.3"} {
						fmt.Fprintf(&text, "%"+flags+string(verb)+"\n", value)
					}
				}
				fmt.Fprintln(&text, value)
				log.New(&text, "", 0).Print(value)
				_ = template.Must(template.New("").Parse("{{.}} {{printf `%#v` .}}")).Execute(&text, value)
				for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&text, nil)} {
					slog.New(handler).Info("used", "key", value, slog.Group("group", "key", value), slog.Any("list", []any{value}))
				}
				asJSON, err := json.Marshal(value)
				text.Write(asJSON)
				fmt.Fprintf(&text, "%v %+v %#v", err, err, err)
				asXML, err := xml.Marshal(value)
				text.Write(asXML)
				fmt.Fprintf(&text, "%v", err)
				fmt.Fprintf(&text, "%v", gob.NewEncoder(&text).Encode(value))
			}
			assert.Contains(t, text.String(), "redacted")
			assert.Contains(t, text.String(), "the ID")
			assertNoOctets(t, text.String(), p.secrets...)
			if key.Public() != nil {
				jwk, err := json.Marshal(struct{ Key *jwt.Key }{key})
				require.NoError(t, err)
				assert.Contains(t, string(jwk), `"kty"`)
				assertNoOctets(t, string(jwk), p.secrets...)
			}
		})
	}
}

func TestKeysSayWhatTheyAre(t *testing.T) {
	public, err := jwt.NewKey(edKey.Public(), jwt.WithKeyID("k\n"))
	require.NoError(t, err)
	private, err := jwt.NewKey(secret)
	require.NoError(t, err)
	var none *jwt.Key
	var noSet *jwt.KeySet
	for want, value := range map[string]interface{ LogValue() slog.Value }{
		`jwt.Key(Ed25519 key, public, ID "k\n")`: public,
		"jwt.Key(HMAC secret, redacted)":         private,
		"jwt.Key(none)":                          &jwt.Key{},
		"jwt.KeySet(2 keys)":                     mustSet(t, public, private),
		"jwt.KeySet(none)":                       &jwt.KeySet{},
	} {
		assert.Equal(t, want, fmt.Sprint(value))
		assert.Equal(t, want, fmt.Sprintf("%x", value))
		assert.Equal(t, want, value.LogValue().String())
	}
	assert.Equal(t, "jwt.Key(none)", none.LogValue().String())
	assert.Equal(t, "jwt.KeySet(none)", noSet.LogValue().String())
	assert.Equal(t, "<nil> <nil>", fmt.Sprint(none, noSet))
}

// No error shows a private byte either, whatever was wrong with the key.
func TestErrorsHoldNoKey(t *testing.T) {
	var text strings.Builder
	note := func(err error) {
		t.Helper()
		require.Error(t, err)
		for ; err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(&text, "%v %+v %#v %q %x\n", err, err, err, err.Error(), err)
		}
	}
	short := []byte("hunter2hunter2hunter2")
	for _, octets := range [][]byte{short, append([]byte("-----BEGIN "), short...), append([]byte("ssh-rsa "), short...), append([]byte(`{"kty":"oct","k":"`), short...)} {
		_, err := jwt.NewKey(octets)
		note(err)
		_, err = jwt.Encode(jwt.Claims{}, octets)
		note(err)
		_, err = jwt.Decode("", octets, jwt.HS256)
		note(err)
		_, err = jwt.NewKey(octets, jwt.WithKeyAlgorithm(jwt.RS256))
		note(err)
		_, err = jwt.NewKey(string(octets))
		note(err)
		_, err = jwt.NewKey(namedSecret(octets))
		note(err)
		_, err = jwt.ParsePEM(octets)
		note(err)
		_, err = jwt.ParseJWK(octets)
		note(err)
		_, err = jwt.ParseKeySet(octets)
		note(err)
	}
	secrets := [][]byte{short}
	for name, p := range privateKeys(t) {
		_, err := p.key.MarshalPrivateJWK()
		if strings.HasSuffix(name, "KMS") {
			note(err)
			continue
		}
		secrets = append(secrets, p.secrets...)
		jwk, err := p.key.MarshalPrivateJWK()
		require.NoError(t, err)
		good := membersOf(t, jwk)
		for _, broken := range [][]byte{
			jwk[:len(jwk)-1], append(jwk, 'x'), append([]byte("x"), jwk...), bytes.Replace(jwk, []byte(`":"`), []byte(`":`), 1), bytes.ReplaceAll(jwk, []byte(`"`), []byte(`'`)),
			append(jwk[:len(jwk)-1:len(jwk)-1], append([]byte(","), jwk[1:]...)...), append([]byte(`{"jwk":`), append(jwk, '}')...),
		} {
			_, err = jwt.ParseJWK(broken)
			note(err)
			_, err = jwt.ParseKeySet(broken)
			note(err)
		}
		for member := range good {
			for _, wrong := range []any{nil, jsonNull, 1, []any{good[member]}, "="} {
				if member == "kid" || member == "alg" {
					continue
				}
				_, err = jwt.ParseJWK(good.text(t, members{member: wrong}))
				if err != nil { // without a private member it may well be a public key
					note(err)
				}
			}
		}
		_, err = jwt.NewKey(p.key, jwt.WithKeyAlgorithm(1<<20))
		note(err)
		for _, alg := range algorithms {
			if _, err = jwt.NewKey(p.key, jwt.WithKeyAlgorithm(alg)); err != nil {
				note(err)
			}
			if _, err = jwt.Encode(jwt.Claims{}, p.key, jwt.WithAlgorithm(alg)); err != nil {
				note(err)
			}
			if _, err = jwt.NewDecoder(p.key, alg); err != nil {
				note(err)
			}
		}
		_, err = jwt.Encode(jwt.Claims{"key": *p.key, "pointer": p.key, "exp": "no"}, p.key)
		note(err)
	}
	assertNoOctets(t, text.String(), secrets...)
}
