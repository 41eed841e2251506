//! Holds no code: the test compares random sequences of all operations with a model.
