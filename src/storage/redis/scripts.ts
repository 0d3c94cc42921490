/**
 * The Lua scripts: each is one atomic step on the one key that it declares. A first write that Redis refuses (memory, rights)
 * comes before any other, so a script that fails has changed nothing.
 *
 * Fields of a record: `version`, `document`, `subject`, `client_id`, `expires_at` and, when it is listed, `listed`: the entry
 * under which it is.
 *
 * @module
 */
import { sha1 } from '@oslojs/crypto/sha1'
import { encodeHexLowerCase } from '@oslojs/encoding'

export interface Script {
  readonly text: string
  /** The name by which a server knows a script that it has run before. */
  readonly sha: string
}

/** → version, subject, client, expiry, document. A script, because clients may send read commands to replicas. */
export const get = script(`
return redis.call('HMGET', KEYS[1], 'version', 'subject', 'client_id', 'expires_at', 'document')
`)

/** `given` are the fields of the record to write: ARGV from 4 on, name and value in turn. ARGV[2] is when Redis deletes it. */
const writing = `
local given = {}
for i = 4, #ARGV, 2 do given[ARGV[i]] = ARGV[i + 1] end
local function write(keepListed)
  redis.call('HSET', KEYS[1], unpack(ARGV, 4))
  for _, name in ipairs({'subject', 'client_id', 'expires_at'}) do
    if not given[name] then redis.call('HDEL', KEYS[1], name) end
  end
  if not given.listed and not keepListed then redis.call('HDEL', KEYS[1], 'listed') end
  if ARGV[2] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
end
`

/** now, expiry, '', fields → 'yes' and the listing of the expired record it replaced, or 'no' and the listing that stands. */
export const insert = script(`${writing}
local was = redis.call('HMGET', KEYS[1], 'version', 'expires_at', 'subject', 'listed')
if was[1] == given.version then return {'yes'} end
local expired = was[2] and tonumber(was[2]) <= tonumber(ARGV[1])
if was[1] and not expired then return {'no', was[3], was[4]} end
write(false)
return {'yes', was[3], was[4]}
`)

/**
 * expected version, expiry, 'keep' or '', fields → 'yes' and the listing that was superseded, if any; 'no' and the listing
 * that stands; or, when told to keep the listing, and that is another user's or ends too early, 'enter', with nothing written.
 */
export const replace = script(`${writing}
local was = redis.call('HMGET', KEYS[1], 'version', 'subject', 'listed')
if was[1] == given.version then return {'yes'} end
if was[1] ~= ARGV[1] then return {'no', was[2], was[3]} end
if ARGV[3] ~= 'keep' then
  write(false)
  return {'yes', was[2], was[3]}
end
if not was[3] or was[2] ~= (given.subject or false) then return {'enter'} end
local last = tonumber(was[3]:match(' (%d+)$'))
if last and (ARGV[2] == '' or tonumber(ARGV[2]) > last) then return {'enter'} end
write(true)
return {'yes'}
`)

/** → 'yes' and the listing that has become superfluous. */
export const remove = script(`
local was = redis.call('HMGET', KEYS[1], 'subject', 'listed')
redis.call('DEL', KEYS[1])
return {'yes', was[1], was[2]}
`)

/** Takes those of some members out of a set whose time is over. */
const sweeping = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function sweep(members)
  for _, member in ipairs(members) do
    local last = tonumber(member:match(' (%d+)$'))
    if last and last < now then redis.call('ZREM', KEYS[1], member) end
  end
end
`

/**
 * member, when it may go. Each time a few members are looked at, and those whose time is over go, so that a set does not
 * outgrow its living members by much; and the set itself ends with the last of them.
 */
export const enter = script(`${sweeping}
local fresh = redis.call('EXISTS', KEYS[1]) == 0
redis.call('ZADD', KEYS[1], 0, ARGV[1])
sweep(redis.call('ZRANDMEMBER', KEYS[1], 4))
local left = redis.call('PTTL', KEYS[1])
if ARGV[2] == '' then
  redis.call('PERSIST', KEYS[1])
elseif fresh or (left >= 0 and now + left < tonumber(ARGV[2])) then
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
end
return 'ok'
`)

/** member. */
export const leave = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
return 'ok'
`)

/** start, limit → members in ascending order; those whose time is over are among them for the last time. */
export const members = script(`${sweeping}
local found = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], '+', 'LIMIT', 0, ARGV[2])
sweep(found)
return found
`)

/** Fails where scripts, or the newest command that the others use, are not available. */
export const probe = script(`
redis.call('ZRANDMEMBER', KEYS[1], 1)
return 'ok'
`)

function script(text: string): Script {
  return { text, sha: encodeHexLowerCase(sha1(new TextEncoder().encode(text))) }
}
