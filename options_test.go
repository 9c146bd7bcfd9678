package jwt_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

// segmentOf returns a segment of a token, decoded: 0 is the header, 1 the payload.
func segmentOf(t *testing.T, token string, n int) string {
	t.Helper()
	segments := strings.Split(token, ".")
	require.Len(t, segments, 3)
	octets, err := base64.RawURLEncoding.Strict().DecodeString(segments[n])
	require.NoError(t, err)
	return string(octets)
}

func encoded(t *testing.T, payload any, opts ...jwt.EncodeOption) string {
	t.Helper()
	token, err := jwt.Encode(payload, secret, opts...)
	require.NoError(t, err)
	return token
}

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
		"WithHeader": {[]jwt.EncodeOption{jwt.WithHeader("x", []any{1, "<y>", nil}), jwt.WithHeader("cty", "json"), jwt.WithHeader(`"`, true)},
			`{"\"":true,"alg":"HS256","cty":"json","typ":"JWT","x":[1,"<y>",null]}`, `{}`},
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

// The clock is read on each call, by what is prepared once too; without one it
// is the system's.
func TestClockIsReadOnEachCall(t *testing.T) {
	clock := now
	tick := jwt.WithClock(func() time.Time { return clock })
	encoder, err := jwt.NewEncoder(secret, tick, jwt.WithExpiresIn(time.Minute))
	require.NoError(t, err)
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, tick)
	require.NoError(t, err)
	first, err := encoder.Encode(jwt.Claims{})
	require.NoError(t, err)
	_, err = decoder.Decode(first)
	assert.NoError(t, err)
	clock = clock.Add(time.Minute)
	_, err = decoder.Decode(first)
	assertClass(t, err, jwt.ErrExpired)
	second, err := encoder.Encode(jwt.Claims{})
	require.NoError(t, err)
	_, err = decoder.Decode(second)
	assert.NoError(t, err)

	// Once: all that one call says of the time is of the same time.
	reads := 0
	counting := jwt.WithClock(func() time.Time { reads++; return now.Add(time.Duration(reads) * time.Hour) })
	both := encoded(t, jwt.Claims{}, counting, jwt.WithExpiresIn(time.Minute), jwt.WithIssuedAt())
	assert.Equal(t, 1, reads)
	reads = 0
	_, err = jwt.Decode(both, secret, jwt.HS256, counting, jwt.WithMaxTokenAge(time.Minute))
	assert.NoError(t, err)
	assert.Equal(t, 1, reads)

	token := encoded(t, jwt.Claims{}, jwt.WithExpiresIn(time.Hour), jwt.WithIssuedAt(), jwt.WithNotBefore(time.Now()))
	claims, err := jwt.Decode(token, secret, jwt.HS256)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(time.Hour), claims.ExpiresAt(), time.Minute)
	assert.WithinDuration(t, time.Now(), claims.IssuedAt(), time.Minute)
	_, err = jwt.Decode(claimed(fmt.Sprintf(`{"exp":%d}`, time.Now().Unix()-60)), secret, jwt.HS256)
	assertClass(t, err, jwt.ErrExpired)
}

// What each decode option asks for, and what is accepted without it.
func TestDecodeOptions(t *testing.T) {
	type o = []jwt.DecodeOption
	typed := func(typ string) string { return forge(`{"alg":"HS256","typ":`+typ+`}`, `{}`) }
	for name, tt := range map[string]struct {
		token string
		opts  o
		class error // nil: accepted
		claim string
	}{
		"WithIssuer equal":        {claimed(`{"iss":"a"}`), o{jwt.WithIssuer("a")}, nil, ""},
		"WithIssuer escaped":      {claimed(`{"\u0069ss":"\u0061"}`), o{jwt.WithIssuer("a")}, nil, ""},
		"WithIssuer of several":   {claimed(`{"iss":"b"}`), o{jwt.WithIssuer("a", "b")}, nil, ""},
		"WithIssuer twice":        {claimed(`{"iss":"a"}`), o{jwt.WithIssuer("a"), jwt.WithIssuer("b")}, nil, ""},
		"WithIssuer twice, 2":     {claimed(`{"iss":"b"}`), o{jwt.WithIssuer("a"), jwt.WithIssuer("b")}, nil, ""},
		"WithIssuer other":        {claimed(`{"iss":"c"}`), o{jwt.WithIssuer("a"), jwt.WithIssuer("b")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer longer":       {claimed(`{"iss":"https://a.example/"}`), o{jwt.WithIssuer("https://a.example")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer shorter":      {claimed(`{"iss":"https://a"}`), o{jwt.WithIssuer("https://a.example")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer other case":   {claimed(`{"iss":"A"}`), o{jwt.WithIssuer("a")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer empty":        {claimed(`{"iss":""}`), o{jwt.WithIssuer("a")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer an array":     {claimed(`{"iss":["a"]}`), o{jwt.WithIssuer("a")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer null":         {claimed(`{"iss":null}`), o{jwt.WithIssuer("a")}, jwt.ErrInvalidIssuer, "iss"},
		"WithIssuer absent":       {claimed(`{"ISS":"a"}`), o{jwt.WithIssuer("a")}, jwt.ErrMissingClaim, "iss"},
		"no WithIssuer":           {claimed(`{"iss":"anyone"}`), nil, nil, ""},
		"no WithIssuer, a number": {claimed(`{"iss":1}`), nil, jwt.ErrInvalidIssuer, "iss"},

		// A type that is asked for turns nothing else on.
		"WithType and no checks":          {claimed(`{"iss":1,"aud":"a","sub":1,"iat":"x","nbf":"x","exp":"x","jti":1}`), o{jwt.WithType("JWT"), jwt.WithoutCheck("iss", "aud", "sub", "iat", "nbf", "exp", "jti")}, nil, ""},
		"WithType and WithAudience":       {claimed(`{"aud":["a"]}`), o{jwt.WithType("JWT"), jwt.WithAudience("a")}, nil, ""},
		"WithType and WithStrictAudience": {claimed(`{"aud":"a"}`), o{jwt.WithType("JWT"), jwt.WithStrictAudience("a")}, nil, ""},
		"WithType and WithIssuer":         {claimed(`{"iss":"a"}`), o{jwt.WithType("JWT"), jwt.WithIssuer("a")}, nil, ""},
		"WithType and no claims":          {claimed(`{}`), o{jwt.WithType("JWT")}, nil, ""},
		"the shortest leeway and age":     {claimed(`{"iat":1800000000}`), o{jwt.WithLeeway(time.Millisecond), jwt.WithMaxTokenAge(time.Millisecond)}, nil, ""},
		"the least size":                  {claimed(`{}`), o{jwt.WithMaxSize(1)}, jwt.ErrDecode, ""},

		"WithSubject equal":   {claimed(`{"sub":"a"}`), o{jwt.WithSubject("a")}, nil, ""},
		"WithSubject twice":   {claimed(`{"sub":"b"}`), o{jwt.WithSubject("a"), jwt.WithSubject("b")}, nil, ""},
		"WithSubject twice 2": {claimed(`{"sub":"a"}`), o{jwt.WithSubject("a"), jwt.WithSubject("b")}, jwt.ErrInvalidSubject, "sub"},
		"WithSubject other":   {claimed(`{"sub":"ab"}`), o{jwt.WithSubject("a")}, jwt.ErrInvalidSubject, "sub"},
		"WithSubject absent":  {claimed(`{}`), o{jwt.WithSubject("a")}, jwt.ErrMissingClaim, "sub"},
		"WithSubject null":    {claimed(`{"sub":null}`), o{jwt.WithSubject("a")}, jwt.ErrInvalidSubject, "sub"},
		"no WithSubject":      {claimed(`{"sub":"anyone"}`), nil, nil, ""},

		"WithAudience a string":       {claimed(`{"aud":"a"}`), o{jwt.WithAudience("a")}, nil, ""},
		"WithAudience in an array":    {claimed(`{"aud":["b","a"]}`), o{jwt.WithAudience("a")}, nil, ""},
		"WithAudience any of them":    {claimed(`{"aud":["b"]}`), o{jwt.WithAudience("a", "b")}, nil, ""},
		"WithAudience twice":          {claimed(`{"aud":"a"}`), o{jwt.WithAudience("a"), jwt.WithAudience("b")}, nil, ""},
		"WithAudience other":          {claimed(`{"aud":"ab"}`), o{jwt.WithAudience("a", "b")}, jwt.ErrInvalidAudience, "aud"},
		"WithAudience others":         {claimed(`{"aud":["c","d"]}`), o{jwt.WithAudience("a", "b")}, jwt.ErrInvalidAudience, "aud"},
		"WithAudience mixed":          {claimed(`{"aud":["a",1]}`), o{jwt.WithAudience("a")}, jwt.ErrInvalidAudience, "aud"},
		"WithAudience nested":         {claimed(`{"aud":[["a"]]}`), o{jwt.WithAudience("a")}, jwt.ErrInvalidAudience, "aud"},
		"WithAudience empty":          {claimed(`{"aud":[]}`), o{jwt.WithAudience("a")}, jwt.ErrMissingClaim, "aud"},
		"WithStrictAudience empty":    {claimed(`{"aud":[]}`), o{jwt.WithStrictAudience("a")}, jwt.ErrMissingClaim, "aud"},
		"WithRequired aud empty":      {claimed(`{"aud":[]}`), o{jwt.WithRequired("aud")}, jwt.ErrMissingClaim, "aud"},
		"no WithAudience, empty":      {claimed(`{"aud":[]}`), nil, nil, ""},
		"no WithAudience, no text":    {claimed(`{"aud":""}`), nil, jwt.ErrInvalidAudience, "aud"},
		"no WithAudience, null":       {claimed(`{"aud":null}`), nil, jwt.ErrInvalidAudience, "aud"},
		"no WithAudience, an object":  {claimed(`{"aud":{}}`), nil, jwt.ErrInvalidAudience, "aud"},
		"WithAudience beside no text": {claimed(`{"aud":["a",""]}`), o{jwt.WithAudience("a")}, nil, ""},
		"no text alone in a list":     {claimed(`{"aud":[""]}`), o{jwt.WithAudience("a")}, jwt.ErrInvalidAudience, "aud"},
		"WithAudience null":           {claimed(`{"aud":null}`), o{jwt.WithAudience("a")}, jwt.ErrInvalidAudience, "aud"},
		"WithAudience absent":         {claimed(`{}`), o{jwt.WithAudience("a")}, jwt.ErrMissingClaim, "aud"},
		"no WithAudience":             {claimed(`{"aud":"a"}`), nil, jwt.ErrInvalidAudience, "aud"},
		"no WithAudience, none":       {claimed(`{}`), nil, nil, ""},
		"WithStrictAudience":          {claimed(`{"aud":"a"}`), o{jwt.WithStrictAudience("a")}, nil, ""},
		"WithStrictAudience twice":    {claimed(`{"aud":"b"}`), o{jwt.WithStrictAudience("a"), jwt.WithStrictAudience("b")}, nil, ""},
		"WithStrictAudience array":    {claimed(`{"aud":["a"]}`), o{jwt.WithStrictAudience("a")}, jwt.ErrInvalidAudience, "aud"},
		"WithStrictAudience other":    {claimed(`{"aud":"b"}`), o{jwt.WithStrictAudience("a")}, jwt.ErrInvalidAudience, "aud"},
		"WithStrictAudience absent":   {claimed(`{}`), o{jwt.WithStrictAudience("a")}, jwt.ErrMissingClaim, "aud"},
		"WithStrictAudience, a null":  {claimed(`{"aud":null}`), o{jwt.WithStrictAudience("a")}, jwt.ErrInvalidAudience, "aud"},

		"WithType equal":               {typed(`"at+jwt"`), o{jwt.WithType("at+jwt")}, nil, ""},
		"WithType other case":          {typed(`"At+JWT"`), o{jwt.WithType("aT+jwt")}, nil, ""},
		"WithType application in it":   {typed(`"application/at+jwt"`), o{jwt.WithType("at+jwt")}, nil, ""},
		"WithType application wanted":  {typed(`"at+jwt"`), o{jwt.WithType("APPLICATION/at+jwt")}, nil, ""},
		"WithType twice":               {typed(`"b"`), o{jwt.WithType("a"), jwt.WithType("b")}, nil, ""},
		"WithType twice 2":             {typed(`"a"`), o{jwt.WithType("a"), jwt.WithType("b")}, jwt.ErrInvalidType, ""},
		"WithType other":               {typed(`"JWT"`), o{jwt.WithType("at+jwt")}, jwt.ErrInvalidType, ""},
		"WithType of another tree":     {typed(`"text/at+jwt"`), o{jwt.WithType("at+jwt")}, jwt.ErrInvalidType, ""},
		"WithType with a slash within": {typed(`"application/a/b"`), o{jwt.WithType("a/b")}, jwt.ErrInvalidType, ""},
		"WithType long":                {typed(`"something-long+jwt"`), o{jwt.WithType("Something-Long+JWT")}, nil, ""},
		"WithType in capitals, Z":      {typed(`"ZIP"`), o{jwt.WithType("zip")}, nil, ""},
		"WithType before A":            {typed(`"a@b"`), o{jwt.WithType("a`b")}, jwt.ErrInvalidType, ""},
		"WithType after Z":             {typed(`"a[b"`), o{jwt.WithType("a{b")}, jwt.ErrInvalidType, ""},
		"WithType in capitals, A":      {typed(`"A"`), o{jwt.WithType("a")}, nil, ""},
		"WithType of another alphabet": {typed(`"\u212a"`), o{jwt.WithType("k")}, jwt.ErrInvalidType, ""},
		"WithType signs do not fold":   {typed(`"a^b"`), o{jwt.WithType("a~b")}, jwt.ErrInvalidType, ""},
		"WithType of the prefix":       {typed(`""`), o{jwt.WithType("application/")}, nil, ""},
		"WithType of two slashes":      {typed(`"application//a"`), o{jwt.WithType("/a")}, jwt.ErrInvalidType, ""},
		"WithType after 12 letters":    {typed(`"abcdefghijklat+jwt"`), o{jwt.WithType("at+jwt")}, jwt.ErrInvalidType, ""},
		"WithType long, another":       {typed(`"something-long+jwt"`), o{jwt.WithType("application/long+jwt")}, jwt.ErrInvalidType, ""},
		"WithType empty":               {typed(`""`), o{jwt.WithType("a")}, jwt.ErrInvalidType, ""},
		"WithType absent":              {forge(`{"alg":"HS256"}`, `{}`), o{jwt.WithType("JWT")}, jwt.ErrInvalidType, ""},
		"WithType in Kelvin":           {typed(`"o\u212a"`), o{jwt.WithType("ok")}, jwt.ErrInvalidType, ""},
		"no WithType":                  {typed(`"anything"`), nil, nil, ""},
		"no WithType, absent":          {forge(`{"alg":"HS256"}`, `{}`), nil, nil, ""},

		"WithRequired same hash":   {claimed(`{"required-by-nobody-else":1}`), o{jwt.WithRequired("required-of-nobody-else")}, jwt.ErrMissingClaim, "required-of-nobody-else"},
		"WithRequired there":       {claimed(`{"a":0,"b":"","c":[],"d":false}`), o{jwt.WithRequired("a", "b"), jwt.WithRequired("c", "d")}, nil, ""},
		"WithRequired absent":      {claimed(`{"a":0}`), o{jwt.WithRequired("a", "b")}, jwt.ErrMissingClaim, "b"},
		"WithRequired twice":       {claimed(`{"b":0}`), o{jwt.WithRequired("a"), jwt.WithRequired("b")}, jwt.ErrMissingClaim, "a"},
		"WithRequired twice 2":     {claimed(`{"a":0}`), o{jwt.WithRequired("a"), jwt.WithRequired("b")}, jwt.ErrMissingClaim, "b"},
		"WithRequired null":        {claimed(`{"a":null}`), o{jwt.WithRequired("a")}, jwt.ErrMissingClaim, "a"},
		"WithRequired other case":  {claimed(`{"A":1}`), o{jwt.WithRequired("a")}, jwt.ErrMissingClaim, "a"},
		"WithRequired deeper":      {claimed(`{"x":{"a":1}}`), o{jwt.WithRequired("a")}, jwt.ErrMissingClaim, "a"},
		"WithRequired exp":         {claimed(`{}`), o{jwt.WithRequired("exp")}, jwt.ErrMissingClaim, "exp"},
		"no WithRequired, no exp":  {claimed(`{}`), nil, nil, ""},
		"WithRequired, unchecked":  {claimed(`{}`), o{jwt.WithRequired("exp"), jwt.WithoutCheck("exp")}, jwt.ErrMissingClaim, "exp"},
		"WithRequired of expired":  {claimed(`{"exp":1}`), o{jwt.WithRequired("exp"), jwt.WithoutCheck("exp")}, nil, ""},
		"WithRequired before exp":  {claimed(`{"exp":1}`), o{jwt.WithRequired("x")}, jwt.ErrMissingClaim, "x"},
		"WithMaxSize":              {claimed(`{}`), o{jwt.WithMaxSize(len(claimed(`{}`)))}, nil, ""},
		"WithMaxSize one less":     {claimed(`{}`), o{jwt.WithMaxSize(len(claimed(`{}`)) - 1)}, jwt.ErrDecode, ""},
		"WithMaxSize twice":        {claimed(`{}`), o{jwt.WithMaxSize(1), jwt.WithMaxSize(1000)}, nil, ""},
		"WithMaxTokenAge no iat":   {claimed(`{}`), o{jwt.WithMaxTokenAge(time.Hour)}, jwt.ErrMissingClaim, "iat"},
		"WithMaxTokenAge bad iat":  {claimed(`{"iat":"1"}`), o{jwt.WithMaxTokenAge(time.Hour)}, jwt.ErrInvalidIssuedAt, "iat"},
		"WithMaxTokenAge twice":    {claimed(`{"iat":1799999940}`), o{jwt.WithMaxTokenAge(time.Second), jwt.WithMaxTokenAge(time.Hour)}, nil, ""},
		"WithMaxTokenAge twice 2":  {claimed(`{"iat":1799999940}`), o{jwt.WithMaxTokenAge(time.Hour), jwt.WithMaxTokenAge(time.Second)}, jwt.ErrExpired, "iat"},
		"no WithMaxTokenAge":       {claimed(`{"iat":1}`), nil, nil, ""},
		"WithClock twice":          {claimed(`{"exp":1}`), o{at(time.Unix(0, 0))}, nil, ""}, // after that of all rows
		"WithClock twice 2":        {claimed(`{"exp":1800000060}`), o{at(now.Add(time.Minute))}, jwt.ErrExpired, "exp"},
		"WithoutCheck exp":         {claimed(`{"exp":1}`), o{jwt.WithoutCheck("exp")}, nil, ""},
		"WithoutCheck exp's type":  {claimed(`{"exp":"x"}`), o{jwt.WithoutCheck("exp")}, nil, ""},
		"WithoutCheck nbf":         {claimed(`{"nbf":1900000000}`), o{jwt.WithoutCheck("nbf")}, nil, ""},
		"WithoutCheck nbf's type":  {claimed(`{"nbf":null}`), o{jwt.WithoutCheck("nbf")}, nil, ""},
		"WithoutCheck iat":         {claimed(`{"iat":1900000000}`), o{jwt.WithoutCheck("iat")}, nil, ""},
		"WithoutCheck iat's type":  {claimed(`{"iat":{}}`), o{jwt.WithoutCheck("iat")}, nil, ""},
		"WithoutCheck iss's type":  {claimed(`{"iss":1}`), o{jwt.WithoutCheck("iss")}, nil, ""},
		"WithoutCheck aud":         {claimed(`{"aud":"a"}`), o{jwt.WithoutCheck("aud")}, nil, ""},
		"WithoutCheck aud's type":  {claimed(`{"aud":""}`), o{jwt.WithoutCheck("aud")}, nil, ""},
		"WithoutCheck aud, wanted": {claimed(`{"aud":[]}`), o{jwt.WithoutCheck("aud"), jwt.WithRequired("aud")}, jwt.ErrMissingClaim, "aud"},
		"WithoutCheck sub's type":  {claimed(`{"sub":1}`), o{jwt.WithoutCheck("sub")}, nil, ""},
		"WithoutCheck jti's type":  {claimed(`{"jti":1}`), o{jwt.WithoutCheck("jti")}, nil, ""},
		"WithoutCheck twice":       {claimed(`{"exp":1,"jti":1}`), o{jwt.WithoutCheck("exp"), jwt.WithoutCheck("jti")}, nil, ""},
		"WithoutCheck of others":   {claimed(`{"exp":1}`), o{jwt.WithoutCheck("nbf", "iat", "iss", "aud", "sub", "jti")}, jwt.ErrExpired, "exp"},
		"WithoutCheck of others 2": {claimed(`{"nbf":1900000000}`), o{jwt.WithoutCheck("exp", "iat", "iss", "aud", "sub", "jti")}, jwt.ErrImmature, "nbf"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := append(o{at(now)}, tt.opts...)
			decoder, err := jwt.NewDecoder(secret, jwt.HS256, opts...)
			require.NoError(t, err)
			claims, err := jwt.Decode(tt.token, secret, jwt.HS256, opts...)
			_, prepared := decoder.Decode(tt.token)
			if tt.class == nil {
				assert.NoError(t, err)
				assert.NoError(t, prepared)
				return
			}
			assert.Nil(t, claims)
			assertClass(t, err, tt.class)
			assertClass(t, prepared, tt.class)
			assertClaim(t, err, tt.claim)
		})
	}
}

// Boundaries of the dates, to less than a nanosecond.
func TestLeewayAndAge(t *testing.T) {
	type o = []jwt.DecodeOption
	ten := jwt.WithLeeway(10 * time.Second)
	minute := jwt.WithMaxTokenAge(time.Minute)
	for _, tt := range []struct {
		payload string
		opts    o
		class   error
	}{
		{`{"exp":1800000000.000000001}`, nil, nil},
		{`{"exp":1800000000.0000000001}`, nil, nil},
		{`{"exp":1800000000}`, nil, jwt.ErrExpired},
		{`{"exp":1799999999.999999999}`, nil, jwt.ErrExpired},
		{`{"exp":1799999990}`, o{ten}, jwt.ErrExpired},
		{`{"exp":1799999990.0000000001}`, o{ten}, nil},
		{`{"exp":1799999991}`, o{ten}, nil},
		{`{"exp":1799999991}`, o{ten, jwt.WithLeeway(time.Second)}, jwt.ErrExpired},
		{`{"exp":1799999991}`, o{ten, jwt.WithLeeway(0)}, jwt.ErrExpired},
		{`{"exp":1799999999.9991}`, o{jwt.WithLeeway(time.Millisecond)}, nil},
		{`{"exp":1799999999.999}`, o{jwt.WithLeeway(time.Millisecond)}, jwt.ErrExpired},
		{`{"exp":1799999998.5001}`, o{jwt.WithLeeway(1500 * time.Millisecond)}, nil},
		{`{"nbf":1800000000}`, nil, nil},
		{`{"nbf":1800000000.000000001}`, nil, jwt.ErrImmature},
		{`{"nbf":1800000010}`, o{ten}, nil},
		{`{"nbf":1800000010.0000000001}`, o{ten}, jwt.ErrImmature},
		{`{"iat":1800000000}`, nil, nil},
		{`{"iat":1800000000.000000001}`, nil, jwt.ErrImmature},
		{`{"iat":1800000010}`, o{ten}, nil},
		{`{"iat":1800000010.0000000001}`, o{ten}, jwt.ErrImmature},
		{`{"iat":1799999940}`, o{minute}, jwt.ErrExpired},
		{`{"iat":1799999940.0000000001}`, o{minute}, nil},
		{`{"iat":1799999930}`, o{minute, ten}, jwt.ErrExpired},
		{`{"iat":1799999930.0000000001}`, o{minute, ten}, nil},
		{`{"iat":1799999999.5}`, o{jwt.WithMaxTokenAge(501 * time.Millisecond)}, nil},
		{`{"iat":1799999999.5}`, o{jwt.WithMaxTokenAge(500 * time.Millisecond)}, jwt.ErrExpired},
		{`{"iat":1800000000,"exp":1800000001}`, o{minute}, nil},
		{`{"iat":1800000010,"exp":1800000001}`, o{minute, ten}, nil},
		{`{"exp":253402300799,"nbf":-62135596800}`, o{jwt.WithLeeway(math.MaxInt64)}, nil},
		{`{"exp":-62135596800}`, o{jwt.WithLeeway(math.MaxInt64)}, jwt.ErrExpired},
		{`{"iat":-62135596800}`, o{jwt.WithMaxTokenAge(math.MaxInt64)}, jwt.ErrExpired},
	} {
		_, err := jwt.Decode(claimed(tt.payload), secret, jwt.HS256, append(o{at(now)}, tt.opts...)...)
		if tt.class == nil {
			assert.NoError(t, err, tt.payload)
		} else if assert.Error(t, err, tt.payload) {
			assertClass(t, err, tt.class)
		}
	}
	// A clock gone mad is no reason to accept anything, or to panic.
	for _, seconds := range []int64{math.MaxInt64, math.MaxInt64 - 5} {
		_, err := jwt.Decode(claimed(`{"exp":253402300799}`), secret, jwt.HS256, at(time.Unix(seconds, 0)), ten)
		assertClass(t, err, jwt.ErrExpired)
		_, err = jwt.Decode(claimed(`{"nbf":253402300799}`), secret, jwt.HS256, at(time.Unix(seconds, 0)), ten)
		assert.NoError(t, err)
		_, err = jwt.Decode(claimed(`{"nbf":253402300799}`), secret, jwt.HS256, at(time.Unix(-seconds, 0)), ten)
		assertClass(t, err, jwt.ErrImmature)
		_, err = jwt.Decode(claimed(`{"exp":-62135596800}`), secret, jwt.HS256, at(time.Unix(-seconds, 0)), ten)
		assert.NoError(t, err)
		_, err = jwt.Encode(jwt.Claims{}, secret, at(time.Unix(seconds, 0)), jwt.WithIssuedAt())
		assertClass(t, err, jwt.ErrInvalidOption)
		_, err = jwt.Encode(jwt.Claims{}, secret, at(time.Unix(-seconds, 0)), jwt.WithExpiresIn(time.Second))
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

type foreignOption struct {
	jwt.EncodeOption
	jwt.DecodeOption
	jwt.KeyOption
}

var noContext context.Context

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

func TestDecodeOptionsRefused(t *testing.T) {
	type o = []jwt.DecodeOption
	for name, opts := range map[string]o{
		"nil":                              {nil},
		"of another's making":              {foreignOption{DecodeOption: jwt.WithPadding()}},
		"WithClock nil":                    {jwt.WithClock(nil)},
		"WithContext nil":                  {jwt.WithContext(noContext)},
		"WithValidator nil":                {jwt.WithValidator(nil)},
		"WithLeeway of a nanosecond":       {jwt.WithLeeway(1)},
		"WithIssuer of none":               {jwt.WithIssuer()},
		"WithIssuer of nothing":            {jwt.WithIssuer("a", "")},
		"WithSubject of nothing":           {jwt.WithSubject("")},
		"WithAudience of none":             {jwt.WithAudience()},
		"WithAudience of nothing":          {jwt.WithAudience("")},
		"WithStrictAudience of nothing":    {jwt.WithStrictAudience("")},
		"WithRequired of none":             {jwt.WithRequired()},
		"WithType of nothing":              {jwt.WithType("")},
		"WithMaxSize of 0":                 {jwt.WithMaxSize(0)},
		"WithMaxSize below 0":              {jwt.WithMaxSize(-1)},
		"WithSignatureCache of 0":          {jwt.WithSignatureCache(0)},
		"WithSignatureCache below 0":       {jwt.WithSignatureCache(-1)},
		"WithSignatureCache of bytes":      {jwt.WithSignatureCache(64 << 20)},
		"WithLeeway below 0":               {jwt.WithLeeway(-time.Second)},
		"WithLeeway of -1":                 {jwt.WithLeeway(-1)},
		"WithLeeway of 30":                 {jwt.WithLeeway(30)},
		"WithLeeway under a millisecond":   {jwt.WithLeeway(time.Millisecond - 1)},
		"WithMaxTokenAge of 30":            {jwt.WithMaxTokenAge(30)},
		"WithMaxTokenAge of 0":             {jwt.WithMaxTokenAge(0)},
		"WithMaxTokenAge below 0":          {jwt.WithMaxTokenAge(-time.Hour)},
		"WithMaxTokenAge under a ms":       {jwt.WithMaxTokenAge(time.Millisecond - 1)},
		"WithoutCheck of none":             {jwt.WithoutCheck()},
		"WithoutCheck of another":          {jwt.WithoutCheck("role")},
		"WithoutCheck of typ":              {jwt.WithoutCheck("exp", "typ")},
		"WithoutCheck of EXP":              {jwt.WithoutCheck("EXP")},
		"WithoutCheck of nothing":          {jwt.WithoutCheck("")},
		"WithoutCheck of signature":        {jwt.WithoutCheck("signature")},
		"WithIssuer, unchecked":            {jwt.WithIssuer("a"), jwt.WithoutCheck("iss")},
		"WithAudience, unchecked":          {jwt.WithAudience("a"), jwt.WithoutCheck("aud")},
		"WithStrictAudience, unchecked":    {jwt.WithStrictAudience("a"), jwt.WithoutCheck("aud")},
		"WithSubject, unchecked":           {jwt.WithSubject("a"), jwt.WithoutCheck("sub")},
		"WithMaxTokenAge, unchecked":       {jwt.WithMaxTokenAge(time.Hour), jwt.WithoutCheck("exp", "iat")},
		"WithAudience, WithStrictAudience": {jwt.WithAudience("a"), jwt.WithStrictAudience("a")},
		"for Decode and for Verify":        {jwt.WithIssuer("a"), jwt.WithDetachedPayload(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // in both orders
				_, err := jwt.Decode("", secret, jwt.HS256, opts...)
				assertClass(t, err, jwt.ErrInvalidOption)
				assert.Equal(t, 1, strings.Count(err.Error(), "jwt: "))
				if strings.HasPrefix(name, "With") {
					assert.Contains(t, err.Error(), strings.TrimSuffix(strings.Fields(name)[0], ","), "the text names the option")
				}
				decoder, err := jwt.NewDecoder(secret, jwt.HS256, opts...)
				assertClass(t, err, jwt.ErrInvalidOption)
				assert.Nil(t, decoder)
				_, err = jwt.DecodeAs[jwt.Claims]("", secret, jwt.HS256, opts...)
				assertClass(t, err, jwt.ErrInvalidOption)
				_, err = jwt.DecodeComplete("", secret, jwt.HS256, opts...)
				assertClass(t, err, jwt.ErrInvalidOption)
				_, err = jwt.Verify("", secret, jwt.HS256, opts...)
				assertClass(t, err, jwt.ErrInvalidOption)
				slices.Reverse(opts)
			}
		})
	}
	for _, opts := range []o{
		{jwt.WithLeeway(0)}, {jwt.WithLeeway(time.Millisecond)}, {jwt.WithLeeway(math.MaxInt64)}, {jwt.WithMaxTokenAge(time.Millisecond)}, {jwt.WithMaxSize(1)},
		{jwt.WithoutCheck("exp", "nbf", "iat", "iss", "aud", "sub", "jti")}, {jwt.WithoutCheck("exp"), jwt.WithRequired("exp"), jwt.WithMaxTokenAge(time.Hour)},
		{jwt.WithoutCheck("iss"), jwt.WithSubject("a"), jwt.WithAudience("a")}, {jwt.WithoutCheck("exp"), jwt.WithLeeway(time.Second)},
	} {
		_, err := jwt.NewDecoder(secret, jwt.HS256, opts...)
		assert.NoError(t, err)
	}
	decoder, err := jwt.NewDecoder(secret, jwt.HS256)
	require.NoError(t, err)
	_, err = decoder.DecodeContext(noContext, claimed(`{}`))
	assertClass(t, err, jwt.ErrInvalidOption)
	for _, alg := range []jwt.Algorithm{0, 1 << 63, jwt.HS256 | 1<<40} {
		_, err = jwt.Decode("", secret, alg)
		assertClass(t, err, jwt.ErrInvalidOption)
	}
}

// A great token is read where the program wants it, and the small ones after it
// are read as ever.
func TestGreatTokens(t *testing.T) {
	octets := []byte(strings.Repeat("octets ", 300_000))
	great, err := jwt.Sign(octets, secret)
	require.NoError(t, err)
	small := claimed(`{"sub":"alice"}`)
	for range 3 {
		got, err := jwt.Verify(great, secret, jwt.HS256, jwt.WithMaxSize(len(great)))
		require.NoError(t, err)
		assert.True(t, slices.Equal(octets, got))
		_, err = jwt.Verify(great, secret, jwt.HS256)
		assertClass(t, err, jwt.ErrDecode)
		claims, err := jwt.Decode(small, secret, jwt.HS256)
		require.NoError(t, err)
		assert.Equal(t, jwt.Claims{"sub": "alice"}, claims)
	}
}

// An option of the right side may still be one of the other call.
func TestOptionsOnTheWrongCall(t *testing.T) {
	for name, opt := range map[string]jwt.EncodeOption{
		"WithClock": at(now), "WithIssuer": jwt.WithIssuer("a"), "WithSubject": jwt.WithSubject("a"), "WithAudience": jwt.WithAudience("a"),
		"WithExpiresIn": jwt.WithExpiresIn(time.Minute), "WithIssuedAt": jwt.WithIssuedAt(), "WithNotBefore": jwt.WithNotBefore(now), "WithRandomID": jwt.WithRandomID(),
	} {
		token, err := jwt.Sign([]byte("a"), secret, opt)
		assert.Empty(t, token)
		assertNames(t, err, name)
		encoder, err := jwt.NewEncoder(secret, opt)
		require.NoError(t, err)
		_, err = encoder.Sign(nil)
		assertNames(t, err, name)
		_, err = encoder.Encode(jwt.Claims{})
		assert.NoError(t, err)
	}
	for name, opt := range map[string]jwt.EncodeOption{
		"WithDetached": jwt.WithDetached(), "WithUnencodedPayload": jwt.WithUnencodedPayload(), "WithHeader": jwt.WithHeader("cty", "JWT"),
	} {
		token, err := jwt.Encode(jwt.Claims{}, secret, opt)
		assert.Empty(t, token)
		assertNames(t, err, name)
		encoder, err := jwt.NewEncoder(secret, opt)
		require.NoError(t, err)
		_, err = encoder.Encode(jwt.Claims{})
		assertNames(t, err, name)
		_, err = encoder.Sign(nil)
		assert.NoError(t, err)
	}
	token := claimed(`{"iss":"a","sub":"a","iat":1800000000}`)
	for name, opt := range map[string]jwt.DecodeOption{
		"WithClock": at(now), "WithIssuer": jwt.WithIssuer("a"), "WithSubject": jwt.WithSubject("a"), "WithAudience": jwt.WithAudience("a"),
		"WithStrictAudience": jwt.WithStrictAudience("a"), "WithRequired": jwt.WithRequired("a"), "WithLeeway": jwt.WithLeeway(time.Second),
		"WithMaxTokenAge": jwt.WithMaxTokenAge(time.Hour), "WithoutCheck": jwt.WithoutCheck("exp"),
		"WithValidator": jwt.WithValidator(func(context.Context, *jwt.Token) error { return nil }),
	} {
		payload, err := jwt.Verify(token, secret, jwt.HS256, opt)
		assert.Nil(t, payload)
		assertNames(t, err, name)
		decoder, err := jwt.NewDecoder(secret, jwt.HS256, opt)
		require.NoError(t, err)
		_, err = decoder.Verify(token)
		assertNames(t, err, name)
	}
	claims, err := jwt.Decode(token, secret, jwt.HS256, jwt.WithDetachedPayload([]byte("{}")))
	assert.Nil(t, claims)
	assertNames(t, err, "WithDetachedPayload")
	decoder, err := jwt.NewDecoder(secret, jwt.HS256, jwt.WithDetachedPayload([]byte("{}")))
	require.NoError(t, err)
	_, err = decoder.Decode(token)
	assertNames(t, err, "WithDetachedPayload")
	for _, opt := range []jwt.DecodeOption{jwt.WithType("JWT"), jwt.WithMaxSize(1000), jwt.WithContext(t.Context())} {
		_, err = jwt.Verify(token, secret, jwt.HS256, opt)
		assert.NoError(t, err)
	}
	// One is for what is made once, and for both calls of it.
	_, err = jwt.Verify(token, secret, jwt.HS256, jwt.WithSignatureCache(8))
	assertNames(t, err, "WithSignatureCache")
	decoder, err = jwt.NewDecoder(secret, jwt.HS256, jwt.WithSignatureCache(8), at(now))
	require.NoError(t, err)
	_, err = decoder.Decode(token)
	assert.NoError(t, err)
	decoder, err = jwt.NewDecoder(secret, jwt.HS256, jwt.WithSignatureCache(8))
	require.NoError(t, err)
	_, err = decoder.Verify(token)
	assert.NoError(t, err)
	// The last payload is the one that holds.
	detached, err := jwt.Sign([]byte("b"), secret, jwt.WithDetached(), jwt.WithDetached())
	require.NoError(t, err)
	_, err = jwt.Verify(detached, secret, jwt.HS256, jwt.WithDetachedPayload([]byte("a")), jwt.WithDetachedPayload([]byte("b")))
	assert.NoError(t, err)
}

// assertNames wants an ErrInvalidOption that names the option to blame.
func assertNames(t *testing.T, err error, option string) {
	t.Helper()
	assertClass(t, err, jwt.ErrInvalidOption)
	assert.Contains(t, err.Error(), option)
}
