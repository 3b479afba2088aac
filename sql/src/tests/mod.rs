//! What holds for whole texts: those of the corpus, and any other.

mod bounds;
mod corpus;
mod invariants;
mod mutations;
mod random;
mod secrets;
mod statements;
