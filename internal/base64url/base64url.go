// Package base64url reads and writes base64url (RFC 4648, Section 5) without padding, as
// RFC 7515, Section 2 defines it. It is faster than encoding/base64, and stricter.
//
// Decoding is canonical: it accepts exactly the text that encoding writes. Line breaks,
// padding, characters of the standard alphabet, and unused bits that are not zero are refused.
package base64url

import (
	"encoding/binary"
	"slices"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// pairs maps 12 bits to two characters, the first one in the low byte.
var pairs = func() (t [1 << 12]uint16) {
	for i := range t {
		t[i] = uint16(alphabet[i>>6]) | uint16(alphabet[i&63])<<8
	}
	return
}()

// digits maps a character to its 6 bits, shifted for the first to the fourth digit of a
// group. Characters that are not in the alphabet have the bit notADigit.
var digits = func() (t [4][256]uint32) {
	for digit := range t {
		for i := range t[digit] {
			t[digit][i] = notADigit
		}
		for i := range len(alphabet) {
			t[digit][alphabet[i]] = uint32(i) << (18 - 6*digit)
		}
	}
	return
}()

const notADigit = 1 << 31

// EncodedLen returns the length of the text of n bytes.
func EncodedLen(n int) int { return n/3*4 + (n%3*8+5)/6 }

// EncodeToString returns the text of src.
func EncodeToString(src []byte) string { return string(AppendEncode(nil, src)) }

// AppendEncode appends the text of src to dst.
func AppendEncode(dst, src []byte) []byte {
	n, more := len(dst), EncodedLen(len(src))
	dst = slices.Grow(dst, more)[:n+more]
	out := dst[n:]
	t := &pairs
	for len(src) >= 14 && len(out) >= 16 { // 12 bytes a step, read as 8 and 8
		x, y := binary.BigEndian.Uint64(src), binary.BigEndian.Uint64(src[6:])
		binary.LittleEndian.PutUint64(out, uint64(t[x>>52])|uint64(t[x>>40&0xfff])<<16|
			uint64(t[x>>28&0xfff])<<32|uint64(t[x>>16&0xfff])<<48)
		binary.LittleEndian.PutUint64(out[8:], uint64(t[y>>52])|uint64(t[y>>40&0xfff])<<16|
			uint64(t[y>>28&0xfff])<<32|uint64(t[y>>16&0xfff])<<48)
		src, out = src[12:], out[16:]
	}
	for len(src) >= 3 && len(out) >= 4 {
		x := uint32(src[0])<<16 | uint32(src[1])<<8 | uint32(src[2])
		binary.LittleEndian.PutUint32(out, uint32(t[x>>12])|uint32(t[x&0xfff])<<16)
		src, out = src[3:], out[4:]
	}
	switch len(src) {
	case 1:
		binary.LittleEndian.PutUint16(out, t[uint32(src[0])<<4])
	case 2:
		x := uint32(src[0])<<8 | uint32(src[1])
		binary.LittleEndian.PutUint16(out, t[x>>4])
		out[2] = alphabet[x&15<<2]
	}
	return dst
}

// AppendDecode appends the bytes of text to dst. It returns false if text is not exactly what
// AppendEncode writes. The length of dst is then unchanged, but its capacity may have grown.
func AppendDecode(dst []byte, text string) ([]byte, bool) {
	rest := len(text) % 4
	if rest == 1 {
		return dst, false
	}
	n, more := len(dst), len(text)/4*3+rest*6/8
	dst = slices.Grow(dst, more)[:n+more]
	out := dst[n:]
	t := &digits
	for len(text) >= 16 && len(out) >= 12 {
		a := t[0][text[0]] | t[1][text[1]] | t[2][text[2]] | t[3][text[3]]
		b := t[0][text[4]] | t[1][text[5]] | t[2][text[6]] | t[3][text[7]]
		c := t[0][text[8]] | t[1][text[9]] | t[2][text[10]] | t[3][text[11]]
		d := t[0][text[12]] | t[1][text[13]] | t[2][text[14]] | t[3][text[15]]
		if (a|b|c|d)&notADigit != 0 {
			return dst[:n], false
		}
		binary.BigEndian.PutUint64(out, uint64(a)<<40|uint64(b)<<16|uint64(c)>>8)
		binary.BigEndian.PutUint32(out[8:], c<<24|d)
		text, out = text[16:], out[12:]
	}
	for len(text) >= 4 && len(out) >= 3 {
		a := t[0][text[0]] | t[1][text[1]] | t[2][text[2]] | t[3][text[3]]
		if a&notADigit != 0 {
			return dst[:n], false
		}
		out[0], out[1], out[2] = byte(a>>16), byte(a>>8), byte(a)
		text, out = text[4:], out[3:]
	}
	switch rest {
	case 2:
		a := t[0][text[0]] | t[1][text[1]]
		if a&(notADigit|0xffff) != 0 { // the 4 unused bits must be zero
			return dst[:n], false
		}
		out[0] = byte(a >> 16)
	case 3:
		a := t[0][text[0]] | t[1][text[1]] | t[2][text[2]]
		if a&(notADigit|0xff) != 0 { // the 2 unused bits must be zero
			return dst[:n], false
		}
		out[0], out[1] = byte(a>>16), byte(a>>8)
	}
	return dst, true
}
