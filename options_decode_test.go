package jwt_test

import (
	"crypto/sha256"
	"encoding/base64"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/token-jwt/jwt"
)

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
		{jwt.WithLeeway(0)},
		{jwt.WithLeeway(time.Millisecond)},
		{jwt.WithLeeway(math.MaxInt64)},
		{jwt.WithMaxTokenAge(time.Millisecond)},
		{jwt.WithMaxSize(1)},
		{jwt.WithoutCheck("exp", "nbf", "iat", "iss", "aud", "sub", "jti")},
		{jwt.WithoutCheck("exp"), jwt.WithRequired("exp"), jwt.WithMaxTokenAge(time.Hour)},
		{jwt.WithoutCheck("iss"), jwt.WithSubject("a"), jwt.WithAudience("a")},
		{jwt.WithoutCheck("exp"), jwt.WithLeeway(time.Second)},
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

func TestPadding(t *testing.T) {
	pad := func(segment string) string { return segment + strings.Repeat("=", (4-len(segment)%4)%4) }
	const header = `{"alg":"HS256","x":"y"}` // which takes padding
	for _, payload := range []string{`{"a":1}`, `{"a":12}`, `{"a":123}`} {
		input := pad(b64(header)) + "." + pad(b64(payload))
		token := input + "." + pad(macOf(sha256.New, input))
		key, err := jwt.NewKey(secret)
		require.NoError(t, err)
		padded, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithPadding())
		require.NoError(t, err)
		plain, err := jwt.NewDecoder(key, jwt.HS256)
		require.NoError(t, err)
		// In this order, so that what one of them remembers of the key's tokens
		// would show in the other.
		_, err = padded.Decode(token)
		assert.NoError(t, err)
		_, err = plain.Decode(token)
		assert.ErrorIs(t, err, jwt.ErrDecode)
		_, err = plain.Decode(input + "." + macOf(sha256.New, input))
		assert.ErrorIs(t, err, jwt.ErrDecode, "the signature without it")
		bare := forge(header, payload)
		_, err = plain.Decode(bare)
		assert.NoError(t, err)
		_, err = padded.Decode(bare)
		assert.ErrorIs(t, err, jwt.ErrDecode)
		_, err = plain.Decode(token)
		assert.ErrorIs(t, err, jwt.ErrDecode)
	}
	for _, segment := range []string{"e30", "e30==", "e31=", "e30=====", "====", "e===", "e30\n", "e3=0"} {
		input := pad(b64(`{"alg":"HS256"}`)) + "." + segment
		_, err := jwt.Decode(input+"."+pad(macOf(sha256.New, input)), secret, jwt.HS256, jwt.WithPadding())
		assert.ErrorIs(t, err, jwt.ErrDecode, segment)
	}
	// A segment that is not padded is not read as an empty one, of which no JSON would tell.
	for _, segment := range []string{"YQ", "YWI", "YWJjZA"} {
		input := pad(b64(`{"alg":"HS256"}`)) + "." + segment
		octets, err := jwt.Verify(input+"."+pad(macOf(sha256.New, input)), secret, jwt.HS256, jwt.WithPadding())
		assert.Nil(t, octets)
		assertClass(t, err, jwt.ErrDecode)
		input = pad(b64(`{"alg":"HS256"}`)) + "." + pad(segment)
		octets, err = jwt.Verify(input+"."+macOf(sha256.New, input), secret, jwt.HS256, jwt.WithPadding())
		assert.Nil(t, octets)
		assertClass(t, err, jwt.ErrDecode)
		octets, err = jwt.Verify(input+"."+pad(macOf(sha256.New, input)), secret, jwt.HS256, jwt.WithPadding())
		require.NoError(t, err)
		assert.Equal(t, pad(segment), base64.URLEncoding.EncodeToString(octets))
	}
	// A detached payload is padded in the signing input too.
	input := pad(b64(`{"alg":"HS256"}`)) + "."
	_, err := jwt.Verify(input+"."+pad(macOf(sha256.New, input+"YQ==")), secret, jwt.HS256, jwt.WithPadding(), jwt.WithDetachedPayload([]byte("a")))
	assert.NoError(t, err)
}

func TestMaxSize(t *testing.T) {
	token := claimed(`{"a":"` + strings.Repeat("a", 300_000) + `"}`)
	_, err := jwt.Decode(token, secret, jwt.HS256)
	assertClass(t, err, jwt.ErrDecode)
	_, err = jwt.Decode(token, secret, jwt.HS256, jwt.WithMaxSize(len(token)-1))
	assertClass(t, err, jwt.ErrDecode)
	_, err = jwt.Decode(token, secret, jwt.HS256, jwt.WithMaxSize(len(token)))
	assert.NoError(t, err)
	// To the character: 256 KiB where nothing else is said, and always in DecodeUnverified.
	const most = 256 << 10
	ofLength := func(n int) string {
		header := `{"alg":"HS256","typ":"JWT"}`
		room := n - len(forge(header, ""))
		if room%4 == 1 { // as no base64url has
			header += " "
			room = n - len(forge(header, ""))
		}
		return forge(header, `{"a":"`+strings.Repeat("a", room*3/4-8)+`"}`)
	}
	for n, class := range map[int]error{most - 1: nil, most: nil, most + 1: jwt.ErrDecode, most + 2: jwt.ErrDecode} {
		token := ofLength(n)
		require.Len(t, token, n)
		_, decodeErr := jwt.Decode(token, secret, jwt.HS256)
		_, verifyErr := jwt.Verify(token, secret, jwt.HS256)
		_, lookErr := jwt.DecodeUnverified(token)
		for _, err := range []error{decodeErr, verifyErr, lookErr} {
			if class == nil {
				assert.NoError(t, err, n)
			} else {
				assertClass(t, err, class)
			}
		}
	}
	// The header's own bound is the same whatever the size.
	header := func(n int) string { return `{"alg":"HS256","x":"` + strings.Repeat("x", n-22) + `"}` }
	require.Len(t, header(16384), 16384)
	_, err = jwt.Decode(forge(header(16384), `{}`), secret, jwt.HS256, jwt.WithMaxSize(1<<30))
	assert.NoError(t, err)
	_, err = jwt.Decode(forge(header(16385), `{}`), secret, jwt.HS256, jwt.WithMaxSize(1<<30))
	assertClass(t, err, jwt.ErrDecode)
}
