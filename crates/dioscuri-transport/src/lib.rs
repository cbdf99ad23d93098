//! The transport trait and the driver that runs the dioscuri engine on a real clock; addresses and credentials.
