package main

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
)

// What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256.
const iterations = 600_000

// An account is a user as this program invents him. Its passwords are known to every
// reader; a real issuer stores what newUsers computes, and no password.
type account struct{ name, password, scope string }

var (
	alice = account{"alice", "down the rabbit hole", "orders:read reports:read"}
	bob   = account{"bob", "out of the chimney", "orders:read"}
)

// users are those who may log in, by name. They do not change, so requests share them.
type users map[string]user

type user struct {
	salt, hash []byte
	scope      string
}

// A loginCheck returns what a user may do, and whether name and password are right.
type loginCheck func(name, password string) (scope string, ok bool, err error)

func newUsers(accounts ...account) (users, error) {
	u := users{"": {salt: random(16), hash: random(sha256.Size)}} // nobody
	for _, a := range accounts {
		salt := random(16)
		hash, err := derive(a.password, salt)
		if err != nil {
			return nil, err
		}
		u[a.name] = user{salt, hash, a.scope}
	}
	return u, nil
}

// logIn is the loginCheck of these users. An unknown name costs what a wrong password
// costs: else the time of an answer would tell who has an account.
func (u users) logIn(name, password string) (string, bool, error) {
	found, known := u[name]
	if !known {
		found = u[""]
	}
	hash, err := derive(password, found.salt)
	if err != nil {
		return "", false, err
	}
	if subtle.ConstantTimeCompare(hash, found.hash) != 1 || !known || name == "" {
		return "", false, nil
	}
	return found.scope, true, nil
}

func derive(password string, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
