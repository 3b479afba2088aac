//! The options of an attribute: their form, and nothing that needs a second fact.

mod written;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, LitStr, Member, Meta, Token, parenthesized};

use self::written::{Value, Written, written};
use crate::errors::{Errors, unknown_option};

/// An option that was given, and where.
pub struct Given<T> {
    pub key: Span,
    pub value: T,
}

/// `#[traced_service(calls(tasks), name = "Tasks", sql)]`
#[derive(Default)]
pub struct BlockArgs {
    pub calls: Option<Given<Vec<Member>>>,
    pub name: Option<Given<String>>,
    pub sql: Option<Given<()>>,
}

/// `#[traced(skip = "…")]`, `#[traced(name = "…", fields(…), sql = off)]`
#[derive(Default)]
pub struct MethodArgs {
    /// That there is a `#[traced]` at all.
    pub asked: Option<Span>,
    pub skip: Option<Given<String>>,
    pub name: Option<Given<String>>,
    pub fields: Option<Given<Vec<Field>>>,
    pub sql_off: Option<Given<()>>,
}

/// `user_id`, or `rows = items.len()`
pub struct Field {
    /// The name as it was written.
    pub name: TokenStream,
    /// The attribute's key.
    pub key: String,
    pub value: TokenStream,
}

const BLOCK_OPTIONS: &[&str] = &["calls", "name", "sql"];
const METHOD_OPTIONS: &[&str] = &["fields", "name", "skip", "sql"];

const CALLS_FORM: &str = "`calls` lists fields of `self`; write `calls(tasks, residences)`";
const FIELDS_FORM: &str =
    "`fields` lists names, each with a value where it needs one; write `fields(user_id, rows = items.len())`";
const BLOCK_NAME_FORM: &str =
    "`name` takes the type's name in spans and metrics; write `name = \"TaskService\"`";
const METHOD_NAME_FORM: &str = "`name` takes the span's name; write `name = \"list tasks\"`";
const SKIP_FORM: &str = "`skip` takes a reason; write `skip = \"why it is left alone\"`";
const SQL_FLAG_FORM: &str = "`sql` takes no value here; write `sql`";
const SQL_OFF_FORM: &str = "`sql` can only be turned off on a method; write `sql = off`";

impl BlockArgs {
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> BlockArgs {
        let mut args = BlockArgs::default();
        for option in written(tokens, BLOCK_OPTIONS, errors) {
            match option.key.to_string().as_str() {
                "calls" => once(&mut args.calls, &option, members, errors),
                "name" => once(&mut args.name, &option, |o, e| text(o, BLOCK_NAME_FORM, e), errors),
                "sql" => once(&mut args.sql, &option, flag, errors),
                _ => errors.at(option.key.span(), unknown_option(&option.key, BLOCK_OPTIONS)),
            }
        }
        args
    }
}

impl MethodArgs {
    /// Takes the `#[traced(…)]` attributes out of `attrs` and reads them.
    pub fn take(attrs: &mut Vec<Attribute>, errors: &mut Errors) -> MethodArgs {
        let mut args = MethodArgs::default();
        for attr in attrs.extract_if(.., |attr| is_traced(attr)) {
            args.asked.get_or_insert_with(|| path_span(&attr));
            match attr.meta {
                Meta::Path(_) => {}
                Meta::List(list) => args.read(list.tokens, errors),
                meta @ Meta::NameValue(_) => errors.over(
                    &meta,
                    "`#[traced]` takes its options in parentheses; write `#[traced(name = \"…\")]`",
                ),
            }
        }
        args
    }

    fn read(&mut self, tokens: TokenStream, errors: &mut Errors) {
        for option in written(tokens, METHOD_OPTIONS, errors) {
            match option.key.to_string().as_str() {
                "fields" => once(&mut self.fields, &option, fields, errors),
                "name" => once(&mut self.name, &option, |o, e| text(o, METHOD_NAME_FORM, e), errors),
                "skip" => once(&mut self.skip, &option, |o, e| text(o, SKIP_FORM, e), errors),
                "sql" => once(&mut self.sql_off, &option, off, errors),
                _ => errors.at(option.key.span(), unknown_option(&option.key, METHOD_OPTIONS)),
            }
        }
    }
}

/// Whether an attribute is this crate's own helper.
pub fn is_traced(attr: &Attribute) -> bool {
    let path = attr.path();
    path.is_ident("traced")
        || (path.segments.len() == 2
            && path.segments[0].ident == "spanweave"
            && path.segments[1].ident == "traced")
}

fn path_span(attr: &Attribute) -> Span {
    attr.path().segments.last().map_or_else(Span::call_site, |segment| segment.ident.span())
}

/// Reads an option into its slot; a second one of the same key is a mistake.
fn once<T>(
    slot: &mut Option<Given<T>>,
    option: &Written,
    read: impl FnOnce(&Written, &mut Errors) -> Option<T>,
    errors: &mut Errors,
) {
    let key = option.key.span();
    if slot.is_some() {
        return errors.at(key, format!("`{}` is given twice; remove one", option.key));
    }
    if let Some(value) = read(option, errors) {
        *slot = Some(Given { key, value });
    }
}

fn flag(option: &Written, errors: &mut Errors) -> Option<()> {
    match option.value {
        Value::None => Some(()),
        _ => option.reject(SQL_FLAG_FORM, errors),
    }
}

fn off(option: &Written, errors: &mut Errors) -> Option<()> {
    match &option.value {
        Value::Assigned(tokens) if tokens.to_string() == "off" => Some(()),
        _ => option.reject(SQL_OFF_FORM, errors),
    }
}

/// A string that says something.
fn text(option: &Written, form: &str, errors: &mut Errors) -> Option<String> {
    let Value::Assigned(tokens) = &option.value else {
        return option.reject(form, errors);
    };
    match syn::parse2::<LitStr>(tokens.clone()) {
        Ok(literal) if !literal.value().trim().is_empty() => Some(literal.value()),
        _ => option.reject(form, errors),
    }
}

fn members(option: &Written, errors: &mut Errors) -> Option<Vec<Member>> {
    let members = list(option, CALLS_FORM, errors)?;
    Some(distinct(members, "calls", |member: &Member| quote!(#member), errors))
}

fn fields(option: &Written, errors: &mut Errors) -> Option<Vec<Field>> {
    let fields = list(option, FIELDS_FORM, errors)?;
    Some(distinct(fields, "fields", |field: &Field| field.name.clone(), errors))
}

/// The elements without those whose name was there before, which are reported.
fn distinct<T>(
    elements: Vec<T>,
    option: &str,
    name: impl Fn(&T) -> TokenStream,
    errors: &mut Errors,
) -> Vec<T> {
    let mut seen: Vec<String> = Vec::new();
    let mut first_only = Vec::new();
    for element in elements {
        let name = name(&element);
        let text = name.to_string();
        if seen.contains(&text) {
            errors.over(name, format!("`{text}` is listed twice in `{option}`; remove one"));
        } else {
            seen.push(text);
            first_only.push(element);
        }
    }
    first_only
}

/// The elements of `key(a, b)`, of which there is at least one.
fn list<T: Parse>(option: &Written, form: &str, errors: &mut Errors) -> Option<Vec<T>> {
    let Value::List(group) = &option.value else {
        return option.reject(form, errors);
    };
    match syn::parse2::<Listed<T>>(TokenTree::Group(group.clone()).into()) {
        Ok(Listed(elements)) if !elements.is_empty() => Some(elements),
        Ok(_) => option.reject(form, errors),
        Err(error) => {
            errors.at(error.span(), form);
            None
        }
    }
}

/// Parsed with its parentheses, so that an error at the end is shown at the closing one.
struct Listed<T>(Vec<T>);

impl<T: Parse> Parse for Listed<T> {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let elements = Punctuated::<T, Token![,]>::parse_terminated(&content)?;
        Ok(Listed(elements.into_iter().collect()))
    }
}

impl Parse for Field {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let first: Ident = input.call(Ident::parse_any)?;
        let mut key = first.unraw().to_string();
        let mut name = quote!(#first);
        while input.peek(Token![.]) {
            let dot: Token![.] = input.parse()?;
            let next: Ident = input.call(Ident::parse_any)?;
            key = format!("{key}.{}", next.unraw());
            name.extend(quote!(#dot #next));
        }
        let value = if input.parse::<Option<Token![=]>>()?.is_some() {
            input.parse::<Expr>()?.to_token_stream()
        } else {
            name.clone()
        };
        Ok(Field { name, key, value })
    }
}

#[cfg(test)]
mod tests;
