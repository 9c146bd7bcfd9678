package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"
	"time"
)

// The floors: what the standard library needs for the cryptography, the encoding
// and the time of one case, without any allocation that can be spared. No library
// that does the work can be faster, unless it has better code for a part of it.

// A floor is one part of the work.
type floor struct {
	name string
	run  func()
}

// verifyFloors are those of a token with a MAC.
func (m *material) verifyFloors(token string) []floor {
	dot := strings.LastIndexByte(token, '.')
	mac, want := hmac.New(sha256.New, m.secret), must(base64.RawURLEncoding.DecodeString(token[dot+1:]))
	input, sum := []byte(token[:dot]), make([]byte, 0, 32)
	text, data := splitBytes(token), make([]byte, len(token))
	return []floor{
		{"crypto/hmac", func() {
			mac.Reset()
			mac.Write(input)
			sum = mac.Sum(sum[:0])
			hmac.Equal(sum, want)
		}},
		{"encoding/base64", func() {
			for _, segment := range text {
				base64.RawURLEncoding.Decode(data, segment)
			}
		}},
		{"time.Now", func() { _ = time.Now() }},
	}
}

func (m *material) signFloors(token string) []floor {
	mac := hmac.New(sha256.New, m.secret)
	input, sum := []byte(token[:strings.LastIndexByte(token, '.')]), make([]byte, 0, 32)
	var segments [][]byte
	for _, segment := range splitBytes(token) {
		segments = append(segments, must(base64.RawURLEncoding.AppendDecode(nil, segment)))
	}
	text := make([]byte, len(token))
	return []floor{
		{"crypto/hmac", func() {
			mac.Reset()
			mac.Write(input)
			sum = mac.Sum(sum[:0])
		}},
		{"encoding/base64", func() {
			for _, segment := range segments {
				base64.RawURLEncoding.Encode(text, segment)
			}
		}},
	}
}

// repeatFloors are those of a token that was verified before.
func (m *material) repeatFloors(token string) []floor {
	all, data := m.verifyFloors(token), []byte(token)
	all[0] = floor{"crypto/sha256", func() { sha256.Sum256(data) }}
	return all
}

// bareVerify is the asymmetric operation alone, hashing included.
func (m *material) bareVerify(alg, token string) []floor {
	dot := strings.LastIndexByte(token, '.')
	input, signature := []byte(token[:dot]), must(base64.RawURLEncoding.DecodeString(token[dot+1:]))
	switch alg {
	case es256:
		type pair struct{ R, S *big.Int }
		der := must(asn1.Marshal(pair{new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])}))
		return []floor{{"crypto/ecdsa", func() {
			sum := sha256.Sum256(input)
			ecdsa.VerifyASN1(&m.ec.PublicKey, sum[:], der)
		}}}
	case rs256:
		return []floor{{"crypto/rsa", func() {
			sum := sha256.Sum256(input)
			rsa.VerifyPKCS1v15(&m.rsa.PublicKey, crypto.SHA256, sum[:], signature)
		}}}
	}
	public := m.edPublic()
	return []floor{{"crypto/ed25519", func() { ed25519.Verify(public, input, signature) }}}
}

func (m *material) bareSign(alg, token string) []floor {
	input := []byte(token[:strings.LastIndexByte(token, '.')])
	switch alg {
	case es256:
		return []floor{{"crypto/ecdsa", func() {
			sum := sha256.Sum256(input)
			ecdsa.SignASN1(rand.Reader, m.ec, sum[:])
		}}}
	case rs256:
		return []floor{{"crypto/rsa", func() {
			sum := sha256.Sum256(input)
			rsa.SignPKCS1v15(nil, m.rsa, crypto.SHA256, sum[:])
		}}}
	}
	return []floor{{"crypto/ed25519", func() { ed25519.Sign(m.ed, input) }}}
}

func splitBytes(token string) [][]byte {
	var all [][]byte
	for segment := range strings.SplitSeq(token, ".") {
		all = append(all, []byte(segment))
	}
	return all
}

func sha256Of(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}
