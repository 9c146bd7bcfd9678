package jwt_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/token-jwt/jwt"
)

// A service checks its policy when it starts, before the first token comes.
func ExampleNewDecoder() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	_, err := jwt.NewDecoder(key, jwt.HS256,
		jwt.WithAudience("orders"),
		jwt.WithoutCheck("aud")) // left over from a test
	fmt.Println(errors.Is(err, jwt.ErrInvalidOption))
	// Output: true
}

// What a service asks for is gathered from its settings.
func ExampleDecodeOption() {
	const leeway = 30 * time.Second // a setting of the program; 0 where it is not given

	opts := []jwt.DecodeOption{jwt.WithRequired("exp", "sub")}
	if leeway != 0 {
		opts = append(opts, jwt.WithLeeway(leeway))
	}
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, opts...)
	if err != nil {
		log.Fatal(err)
	}

	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	claims, err := decoder.Decode(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output: alice
}

// While keys change, a service counts which of them still sign.
func ExampleDecodeComplete() {
	// Never hard-code a real key.
	key, err := jwt.NewKey([]byte("a key for examples of 32 bytes or more"), jwt.WithKeyID("2026-11"))
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(time.Minute))
	if err != nil {
		log.Fatal(err)
	}

	decoded, err := jwt.DecodeComplete(token, key, jwt.HS256, jwt.WithRequired("exp"))
	if err != nil {
		log.Fatal(err)
	}
	signedBy := map[string]int{}
	signedBy[decoded.Header.KeyID]++
	fmt.Println(signedBy, decoded.Claims.Subject())
	// Output: map[2026-11:1] alice
}

// A tool for support shows what a token says, without any key.
func ExampleUnverifiedToken() {
	token := "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." +
		"eyJhZG1pbiI6dHJ1ZSwiZXhwIjo0MTAyNDQ0ODAwLCJzdWIiOiJhbGljZSJ9." +
		"5eCqPXmHtKA1NYWy7yFdtTtJ9beMJ-cu4hT7m9LUXRY"

	said, err := jwt.DecodeUnverified(token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("header: ", said.Header)
	fmt.Println("claims: ", string(said.Payload))
	fmt.Println("expires:", said.Claims.ExpiresAt().Format(time.DateOnly))
	// Output:
	// header:  {"alg":"HS256","typ":"JWT"}
	// claims:  {"admin":true,"exp":4102444800,"sub":"alice"}
	// expires: 2100-01-01
}

// A token without "exp" would be good for ever, so a service asks for it.
func ExampleWithRequired() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key) // WithExpiresIn was forgotten
	if err != nil {
		log.Fatal(err)
	}

	_, err = jwt.Decode(token, key, jwt.HS256)
	fmt.Println(err)
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithRequired("exp"))
	fmt.Println(errors.Is(err, jwt.ErrMissingClaim))
	// Output:
	// <nil>
	// true
}

// The clock of an issuer is a few seconds ahead, and its tokens are used at once.
func ExampleWithLeeway() {
	ahead := jwt.WithClock(func() time.Time { return time.Now().Add(10 * time.Second) })

	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithIssuedAt(), jwt.WithExpiresIn(time.Minute), ahead)
	if err != nil {
		log.Fatal(err)
	}

	_, err = jwt.Decode(token, key, jwt.HS256)
	fmt.Println(errors.Is(err, jwt.ErrImmature))
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithLeeway(30*time.Second))
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

// A token carries a whole document, and is longer than a header of HTTP may be.
func ExampleWithMaxSize() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Sign([]byte(strings.Repeat("a long document ", 20_000)), key)
	if err != nil {
		log.Fatal(err)
	}

	_, err = jwt.Verify(token, key, jwt.HS256)
	fmt.Println(errors.Is(err, jwt.ErrDecode))
	document, err := jwt.Verify(token, key, jwt.HS256, jwt.WithMaxSize(1<<20))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(document))
	// Output:
	// true
	// 320000
}

// The issuer gives out tokens for a day; to change a password, one must be from the last
// ten minutes.
func ExampleWithMaxTokenAge() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithIssuedAt(), jwt.WithExpiresIn(24*time.Hour),
		jwt.WithClock(func() time.Time { return time.Now().Add(-time.Hour) })) // made an hour ago
	if err != nil {
		log.Fatal(err)
	}

	_, err = jwt.Decode(token, key, jwt.HS256)
	fmt.Println(err)
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithMaxTokenAge(10*time.Minute))
	fmt.Println(errors.Is(err, jwt.ErrExpired))
	// Output:
	// <nil>
	// true
}

// Load balancers of AWS write base64url with padding.
func ExampleWithPadding() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	const token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ==.eyJzdWIiOiJhbGljZSJ9.cvEyksHKDpJsHUL_V3ugvpwwEnYLM-4QwFtT17KFlfs="

	_, err := jwt.Decode(token, key, jwt.HS256)
	fmt.Println(errors.Is(err, jwt.ErrDecode))
	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithPadding())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject())
	// Output:
	// true
	// alice
}

// A token for one service and for nobody beside it: the other could use it here.
func ExampleWithStrictAudience() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithAudience("payments", "newsletter"))
	if err != nil {
		log.Fatal(err)
	}

	claims, err := jwt.Decode(token, key, jwt.HS256, jwt.WithAudience("payments"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Audience())
	_, err = jwt.Decode(token, key, jwt.HS256, jwt.WithStrictAudience("payments"))
	fmt.Println(errors.Is(err, jwt.ErrInvalidAudience))
	// Output:
	// [payments newsletter]
	// true
}

// Logging out takes expired tokens too.
func ExampleWithoutCheck() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	expired, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithExpiresIn(time.Minute),
		jwt.WithClock(func() time.Time { return time.Now().Add(-time.Hour) }))
	if err != nil {
		log.Fatal(err)
	}

	claims, err := jwt.Decode(expired, key, jwt.HS256, jwt.WithoutCheck("exp"))
	if err != nil {
		log.Fatal(err) // the signature is checked as ever
	}
	fmt.Println("logged out:", claims.Subject())
	// Output: logged out: alice
}

// One call, without a decoder, waits for keys no longer than its request lasts.
func ExampleWithContext() {
	source := jwt.KeySourceFunc(func(ctx context.Context) (*jwt.KeySet, time.Duration, error) {
		<-ctx.Done() // a vault that does not answer
		return nil, 0, ctx.Err()
	})
	keys, err := jwt.NewLiveKeySet(source, jwt.WithFetchTimeout(50*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond) // of the request
	defer cancel()
	token := "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." +
		"eyJhZG1pbiI6dHJ1ZSwiZXhwIjo0MTAyNDQ0ODAwLCJzdWIiOiJhbGljZSJ9." +
		"5eCqPXmHtKA1NYWy7yFdtTtJ9beMJ-cu4hT7m9LUXRY"
	_, err = jwt.Decode(token, keys, jwt.HS256, jwt.WithContext(ctx))
	fmt.Println(errors.Is(err, jwt.ErrUnavailable), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

// A service has two names, the old one and the new.
func ExampleWithAudience() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithAudience("https://orders.example", "https://shop.example/orders"))
	if err != nil {
		log.Fatal(err)
	}

	for _, audience := range []string{"https://orders.example", "https://shop.example/orders", "https://mail.example"} {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithAudience(audience))
		if err != nil {
			log.Fatal(err)
		}
		_, err = decoder.Decode(token)
		fmt.Println(audience, errors.Is(err, jwt.ErrInvalidAudience))
	}
	// Output:
	// https://orders.example false
	// https://shop.example/orders false
	// https://mail.example true
}

// An issuer moves to another address, and both names are good for a while.
func ExampleWithIssuer() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	decoder, err := jwt.NewDecoder(key, jwt.HS256, jwt.WithIssuer("https://login.example", "https://id.example"))
	if err != nil {
		log.Fatal(err)
	}

	for _, issuer := range []string{"https://id.example", "https://id.example/"} {
		token, err := jwt.Encode(jwt.Claims{"sub": "alice"}, key, jwt.WithIssuer(issuer))
		if err != nil {
			log.Fatal(err)
		}
		_, err = decoder.Decode(token)
		fmt.Println(issuer, errors.Is(err, jwt.ErrInvalidIssuer)) // every character counts
	}
	// Output:
	// https://id.example false
	// https://id.example/ true
}

// A license file: its text is signed, and is no claims set.
func ExampleVerify() {
	// The program has the public key alone.
	public, err := jwt.ParseJWK([]byte(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if err != nil {
		log.Fatal(err)
	}
	// The example of RFC 8037, Appendix A.4.
	const license = "eyJhbGciOiJFZERTQSJ9." +
		"RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." +
		"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

	text, err := jwt.Verify(license, public, jwt.EdDSA)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	// Output: Example of Ed25519 signing
}

// The receiver of a webhook has the body, and the signature in a header of the request.
func ExampleWithDetachedPayload() {
	// Never hard-code a real key.
	key := []byte("a key for examples of 32 bytes or more")
	const signature = "eyJhbGciOiJIUzI1NiJ9..W4jfp-5BF8Z0nOe_rN5ZKIS1zKF4b44LWTjmaSb2JR8"

	for _, body := range []string{`{"event":"paid"}`, `{"event":"refunded"}`} {
		_, err := jwt.Verify(signature, key, jwt.HS256, jwt.WithDetachedPayload([]byte(body)))
		fmt.Println(body, errors.Is(err, jwt.ErrInvalidSignature))
	}
	// Output:
	// {"event":"paid"} false
	// {"event":"refunded"} true
}

// A parameter of the header that this package knows nothing of.
func ExampleHeader() {
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"2026-11","region":"eu"}`)) + ".e30."

	said, err := jwt.DecodeUnverified(token) // or DecodeComplete: its Header is verified
	if err != nil {
		log.Fatal(err)
	}
	region, ok := said.Header.Param("region")
	fmt.Println(said.Header.Algorithm, said.Header.KeyID, region, ok)
	// Output: HS256 2026-11 eu true
}
