package strictjson

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
)

// Names: duplicates in an object, and finding a name among those that are wanted. Time
// must stay linear whatever names an attacker writes.

// fewNames is the number of names of an object up to which duplicates are found by
// comparing names of equal hashes. Objects of more names use a nameSet.
const fewNames = 16

// hashName is a fast hash. It is not collision resistant.
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

// seen reports whether the object has a member of that name already; members is how many
// it has.
func (d *Document) seen(object, name, members int) bool {
	if members < fewNames {
		for i := object + 1; i < name; i = int(d.nodes[i+1].next) {
			if d.nodes[i].next == d.nodes[name].next && d.Equal(Node(i), Node(name)) {
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

// Equal reports whether two strings are the same after unescaping.
func (d *Document) Equal(i, j Node) bool {
	d.compared = append(d.compared[:0], d.String(i)...)
	return bytes.Equal(d.compared, d.String(j))
}

// A nameSet is a hash set of the names of all objects that have many, with open
// addressing.
//
// A slot's index comes from a randomly seeded hash alone: the hash of the name is hashed
// again together with the object. If the object were added to the hash instead, an
// attacker could choose objects so that all their slots are adjacent, whatever the seed.
type nameSet struct {
	slots []nameSlot
	used  int
	base  uint32 // a slot of an earlier document is not above it, so clearing is free
	last  uint32 // the largest name of any slot
}

type nameSlot struct {
	hash uint32
	name uint32 // base plus the node of the name, which is never 0; the slot is free if it is not above base
}

var nameSeed = maphash.MakeSeed()

// clear takes constant time: one text of many names does not make all later ones slow.
func (s *nameSet) clear() {
	s.used, s.base = 0, s.last
	if s.base > math.MaxUint32/2 { // a document has fewer nodes than are left above
		clear(s.slots)
		s.base, s.last = 0, 0
	}
}

// add reports whether the name was not there before.
func (s *nameSet) add(d *Document, object, name int) bool {
	if s.used == 0 {
		s.makeRoom(d.text)
	}
	hash := hashOfMember(d.String(Node(name)), object)
	mask := uint32(len(s.slots) - 1)
	at := hash & mask
	for ; s.slots[at].name > s.base; at = (at + 1) & mask {
		if other := Node(s.slots[at].name - s.base); s.slots[at].hash == hash && d.Equal(other, Node(name)) && d.holds(Node(object), other) {
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

// holds reports whether the object has that name. It is called about once a document:
// equal names with equal hashes are a duplicate, unless the hashes of two objects collide.
func (d *Document) holds(object, name Node) bool {
	i := object + 1
	for i < name {
		i = d.end(i + 1)
	}
	return i == name
}

// makeRoom makes the table large enough for all names of a text, each of which has a
// colon and at least five bytes. It never grows, which would need as much memory again.
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

// A nameIndex finds names by their hashes: the fields of a struct, the names of a Format.
type nameIndex struct {
	names []string // at 1, 2, ...
	next  []int    // of each name the next one in its bucket, or 0
	first [64]int  // of each bucket
}

func newNameIndex(names []string) *nameIndex {
	x := &nameIndex{names: append([]string{""}, names...), next: make([]int, len(names)+1)}
	for i := len(names); i > 0; i-- {
		bucket := &x.first[hashName(bytesOf(x.names[i]))%uint32(len(x.first))]
		x.next[i], *bucket = *bucket, i
	}
	return x
}

// find returns the number of a name, whose hash is given, or 0.
func (x *nameIndex) find(name []byte, hash uint32) int {
	i := x.first[hash%uint32(len(x.first))]
	for i != 0 && x.names[i] != string(name) {
		i = x.next[i]
	}
	return i
}
