// The tasks of docs/migrating.md with jsonwebtoken. Input and answer are JSON: see
// clients_test.go.

import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import jwt from 'jsonwebtoken'

const given = JSON.parse(readFileSync(0, 'utf8'))
const { secret, token: tokens, issuer } = given

function task1() {
  // page: 1
  const token = jwt.sign({ sub: 'alice' }, secret, { algorithm: 'HS256', expiresIn: '15m' })
  // end
  return { token }
}

function task2(token) {
  // page: 2
  const claims = jwt.verify(token, secret, {
    algorithms: ['HS256'],
    issuer: 'https://login.example',
    audience: 'orders',
  })
  // end
  return { subject: claims.sub }
}

function task3() {
  // page: 3
  const token = jwt.sign({ roles: ['editor'] }, secret,
    { algorithm: 'HS256', subject: 'alice', expiresIn: '1h' })
  const { sub, roles } = jwt.verify(token, secret, { algorithms: ['HS256'] })
  // end
  return { token, subject: sub, roles }
}

function task4(token) {
  let status, reason = ''
  // page: 4
  try {
    jwt.verify(token, secret, { algorithms: ['HS256'] })
    status = 200
  } catch (e) {
    if (!(e instanceof jwt.JsonWebTokenError)) throw e
    status = 401
    reason = e instanceof jwt.TokenExpiredError ? 'expired' : 'invalid'
  }
  // end
  return { status, reason }
}

function task5(oldToken) {
  const { older: oldSecret, newer: newSecret } = given
  let subject
  // page: 5
  const keys = { '2026-11': newSecret, '2026-10': oldSecret }
  const token = jwt.sign({ sub: 'alice' }, newSecret,
    { algorithm: 'HS256', keyid: '2026-11', expiresIn: '1h' })
  const getKey = ({ kid }, done) =>
    Object.hasOwn(keys, kid) ? done(null, keys[kid]) : done(new Error('no key of this ID'))
  jwt.verify(oldToken, getKey, { algorithms: ['HS256'] }, (err, claims) => {
    if (err) throw err
    subject = claims.sub
  })
  // end
  return { token, subject }
}

function task6() {
  const { privatePEM, publicPEM } = given
  // page: 6
  const token = jwt.sign({ sub: 'alice' }, privatePEM, { algorithm: 'RS256', expiresIn: '1h' })
  const claims = jwt.verify(token, publicPEM, { algorithms: ['RS256'] })
  // end
  return { token, subject: claims.sub }
}

async function task7(token) {
  // page: 7
  const { keys } = await (await fetch(issuer + '/jwks.json')).json() // or the package jwks-rsa
  const { kid } = jwt.decode(token, { complete: true }).header
  const jwk = keys.find((k) => k.kid === kid)
  if (!jwk) throw new Error('no key of this ID')
  const claims = jwt.verify(token, createPublicKey({ key: jwk, format: 'jwk' }),
    { algorithms: ['RS256', 'ES256'], issuer, audience: 'orders' })
  // end
  return { subject: claims.sub }
}

function task8(header) {
  // page: 8
  const guard = (req, res, next) => { // a middleware for Express
    try {
      const [, token] = (req.headers.authorization ?? '').split(' ')
      req.claims = jwt.verify(token, secret, { algorithms: ['HS256'] })
    } catch (e) {
      res.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
      res.statusCode = 401
      return res.end()
    }
    if (!(req.claims.scope ?? '').split(' ').includes('orders:read')) {
      res.setHeader('WWW-Authenticate', 'Bearer error="insufficient_scope"')
      res.statusCode = 403
      return res.end()
    }
    next()
  }
  // end
  const res = { statusCode: 200, setHeader() {}, end() {} }
  guard({ headers: { authorization: header } }, res, () => {})
  return { status: res.statusCode }
}

function task9(token) {
  let out = ''
  const log = { info: (...args) => { out += args.map((a) => JSON.stringify(a)).join(' ') } }
  const req = { url: '/orders' }
  // page: 9
  const claims = jwt.verify(token, secret, { algorithms: ['HS256'] })
  log.info('request', req.url, claims) // never req.headers
  // end
  return { log: out }
}

const takes = (token, secret) => { jwt.verify(token, secret, { algorithms: ['HS256'] }); return {} }

async function answer(call, ...args) {
  try {
    return await call(...args)
  } catch (e) {
    return { error: e.name + ': ' + e.message }
  }
}

console.log(JSON.stringify({
  '1': await answer(task1),
  '2': await answer(task2, tokens.good),
  '2 audience': await answer(task2, tokens.audience),
  '2 issuer': await answer(task2, tokens.otherIssuer),
  '2 expired': await answer(task2, tokens.expired),
  '3': await answer(task3),
  '4': await answer(task4, tokens.plain),
  '4 expired': await answer(task4, tokens.plainExpired),
  '4 tampered': await answer(task4, tokens.tampered),
  '5': await answer(task5, tokens.older),
  '6': await answer(task6),
  '7': await answer(task7, tokens.provider),
  '7 audience': await answer(task7, tokens.providerAudience),
  '8': await answer(task8, 'Bearer ' + tokens.scope),
  '8 none': await answer(task8, undefined),
  '8 expired': await answer(task8, 'Bearer ' + tokens.plainExpired),
  '8 scope': await answer(task8, 'Bearer ' + tokens.plain),
  '9': await answer(task9, tokens.plain),
  takes: await Promise.all(given.takes.map((t) => answer(takes, t.token, t.secret))),
}))
