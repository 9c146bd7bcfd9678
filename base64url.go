package jwt

// The one base64url of the package: RFC 4648, Section 5, without padding, as
// RFC 7515, Section 2 defines it. Decoding is canonical: of all the texts that
// a lenient decoder would map to the same octets exactly one is accepted, the
// one that encoding gives. So there are no line breaks, no padding, no letters
// of the standard alphabet, and no bits set that encode nothing.

const base64urlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// base64urlPairs holds the two letters of each 12 bits.
var base64urlPairs = func() (t [1 << 12][2]byte) {
	for i := range t {
		t[i] = [2]byte{base64urlAlphabet[i>>6], base64urlAlphabet[i&63]}
	}
	return
}()

// base64urlBits holds the value of each letter, shifted to the place it has as
// the first to the fourth of a group; what is no letter sets the bit base64urlBad.
var base64urlBits = func() (t [4][256]uint32) {
	for place := range t {
		for i := range t[place] {
			t[place][i] = base64urlBad
		}
		for i := range len(base64urlAlphabet) {
			t[place][base64urlAlphabet[i]] = uint32(i) << (18 - 6*place)
		}
	}
	return
}()

const base64urlBad = 1 << 31

// base64urlLen is the length of the text of n octets.
func base64urlLen(n int) int { return n/3*4 + (n%3*8+5)/6 }

// appendBase64url appends the text of src to dst.
func appendBase64url(dst, src []byte) []byte {
	dst, n := extend(dst, base64urlLen(len(src)))
	out := dst[n:]
	for len(src) >= 3 && len(out) >= 4 {
		bits := uint(src[0])<<16 | uint(src[1])<<8 | uint(src[2])
		high, low := &base64urlPairs[bits>>12], &base64urlPairs[bits&0xfff]
		out[0], out[1], out[2], out[3] = high[0], high[1], low[0], low[1]
		src, out = src[3:], out[4:]
	}
	switch len(src) {
	case 1:
		pair := base64urlPairs[uint(src[0])<<4]
		out[0], out[1] = pair[0], pair[1]
	case 2:
		bits := uint(src[0])<<8 | uint(src[1])
		pair := base64urlPairs[bits>>4]
		out[0], out[1], out[2] = pair[0], pair[1], base64urlAlphabet[bits&15<<2]
	}
	return dst
}

// appendBase64urlDecoded appends the octets of text to dst. It reports false
// for a text that is not exactly what appendBase64url writes; the length of
// dst is then as it was.
func appendBase64urlDecoded(dst []byte, text string) ([]byte, bool) {
	rest := len(text) % 4
	if rest == 1 {
		return dst, false
	}
	dst, n := extend(dst, len(text)/4*3+rest*6/8)
	out := dst[n:]
	t := &base64urlBits
	for len(text) >= 16 && len(out) >= 12 {
		a := t[0][text[0]] | t[1][text[1]] | t[2][text[2]] | t[3][text[3]]
		b := t[0][text[4]] | t[1][text[5]] | t[2][text[6]] | t[3][text[7]]
		c := t[0][text[8]] | t[1][text[9]] | t[2][text[10]] | t[3][text[11]]
		d := t[0][text[12]] | t[1][text[13]] | t[2][text[14]] | t[3][text[15]]
		if (a|b|c|d)&base64urlBad != 0 {
			return dst[:n], false
		}
		out[0], out[1], out[2] = byte(a>>16), byte(a>>8), byte(a)
		out[3], out[4], out[5] = byte(b>>16), byte(b>>8), byte(b)
		out[6], out[7], out[8] = byte(c>>16), byte(c>>8), byte(c)
		out[9], out[10], out[11] = byte(d>>16), byte(d>>8), byte(d)
		text, out = text[16:], out[12:]
	}
	for len(text) >= 4 && len(out) >= 3 {
		a := t[0][text[0]] | t[1][text[1]] | t[2][text[2]] | t[3][text[3]]
		if a&base64urlBad != 0 {
			return dst[:n], false
		}
		out[0], out[1], out[2] = byte(a>>16), byte(a>>8), byte(a)
		text, out = text[4:], out[3:]
	}
	switch rest {
	case 2:
		a := t[0][text[0]] | t[1][text[1]]
		if a&(base64urlBad|0xffff) != 0 { // 4 bits that encode nothing must be zero
			return dst[:n], false
		}
		out[0] = byte(a >> 16)
	case 3:
		a := t[0][text[0]] | t[1][text[1]] | t[2][text[2]]
		if a&(base64urlBad|0xff) != 0 { // 2 bits that encode nothing must be zero
			return dst[:n], false
		}
		out[0], out[1] = byte(a>>16), byte(a>>8)
	}
	return dst, true
}

// extend makes dst longer by more octets and gives its old length too.
func extend(dst []byte, more int) ([]byte, int) {
	n := len(dst)
	if cap(dst)-n < more {
		dst = append(dst, make([]byte, more)...)
		return dst, n
	}
	return dst[:n+more], n
}
