package jwt_test

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// What each encode option writes, and what stands there without it.
func TestEncodeOptions(t *testing.T) {
	half := now.Add(time.Second / 2)
	for name, tt := range map[string]struct {
		opts            []jwt.EncodeOption
		header, payload string
	}{
		"none":                {nil, `{"alg":"HS256","typ":"JWT"}`, `{}`},
		"WithAlgorithm":       {[]jwt.EncodeOption{jwt.WithAlgorithm(jwt.HS384)}, `{"alg":"HS384","typ":"JWT"}`, `{}`},
		"WithAlgorithm twice": {[]jwt.EncodeOption{jwt.WithAlgorithm(jwt.HS384), jwt.WithAlgorithm(jwt.HS512)}, `{"alg":"HS512","typ":"JWT"}`, `{}`},
		"WithKeyID":           {[]jwt.EncodeOption{jwt.WithKeyID(`k"1`)}, `{"alg":"HS256","kid":"k\"1","typ":"JWT"}`, `{}`},
		"WithKeyID twice":     {[]jwt.EncodeOption{jwt.WithKeyID("a"), jwt.WithKeyID("b")}, `{"alg":"HS256","kid":"b","typ":"JWT"}`, `{}`},
		"WithKeyID empty":     {[]jwt.EncodeOption{jwt.WithKeyID("")}, `{"alg":"HS256","typ":"JWT"}`, `{}`},
		"WithType":            {[]jwt.EncodeOption{jwt.WithType("at+jwt")}, `{"alg":"HS256","typ":"at+jwt"}`, `{}`},
		"WithType empty":      {[]jwt.EncodeOption{jwt.WithType("")}, `{"alg":"HS256"}`, `{}`},
		"WithType twice":      {[]jwt.EncodeOption{jwt.WithType(""), jwt.WithType("x")}, `{"alg":"HS256","typ":"x"}`, `{}`},
		"WithHeader": {
			[]jwt.EncodeOption{jwt.WithHeader("x", []any{1, "<y>", nil}), jwt.WithHeader("cty", "json"), jwt.WithHeader(`"`, true)},
			`{"\"":true,"alg":"HS256","cty":"json","typ":"JWT","x":[1,"<y>",null]}`, `{}`,
		},
		"WithHeader twice":           {[]jwt.EncodeOption{jwt.WithHeader("x", 1), jwt.WithHeader("y", 0), jwt.WithHeader("x", 2)}, `{"alg":"HS256","typ":"JWT","x":2,"y":0}`, `{}`},
		"WithHeader cty, last wins":  {[]jwt.EncodeOption{jwt.WithHeader("cty", "JWT"), jwt.WithHeader("cty", "json")}, `{"alg":"HS256","cty":"json","typ":"JWT"}`, `{}`},
		"WithIssuer":                 {[]jwt.EncodeOption{jwt.WithIssuer("https://a/<1>")}, `{"alg":"HS256","typ":"JWT"}`, `{"iss":"https://a/<1>"}`},
		"WithSubject":                {[]jwt.EncodeOption{jwt.WithSubject(`"},{`)}, `{"alg":"HS256","typ":"JWT"}`, `{"sub":"\"},{"}`},
		"WithSubject twice":          {[]jwt.EncodeOption{jwt.WithSubject("a"), jwt.WithSubject("b")}, `{"alg":"HS256","typ":"JWT"}`, `{"sub":"b"}`},
		"WithAudience":               {[]jwt.EncodeOption{jwt.WithAudience("a")}, `{"alg":"HS256","typ":"JWT"}`, `{"aud":"a"}`},
		"WithAudience of two":        {[]jwt.EncodeOption{jwt.WithAudience("a", "b")}, `{"alg":"HS256","typ":"JWT"}`, `{"aud":["a","b"]}`},
		"WithAudience twice":         {[]jwt.EncodeOption{jwt.WithAudience("a"), jwt.WithAudience("b", "c")}, `{"alg":"HS256","typ":"JWT"}`, `{"aud":["a","b","c"]}`},
		"WithExpiresIn":              {[]jwt.EncodeOption{jwt.WithExpiresIn(time.Minute), at(now)}, `{"alg":"HS256","typ":"JWT"}`, `{"exp":1800000060}`},
		"WithExpiresIn late":         {[]jwt.EncodeOption{jwt.WithExpiresIn(time.Minute), at(now.Add(time.Second - 1))}, `{"alg":"HS256","typ":"JWT"}`, `{"exp":1800000060}`},
		"WithExpiresIn with a part":  {[]jwt.EncodeOption{jwt.WithExpiresIn(1500 * time.Millisecond), at(half)}, `{"alg":"HS256","typ":"JWT"}`, `{"exp":1800000002}`},
		"WithExpiresIn twice":        {[]jwt.EncodeOption{jwt.WithExpiresIn(time.Minute), jwt.WithExpiresIn(time.Second), at(now)}, `{"alg":"HS256","typ":"JWT"}`, `{"exp":1800000001}`},
		"WithIssuedAt rounds down":   {[]jwt.EncodeOption{jwt.WithIssuedAt(), at(half)}, `{"alg":"HS256","typ":"JWT"}`, `{"iat":1800000000}`},
		"WithNotBefore rounds down":  {[]jwt.EncodeOption{jwt.WithNotBefore(half)}, `{"alg":"HS256","typ":"JWT"}`, `{"nbf":1800000000}`},
		"WithNotBefore before 1970":  {[]jwt.EncodeOption{jwt.WithNotBefore(time.Unix(-2, 5e8))}, `{"alg":"HS256","typ":"JWT"}`, `{"nbf":-2}`},
		"WithNotBefore twice":        {[]jwt.EncodeOption{jwt.WithNotBefore(half), jwt.WithNotBefore(now.Add(time.Hour))}, `{"alg":"HS256","typ":"JWT"}`, `{"nbf":1800003600}`},
		"WithClock twice":            {[]jwt.EncodeOption{at(now), jwt.WithIssuedAt(), at(now.Add(time.Second))}, `{"alg":"HS256","typ":"JWT"}`, `{"iat":1800000001}`},
		"WithIssuedAt before 1970":   {[]jwt.EncodeOption{at(time.Unix(-2, 5e8)), jwt.WithIssuedAt()}, `{"alg":"HS256","typ":"JWT"}`, `{"iat":-2}`},
		"in the order of the claims": {[]jwt.EncodeOption{jwt.WithNotBefore(now), jwt.WithIssuedAt(), jwt.WithExpiresIn(time.Second), jwt.WithAudience("a"), jwt.WithSubject("s"), jwt.WithIssuer("i"), at(now)}, `{"alg":"HS256","typ":"JWT"}`, `{"iss":"i","sub":"s","aud":"a","exp":1800000001,"iat":1800000000,"nbf":1800000000}`},
	} {
		t.Run(name, func(t *testing.T) {
			token := encoded(t, jwt.Claims{}, tt.opts...)
			assert.Equal(t, tt.header, segmentOf(t, token, 0))
			assert.Equal(t, tt.payload, segmentOf(t, token, 1))
			encoder, err := jwt.NewEncoder(secret, tt.opts...)
			require.NoError(t, err)
			again, err := encoder.Encode(jwt.Claims{})
			require.NoError(t, err)
			assert.Equal(t, token, again)
			appended, err := encoder.AppendEncode([]byte("before "), jwt.Claims{})
			require.NoError(t, err)
			assert.Equal(t, "before "+token, string(appended))
		})
	}
}

func TestWithRandomID(t *testing.T) {
	ids := map[string]bool{}
	encoder, err := jwt.NewEncoder(secret, jwt.WithRandomID(), jwt.WithRandomID())
	require.NoError(t, err)
	for range 100 {
		token, err := encoder.Encode(jwt.Claims{})
		require.NoError(t, err)
		claims, err := jwt.Decode(token, secret, jwt.HS256)
		require.NoError(t, err)
		octets, err := base64.RawURLEncoding.Strict().DecodeString(claims.ID())
		require.NoError(t, err)
		assert.Len(t, octets, 16, "128 bits")
		ids[claims.ID()] = true
	}
	assert.Len(t, ids, 100)
}

// Whatever is wrong with an option is known before any token is read.
func TestEncodeOptionsRefused(t *testing.T) {
	type o = []jwt.EncodeOption
	tests := map[string]o{
		"nil":                          {nil},
		"of another's making":          {foreignOption{EncodeOption: jwt.WithIssuedAt()}},
		"WithClock nil":                {jwt.WithClock(nil)},
		"WithIssuer of none":           {jwt.WithIssuer()},
		"WithIssuer of nothing":        {jwt.WithIssuer("")},
		"WithIssuer of several":        {jwt.WithIssuer("a", "b")},
		"WithIssuer twice":             {jwt.WithIssuer("a"), jwt.WithIssuer("a")},
		"WithSubject of nothing":       {jwt.WithSubject("")},
		"WithAudience of none":         {jwt.WithAudience()},
		"WithAudience of nothing":      {jwt.WithAudience("a", "")},
		"WithIssuer no UTF-8":          {jwt.WithIssuer("\xff")},
		"WithSubject no UTF-8":         {jwt.WithSubject("\xff")},
		"WithAudience no UTF-8":        {jwt.WithAudience("\xff")},
		"WithAlgorithm of none":        {jwt.WithAlgorithm(0)},
		"WithAlgorithm of several":     {jwt.WithAlgorithm(jwt.HS256 | jwt.HS384)},
		"WithAlgorithm of other bits":  {jwt.WithAlgorithm(1 << 63)},
		"WithKeyID no UTF-8":           {jwt.WithKeyID("\xff")},
		"WithKeyID too long":           {jwt.WithKeyID(strings.Repeat("k", 16384))},
		"WithType no UTF-8":            {jwt.WithType("\xff")},
		"WithHeader alg":               {jwt.WithHeader("alg", "HS256")},
		"WithHeader kid":               {jwt.WithHeader("kid", "k")},
		"WithHeader typ":               {jwt.WithHeader("typ", "JWT")},
		"WithHeader crit":              {jwt.WithHeader("crit", []string{"x"})},
		"WithHeader b64":               {jwt.WithHeader("b64", true)},
		"WithHeader cty JWT":           {jwt.WithHeader("cty", "JWT")},
		"WithHeader cty jwt":           {jwt.WithHeader("cty", "application/jwt")},
		"WithHeader cty JWT as JSON":   {jwt.WithHeader("cty", json.RawMessage(`"\u004aWT"`))},
		"WithHeader cty JWT at last":   {jwt.WithHeader("cty", "json"), jwt.WithHeader("cty", "JWT")},
		"WithHeader cty a number":      {jwt.WithHeader("cty", 1)},
		"WithHeader jku a number":      {jwt.WithHeader("jku", 1)},
		"WithHeader a function":        {jwt.WithHeader("x", func() {})},
		"WithHeader cty a function":    {jwt.WithHeader("cty", func() {})},
		"WithHeader no UTF-8":          {jwt.WithHeader("\xff", 1)},
		"WithHeader bad JSON":          {jwt.WithHeader("x", json.RawMessage(`1,"alg":"none"`))},
		"WithHeader too deep":          {jwt.WithHeader("x", deep(64))},
		"WithHeader too large":         {jwt.WithHeader("x", strings.Repeat("x", 16384))},
		"WithExpiresIn of 15":          {jwt.WithExpiresIn(15)},
		"WithExpiresIn of none":        {jwt.WithExpiresIn(0)},
		"WithExpiresIn of the past":    {jwt.WithExpiresIn(-time.Hour)},
		"WithExpiresIn under a second": {jwt.WithExpiresIn(time.Second - 1)},
		"WithNotBefore of none":        {jwt.WithNotBefore(time.Time{})},
		"WithNotBefore too late":       {jwt.WithNotBefore(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))},
		"WithNotBefore too early":      {jwt.WithNotBefore(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))},
		"for Sign, a function":         {jwt.WithDetached(), jwt.WithHeader("x", func() {})},
		"for Encode and for Sign":      {jwt.WithDetached(), jwt.WithIssuedAt()},
		"for Sign and for Encode":      {jwt.WithIssuedAt(), jwt.WithUnencodedPayload()},
		"for Encode, and cty":          {jwt.WithHeader("cty", "JWT"), jwt.WithIssuedAt()},
	}
	for name, opts := range tests {
		t.Run(name, func(t *testing.T) {
			token, err := jwt.Encode(jwt.Claims{}, secret, opts...)
			assertClass(t, err, jwt.ErrInvalidOption)
			assert.Empty(t, token)
			assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "))
		})
	}
	for _, opt := range []jwt.EncodeOption{jwt.WithAlgorithm(0), jwt.WithHeader("jku", 1), jwt.WithHeader("x", func() {}), jwt.WithKeyID(strings.Repeat("k", 16384))} {
		token, err := jwt.Sign(nil, secret, opt)
		assertClass(t, err, jwt.ErrInvalidOption)
		assert.Empty(t, token)
	}
	// Most are known when the Encoder is made; the rest when a claim is written.
	late := []string{"WithIssuer no UTF-8", "WithSubject no UTF-8", "WithAudience no UTF-8"}
	signs := []string{"WithHeader cty JWT", "WithHeader cty jwt", "WithHeader cty JWT as JSON", "WithHeader cty JWT at last"}
	for name, opts := range tests {
		encoder, err := jwt.NewEncoder(secret, opts...)
		if slices.Contains(late, name) {
			assert.NoError(t, err, name)
			continue
		}
		if slices.Contains(signs, name) {
			require.NoError(t, err, name)
			_, err = encoder.Sign(nil)
			assert.NoError(t, err, name)
			continue
		}
		if assert.Error(t, err, name) {
			assertClass(t, err, jwt.ErrInvalidOption)
		}
		assert.Nil(t, encoder, name)
	}
	for _, d := range []time.Duration{time.Second, time.Minute, math.MaxInt64 / 2} {
		_, err := jwt.Encode(jwt.Claims{}, secret, jwt.WithExpiresIn(d))
		assert.NoError(t, err)
	}
	// An ID that contradicts the key's own.
	key, err := jwt.NewKey(secret, jwt.WithKeyID("a"))
	require.NoError(t, err)
	for _, id := range []string{"b", ""} {
		_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithKeyID(id))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
	_, err = jwt.Encode(jwt.Claims{}, key, jwt.WithKeyID("a"))
	assert.NoError(t, err)
}
