//! dioscuri plugged into every stack it has an adapter for: what they have in common.
