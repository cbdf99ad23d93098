//! dioscuri over tower: any HTTP service as a transport.
