package jwt

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
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

// A nameSet is the names of all objects that have many, in one open table.
// Its hash is seeded at random, so nobody can make names that collide.
type nameSet struct {
	slots []nameSlot
	used  int
}

type nameSlot struct {
	hash   uint32
	object uint32
	name   uint32 // the node of the name; 0 where the slot is free (node 0 is never a name)
}

var nameSeed = maphash.MakeSeed()

func (s *nameSet) clear() {
	if s.used > 0 {
		clear(s.slots)
		s.used = 0
	}
}

// add reports whether the name was not there before.
func (s *nameSet) add(d *document, object, name int) bool {
	if 2*(s.used+1) > len(s.slots) {
		s.grow()
	}
	sum := maphash.Bytes(nameSeed, d.string(uint32(name)))
	slot := nameSlot{hash: uint32(sum) + uint32(object)*0x9e3779b1, object: uint32(object), name: uint32(name)}
	at := s.find(slot, func(other nameSlot) bool {
		return other.hash == slot.hash && other.object == slot.object && d.equal(int(other.name), name)
	})
	if s.slots[at].name != 0 {
		return false
	}
	s.slots[at] = slot
	s.used++
	return true
}

// find returns the place of the slot that is the same, or of the free one.
func (s *nameSet) find(slot nameSlot, same func(nameSlot) bool) int {
	mask := len(s.slots) - 1
	for at := int(slot.hash) & mask; ; at = (at + 1) & mask {
		if s.slots[at].name == 0 || same(s.slots[at]) {
			return at
		}
	}
}

func (s *nameSet) grow() {
	old := s.slots
	s.slots = make([]nameSlot, max(64, 2*len(old)))
	for _, slot := range old {
		if slot.name != 0 {
			s.slots[s.find(slot, func(nameSlot) bool { return false })] = slot
		}
	}
}
