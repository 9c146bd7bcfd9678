package jwt

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
)

// No name twice: the part of the walk that must not be slow for anyone.

// fewNames is how many names of an object are compared one with another, those
// whose hashes meet. Where there are more, all names are kept in a set, so that
// time stays linear whatever an attacker writes.
const fewNames = 16

// hashName tells most names apart at a glance. Anybody can make some that it does not.
func hashName(name []byte) uint32 {
	var first, last uint64
	switch n := len(name); {
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(name)), uint64(binary.LittleEndian.Uint32(name[n-4:]))
	case n > 0:
		first, last = uint64(name[0])|uint64(name[n/2])<<8, uint64(name[n-1])
	}
	return uint32((first ^ bits.RotateLeft64(last, 29) ^ uint64(len(name))<<50) * 0x9e3779b97f4a7c15 >> 32)
}

// seen reports whether one of the members that the object has so far is of the same
// name; members is how many they are.
func (d *document) seen(object, name, members int) bool {
	if members < fewNames {
		for i := object + 1; i < name; i = int(d.nodes[i+1].next) {
			if d.nodes[i].next == d.nodes[name].next && d.equal(i, name) {
				return true
			}
		}
		return false
	}
	if members == fewNames {
		for i := object + 1; i < name; i = int(d.nodes[i+1].next) {
			d.names.add(d, object, i)
		}
	}
	return !d.names.add(d, object, name)
}

// equal compares two names after unescaping.
func (d *document) equal(i, j int) bool {
	a, b := &d.nodes[i], &d.nodes[j]
	if !a.escaped && !b.escaped {
		return bytes.Equal(d.text[a.start:a.end], d.text[b.start:b.end])
	}
	first := d.text[a.start:a.end]
	if a.escaped { // into memory of its own, as string writes over the other
		d.compared = appendUnescaped(d.compared[:0], first)
		first = d.compared
	}
	return bytes.Equal(first, d.string(uint32(j)))
}

// A nameSet is a hash set of the names of all objects that have many, in one open table.
//
// The whole of a slot's index comes out of a hash that is seeded at random: that of the
// name is hashed again, together with the object. Were the object added to it instead,
// an attacker could place objects so that all their slots lie side by side, whatever
// the seed.
type nameSet struct {
	slots []nameSlot
	used  int
	base  uint32 // what earlier documents left is not above it: so a set is cleared at no cost
	last  uint32 // the largest name of any slot
}

type nameSlot struct {
	hash uint32
	name uint32 // base and the node of the name, which is never node 0; free where it is not above base
}

var nameSeed = maphash.MakeSeed()

// clear takes the same time whatever the table's size: one token of many names does not
// make all later ones slow.
func (s *nameSet) clear() {
	s.used, s.base = 0, s.last
	if s.base > math.MaxUint32/2 { // a document has fewer nodes than are left above
		clear(s.slots)
		s.base, s.last = 0, 0
	}
}

// add reports whether the name was not there before.
func (s *nameSet) add(d *document, object, name int) bool {
	if s.used == 0 {
		s.makeRoom(d.text)
	}
	hash := hashOfMember(d.string(uint32(name)), object)
	mask := uint32(len(s.slots) - 1)
	at := hash & mask
	for ; s.slots[at].name > s.base; at = (at + 1) & mask {
		if other := int(s.slots[at].name - s.base); s.slots[at].hash == hash && d.equal(other, name) && d.holds(object, other, name) {
			return false
		}
	}
	slot := nameSlot{hash, s.base + uint32(name)}
	s.slots[at], s.last = slot, max(s.last, slot.name)
	s.used++
	return true
}

func hashOfMember(name []byte, object int) uint32 {
	var both [16]byte
	binary.LittleEndian.PutUint64(both[:], maphash.Bytes(nameSeed, name))
	binary.LittleEndian.PutUint64(both[8:], uint64(object))
	return uint32(maphash.Bytes(nameSeed, both[:]))
}

// holds reports whether the object has that name among its members before end. It is
// asked once a document or so: names that are equal are a duplicate, unless the hashes
// of two objects meet.
func (d *document) holds(object, name, end int) bool {
	i := object + 1
	for i < end && i != name {
		i = int(d.nodes[i+1].next)
	}
	return i == name
}

// makeRoom makes the table large enough for all names of a text, of which each has a
// colon and at least five bytes. It never grows: that would take as much memory again.
func (s *nameSet) makeRoom(text []byte) {
	names := min(bytes.Count(text, []byte(":")), len(text)/leastMember+1)
	slots := 64
	for 3*slots < 4*names {
		slots *= 2
	}
	if slots > len(s.slots) {
		*s = nameSet{slots: make([]nameSlot, slots)}
	}
}
