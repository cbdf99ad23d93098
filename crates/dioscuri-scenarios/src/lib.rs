//! Drives the dioscuri engine through the simulator's world in virtual time.
