-- POSTs the file named by BODY, with the headers of HEADERS (a line each); wrk sends one prepared buffer and runs no Lua per request.
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
for name, value in (os.getenv("HEADERS") or ""):gmatch("([^:\n]+): ([^\n]+)") do
  wrk.headers[name] = value
end
file:close()

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"durationUs":%d,"failed":%d,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, summary.duration, errors.status + errors.read + errors.write + errors.connect + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
