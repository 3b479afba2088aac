//! What stands beside a body for its statements.

use proc_macro2::{Ident, Literal as Token, Span, TokenStream};
use quote::quote_spanned;

use crate::model::Block;
use crate::rewrite::{Literal, Statements};

/// The traits by which types decide what becomes of an executor, and the texts that were read.
pub fn items(block: &Block, method: &Ident, statements: &Statements) -> Option<TokenStream> {
    if !statements.is_given {
        return None;
    }
    let runtime = &block.runtime;
    let texts = texts(runtime, method, &statements.literals);
    Some(quote_spanned! {Span::mixed_site()=>
        use #runtime::sql::calls::*;
        #texts
    })
}

fn texts(runtime: &TokenStream, method: &Ident, literals: &[Literal]) -> Option<TokenStream> {
    if literals.is_empty() {
        return None;
    }
    let count = Token::usize_unsuffixed(literals.len());
    let literals = literals.iter().map(|literal| constructed(runtime, method, literal));
    Some(quote_spanned! {Span::mixed_site()=>
        static __SQL: [#runtime::sql::Literal; #count] = [#(#literals),*];
    })
}

fn constructed(runtime: &TokenStream, method: &Ident, literal: &Literal) -> TokenStream {
    let here = Span::mixed_site();
    let (text, summary) = (&*literal.text, &literal.summary);
    let (short, operation) = (&summary.text, summary.operation);
    let table = summary.table.as_ref().map(|table| {
        if summary.one_table {
            quote_spanned!(here=> .table(#table))
        } else {
            quote_spanned!(here=> .first_table(#table))
        }
    });
    let script = (!summary.one_statement).then(|| quote_spanned!(here=> .script()));
    quote_spanned!(here=> #runtime::sql::Literal::new(&#method, #text, #short, #operation) #table #script)
}
