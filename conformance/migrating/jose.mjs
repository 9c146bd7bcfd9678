// The tasks of docs/migrating.md with jose. Input and answer are JSON: see
// clients_test.go.

import { readFileSync } from 'node:fs'
import * as jose from 'jose'

const given = JSON.parse(readFileSync(0, 'utf8'))
const { token: tokens, issuer } = given
const bytes = (text) => new TextEncoder().encode(text)
const secret = bytes(given.secret)

async function task1() {
  // page: 1
  const token = await new jose.SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('15m')
    .sign(secret)
  // end
  return { token }
}

async function task2(token) {
  // page: 2
  const { payload } = await jose.jwtVerify(token, secret, {
    algorithms: ['HS256'],
    issuer: 'https://login.example',
    audience: 'orders',
    requiredClaims: ['exp'],
  })
  // end
  return { subject: payload.sub }
}

async function task3() {
  // page: 3
  const token = await new jose.SignJWT({ roles: ['editor'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('alice')
    .setExpirationTime('1h')
    .sign(secret)
  const { payload } = await jose.jwtVerify(token, secret,
    { algorithms: ['HS256'], requiredClaims: ['exp'] })
  const { sub, roles } = payload
  // end
  return { token, subject: sub, roles }
}

async function task4(token) {
  let status, reason = ''
  // page: 4
  try {
    await jose.jwtVerify(token, secret, { algorithms: ['HS256'] })
    status = 200
  } catch (e) {
    if (!(e instanceof jose.errors.JOSEError)) throw e
    status = 401
    reason = e instanceof jose.errors.JWTExpired ? 'expired' : 'invalid'
  }
  // end
  return { status, reason }
}

async function task5(oldToken) {
  const oldSecret = bytes(given.older), newSecret = bytes(given.newer)
  // page: 5
  const keys = { '2026-11': newSecret, '2026-10': oldSecret }
  const token = await new jose.SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'HS256', kid: '2026-11' })
    .setExpirationTime('1h')
    .sign(newSecret)
  const getKey = ({ kid }) => {
    if (!Object.hasOwn(keys, kid)) throw new jose.errors.JWKSNoMatchingKey()
    return keys[kid]
  }
  const { payload } = await jose.jwtVerify(oldToken, getKey, { algorithms: ['HS256'] })
  // end
  return { token, subject: payload.sub }
}

async function task6() {
  const { privatePEM, publicPEM } = given
  // page: 6
  const token = await new jose.SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'RS256' })
    .setExpirationTime('1h')
    .sign(await jose.importPKCS8(privatePEM, 'RS256'))
  const { payload } = await jose.jwtVerify(token, await jose.importSPKI(publicPEM, 'RS256'),
    { algorithms: ['RS256'] })
  // end
  return { token, subject: payload.sub }
}

async function task7(token) {
  // page: 7
  const keys = jose.createRemoteJWKSet(new URL(issuer + '/jwks.json'))
  const { payload } = await jose.jwtVerify(token, keys, {
    algorithms: ['RS256', 'ES256'], issuer, audience: 'orders', requiredClaims: ['exp'],
  })
  // end
  return { subject: payload.sub }
}

async function task8(header) {
  // page: 8
  const guard = async (req, res, next) => { // a middleware for Express
    try {
      const [, token] = (req.headers.authorization ?? '').split(' ')
      const { payload } = await jose.jwtVerify(token, secret,
        { algorithms: ['HS256'], requiredClaims: ['exp'] })
      req.claims = payload
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
  await guard({ headers: { authorization: header } }, res, () => {})
  return { status: res.statusCode }
}

async function task9(token) {
  let out = ''
  const log = { info: (...args) => { out += args.map((a) => JSON.stringify(a)).join(' ') } }
  const req = { url: '/orders' }
  // page: 9
  const { payload } = await jose.jwtVerify(token, secret, { algorithms: ['HS256'] })
  log.info('request', req.url, payload) // never req.headers
  // end
  return { log: out }
}

const takes = async (token, secret) => { await jose.jwtVerify(token, bytes(secret), { algorithms: ['HS256'] }); return {} }

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
