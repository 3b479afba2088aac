//! What holds for whole texts: those of the corpus, and any other.

mod corpus;
mod statements;
