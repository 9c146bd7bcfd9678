package main

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
)

// What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256.
const iterations = 600_000

// The people of the story. A program that is no example has no password in its
// text: it stores what newUsers computes when a user signs up.
var (
	alice = newcomer{profile{User: "alice", Name: "Alice Liddell"}, "down the rabbit hole"}
	bob   = newcomer{profile{User: "bob", Name: "Bob the Lizard"}, "out of the chimney"}
)

type newcomer struct {
	profile  profile
	password string
}

// A profile is what a service tells of a user.
type profile struct {
	User string `json:"user"`
	Name string `json:"name"`
}

// A record is a user as a service stores him: no password, only what it can be
// compared with.
type record struct {
	profile    profile
	salt, hash []byte
}

// users are those who may log in to one service. They do not change, so requests
// share them.
type users struct {
	byName map[string]record
	nobody record // stands in for users that do not exist
}

func newUsers(newcomers ...newcomer) (*users, error) {
	u := &users{
		byName: make(map[string]record),
		nobody: record{salt: randomOctets(16), hash: randomOctets(sha256.Size)},
	}
	for _, n := range newcomers {
		salt := randomOctets(16)
		hash, err := derive(n.password, salt)
		if err != nil {
			return nil, err
		}
		u.byName[n.profile.User] = record{n.profile, salt, hash}
	}
	return u, nil
}

// find returns the profile of a user, and whether name and password are right.
// A name that is unknown costs what a wrong password costs: else the time of an
// answer would tell who has an account.
func (u *users) find(name, password string) (profile, bool, error) {
	r, known := u.byName[name]
	if !known {
		r = u.nobody
	}
	hash, err := derive(password, r.salt)
	if err != nil {
		return profile{}, false, err
	}
	// Nobody's hash is random, but that no password fits it is not left to chance.
	if subtle.ConstantTimeCompare(hash, r.hash) != 1 || !known {
		return profile{}, false, nil
	}
	return r.profile, true, nil
}

func derive(password string, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
}

func randomOctets(n int) []byte {
	octets := make([]byte, n)
	rand.Read(octets) // never fails: crypto/rand ends the program instead
	return octets
}
