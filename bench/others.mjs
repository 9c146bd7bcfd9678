// jose or jsonwebtoken behind a pipe, for others.go: a request is a line of JSON, and
// so is its answer.

import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import * as crypto from 'node:crypto'

const require = createRequire(process.cwd() + '/')
const version = (name) => `${name} ${require('./node_modules/' + name + '/package.json').version} on Node ${process.versions.node}`
const answer = (text) => process.stdout.write(JSON.stringify(text) + '\n')

const libraries = {
  async jose({ secret, keys: pems, issuer, audience }) {
    const { importSPKI, jwtVerify } = await import('jose')
    const keys = { HS256: await crypto.subtle.importKey('raw', Buffer.from(secret, 'base64'), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']) }
    for (const [alg, pem] of Object.entries(pems)) keys[alg] = await importSPKI(pem, alg)
    return {
      algorithms: Object.keys(keys),
      async verify(alg, token, n) {
        const key = keys[alg], options = { algorithms: [alg], issuer, audience }
        let claims
        for (let i = 0; i < n; i++) claims = (await jwtVerify(token, key, options)).payload
        return claims
      },
    }
  },
  async jsonwebtoken({ secret, keys: pems, issuer, audience }) {
    const { default: jsonwebtoken } = await import('jsonwebtoken')
    const keys = { HS256: crypto.createSecretKey(Buffer.from(secret, 'base64')) }
    for (const alg of ['ES256', 'RS256']) keys[alg] = crypto.createPublicKey(pems[alg]) // it has no EdDSA
    return {
      algorithms: Object.keys(keys),
      async verify(alg, token, n) {
        const key = keys[alg], options = { algorithms: [alg], issuer, audience }
        let claims
        for (let i = 0; i < n; i++) claims = jsonwebtoken.verify(token, key, options)
        return claims
      },
    }
  },
}

let library
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line)
  try {
    if (!library) {
      library = await libraries[request.name](request)
      answer({ version: version(request.name), algorithms: library.algorithms })
    } else {
      answer({ claims: await library.verify(request.alg, request.token, request.n) })
    }
  } catch (error) {
    answer({ error: `${error.name}: ${error.message}`.slice(0, 200) })
  }
}
