"""The scripts that work on the streams of live events, each of them one step for all processes.

Redis belongs to one incarnation of the database, whose name it holds; a process that goes by
another one changes nothing and is told `other`. A publisher that brings something else than the
stream has at that place is told `ahead`, one whose database has not come as far as the stream
`beyond`: the database was put back to an earlier state, or, in the second case, was read long ago.
"""

from __future__ import annotations

# Where a stream ends, also when nothing is in it any more (`ends`), or the former release added to
# it. XINFO says names and values in turn. KEYS: incarnation, epoch. ARGV: name, fresh epoch.
PRELUDE = """
local name = redis.call('GET', KEYS[1])
if not name then
  name = ARGV[1]
  redis.call('SET', KEYS[1], name)
end
if name ~= ARGV[1] then return {'other', name} end
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', KEYS[2], epoch)
end
local function newest(stream, guild)
  local last = tonumber(redis.call('HGET', KEYS[3], guild) or '0')
  if redis.call('EXISTS', stream) == 0 then return last end
  local about = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #about, 2 do
    if about[i] == 'last-generated-id' then
      return math.max(last, tonumber(string.match(about[i + 1], '^%d+')))
    end
  end
end
"""

# KEYS: incarnation, epoch, ends, sizes, erasures, streams.
# ARGV: name, fresh epoch, erasures that were known, events kept, bytes kept, seconds kept, channel,
# former channel; then for each stream its guild, where the guild ends in the database (-1: nobody
# knows), how many events, and offset, stamp and body of each.
ADD = f"""{PRELUDE}
if (redis.call('GET', KEYS[5]) or '0') ~= ARGV[3] then return {{'erased'}} end
local function shorten(stream, guild, added)
  if redis.call('HINCRBY', KEYS[4], guild, added) <= tonumber(ARGV[5]) then return end
  local kept, place = 0, '+'
  while true do
    local some = redis.call('XREVRANGE', stream, place, '-', 'COUNT', 50)
    for _, entry in ipairs(some) do
      kept = kept + #entry[2][2]
      if kept > tonumber(ARGV[5]) / 2 then
        redis.call('XTRIM', stream, 'MINID', entry[1])
        redis.call('HSET', KEYS[4], guild, kept)
        return
      end
      place = '(' .. entry[1]
    end
    if #some == 0 then
      redis.call('HSET', KEYS[4], guild, kept)
      return
    end
  end
end
local function differs(stream, id, field)
  local there = redis.call('XRANGE', stream, id, id)
  if not there[1] then return false end
  local has = there[1][2][1]
  return string.find(has, ':.') and string.find(field, ':.') and has ~= field
end
local news, at = {{}}, 9
for key = 6, #KEYS do
  local stream, guild, ends = KEYS[key], ARGV[at], tonumber(ARGV[at + 1])
  local last, told, added = newest(stream, guild), {{guild .. ' ' .. epoch}}, 0
  if ends >= 0 and last > ends then return {{'beyond', guild}} end
  local past = at + 3 + 3 * tonumber(ARGV[at + 2])
  for i = at + 3, past - 1, 3 do
    local offset, id, field, body = ARGV[i], ARGV[i] .. '-0', ARGV[i + 1], ARGV[i + 2]
    if tonumber(offset) > last then
      redis.call('XADD', stream, 'MAXLEN', '~', ARGV[4], id, field, body)
      told[#told + 1] = offset .. ' ' .. body
      last, added = tonumber(offset), added + #body
    elseif differs(stream, id, field) then
      return {{'ahead', guild}}
    end
  end
  if #told > 1 then
    redis.call('HSET', KEYS[3], guild, string.format('%.0f', last))
    redis.call('EXPIRE', stream, ARGV[6])
    shorten(stream, guild, added)
    local message = table.concat(told, '\\n')
    redis.call('PUBLISH', ARGV[7], '2 ' .. message)
    news[#news + 1] = message
  end
  at = past
end
-- Who listens by a pattern is not counted: only processes of the former release are.
if #news > 0 and redis.call('PUBSUB', 'NUMSUB', ARGV[8])[2] > 0 then
  for _, message in ipairs(news) do redis.call('PUBLISH', ARGV[8], message) end
end
return {{'added'}}
"""

# KEYS: incarnation, epoch, ends, stream. ARGV: name, fresh epoch, guild.
LAST = f"""{PRELUDE}
return {{'found', epoch, newest(KEYS[4], ARGV[3])}}
"""

# KEYS: incarnation, epoch, ends, stream. ARGV: name, fresh epoch, offset, most.
AFTER = f"""{PRELUDE}
local found = redis.call('XRANGE', KEYS[4], '(' .. ARGV[3] .. '-0', '+', 'COUNT', ARGV[4])
return {{'found', epoch, found}}
"""

# KEYS: erasures, stream. The stream is not deleted: where it ends must stay known.
DROP = """
redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
redis.call('INCR', KEYS[1])
"""

# KEYS: incarnation, epoch, ends, sizes. ARGV: former name, name, fresh epoch.
RENAME = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[3], KEYS[4])
redis.call('SET', KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""

# KEYS: lock. ARGV: whose it was.
UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
