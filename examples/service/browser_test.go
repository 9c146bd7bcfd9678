package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The page as people use it. A chromedriver does it, which scripts/browser installs.

func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes long to start")
	}
	b := newBrowser(t)
	b.size(1200, 900)
	b.scheme("light")
	with := func(test func(*testing.T, *browser)) func(*testing.T) {
		return func(t *testing.T) {
			whole := b.t
			b.t = t
			defer func() { b.t = whole }()
			test(t, b)
			assert.Empty(t, b.complaints())
		}
	}
	t.Run("log in, call, tamper", with(browserTampers))
	t.Run("a scope that lacks", with(browserLacksScope))
	t.Run("expire", with(browserExpires))
}

// says is the condition that an element has a text.
func says(id, text string) string {
	return fmt.Sprintf("document.getElementById(%q).innerText.includes(%q)", id, text)
}

// logIn opens the page and uses the keyboard alone.
func (b *browser) logIn(address string, who account) {
	b.t.Helper()
	b.open(address)
	b.keys(keyTab + who.name + keyTab + who.password + keyEnter)
}

func browserTampers(t *testing.T, b *browser) {
	address, _ := startServing(t, "-lifetime", "1h")
	b.open(address)
	b.picture("1-start")
	b.click("[data-service=orders]")
	b.until(says("orders", "401: refused, there is no token"))

	b.logIn(address, account{name: "alice", password: "wrong"})
	b.until(says("login-answer", "wrong user name or password"))
	assert.True(t, eval[bool](b, "return document.getElementById('parts').hidden"))

	b.logIn(address, alice)
	b.until(says("login-answer", "signed a token for alice"))
	b.until("document.querySelectorAll('#token .header, #token .claims, #token .signature').length === 3")
	token := eval[string](b, "return document.getElementById('token').textContent")
	assert.Regexp(t, `^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{86}$`, token)
	assert.Len(t, eval[[]string](b, "return [...new Set([...document.querySelectorAll('#token > span:not(.dot)')].map(e => getComputedStyle(e).color))]"), 3, "three colours")
	for _, condition := range []string{
		says("header", "ES256"), says("header", "at+jwt"),
		says("claims", "alice"), says("claims", "orders:read reports:read"), says("claims", address),
		says("signature", "64 bytes"), says("countdown", "Valid for another 59 min"),
	} {
		b.until(condition)
	}

	b.click("[data-service=orders]")
	b.until(says("orders", "200: let in") + "&&" + says("orders", "a looking glass"))
	b.click("[data-service=reports]")
	b.until(says("reports", "200: let in"))
	b.picture("2-called")

	for n, part := range []string{"header", "claims", "signature"} {
		b.click(fmt.Sprintf("[data-part='%d']", n))
		b.until(says("tamper-answer", "in the "+part) + "&&" + says("tamper-answer", "Orders answers 401, and reports 401"))
		b.until(says("orders", "401: refused, the token is not valid") + "&&" + says("reports", "401: refused, the token is not valid"))
		b.until(says("orders", `error="invalid_token"`))
		assert.Equal(t, 1, eval[int](b, "return document.querySelectorAll('#token ."+part+" .changed').length"))
		assert.NotEqual(t, token, eval[string](b, "return document.getElementById('token').textContent"))
		b.picture("3-changed-" + part)
		b.click("#restore")
		b.until(says("tamper-answer", "Orders answers 200, and reports 200"))
		assert.Zero(t, eval[int](b, "return document.querySelectorAll('.changed').length"))
		assert.Equal(t, token, eval[string](b, "return document.getElementById('token').textContent"))
	}
	b.click("#token .signature i:last-child")
	b.until(says("tamper-answer", "in the signature") + "&&" + says("tamper-answer", "Orders answers 401"))

	assert.Empty(t, eval[[]string](b, "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(arguments[0] + '/'))", address),
		"nothing is asked of others")
	assert.Empty(t, eval[[]string](b, "return [...Object.values(localStorage), ...Object.values(sessionStorage), document.cookie].filter(Boolean)"),
		"nothing is stored")
}

func browserLacksScope(t *testing.T, b *browser) {
	address, _ := startServing(t, "-lifetime", "1h")
	b.open(address)
	b.click("[data-user=bob]")
	b.keys(keyEnter) // the button to log in has the focus
	b.until(says("login-answer", "signed a token for bob"))
	b.click("[data-service=orders]")
	b.until(says("orders", "200: let in"))
	b.click("[data-service=reports]")
	b.until(says("reports", "403: refused, the token lacks the scope") + "&&" + says("reports", `scope="reports:read"`))
	b.click("[data-part='1']")
	b.until(says("tamper-answer", "Orders answers 401"))

	for _, width := range []int{1200, 800, 360, 320} {
		for _, scheme := range []string{"light", "dark"} {
			b.size(width, 900)
			b.scheme(scheme)
			b.hover("#token .changed")
			assert.LessOrEqual(t, eval[int](b, "return document.documentElement.scrollWidth"), width, "nothing sticks out")
			assert.Empty(t, eval[[]string](b, faint), "%d %s", width, scheme)
			b.picture(fmt.Sprintf("4-%d-%s", width, scheme))
		}
	}
	b.size(1200, 900)
	b.scheme("light")
}

func browserExpires(t *testing.T, b *browser) {
	address, _ := startServing(t, "-lifetime", "2s")
	b.logIn(address, alice)
	b.until("document.getElementById('countdown').innerText.startsWith('Expired')")
	b.until(says("expired", "The token has expired."))
	b.click("[data-service=orders]")
	b.until(says("orders", "401: refused, the token has expired"))
	b.picture("5-expired")
}

// faint lists texts whose contrast with what is behind them is under 4.5 (WCAG 2, 1.4.3).
const faint = `
const rgb = (color) => color.match(/[\d.]+/g).map(Number);
const light = (color) => {
	const [r, g, b] = rgb(color).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (e) => {
	for (; e; e = e.parentElement) {
		const color = getComputedStyle(e).backgroundColor;
		if (rgb(color)[3] !== 0) return color;
	}
	return "rgb(255, 255, 255)";
};
const found = new Set();
for (const e of document.body.querySelectorAll("*")) {
	const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "");
	if (!own || !e.checkVisibility()) continue;
	const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
	const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (contrast < 4.5) found.add(e.tagName + "." + e.className + " " + contrast.toFixed(2));
}
return [...found];
`
