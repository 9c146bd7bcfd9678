package jwt_test

import (
	"context"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

func TestDecoderOfIssuer(t *testing.T) {
	const a, b = "https://a.example", "https://b.example"
	keyA, keyB := secretNamed(t, "a"), secretNamed(t, "b")
	signed := func(key *jwt.Key, payload any) string {
		t.Helper()
		token, err := jwt.Encode(payload, key)
		require.NoError(t, err)
		return token
	}
	issuers := jwt.Issuers{
		a:                           mustDecoder(t, keyA, jwt.HS256, jwt.WithIssuer(a), at(now)),
		b:                           mustDecoder(t, keyB, jwt.HS256, jwt.WithIssuer(b), at(now), jwt.WithMaxSize(1<<20)),
		"https://elsewhere.example": mustDecoder(t, keyA, jwt.HS256, jwt.WithIssuer("https://else.example")),
		"https://nil.example":       nil,
		"https://zero.example":      new(jwt.Decoder),
		"7":                         mustDecoder(t, keyA, jwt.HS256, jwt.WithoutCheck("iss")),
	}
	longest := func(payload string, length int) string {
		token := b64(headed(jwt.HS256)) + "." + b64(payload) + "."
		return token + strings.Repeat("A", length-len(token))
	}
	large, err := jwt.Sign([]byte(`{"iss":"`+b+`","x":"`+strings.Repeat("x", 300<<10)+`"}`), keyB, jwt.WithType("JWT"))
	require.NoError(t, err)
	largeOfA, err := jwt.Sign([]byte(`{"iss":"`+a+`","x":"`+strings.Repeat("x", 300<<10)+`"}`), keyA, jwt.WithType("JWT"))
	require.NoError(t, err)
	notObject, err := jwt.Sign([]byte(`[1]`), keyA)
	require.NoError(t, err)
	twice, err := jwt.Sign([]byte(`{"iss":"`+a+`","iss":"`+b+`"}`), keyA)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		token string
		class error
	}{
		"of a":                        {signed(keyA, jwt.Claims{"iss": a}), nil},
		"of b":                        {signed(keyB, jwt.Claims{"iss": b}), nil},
		"of b, larger than usual":     {large, nil},
		"of a, larger than a reads":   {largeOfA, jwt.ErrDecode},
		"of b, by the key of a":       {signed(keyA, jwt.Claims{"iss": b}), jwt.ErrInvalidSignature},
		"unknown":                     {signed(keyA, jwt.Claims{"iss": "https://c.example"}), jwt.ErrInvalidIssuer},
		"a slash more":                {signed(keyA, jwt.Claims{"iss": a + "/"}), jwt.ErrInvalidIssuer},
		"in capitals":                 {signed(keyA, jwt.Claims{"iss": strings.ToUpper(a)}), jwt.ErrInvalidIssuer},
		"empty":                       {signed(keyA, jwt.Claims{"iss": ""}), jwt.ErrInvalidIssuer},
		"none":                        {signed(keyA, jwt.Claims{"sub": a}), jwt.ErrMissingClaim},
		"a number":                    {forgeWith(t, keyA, jwt.HS256, headed(jwt.HS256), `{"iss":1}`), jwt.ErrInvalidIssuer},
		"null":                        {forgeWith(t, keyA, jwt.HS256, headed(jwt.HS256), `{"iss":null}`), jwt.ErrInvalidIssuer},
		"an array of it":              {forgeWith(t, keyA, jwt.HS256, headed(jwt.HS256), `{"iss":["`+a+`"]}`), jwt.ErrInvalidIssuer},
		"escaped":                     {forgeWith(t, keyA, jwt.HS256, headed(jwt.HS256), `{"\u0069ss":"https:\/\/a.example"}`), nil},
		"within another claim":        {forgeWith(t, keyA, jwt.HS256, headed(jwt.HS256), `{"x":{"iss":"`+a+`"}}`), jwt.ErrMissingClaim},
		"twice":                       {twice, jwt.ErrDecode},
		"expired":                     {signed(keyA, jwt.Claims{"iss": a, "exp": now.Unix() - 1}), jwt.ErrExpired},
		"altered":                     {altered(signed(keyA, jwt.Claims{"iss": a})), jwt.ErrInvalidSignature},
		"the decoder asks for others": {signed(keyA, jwt.Claims{"iss": "https://elsewhere.example"}), jwt.ErrInvalidIssuer},
		"no claims set":               {notObject, jwt.ErrDecode},
		"no token":                    {"x", jwt.ErrDecode},
		"empty token":                 {"", jwt.ErrDecode},
		"an empty payload":            {b64(headed(jwt.HS256)) + "..AAAA", jwt.ErrDecode},
		"four segments, and unknown":  {signed(keyA, jwt.Claims{"iss": "https://c.example"}) + ".AAAA", jwt.ErrDecode},
		"a number, which is no key":   {forgeWith(t, keyA, jwt.HS256, headed(jwt.HS256), `{"iss":7}`), jwt.ErrInvalidIssuer},
		"as long as any may be":       {longest(`{"iss":"https://c.example"}`, 1<<20), jwt.ErrInvalidIssuer},
		"longer than any may be":      {longest(`{"iss":"https://c.example"}`, 1<<20+1), jwt.ErrDecode},
		"a nil decoder":               {signed(keyA, jwt.Claims{"iss": "https://nil.example"}), jwt.ErrInvalidOption},
		"a zero decoder":              {signed(keyA, jwt.Claims{"iss": "https://zero.example"}), jwt.ErrInvalidOption},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := issuers.DecodeContext(t.Context(), test.token)
			if test.class == nil {
				require.NoError(t, err)
				assert.NotEmpty(t, token.Claims.Issuer())
				return
			}
			assert.Nil(t, token)
			assertClass(t, err, test.class)
			if test.class == jwt.ErrMissingClaim || test.class == jwt.ErrInvalidIssuer {
				assertClaim(t, err, "iss")
			}
		})
	}
	for _, empty := range []jwt.Issuers{nil, {}} {
		_, err := empty.DecodeContext(t.Context(), signed(keyA, jwt.Claims{"iss": a}))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	_, err = issuers.DecodeContext(nil, signed(keyA, jwt.Claims{"iss": a})) //nolint:staticcheck // a nil context is the subject
	assertClass(t, err, jwt.ErrInvalidOption)

	// Where no decoder reads more, a token is no longer than usual.
	usual := jwt.Issuers{a: issuers[a]}
	_, err = usual.DecodeContext(t.Context(), longest(`{"iss":"https://c.example"}`, 256<<10))
	assertClass(t, err, jwt.ErrInvalidIssuer)
	_, err = usual.DecodeContext(t.Context(), longest(`{"iss":"https://c.example"}`, 256<<10+1))
	assertClass(t, err, jwt.ErrDecode)

	// The context reaches the validators of the chosen decoder.
	type mark struct{}
	asks := jwt.Issuers{a: mustDecoder(t, keyA, jwt.HS256, jwt.WithValidator(func(ctx context.Context, _ *jwt.Token) error {
		assert.Equal(t, 7, ctx.Value(mark{}))
		return nil
	}))}
	_, err = asks.DecodeContext(context.WithValue(t.Context(), mark{}, 7), signed(keyA, jwt.Claims{"iss": a}))
	assert.NoError(t, err)
}

// Padded tokens are for a decoder that wants them so.
func TestDecoderOfPaddedIssuer(t *testing.T) {
	const a = "https://a.example"
	issuers := jwt.Issuers{a: mustDecoder(t, secret, jwt.HS256, jwt.WithPadding())}
	pad := func(text string) string { return text + strings.Repeat("=", (4-len(text)%4)%4) }
	for _, more := range []string{"", "x", "xx", "xxx"} {
		input := pad(b64(headed(jwt.HS256))) + "." + pad(b64(`{"iss":"`+a+`","x":"`+more+`"}`))
		_, err := issuers.DecodeContext(t.Context(), input+"."+pad(macOf(sha256.New, input)))
		assert.NoError(t, err, more)
	}
}
