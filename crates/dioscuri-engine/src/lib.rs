//! One Gemini call as a state machine without I/O: pool, budget and retry policy meet here, and only here.
