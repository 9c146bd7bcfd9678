package jwt

// What the tests of base64url and of the JSON walk need to reach directly.

func AppendBase64url(dst, src []byte) []byte { return appendBase64url(dst, src) }
func AppendBase64urlDecoded(dst []byte, text string) ([]byte, bool) {
	return appendBase64urlDecoded(dst, text)
}

// ParseJSON walks a text, and returns its members where it is accepted.
func ParseJSON(text []byte) (map[string]any, bool) {
	var d document
	if !d.parse(text) {
		return nil, false
	}
	d.share()
	return d.anyObject(0), true
}

// SignOctets signs an input whose header is not one that this package writes.
func SignOctets(key *Key, alg Algorithm, input []byte) ([]byte, error) {
	state, err := key.usable()
	if err != nil {
		return nil, err
	}
	return state.sign(alg, nil, input)
}
