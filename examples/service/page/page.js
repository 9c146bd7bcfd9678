"use strict";

// Nothing is verified here. A page can show what a token says; whether that is true can
// only be told by who has the keys, and decided by who guards something.

const names = ["header", "claims", "signature"];
const $ = (id) => document.getElementById(id);

let token = ""; // as the issuer gave it, in memory alone: other scripts could read what is stored
let sent = ""; // as it is shown and sent, perhaps with one character changed
let ends, lasts; // of the token, in milliseconds
let ticking;

// element makes one that shows a text as a text, whatever is in it.
function element(name, text, className = "") {
  const e = document.createElement(name);
  e.textContent = text;
  e.className = className;
  return e;
}

// Log in

for (const button of document.querySelectorAll("[data-user]")) {
  button.addEventListener("click", () => {
    $("username").value = button.dataset.user;
    $("password").value = button.dataset.password;
    $("login").querySelector("button").focus();
  });
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  say("login-answer", "");
  try {
    const response = await fetch("/login", { method: "POST", body: new URLSearchParams(new FormData(event.target)) });
    const answer = await response.json();
    if (!response.ok) {
      say("login-answer", `The issuer answered ${response.status}: ${answer.error}.`, true);
      return;
    }
    say("login-answer", `The issuer signed a token for ${$("username").value}. It is below.`);
    start(answer.token);
  } catch {
    say("login-answer", "The issuer does not answer. Is the program still running?", true);
  }
});

function say(id, text, bad = false) {
  $(id).textContent = text;
  $(id).classList.toggle("bad", bad);
}

function start(fresh) {
  token = fresh;
  const claims = decode(token.split(".")[1]).value;
  // By the clock of this machine, which is also the issuer's.
  ends = claims.exp * 1000;
  lasts = ends - claims.iat * 1000;
  $("left").max = lasts;
  $("no-token").hidden = true;
  $("life").hidden = $("parts").hidden = false;
  $("sends").textContent = "Each call sends the token above, as it stands there.";
  for (const service of ["orders", "reports"]) {
    $(service).replaceChildren();
  }
  show(token);
  say("tamper-answer", "");
  clearInterval(ticking);
  ticking = setInterval(tick, 250);
  tick();
}

function tick() {
  const left = ends - Date.now();
  const over = left <= 0;
  $("countdown").textContent = over
    ? `Expired ${span(-left)} ago. Log in again for another one.`
    : `Valid for another ${span(left)}, until ${clock(ends)}`;
  $("left").value = Math.max(left, 0);
  $("life").classList.toggle("over", over);
  const announced = over ? "The token has expired." : "";
  if ($("expired").textContent !== announced) {
    $("expired").textContent = announced; // once, as it is read aloud
  }
}

const clock = (ms) => new Date(ms).toLocaleTimeString();

function span(ms) {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// Show the token

function show(text) {
  sent = text;
  const shown = document.createDocumentFragment();
  let at = 0;
  text.split(".").forEach((part, n) => {
    if (n > 0) {
      shown.append(element("span", ".", "dot"));
      at++;
    }
    const span = element("span", "", names[n]);
    for (const letter of part) {
      const i = element("i", letter, letter === token[at] ? "" : "changed");
      i.dataset.at = at++;
      span.append(i);
    }
    shown.append(span);
  });
  $("token").replaceChildren(shown);
  $("token").setAttribute("aria-label", `The token, ${text.length} characters in three parts`);

  const [header, claims, signature] = text.split(".");
  const [rightHeader, rightClaims] = token.split(".");
  $("header").replaceChildren(members(decode(header), decode(rightHeader)));
  $("claims").replaceChildren(members(decode(claims), decode(rightClaims)));
  $("signature").replaceChildren(element("p", `${Math.floor((signature.length * 3) / 4)} bytes, over the two parts before it. Only the issuer’s private key makes them.`, "note"));
}

// decode reads a part as base64url of JSON. What is no JSON is a text.
function decode(part) {
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return { text };
  }
}

const meanings = {
  alg: () => "how it is signed",
  kid: () => "by which key",
  typ: () => "what it is: an access token",
  iss: () => "by whom",
  sub: () => "about whom",
  aud: () => "for whom",
  scope: () => "what it allows",
  client_id: () => "who asked for it",
  iat: (v) => `issued at ${clock(v * 1000)}`,
  exp: (v) => `ends at ${clock(v * 1000)}`,
  jti: () => "its number",
};

// members lists those of a part, and marks where they are not as the issuer wrote them.
function members({ text, value }, right) {
  if (value === null || typeof value !== "object") {
    const all = document.createDocumentFragment();
    all.append(element("p", "This is no JSON any more:"), element("p", text, "raw"));
    return all;
  }
  const list = document.createElement("dl");
  for (const [name, v] of Object.entries(value)) {
    const dd = element("dd", "");
    const isRight = JSON.stringify(v) === JSON.stringify(right.value[name]);
    dd.append(element("code", typeof v === "string" ? v : JSON.stringify(v), isRight ? "" : "changed"));
    if (Object.hasOwn(meanings, name)) {
      dd.append(" ", element("span", meanings[name](v), "note"));
    }
    list.append(element("dt", name), dd);
  }
  return list;
}

// Change one character

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const random = (n) => Math.floor(Math.random() * n); // nothing secret is chosen by it

$("token").addEventListener("click", (event) => {
  if (event.target.dataset.at !== undefined) {
    change(Number(event.target.dataset.at));
  }
});

for (const button of document.querySelectorAll("[data-part]")) {
  button.addEventListener("click", () => {
    const parts = token.split(".");
    const n = Number(button.dataset.part);
    const before = parts.slice(0, n).join(".").length + (n > 0 ? 1 : 0);
    change(before + random(parts[n].length));
  });
}

// change makes another character of the one at an index of the token, and shows what
// the services make of that. Any earlier change is put back.
function change(at) {
  const was = token[at];
  const is = alphabet[(alphabet.indexOf(was) + 1 + random(alphabet.length - 1)) % alphabet.length];
  const part = names[token.slice(0, at).split(".").length - 1];
  show(token.slice(0, at) + is + token.slice(at + 1));
  callBoth(`Character ${at + 1}, in the ${part}, was ${was} and is ${is} now.`);
}

$("restore").addEventListener("click", () => {
  show(token);
  callBoth("The token is again as the issuer signed it.");
});

async function callBoth(why) {
  say("tamper-answer", why);
  const called = sent;
  const [orders, reports] = await Promise.all([ask("orders"), ask("reports")]);
  if (called === sent) { // else it was changed again meanwhile
    say("tamper-answer", `${why} Orders answers ${orders}, and reports ${reports}.`);
  }
}

// Call the services

const turns = { orders: 0, reports: 0 };

for (const button of document.querySelectorAll("[data-service]")) {
  button.addEventListener("click", () => ask(button.dataset.service));
}

// ask calls a service, shows its answer, and returns the status.
async function ask(service) {
  const turn = ++turns[service];
  let parts;
  let status = "nothing";
  try {
    const headers = sent === "" ? {} : { Authorization: `Bearer ${sent}` };
    const response = await fetch(`/${service}`, { headers, cache: "no-store" });
    status = response.status;
    parts = answer(response, await response.text());
  } catch {
    parts = [element("p", "No answer. Is the program still running?", "verdict bad")];
  }
  if (turn === turns[service]) { // else a later call was faster
    $(service).replaceChildren(...parts);
  }
  return status;
}

function answer(response, body) {
  const challenge = response.headers.get("WWW-Authenticate") ?? "";
  const parts = [element("p", `${response.status}: ${verdict(response.status, challenge)}`, `verdict ${response.ok ? "good" : "bad"}`)];
  if (challenge !== "") {
    parts.push(element("p", `WWW-Authenticate: ${challenge}`, "raw"));
  }
  try {
    body = JSON.stringify(JSON.parse(body), null, 2);
  } catch {} // then it is a line of text
  parts.push(element("p", body.trim(), "raw"));
  return parts;
}

function verdict(status, challenge) {
  switch (status) {
    case 200:
      return "let in";
    case 401:
      if (challenge.includes("expired")) return "refused, the token has expired";
      return challenge.includes("invalid_token") ? "refused, the token is not valid" : "refused, there is no token";
    case 403:
      return "refused, the token lacks the scope";
    case 503:
      return "not now, the keys cannot be fetched";
  }
  return "not as expected";
}
