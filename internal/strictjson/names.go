package strictjson

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
)

// Names: finding duplicates in an object, and finding the number of a name. Time must stay
// linear, whatever names an attacker writes.

// fewNames is the largest number of names for which an object is searched for duplicates
// name by name. Objects with more names use a nameSet.
const fewNames = 16

// hashName is a fast hash. It is not collision resistant. But no two names of up to three
// bytes have the same hash: it is then a one-to-one function of the length and the bytes.
func hashName(name []byte) uint32 {
	var first, last uint64
	switch n := len(name); {
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(name)), uint64(binary.LittleEndian.Uint32(name[n-4:]))
	case n > 0:
		all := uint32(name[0]) | uint32(name[n/2])<<8 | uint32(name[n-1])<<16 | uint32(n)<<24
		return bits.RotateLeft32(all*0x9e3779b1, 16) // an odd factor, so this can be undone
	}
	return uint32((first ^ bits.RotateLeft64(last, 29) ^ uint64(len(name))<<50) * 0x9e3779b97f4a7c15 >> 32)
}

// sameName compares two names whose hashes are equal.
func sameName(a string, b []byte) bool { return len(a) == len(b) && (len(a) <= 3 || a == string(b)) }

// seen reports whether the object already has a member of that name. members is how many
// members it has.
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

// A nameSet is a hash set with open addressing. It has the names of all objects with many
// names.
//
// The index of a slot comes from a randomly seeded hash of the name and the object: the hash
// of the name is hashed again together with the object. If the object were only added to the
// hash of the name, an attacker could choose objects whose slots are all adjacent, whatever
// the seed.
type nameSet struct {
	slots []nameSlot
	used  int
	base  uint32 // slots with a name up to base are free: they are from earlier documents
	last  uint32 // the largest name of any slot
}

type nameSlot struct {
	hash uint32
	name uint32 // base plus the node of the name; the node is never 0
}

var nameSeed = maphash.MakeSeed()

// clear takes constant time, so that a text with many names does not slow down later ones.
func (s *nameSet) clear() {
	s.used, s.base = 0, s.last
	if s.base > math.MaxUint32/2 { // below that, the nodes of any document still fit above base
		clear(s.slots)
		s.base, s.last = 0, 0
	}
}

// add adds a name, and reports whether it is new.
func (s *nameSet) add(d *Document, object, name int) bool {
	if s.used == 0 {
		s.allocate(d.text)
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

// holds reports whether a name is in the object. It is slow, but called about once for each
// document: equal names with equal hashes are a duplicate, unless the hashes of two objects
// collide.
func (d *Document) holds(object, name Node) bool {
	i := object + 1
	for i < name {
		i = d.end(i + 1)
	}
	return i == name
}

// allocate makes the table large enough for all names of a text. Each name has a colon, and a
// member has at least five bytes. So the table never grows, which would need twice the memory.
func (s *nameSet) allocate(text []byte) {
	names := min(bytes.Count(text, []byte(":")), len(text)/leastMember+1)
	slots := 64
	for 3*slots < 4*names {
		slots *= 2
	}
	if slots > len(s.slots) {
		*s = nameSet{slots: make([]nameSlot, slots)}
	}
}

// A nameIndex is a hash table of names: the fields of a struct, or the names of a Format.
type nameIndex struct {
	names []indexedName // from index 1 on
	first [64]int       // for each bucket its first name, or 0
}

type indexedName struct {
	name string
	hash uint32
	next int // the next name in the bucket, or 0
}

func newNameIndex(names []string) *nameIndex {
	x := &nameIndex{names: make([]indexedName, len(names)+1)}
	for i := len(names); i > 0; i-- {
		name := names[i-1]
		hash := hashName(bytesOf(name))
		bucket := &x.first[hash%uint32(len(x.first))]
		x.names[i] = indexedName{name, hash, *bucket}
		*bucket = i
	}
	return x
}

// find returns the number of a name, or 0. hash is the hash of the name.
func (x *nameIndex) find(name []byte, hash uint32) int {
	i := x.first[hash%uint32(len(x.first))]
	for i != 0 {
		n := &x.names[i]
		if n.hash == hash && sameName(n.name, name) {
			break
		}
		i = n.next
	}
	return i
}
