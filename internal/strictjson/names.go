package strictjson

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// Names: finding duplicates in an object, and finding the number of a name. Time must stay
// linear, whatever names an attacker writes.

// fewNames is the largest number of names for which an object is searched for duplicates
// name by name. Objects with more names use a hash set.
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
			d.addName(object, i)
		}
	}
	return !d.addName(object, name)
}

// Equal reports whether two strings are the same after unescaping.
func (d *Document) Equal(i, j Node) bool {
	d.compared = append(d.compared[:0], d.String(i)...)
	return bytes.Equal(d.compared, d.String(j))
}

// The names of all objects with many names are in one hash set with open addressing.
//
// The index of a slot comes from a randomly seeded hash of the name and the object: the hash
// of the name is hashed again together with the object. If the object were only added to the
// hash of the name, an attacker could choose objects whose slots are all adjacent, whatever
// the seed.

type nameSlot struct {
	hash uint32
	name Node // 0 if the slot is free
}

var nameSeed = maphash.MakeSeed()

// addName adds a name to the hash set, and reports whether it is new.
func (d *Document) addName(object, name int) bool {
	if len(d.names) == 0 {
		d.makeNames()
	}
	hash := uint32(maphash.Comparable(nameSeed, [2]uint64{maphash.Bytes(nameSeed, d.String(Node(name))), uint64(object)}))
	mask := uint32(len(d.names) - 1)
	at := hash & mask
	for ; d.names[at].name != 0; at = (at + 1) & mask {
		if other := d.names[at]; other.hash == hash && d.Equal(other.name, Node(name)) && d.holds(Node(object), other.name) {
			return false
		}
	}
	d.names[at] = nameSlot{hash, Node(name)}
	return true
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

// makeNames makes the set large enough for all names of the text. Each name has a colon, and a
// member has at least five bytes. So the set never grows, which would need twice the memory. A
// text with few names clears only a small part of the memory that one with many has left.
func (d *Document) makeNames() {
	names := min(bytes.Count(d.text, []byte(":")), len(d.text)/leastMember+1)
	slots := max(64, 1<<bits.Len(uint(4*names/3))) // at least a quarter stays free
	if slots > cap(d.names) {
		d.names = make([]nameSlot, slots)
	}
	d.names = d.names[:slots]
	clear(d.names)
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
