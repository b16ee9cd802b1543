-- Requests of random customers, for wrk. USERS is their number, and user N has the token `token-N`. WORK is `balances` or
-- `uploads` of random numbers, or `growing` for uploads of numbers that grow like those of a shop.
local users, work = tonumber(os.getenv("USERS")), os.getenv("WORK")
math.randomseed(os.time() * 1000 + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000)

-- Makes a number that passes the Luhn check.
local function with_check_digit(digits)
  local sum, doubles = 0, true
  for i = #digits, 1, -1 do
    local digit = digits:byte(i) - 48
    if doubles then
      digit = digit * 2
      if digit > 9 then digit = digit - 9 end
    end
    sum, doubles = sum + digit, not doubles
  end
  return digits .. (10 - sum % 10) % 10
end

local last = os.time() * 1000000
local function number()
  last = last + 1
  return with_check_digit(work == "growing" and string.format("%d", last)
    or string.format("%07d%07d", math.random(0, 9999999), math.random(0, 9999999)))
end

request = function()
  local headers = { ["Authorization"] = "Bearer token-" .. math.random(1, users) }
  if work == "balances" then return wrk.format("GET", "/api/user/balance", headers) end
  return wrk.format("POST", "/api/user/orders", headers, number())
end
