//! Carries calls to Google's Gemini API through rate limits, overloads and faults: every call that can be answered is answered.
