//! Holds no code: `tests` compares the READMEs with what they speak of.
