package differential

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// What is done to a text afterwards: to its JSON, its base64url, its dots, its
// signature.

// garble changes the text of an object, mostly so that it is no strict JSON.
func (g *maker) garble(text string) string {
	at := g.IntN(len(text) + 1)
	kind := g.IntN(20)
	g.mark("garbled (%d)", kind)
	member := func(value string) string { // as the first one
		rest := strings.TrimPrefix(text, "{")
		if strings.TrimSpace(rest) != "}" {
			value += ","
		}
		return "{" + value + rest
	}
	switch kind {
	case 0:
		return text + pick(g, []string{" ", "\n", "\r\n\t ", "x", "{}", "\x00", ",", "}", "]", "null", `{"alg":"none"}`, "\ufeff", "\v", "\u00a0"})
	case 1:
		return pick(g, []string{" ", "\n", "\ufeff", "\x00", "[", "x", "\u00a0", "\v"}) + text
	case 2:
		return pick(g, []string{"[]", "null", `"text"`, "7", "", "true", "[" + text + "]", quoted(text), "{", "}", " ", "{}", "{} "})
	case 3:
		return member(`"utf8":"` + pick(g, []string{"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\x80", "\xf4\x90\x80\x80"}) + `"`)
	case 4:
		return member(`"half":"` + pick(g, []string{`\ud83d`, `\ude00`, `\ud83dx`, `\ud83d\u0041`, `\ude00\ud83d`, `\uDBFF\uDBFF`}) + `"`)
	case 5:
		return member(`"` + pick(g, []string{"\xff", `\ud800`}) + `":1`)
	case 6:
		return member(`"control":"` + pick(g, []string{"\x00", "\n", "\x1f", "\t"}) + `"`)
	case 7:
		return member(`"lax":` + pick(g, []string{"NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x10", "1e", "-", "'text'", "undefined", "nul", "True", `"\x41"`, `"\u12"`, "[1,]", "{,}", `{"a":1,}`, `"open`, "1_000", "/*c*/1", ""}))
	case 8:
		return strings.Replace(text, "}", ",}", 1)
	case 9:
		return strings.Replace(text, `"`, pick(g, []string{"'", "", `\"`, "\u201c"}), 2)
	case 10:
		return strings.Replace(text, ":", pick(g, []string{" : ", "=", "::", "\n:\t", ""}), 1)
	case 11:
		return strings.Replace(text, ",", pick(g, []string{" , ", ";", ",,", "\n,\r", "\v,", ""}), 1)
	case 12:
		return text[:at]
	case 13:
		return text[:at] + pick(g, []string{"\x00", " ", "\ufeff", "/**/", "\xff", "0", `"`, "\\"}) + text[at:]
	case 14:
		if at < len(text) {
			octets := []byte(text)
			octets[at] ^= 1 << g.IntN(8)
			return string(octets)
		}
		return text
	case 15:
		return member(fmt.Sprintf(`"deep":%s%s`, strings.Repeat("[", 70), strings.Repeat("]", 70)))
	case 16:
		return member(`"x":{"y":1,"y":1}`)
	case 17:
		return member(`"long":` + pick(g, []string{strings.Repeat("1", 256), strings.Repeat("1", 257), "1." + strings.Repeat("0", 300), "1e" + strings.Repeat("0", 300)}))
	case 18:
		if !g.one(40) { // it costs too much to be frequent
			return strings.ReplaceAll(text, ":", ": ")
		}
		return member(`"large":"` + strings.Repeat("x", pick(g, []int{8 << 10, 64 << 10, 200 << 10})) + `"`)
	}
	return member(`"pad":"` + strings.Repeat("x", pick(g, []int{1, 2, 3, 100, 7000, 16300, 16400})) + `"`)
}

// Segments.

// respell writes a segment another way, mostly one that a lenient decoder reads
// as the same octets.
func (g *maker) respell(segment string) string {
	at := g.IntN(len(segment) + 1)
	kind := g.IntN(9)
	g.mark("respelled (%d)", kind)
	switch kind {
	case 0:
		return segment[:at] + pick(g, []string{"\n", "\r", "\r\n", "\r\n\r\n"}) + segment[at:]
	case 1:
		return segment[:at] + pick(g, []string{" ", "\t", "\x00", "!", "*", ",", "\u00e9", "%3D"}) + segment[at:]
	case 2:
		return pad(segment)
	case 3:
		return segment + pick(g, []string{"=", "==", "===", "A", "AA", "\n", " "})
	case 4:
		return strings.NewReplacer("-", "+", "_", "/").Replace(segment)
	case 5, 6: // set bits that encode nothing
		if len(segment)%4 > 1 {
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			if i := strings.IndexByte(alphabet, segment[len(segment)-1]); i >= 0 {
				return segment[:len(segment)-1] + string(alphabet[i|1])
			}
		}
		return segment
	case 7:
		if at < len(segment) {
			return segment[:at] + string(segment[at]^1) + segment[at+1:]
		}
		return segment
	}
	return segment[:at]
}

func (g *maker) resegment(parts []string) []string {
	kind := g.IntN(15)
	g.mark("resegmented (%d)", kind)
	i := g.IntN(len(parts))
	switch kind {
	case 0:
		return slices.Delete(slices.Clone(parts), i, i+1)
	case 1:
		return slices.Insert(slices.Clone(parts), i, pick(g, []string{"", "AA", parts[0]}))
	case 2:
		return append(parts, "", "")
	case 3:
		return []string{parts[0], parts[len(parts)-1], parts[1]}
	case 4:
		parts = slices.Clone(parts)
		parts[i] = ""
		return parts
	case 5, 6:
		return []string{pick(g, []string{" ", "\n", "\t", "\v", "\u00a0", "\ufeff", "\x00"}) + strings.Join(parts, ".")}
	case 7, 8:
		return []string{strings.Join(parts, ".") + pick(g, []string{" ", "\n", "\r\n", "\t", "\x00", ".", "\u2003"})}
	case 9:
		return []string{"Bearer " + strings.Join(parts, ".")}
	case 10:
		if len(parts) == 3 {
			return []string{fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1], parts[2])}
		}
		return []string{"{}"}
	case 11:
		return []string{strings.Join(parts, pick(g, []string{"..", ",", " ", "\n.", "%2E", "\u3002"}))}
	case 12:
		return []string{quoted(strings.Join(parts, "."))}
	case 13:
		none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + pick(g, []string{"none", "None", "nOnE", ""}) + `"}`))
		return []string{none, parts[1%len(parts)], pick(g, []string{"", parts[len(parts)-1]})}
	}
	if g.one(30) {
		return []string{strings.Join(parts, ".") + strings.Repeat(pick(g, []string{".", "A"}), 256<<10)}
	}
	return []string{""}
}

// Signatures.

// spoil changes a signature.
func (g *maker) spoil(signature []byte, d *draft, m *material) []byte {
	kind := g.IntN(12)
	g.mark("spoiled signature (%d)", kind)
	signature = slices.Clone(signature)
	input := d.segments[0] + "." + d.segments[1]
	switch kind {
	case 0:
		return signature[:g.IntN(len(signature)+1)]
	case 1:
		return append(signature, pick(g, [][]byte{{0}, {0, 0, 0, 0}, {1}, signature})...)
	case 2:
		return append([]byte{0}, signature...)
	case 3:
		return nil
	case 4:
		return make([]byte, len(signature))
	case 5:
		if len(signature) > 0 {
			signature[g.IntN(len(signature))] ^= 1 << g.IntN(8)
		}
		return signature
	case 6:
		return []byte(base64.RawURLEncoding.EncodeToString(signature))
	case 7: // by another key, or hash
		switch m.kind {
		case "oct":
			return mac(pick(g, []*material{secretA, secretB, secret31}).secret, pick(g, names[:3]), input)
		case "OKP":
			return edB.sign("EdDSA", input)
		}
		return mac(pemOf(m), "HS256", input)
	}
	switch key := m.signer.(type) {
	case *ecdsa.PrivateKey:
		return g.spoilEC(signature, key)
	case *rsa.PrivateKey:
		s, n := new(big.Int).SetBytes(signature), key.N
		switch g.IntN(3) {
		case 0:
			return new(big.Int).Add(s, n).FillBytes(make([]byte, max(len(signature), key.Size())+1))
		case 1:
			return signature[min(1, len(signature)):]
		}
		return new(big.Int).Sub(n, new(big.Int).Mod(s, n)).FillBytes(make([]byte, key.Size()))
	}
	if m.kind == "OKP" && len(signature) == 64 { // S plus the order of the group
		order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
		s := slices.Clone(signature[32:])
		slices.Reverse(s)
		sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).Bytes()
		if slices.Reverse(sum); len(sum) <= 32 {
			return append(signature[:32:32], append(sum, make([]byte, 32-len(sum))...)...)
		}
	}
	return signature
}

func (g *maker) spoilEC(signature []byte, key *ecdsa.PrivateKey) []byte {
	half := len(signature) / 2
	if half == 0 {
		return signature
	}
	r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
	n := key.Curve.Params().N
	join := func(r, s *big.Int) []byte {
		wide := max(half, (r.BitLen()+7)/8, (s.BitLen()+7)/8)
		return append(r.FillBytes(make([]byte, wide)), s.FillBytes(make([]byte, wide))...)
	}
	switch g.IntN(7) {
	case 0:
		der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		must(err)
		return der
	case 1:
		return join(r, new(big.Int).Mod(new(big.Int).Neg(s), n)) // the other half, which holds as well
	case 2:
		return join(s, r)
	case 3:
		return join(new(big.Int), s)
	case 4:
		return join(r, n)
	case 5:
		return join(new(big.Int).Add(r, n), s)
	}
	return append(append([]byte{0}, signature[:half]...), append([]byte{0}, signature[half:]...)...)
}

func halvesOfDER(der []byte) (r, s *big.Int) {
	var halves struct{ R, S *big.Int }
	_, err := asn1.Unmarshal(der, &halves)
	must(err)
	return halves.R, halves.S
}
