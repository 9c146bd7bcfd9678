package main

import (
	"path"
	"slices"
	"strings"
)

// The one table of cases, and what a library is to it.

// A library is ours or a peer.
type library struct {
	name    string
	module  string // whose version the report names
	version string // what the report says in its place, of one of the others
	through string // of a guard: the framework that it is for
	ways    func(*material) []way
}

// A way is one manner of using a library: its most usual, or its fastest that is
// documented. A part that is nil is one that this way does not have.
type way struct {
	name       string
	algorithms []string // for which it verifies; nil for all

	// Each prepares one piece of work and returns it. Keys, policies and the
	// type that the library wants a token in are part of preparing.
	verifyMap    func(alg, token string) op
	verifyStruct func(alg, token string) op
	sign         func(alg string, claims flatClaims) op

	// again is verifyStruct, set up for tokens that come again, and once more for
	// tokens of which none does. No peer has such a thing: verifyStruct stands in.
	again    func(alg, token string) op
	newToken func(alg, token string) op

	// once decodes into a map with a raw key, and nothing prepared.
	once func(token string) op

	// guard sends a request with the token through a framework.
	guard func(through string) func(token string) op
}

// An op is a piece of work that can be done again and again, by one goroutine at
// a time. result gives what the last run came to: claims that encoding/json can
// write, or a token.
type op struct {
	run    func() error
	loop   func(n int) // run so many times; nil where run is called as often
	result func() any
}

// A benchCase is a row of the table.
type benchCase struct {
	name       string
	alg        string
	token      string     // what it verifies
	claims     flatClaims // what it signs, or what must come out of the token
	work       work
	refuses    bool
	goroutines int
	through    string // the framework of a guard
	floors     []floor
}

// work picks what a way does in a case, for any token; nil where it has no such thing.
type work func(*way) func(token string) op

// libraries in the order of the report; ours is the first.
var libraries = slices.Concat([]library{ours, golangJWT, goJose, jwxV3}, newer, []library{kataras, cristalhq, pascaldekloe, gbrlsnchs}, guards)

func casesOf(m *material) []benchCase {
	var all []benchCase
	intoStruct := func(alg string) work {
		return func(w *way) func(string) op {
			if w.verifyStruct == nil {
				return nil
			}
			return func(token string) op { return w.verifyStruct(alg, token) }
		}
	}
	repeated := func(alg string, again func(w *way) func(alg, token string) op) work {
		return func(w *way) func(string) op {
			if again(w) == nil {
				return intoStruct(alg)(w)
			}
			return func(token string) op { return again(w)(alg, token) }
		}
	}
	again := func(w *way) func(alg, token string) op { return w.again }
	newToken := func(w *way) func(alg, token string) op { return w.newToken }
	signing := func(alg string, claims flatClaims) work {
		return func(w *way) func(string) op {
			if w.sign == nil {
				return nil
			}
			return func(string) op { return w.sign(alg, claims) }
		}
	}

	for _, s := range sizes {
		token, claims := m.tokens["HS256/"+s.name], m.claims[s.name]
		all = append(all,
			benchCase{name: "verify/struct/" + s.name, alg: hs256, token: token, claims: claims, work: intoStruct(hs256), floors: m.verifyFloors(token)},
			benchCase{name: "verify/map/" + s.name, alg: hs256, token: token, claims: claims, work: intoMap(hs256), floors: m.verifyFloors(token)},
			benchCase{name: "sign/struct/" + s.name, alg: hs256, claims: claims, work: signing(hs256, claims), floors: m.signFloors(token)})
	}
	slices.SortStableFunc(all, func(a, b benchCase) int { return -strings.Compare(path.Dir(a.name), path.Dir(b.name)) })

	token, claims := m.tokens["HS256/195B"], m.claims["195B"]
	once := func(w *way) func(string) op { return w.once }
	all = append(all,
		benchCase{name: "once/map/195B", alg: hs256, token: token, claims: claims, work: once, floors: m.verifyFloors(token)},
		benchCase{name: "refuse/bad-signature", alg: hs256, token: m.badSig, work: intoStruct(hs256), refuses: true, floors: m.verifyFloors(m.badSig)[:1]},
		benchCase{name: "refuse/expired", alg: hs256, token: m.expired, work: intoStruct(hs256), refuses: true, floors: m.verifyFloors(m.expired)},
		benchCase{name: "refuse/garbage", alg: hs256, token: m.garbage, work: intoStruct(hs256), refuses: true},
		benchCase{name: "refuse/dots-1MB", alg: hs256, token: m.dots, work: intoStruct(hs256), refuses: true})
	for _, alg := range algorithms[1:] {
		token := m.tokens[alg+"/195B"]
		all = append(all, benchCase{name: "verify/" + alg, alg: alg, token: token, claims: claims, work: intoStruct(alg), floors: m.bareVerify(alg, token)})
	}
	for _, alg := range algorithms[1:] {
		token := m.tokens[alg+"/195B"]
		all = append(all,
			benchCase{name: "repeat/" + alg, alg: alg, token: token, claims: claims, work: repeated(alg, again), floors: m.repeatFloors(token)},
			benchCase{name: "new/" + alg, alg: alg, token: token, claims: claims, work: repeated(alg, newToken), floors: m.bareVerify(alg, token)})
	}
	for _, alg := range algorithms[1:] {
		all = append(all, benchCase{name: "sign/" + alg, alg: alg, claims: claims, work: signing(alg, claims), floors: m.bareSign(alg, m.tokens[alg+"/195B"])})
	}
	for n, name := range []string{"parallel/1", "parallel/2"} {
		all = append(all, benchCase{name: name, alg: hs256, token: token, claims: claims, work: intoStruct(hs256), goroutines: n + 1})
	}
	return all
}

func intoMap(alg string) work {
	return func(w *way) func(string) op {
		if w.verifyMap == nil || w.algorithms != nil && !slices.Contains(w.algorithms, alg) {
			return nil
		}
		return func(token string) op { return w.verifyMap(alg, token) }
	}
}
