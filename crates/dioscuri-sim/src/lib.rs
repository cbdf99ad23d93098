//! A faithful Gemini to test against: quotas, keys, capacity and refusals in virtual time, and the same world over HTTP.
