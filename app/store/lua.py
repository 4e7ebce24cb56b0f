"""The Lua that transitions are made of. One script is one transition: index and record can never disagree.

Lua has no rollback, so a script reads and checks first and writes the record that says "seen" last. Numbers that become text go through
`%.0f`: Lua prints thirteen digits otherwise. Time is Redis's own, so that workers with wrong clocks agree; a caller passes a time of its
own only in tests.
"""

from __future__ import annotations

from app.store.keys import LUA

LIBRARY = (
    LUA
    + """
local function int(n) return string.format('%.0f', n) end
local function clock(given)
  local n = tonumber(given)
  if n and n > 0 then return n end
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
-- A wake-up in arq's own format (arq.jobs.serialize_job with JSON). The job's name holds the generation and the fence, so one that is
-- queued is not queued again, and one whose worker died is not in the way of the next. The queue says whether it is there: the job's own
-- key may outlive it. Arq compares the score with its host's clock, so the score is a day early: no clock is that slow.
local function wake(entity, gen, fence, now)
  local job = 'process:' .. entity .. ':' .. gen .. ':' .. fence
  if redis.call('ZSCORE', K_QUEUE, job) then return 0 end
  local body = '{"t": null, "f": "process", "a": ["' .. entity .. '"], "k": {}, "et": ' .. int(now) .. '}'
  redis.call('SET', 'arq:job:' .. job, body, 'PX', 86400000)
  redis.call('ZADD', K_QUEUE, int(now - 86400000), job)
  return 1
end
local function tell(entity, now, what, text)
  redis.call('XADD', k_story(entity), 'MAXLEN', '~', 2000, '*', 'at', int(now), 'what', what, 'text', text)
end
local function set_event(id, status, code, reason, now)
  local key = k_event(id)
  local was = redis.call('HMGET', key, 'status', 'code', 'received_ms')
  if not was[1] or was[1] == 'discarded' then return end
  redis.call('ZREM', k_events_by('status', was[1]), id)
  redis.call('ZADD', k_events_by('status', status), was[3], id)
  if was[2] and was[2] ~= '' then redis.call('ZREM', k_events_by('code', was[2]), id) end
  if code ~= '' then redis.call('ZADD', k_events_by('code', code), was[3], id) end
  redis.call('HSET', key, 'status', status, 'code', code, 'reason', reason, 'updated_ms', int(now))
end
-- Raise the mark; a leased entity runs again when its run settles, a parked one is tried again because there is something new.
local function raise_mark(entity, now, hint, due)
  local mark = k_mark(entity)
  local gen = redis.call('HINCRBY', mark, 'gen', 1)
  redis.call('HSETNX', mark, 'since', int(now))
  if hint ~= '' then redis.call('HSET', mark, 'hint:' .. hint, 1) end
  local m = redis.call('HMGET', mark, 'fence', 'lease', 'parked')
  if m[3] == '1' then
    redis.call('HSET', mark, 'parked', 0, 'since', int(now))
    redis.call('ZREM', K_PARKED, entity)
    redis.call('DEL', k_parked(entity))
  end
  if m[2] and tonumber(m[2]) > now then return gen end
  redis.call('ZADD', K_DUE, int(due), entity)
  if due <= now then wake(entity, int(gen), m[1] or '0', now) end
  return gen
end
"""
)

RECORD = """
-- ARGV: now, event id, entity ('' = none), hint, due delay ms, then field, value …
local now, id, entity = clock(ARGV[1]), ARGV[2], ARGV[3]
local key = k_event(id)
local seen = redis.call('HMGET', key, 'status', 'generation')
if seen[1] then
  redis.call('HINCRBY', key, 'duplicates', 1)
  return {0, seen[1], seen[2] or '0'}
end
local gen = 0
local fields, n = {}, 0
local at = {}
for i = 6, #ARGV, 2 do
  fields[#fields + 1] = ARGV[i]
  fields[#fields + 1] = ARGV[i + 1]
  at[ARGV[i]] = ARGV[i + 1]
end
local score = int(now)
if entity ~= '' then
  gen = raise_mark(entity, now, ARGV[4], now + tonumber(ARGV[5]))
  redis.call('ZADD', k_pending(entity), int(gen), id)
  tell(entity, now, 'event', at['type'] .. ' ' .. id)
  redis.call('ZADD', k_events_by('entity', entity), score, id)
end
redis.call('ZADD', K_EVENTS, score, id)
for _, f in ipairs({'status', 'connection', 'shop', 'kind', 'type', 'code'}) do
  if at[f] and at[f] ~= '' then redis.call('ZADD', k_events_by(f, at[f]), score, id) end
end
redis.call('HSET', key, 'received_ms', score, 'updated_ms', score, 'generation', int(gen), 'duplicates', 0, unpack(fields))
return {1, at['status'], int(gen)}
"""

MARK = """
-- ARGV: now, hint, why, then entities. A sweep's or an operator's reason to look; no event is recorded.
local now = clock(ARGV[1])
for i = 4, #ARGV do
  raise_mark(ARGV[i], now, ARGV[2], now)
  if ARGV[3] ~= '' then tell(ARGV[i], now, 'mark', ARGV[3]) end
end
return #ARGV - 3
"""

CLAIMING = """
local function claim(entity, now, owner, lease_ms)
  local mark = k_mark(entity)
  local m = redis.call('HMGET', mark, 'gen', 'settled', 'fence', 'lease', 'parked', 'since')
  if not m[1] or m[1] == m[2] then
    redis.call('ZREM', K_DUE, entity)
    return {'clean'}
  end
  if m[4] and tonumber(m[4]) > now then return {'busy'} end
  if m[5] == '1' then return {'parked'} end
  local due = redis.call('ZSCORE', K_DUE, entity)
  if due and tonumber(due) > now then return {'early'} end
  -- The first one is the time: after a lost Redis no run of the life before has the fence of one after it.
  local fence = int(m[3] and tonumber(m[3]) + 1 or now)
  local lease = int(now + tonumber(lease_ms))
  redis.call('HSET', mark, 'fence', fence, 'owner', owner, 'lease', lease)
  local tries = redis.call('HINCRBY', mark, 'tries', 1)
  local unsettled = redis.call('HINCRBY', mark, 'unsettled', 1)
  redis.call('HDEL', mark, 'stuck')
  redis.call('ZADD', K_LEASES, lease, entity)
  redis.call('ZREM', K_DUE, entity)
  local all = redis.call('HGETALL', mark)
  local hints = {}
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 5) == 'hint:' then hints[#hints + 1] = string.sub(all[i], 6) end
  end
  local failing = redis.call('HGET', mark, 'failing')
  return {'claimed', fence, m[1], int(tries), m[6] or int(now), failing or '', table.concat(hints, ','), int(unsettled)}
end
"""

CLAIM = (
    CLAIMING
    + """
-- ARGV: now, entity, owner, lease ms
return claim(ARGV[2], clock(ARGV[1]), ARGV[3], ARGV[4])
"""
)

CLAIM_DUE = (
    CLAIMING
    + """
-- ARGV: now, owner, lease ms. Claims what has been due longest; answers it before its claim, or nothing. Its wake-up is taken back, but an
-- executor may be taking it at this moment: it shall still find the job, and then that there is nothing to claim.
local now = clock(ARGV[1])
for _, entity in ipairs(redis.call('ZRANGEBYSCORE', K_DUE, '-inf', int(now), 'LIMIT', 0, 20)) do
  local m = redis.call('HMGET', k_mark(entity), 'gen', 'fence')
  local answer = claim(entity, now, ARGV[2], ARGV[3])
  if answer[1] == 'claimed' then
    local job = 'process:' .. entity .. ':' .. m[1] .. ':' .. (m[2] or '0')
    redis.call('ZREM', K_QUEUE, job)
    redis.call('PEXPIRE', 'arq:job:' .. job, 60000)
    return {entity, unpack(answer)}
  end
end
return {}
"""
)

TAKE = """
-- ARGV: how many, milliseconds, then names of waiting jobs. Takes the first of them that no executor has; answers name, score, name, score …
local most, taken = tonumber(ARGV[1]), {}
for i = 3, #ARGV do
  if #taken >= 2 * most then break end
  local score = redis.call('ZSCORE', K_QUEUE, ARGV[i])
  if score and redis.call('SET', 'arq:in-progress:' .. ARGV[i], 1, 'NX', 'PX', ARGV[2]) then
    taken[#taken + 1] = ARGV[i]
    taken[#taken + 1] = score
  end
end
return taken
"""

SETTLE = """
-- ARGV: now, entity, fence, generation seen, outcome (done | retry | park), event status, code, reason, wait ms, story, detail, counted, family
local now, entity, fence, seen = clock(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local outcome, status, code, reason = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local mark = k_mark(entity)
local m = redis.call('HMGET', mark, 'fence', 'gen', 'unsettled')
if m[1] ~= fence then return {'lost'} end
if not m[3] then return {'again'} end -- settled before: a repeat whose first answer was lost, or a stop right behind it
local newer = tonumber(m[2]) > seen
redis.call('HDEL', mark, 'owner', 'lease', 'unsettled')
redis.call('ZREM', K_LEASES, entity)
local ids = redis.call('ZRANGEBYSCORE', k_pending(entity), '-inf', int(seen))
for _, id in ipairs(ids) do set_event(id, status, code, reason, now) end
if ARGV[10] ~= '' then tell(entity, now, outcome, ARGV[10]) end
local due = now
if outcome == 'done' then
  redis.call('HSET', mark, 'settled', int(seen), 'tries', 0)
  redis.call('HDEL', mark, 'failing')
  for _, h in ipairs(redis.call('HKEYS', mark)) do
    if string.sub(h, 1, 5) == 'hint:' and not newer then redis.call('HDEL', mark, h) end
  end
  redis.call('ZREMRANGEBYSCORE', k_pending(entity), '-inf', int(seen))
  if not newer then
    redis.call('HDEL', mark, 'since')
    redis.call('ZREM', K_DUE, entity)
    return {'settled'}
  end
  redis.call('HSET', mark, 'since', int(now))
elseif outcome == 'retry' then
  if ARGV[12] == '1' then redis.call('HSETNX', mark, 'failing', int(now)) else redis.call('HINCRBY', mark, 'tries', -1) end
  if not newer then due = now + tonumber(ARGV[9]) end
elseif not newer then
  redis.call('HSET', mark, 'parked', 1, 'tries', 0)
  redis.call('HDEL', mark, 'failing')
  redis.call('ZADD', K_PARKED, int(now), entity)
  redis.call('HSET', k_parked(entity), 'at', int(now), 'code', code, 'reason', reason, 'detail', ARGV[11], 'family', ARGV[13], 'generation', int(seen))
  redis.call('ZREM', K_DUE, entity)
  return {'parked'}
end
redis.call('ZADD', K_DUE, int(due), entity)
if due <= now then wake(entity, m[2], fence, now) end
return {'due', int(due)}
"""

RENEW = """
-- ARGV: now, lease ms, then entity, fence …; answers the entities whose lease is no longer theirs
local now, lost = clock(ARGV[1]), {}
local lease = int(now + tonumber(ARGV[2]))
for i = 3, #ARGV, 2 do
  local m = redis.call('HMGET', k_mark(ARGV[i]), 'fence', 'owner')
  if m[1] == ARGV[i + 1] and m[2] then
    redis.call('HSET', k_mark(ARGV[i]), 'lease', lease)
    redis.call('ZADD', K_LEASES, lease, ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
"""

TICK = """
-- ARGV: now, limit. Expired leases become due; everything due has a wake-up. Answers how many of each.
local now, limit = clock(ARGV[1]), tonumber(ARGV[2])
local expired = redis.call('ZRANGEBYSCORE', K_LEASES, '-inf', int(now), 'LIMIT', 0, limit)
local suspects = 0
for _, entity in ipairs(expired) do
  local mark = k_mark(entity)
  redis.call('HDEL', mark, 'owner', 'lease')
  redis.call('ZREM', K_LEASES, entity)
  local at = now
  if tonumber(redis.call('HGET', mark, 'unsettled') or '0') > 2 then
    -- Three runs in a row died. One that kills the worker must not take the same neighbours with it each time: half a second apart.
    at = now + suspects * 500
    suspects = suspects + 1
  end
  redis.call('ZADD', K_DUE, int(at), entity)
  tell(entity, now, 'lease', 'the run stopped without an outcome; the next one looks first')
end
local due = redis.call('ZRANGEBYSCORE', K_DUE, '-inf', int(now), 'LIMIT', 0, limit)
local woken = 0
for _, entity in ipairs(due) do
  local mark = k_mark(entity)
  local m = redis.call('HMGET', mark, 'gen', 'fence', 'stuck')
  local gen, fence = m[1] or '0', m[2] or '0'
  if wake(entity, gen, fence, now) == 1 then
    woken = woken + 1
  elseif redis.call('EXISTS', 'arq:in-progress:process:' .. entity .. ':' .. gen .. ':' .. fence) == 1 then
    -- Taken by an executor that has not claimed it. If that lasts, it died in between: a new fence makes a new name.
    local stuck = tonumber(m[3] or '0')
    if stuck == 0 then
      redis.call('HSET', mark, 'stuck', int(now))
    elseif now - stuck > 5000 then
      redis.call('HDEL', mark, 'stuck')
      if fence == '0' then redis.call('HSET', mark, 'fence', int(now)) end
      local next = redis.call('HINCRBY', mark, 'fence', 1)
      woken = woken + wake(entity, gen, int(next), now)
    end
  end
end
return {#expired, woken, #due}
"""

DISCARD = """
-- ARGV: now, event id, reason
local now, id = clock(ARGV[1]), ARGV[2]
local key = k_event(id)
local e = redis.call('HMGET', key, 'status', 'entity')
if not e[1] then return {'missing'} end
if e[1] == 'discarded' then return {'discarded'} end
set_event(id, 'discarded', '', ARGV[3], now)
if e[2] and e[2] ~= '' then
  redis.call('ZREM', k_pending(e[2]), id)
  tell(e[2], now, 'discard', id .. ' ' .. ARGV[3])
end
return {'discarded', e[1]}
"""

RELEASE = """
-- ARGV: now, entity, why, event status. A parked entity with nothing new is looked at again.
local now, entity = clock(ARGV[1]), ARGV[2]
local ids = redis.call('ZRANGE', k_pending(entity), 0, -1)
for _, id in ipairs(ids) do set_event(id, ARGV[4], '', '', now) end
tell(entity, now, 'release', ARGV[3])
return int(raise_mark(entity, now, 'operator', now))
"""

DROP = """
-- ARGV: now, entity, why. A parked entity is put aside: its events are discarded, nothing runs until something new comes.
local now, entity = clock(ARGV[1]), ARGV[2]
local mark = k_mark(entity)
local m = redis.call('HMGET', mark, 'parked', 'gen')
if m[1] ~= '1' then return 0 end
for _, id in ipairs(redis.call('ZRANGE', k_pending(entity), 0, -1)) do set_event(id, 'discarded', '', ARGV[3], now) end
redis.call('DEL', k_pending(entity), k_parked(entity))
redis.call('ZREM', K_PARKED, entity)
redis.call('HSET', mark, 'parked', 0, 'settled', m[2])
redis.call('HDEL', mark, 'since')
tell(entity, now, 'drop', ARGV[3])
return 1
"""

EFFECT = """
-- ARGV: now, entity, fence, effect key, new state, then field, value …
-- Answers {'ok' | 'lost' | 'confirmed', state before}. A confirmed effect stays confirmed.
local now, entity, key, state = clock(ARGV[1]), ARGV[2], ARGV[4], ARGV[5]
local fence = redis.call('HGET', k_mark(entity), 'fence')
if fence ~= ARGV[3] then return {'lost', ''} end
local record = k_effect(key)
local was = redis.call('HMGET', record, 'state', 'created_ms')
if was[1] == 'confirmed' and state ~= 'confirmed' then return {'confirmed', 'confirmed'} end
if was[1] and was[1] ~= state then redis.call('ZREM', k_effects_by('state', was[1]), key) end
redis.call('ZADD', k_effects_by('state', state), int(now), key)
if not was[2] then
  redis.call('ZADD', K_EFFECTS, int(now), key)
  redis.call('ZADD', k_effects_by('entity', entity), int(now), key)
  redis.call('HSET', record, 'created_ms', int(now), 'entity', entity, 'key', key)
end
if state == 'intent' then redis.call('HINCRBY', record, 'attempts', 1) end
local fields = {'state', state, 'updated_ms', int(now)}
local said = {}
for i = 6, #ARGV, 2 do
  if string.sub(ARGV[i], 1, 5) == 'link:' then
    redis.call('SET', k_link(string.sub(ARGV[i], 6)), ARGV[i + 1])
  else
    fields[#fields + 1] = ARGV[i]
    fields[#fields + 1] = ARGV[i + 1]
    said[ARGV[i]] = ARGV[i + 1]
  end
end
redis.call('HSET', record, unpack(fields))
tell(entity, now, 'effect', key .. ' ' .. state .. ' ' .. (said['external_number'] or said['code'] or ''))
return {'ok', was[1] or ''}
"""

BUCKET = """
-- GCRA with reservation. ARGV: microseconds per token, burst, longest wait in microseconds.
-- Answers the microseconds after which the caller may go; its place is taken. Negative: too long, no place is taken.
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = math.max(0, tat - interval * burst + interval - now)
if wait > tonumber(ARGV[3]) then return int(-wait) end
redis.call('SET', KEYS[1], int(tat + interval), 'PX', math.ceil((tat + interval - now) / 1000) + 1000)
return int(wait)
"""

BREAKER_ASK = """
-- ARGV: probe lease ms. Answers milliseconds to wait; 0 = go; -1 = go, and tell how it went: while open, one caller at a time may probe.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local b = redis.call('HMGET', KEYS[1], 'open_until', 'probe_until')
if not b[1] or b[1] == '' then return '0' end
local open_until = tonumber(b[1])
if now < open_until then return int(open_until - now) end
if b[2] and now < tonumber(b[2]) then return int(tonumber(b[2]) - now) end
redis.call('HSET', KEYS[1], 'probe_until', int(now + tonumber(ARGV[1])))
return '-1'
"""

BREAKER_TELL = """
-- ARGV: healthy (0 | 1), threshold, first open ms, longest open ms
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[1] == '1' then
  if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
  return '0'
end
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('PEXPIRE', KEYS[1], 86400000)
local was = redis.call('HMGET', KEYS[1], 'open_until', 'opened')
if was[1] and now < tonumber(was[1]) then return '0' end
if failures < tonumber(ARGV[2]) and not was[1] then return '0' end
local opened = redis.call('HINCRBY', KEYS[1], 'opened', 1)
local open = math.min(tonumber(ARGV[3]) * 2 ^ (opened - 1), tonumber(ARGV[4]))
redis.call('HSET', KEYS[1], 'open_until', int(now + open), 'probe_until', 0)
return int(open)
"""

WRITE_RUN = """
-- KEYS: a run. ARGV: its id, then field and value …; nothing is written to another run's record.
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
"""

LOOKED_AT = """
-- KEYS: items by when they became due. ARGV: when the look began, then item and when to look again (0: not by itself).
-- One that became due during the look stays due.
local began = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if not score or tonumber(score) <= began then
    local again = tonumber(ARGV[i + 1])
    if again > 0 then
      redis.call('ZADD', KEYS[1], int(again), ARGV[i])
    elseif score then
      redis.call('ZREM', KEYS[1], ARGV[i])
    end
  end
end
return 1
"""
