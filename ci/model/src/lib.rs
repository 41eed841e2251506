//! Holds no code. The test compares random sequences of all operations with a model.
