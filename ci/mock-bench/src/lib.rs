//! Holds no code: see `benches/lives.rs`.
