//! The dioscuri transport over reqwest 0.13.
