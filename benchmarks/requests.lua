-- For wrk: asks for the addresses that a template makes, and tells what it measured in one line.
-- Arguments: a file of values, one a line; the template; the number to begin with; the Accept header.
-- In the template @VALUE@ stands for the next value and @NUMBER@ for a number that no other request has.

local values, headers, template, number = {}, {}, nil, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    values[#values + 1] = line
  end
  template, number = arguments[2], tonumber(arguments[3])
  headers["Accept"] = arguments[4]
end

function request()
  number = number + 1
  local filled = {VALUE = values[number % #values + 1], NUMBER = string.format("%d", number)}
  local path = string.gsub(template, "@(%u+)@", filled)
  return wrk.format("GET", path, headers)
end

function done(summary, latency)
  local failed = summary.errors
  local failures = failed.connect + failed.read + failed.write + failed.status + failed.timeout
  io.write(string.format(
    "measured %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), failures
  ))
end
