package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A browser is a headless Chromium, driven by the WebDriver protocol: JSON over HTTP to
// a chromedriver on this machine.
type browser struct {
	t       *testing.T
	client  *http.Client
	session string // its URL
}

// newBrowser starts one that ends with the test. Where there is no chromedriver the test
// is skipped, or fails if JWT_BROWSER is "required". It is for one test after the other:
// t is the one that uses it.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		if os.Getenv("JWT_BROWSER") == "required" {
			require.NoError(t, err, "JWT_BROWSER is required; scripts/browser installs it")
		}
		t.Skip("there is no chromedriver; scripts/browser installs it")
	}
	profile, err := os.MkdirTemp("", "jwt-browser")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // last, as the browser writes to its end
	command := exec.Command(driver, "--port=0")
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill() // after the session below, and the Chromium with it
		_ = command.Wait()
	})
	var port string
	started := regexp.MustCompile(`started successfully on port (\d+)`)
	for lines := bufio.NewScanner(out); port == "" && lines.Scan(); {
		if found := started.FindStringSubmatch(lines.Text()); found != nil {
			port = found[1]
		}
	}
	require.NotEmpty(t, port, "chromedriver did not start")
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process

	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	b := &browser{t, &http.Client{Transport: transport, Timeout: time.Minute}, "http://127.0.0.1:" + port + "/session"}
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir=" + profile,
	}
	var opened struct{ SessionID string }
	b.call("POST", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:chromeOptions": map[string]any{"args": args},
		"goog:loggingPrefs":  map[string]any{"browser": "ALL"},
	}}}, &opened)
	b.session += "/" + opened.SessionID
	t.Cleanup(func() { b.call("DELETE", "", nil, nil) })
	return b
}

// call sends one command, and stops the test where it fails.
func (b *browser) call(method, command string, argument, result any) {
	b.t.Helper()
	if argument == nil {
		argument = struct{}{}
	}
	body, err := json.Marshal(argument)
	require.NoError(b.t, err)
	request, err := http.NewRequest(method, b.session+command, bytes.NewReader(body))
	require.NoError(b.t, err)
	response, err := b.client.Do(request)
	require.NoError(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, response.StatusCode, "%s %s: %s", method, command, text)
	if result != nil {
		require.NoError(b.t, json.Unmarshal(text, &struct{ Value any }{result}))
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.call("POST", "/url", map[string]any{"url": url}, nil)
}

// eval runs a script in the page, and returns what it returns.
func eval[T any](b *browser, script string, args ...any) (result T) {
	b.t.Helper()
	if args == nil {
		args = []any{}
	}
	b.call("POST", "/execute/sync", map[string]any{"script": script, "args": args}, &result)
	return result
}

// element finds one by a CSS selector.
func (b *browser) element(selector string) (found map[string]string) {
	b.t.Helper()
	b.call("POST", "/element", map[string]any{"using": "css selector", "value": selector}, &found)
	return found
}

func (b *browser) click(selector string) {
	b.t.Helper()
	for _, id := range b.element(selector) {
		b.call("POST", "/element/"+id+"/click", nil, nil)
	}
}

// hover moves the pointer over an element.
func (b *browser) hover(selector string) {
	b.t.Helper()
	b.call("POST", "/actions", map[string]any{"actions": []any{
		map[string]any{"type": "pointer", "id": "mouse", "actions": []any{
			map[string]any{"type": "pointerMove", "duration": 0, "origin": b.element(selector), "x": 0, "y": 0},
		}},
	}}, nil)
}

// The keys that have no character, as WebDriver writes them.
const (
	keyTab   = "\uE004"
	keyEnter = "\uE007"
)

// keys presses keys, one after the other, wherever the focus is.
func (b *browser) keys(text string) {
	b.t.Helper()
	var actions []map[string]any
	for _, key := range text {
		actions = append(actions,
			map[string]any{"type": "keyDown", "value": string(key)},
			map[string]any{"type": "keyUp", "value": string(key)})
	}
	b.call("POST", "/actions", map[string]any{"actions": []any{
		map[string]any{"type": "key", "id": "keyboard", "actions": actions},
	}}, nil)
}

// until waits for a condition of the page, which is a JavaScript expression.
func (b *browser) until(condition string) {
	b.t.Helper()
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if eval[bool](b, "return Boolean("+condition+")") {
			return
		}
		require.Less(b.t, time.Since(start), 15*time.Second, "not so in time: %s; the page says:\n%s",
			condition, eval[string](b, "return document.body.innerText"))
	}
}

// devtools sends a command of Chromium's own protocol.
func (b *browser) devtools(command string, params map[string]any) {
	b.t.Helper()
	b.call("POST", "/goog/cdp/execute", map[string]any{"cmd": command, "params": params}, nil)
}

func (b *browser) size(width, height int) {
	b.t.Helper()
	b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
}

func (b *browser) scheme(name string) {
	b.t.Helper()
	b.devtools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": name}}})
}

// complaints are what the console says, but for answers that are no 200: some calls are
// made to be refused.
func (b *browser) complaints() (all []string) {
	b.t.Helper()
	var log []struct{ Source, Message string }
	b.call("POST", "/se/log", map[string]any{"type": "browser"}, &log)
	for _, entry := range log {
		if entry.Source != "network" {
			all = append(all, entry.Source+": "+entry.Message)
		}
	}
	return all
}

// picture keeps what the page looks like, where JWT_SCREENSHOTS names a folder for it.
func (b *browser) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("JWT_SCREENSHOTS")
	if folder == "" {
		return
	}
	height := eval[int](b, "return document.documentElement.scrollHeight")
	width := eval[int](b, "return innerWidth")
	b.size(width, height)
	var picture string
	b.call("GET", "/screenshot", nil, &picture)
	png, err := base64.StdEncoding.DecodeString(picture)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
}
