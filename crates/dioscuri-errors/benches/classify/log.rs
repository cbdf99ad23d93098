//! A long log of a program that calls the API now and then.

use super::body;
use std::fmt::Write as _;

/// Every so many lines one is an error.
const LINES_PER_ERROR: u32 = 1_000;

const MESSAGES: &[&str] = &[
    "request finished in",
    "cache miss for user profile, loaded from store in",
    "batch of embeddings written, queue drained in",
    "GET /healthz 200 from 10.0.0.17 in",
    "scheduler: 3 workers idle, next tick in",
];

/// At least `bytes` bytes, the same ones every time.
pub(crate) fn text(bytes: usize) -> String {
    let error = serde_json::from_str::<serde_json::Value>(body::QUOTA)
        .expect("JSON")
        .to_string();
    let mut log = String::with_capacity(bytes + 4096);
    for line in 0_u32.. {
        if log.len() >= bytes {
            break;
        }
        // Weyl's sequence: as good as chance, and the same everywhere.
        let chance = line.wrapping_mul(0x9e37_79b9) >> 16;
        let (minute, second, milli) = (line / 60 % 60, line % 60, chance % 1000);
        let message = MESSAGES[chance as usize % MESSAGES.len()];
        write!(log, "2026-11-20T09:{minute:02}:{second:02}.{milli:03}Z ").expect("a string takes all");
        if line % LINES_PER_ERROR == LINES_PER_ERROR - 1 {
            writeln!(
                log,
                "ERROR worker-7 call failed: got status: 429 Too Many Requests. {error}"
            )
        } else {
            writeln!(log, "INFO  worker-{} {message} {chance} us", chance % 16)
        }
        .expect("a string takes all");
    }
    log
}
