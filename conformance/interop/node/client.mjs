// jose or jsonwebtoken behind a pipe: a request is a line of JSON, and so is its
// answer. The argument says which.

import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import * as crypto from 'node:crypto'

const require = createRequire(import.meta.url)
const version = (name) => require('./node_modules/' + name + '/package.json').version

const shared = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']

async function withJose() {
  const jose = await import('jose')
  const read = (alg, key, isPrivate) => {
    switch (key.form) {
      case 'raw': return jose.base64url.decode(key.text)
      case 'jwk': return jose.importJWK(JSON.parse(key.text), alg)
      default: return isPrivate ? jose.importPKCS8(key.text, alg) : jose.importSPKI(key.text, alg)
    }
  }
  const can = async (alg) => jose.generateKeyPair(alg).then(() => true, () => false)
  const algorithms = [...shared]
  for (const alg of ['EdDSA', 'Ed25519', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87']) {
    if (await can(alg)) algorithms.push(alg)
  }
  const options = (r) => ({ algorithms: [r.alg], currentDate: new Date(r.now * 1000) })
  const followed = new Map() // the client of each URL
  const follow = (url) => {
    if (!followed.has(url)) followed.set(url, jose.createRemoteJWKSet(new URL(url), { cooldownDuration: 0 }))
    return followed.get(url)
  }
  return {
    hello: () => ({ version: version('jose'), algorithms }),
    generate: async ({ alg }) => {
      if (alg.startsWith('HS')) {
        const jwk = JSON.stringify(await jose.exportJWK(await jose.generateSecret(alg, { extractable: true })))
        return { pair: { private: { jwk }, public: { jwk } } }
      }
      const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true })
      const pair = {
        private: { jwk: JSON.stringify(await jose.exportJWK(privateKey)), pem: await jose.exportPKCS8(privateKey) },
        public: { jwk: JSON.stringify(await jose.exportJWK(publicKey)), pem: await jose.exportSPKI(publicKey) },
      }
      return { pair }
    },
    sign: async ({ alg, key, claims, header }) => ({
      token: await new jose.SignJWT(claims).setProtectedHeader({ ...header, alg, typ: 'JWT' }).sign(await read(alg, key, true)),
    }),
    verify: async (r) => ({ claims: (await jose.jwtVerify(r.token, await read(r.alg, r.key, false), options(r))).payload }),
    'verify-set': async (r) => ({ claims: (await jose.jwtVerify(r.token, jose.createLocalJWKSet(JSON.parse(r.set)), options(r))).payload }),
    'write-set': async ({ keys }) => {
      const members = []
      for (const { kid, alg, key } of keys) {
        const publicKey = await jose.importSPKI(key.text, alg, { extractable: true })
        members.push({ ...await jose.exportJWK(publicKey), kid, alg, use: 'sig' })
      }
      const { publicKey } = await jose.generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true })
      members.push({ ...await jose.exportJWK(publicKey), kid: 'foreigner', alg: 'ECDH-ES', use: 'enc' })
      return { text: JSON.stringify({ keys: members }) }
    },
    'follow-set': async (r) => ({ claims: (await jose.jwtVerify(r.token, follow(r.url), options(r))).payload }),
    thumbprint: async ({ key }) => ({ text: await jose.calculateJwkThumbprint(JSON.parse(key.text)) }),
    'sign-octets': async ({ alg, key, octets, header }) => {
      const jws = await new jose.FlattenedSign(jose.base64url.decode(octets)).setProtectedHeader({ ...header, alg }).sign(await read(alg, key, true))
      return { token: jws.protected + '.' + (header?.b64 === false ? '' : jws.payload) + '.' + jws.signature }
    },
    'verify-octets': async ({ alg, key, octets, token, header }) => {
      const [head, , signature] = token.split('.')
      const payload = header?.b64 === false ? jose.base64url.decode(octets) : octets
      const jws = await jose.flattenedVerify({ protected: head, payload, signature }, await read(alg, key, false), { algorithms: [alg] })
      return { text: jose.base64url.encode(jws.payload) }
    },
  }
}

async function withJsonwebtoken() {
  const jsonwebtoken = require('jsonwebtoken')
  const read = (key, isPrivate) => {
    if (key.form === 'raw') return crypto.createSecretKey(Buffer.from(key.text, 'base64url'))
    if (key.form === 'pem') return key.text
    const jwk = JSON.parse(key.text)
    if (jwk.kty === 'oct') return crypto.createSecretKey(Buffer.from(jwk.k, 'base64url'))
    return (isPrivate ? crypto.createPrivateKey : crypto.createPublicKey)({ key: jwk, format: 'jwk' })
  }
  const generate = (alg) => {
    if (!alg.startsWith('ES')) return crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
    return crypto.generateKeyPairSync('ec', { namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg] })
  }
  return {
    hello: () => ({ version: version('jsonwebtoken'), algorithms: shared }),
    generate: ({ alg }) => {
      if (alg.startsWith('HS')) {
        const jwk = JSON.stringify(crypto.createSecretKey(crypto.randomBytes(64)).export({ format: 'jwk' }))
        return { pair: { private: { jwk }, public: { jwk } } }
      }
      const { privateKey, publicKey } = generate(alg)
      const jwk = (key) => JSON.stringify(key.export({ format: 'jwk' }))
      return {
        pair: {
          private: { jwk: jwk(privateKey), pem: privateKey.export({ format: 'pem', type: 'pkcs8' }) },
          public: { jwk: jwk(publicKey), pem: publicKey.export({ format: 'pem', type: 'spki' }) },
        },
      }
    },
    sign: ({ alg, key, claims, header }) => ({
      token: jsonwebtoken.sign(claims, read(key, true), { algorithm: alg, header }),
    }),
    verify: ({ alg, key, token, now }) => ({
      claims: jsonwebtoken.verify(token, read(key, false), { algorithms: [alg], clockTimestamp: now }),
    }),
  }
}

const ops = process.argv[2] === 'jose' ? await withJose() : await withJsonwebtoken()
for await (const line of createInterface({ input: process.stdin })) {
  let reply
  try {
    const request = JSON.parse(line)
    if (!ops[request.op]) throw new TypeError('no such op')
    reply = await ops[request.op](request)
  } catch (e) {
    reply = { error: e.code?.startsWith?.('ERR_J') ? e.code : e.name, text: e.message, foreign: !(e.code?.startsWith?.('ERR_J') || /^(JsonWebToken|TokenExpired|NotBefore)Error$/.test(e.name)) }
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
}
