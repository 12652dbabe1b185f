// fast-jwt: node fast_jwt.mjs CACHE ALGORITHM KEY, with CACHE the number of tokens to remember.
import { createVerifier } from 'fast-jwt'
import { createInterface } from 'node:readline'

const [cache, algorithm, key] = process.argv.slice(2)
const verify = createVerifier({
  key,
  algorithms: [algorithm],
  allowedAud: 'mqtt',
  requiredClaims: ['exp'],
  cache: Number(cache) || false
})
const good = []

function check(token, client) {
  try {
    const claims = verify(token)
    return claims.clientid === client && typeof claims.acl === 'object'
  } catch {
    return false
  }
}

function time(count) {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i++) {
    const [token, client] = good[i % good.length]
    if (!check(token, client)) return 'refused'
  }
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / count
}

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [question, ...rest] = line.split(' ')
  if (question === 'time') {
    console.log(time(Number(rest[0])))
  } else {
    const accepted = check(...rest)
    if (accepted) good.push(rest)
    console.log(accepted ? 1 : 0)
  }
}
