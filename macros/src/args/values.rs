//! The values of options.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, Index, LitStr, Path, Token, parenthesized};

use super::Given;
use super::written::{Value, Written};
use crate::errors::Errors;

/// `tasks`, `0`, `inner.tasks`; `app.tasks` on a function.
pub struct FieldPath {
    pub tokens: TokenStream,
    pub segments: Vec<String>,
}

/// How an option lists paths.
pub struct Paths {
    pub option: &'static str,
    pub form: &'static str,
    pub may_start_at_self: bool,
}

/// `user_id`, or `rows = items.len()`
pub struct Field {
    /// The name as it was written.
    pub name: TokenStream,
    /// The attribute's key.
    pub key: String,
    pub value: TokenStream,
}

/// `bucket`, or `bucket = self.bucket.as_str()`
pub type Label = Field;

/// `uploaded_bytes_total = content.len()`
pub type Counter = Field;

const FIELDS_FORM: &str =
    "`fields` lists names, each with a value where it needs one; write `fields(user_id, rows = items.len())`";
const LABELS_FORM: &str = "`labels` lists names, each with a value where it needs one; write `labels(bucket = self.bucket.as_str())`";
const METRIC_FORM: &str =
    "`metric` takes the name of a histogram of seconds; write `metric = \"upload_duration_seconds\"`";
const COUNTER_FORM: &str = "`counter` takes one counter and what a call adds to it; write `counter(uploaded_bytes_total = content.len())`";
const RUNTIME_FORM: &str =
    "`crate` takes the path at which spanweave is found; write `crate = my_crate::spanweave`";

/// What the name of every counter ends in.
const TOTAL: &str = "_total";

/// Reads an option into its slot; a second one of the same key is a mistake.
pub fn once<T>(
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

pub fn flag(option: &Written, form: &str, errors: &mut Errors) -> Option<()> {
    match option.value {
        Value::None => Some(()),
        _ => option.reject(form, errors),
    }
}

pub fn off(option: &Written, form: &str, errors: &mut Errors) -> Option<()> {
    match &option.value {
        Value::Assigned(tokens) if tokens.to_string() == "off" => Some(()),
        _ => option.reject(form, errors),
    }
}

/// A string that says something.
pub fn text(option: &Written, form: &str, errors: &mut Errors) -> Option<String> {
    let Value::Assigned(tokens) = &option.value else {
        return option.reject(form, errors);
    };
    match syn::parse2::<LitStr>(tokens.clone()) {
        Ok(literal) if !literal.value().trim().is_empty() => Some(literal.value()),
        _ => option.reject(form, errors),
    }
}

/// A name as Prometheus has them, of what is measured in seconds.
pub fn metric(option: &Written, errors: &mut Errors) -> Option<String> {
    let name = text(option, METRIC_FORM, errors)?;
    let is_metric = is_name(&name.replace(':', "_")) && name.ends_with("_seconds");
    if is_metric { Some(name) } else { option.reject(METRIC_FORM, errors) }
}

/// A name as Prometheus has those of counters, and a value.
pub fn counter(option: &Written, errors: &mut Errors) -> Option<Counter> {
    let mut listed = list::<Counter>(option, COUNTER_FORM, errors)?.into_iter();
    let counter = listed.next()?;
    if let Some(second) = listed.next() {
        errors.over(second.name, COUNTER_FORM);
    }
    let Counter { name, key, .. } = &counter;
    if key.len() == TOTAL.len() || !key.ends_with(TOTAL) || !is_name(key) {
        errors.over(
            name,
            format!(
                "`{key}` is no counter's name; write one that ends in `{TOTAL}`, as in `uploaded_bytes_total`"
            ),
        );
    }
    Some(counter)
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`
fn is_name(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_word) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

pub fn runtime(option: &Written, errors: &mut Errors) -> Option<Path> {
    let Value::Assigned(tokens) = &option.value else {
        return option.reject(RUNTIME_FORM, errors);
    };
    match Path::parse_mod_style.parse2(tokens.clone()) {
        Ok(path) => Some(path),
        Err(_) => option.reject(RUNTIME_FORM, errors),
    }
}

pub fn paths(option: &Written, paths: &Paths, errors: &mut Errors) -> Option<Vec<FieldPath>> {
    let listed = list::<FieldPath>(option, paths.form, errors)?;
    let at_self = listed.iter().find(|path| path.segments[0] == "self");
    if let Some(path) = at_self.filter(|_| !paths.may_start_at_self) {
        errors.over(&path.tokens, paths.form);
        return None;
    }
    Some(distinct(listed, paths.option, |path| (path.segments.join("."), path.tokens.clone()), errors))
}

pub fn fields(option: &Written, errors: &mut Errors) -> Option<Vec<Field>> {
    let fields = list(option, FIELDS_FORM, errors)?;
    Some(distinct(fields, "fields", |field: &Field| (field.key.clone(), field.name.clone()), errors))
}

pub fn labels(option: &Written, errors: &mut Errors) -> Option<Vec<Label>> {
    let labels = list(option, LABELS_FORM, errors)?;
    for Label { name, key, .. } in &labels {
        if !is_name(key) || key.starts_with("__") {
            errors.over(name, format!("`{key}` is no label's name; write `my_label = {key}`"));
        } else if key == "result" || key == "le" {
            errors.over(name, format!("the label `{key}` is the metric's own; give yours another name"));
        }
    }
    Some(distinct(labels, "labels", |label: &Label| (label.key.clone(), label.name.clone()), errors))
}

/// The elements without those whose key was there before, which are reported where their name is.
fn distinct<T>(
    elements: Vec<T>,
    option: &str,
    name: impl Fn(&T) -> (String, TokenStream),
    errors: &mut Errors,
) -> Vec<T> {
    let mut seen: Vec<String> = Vec::new();
    let mut first_only = Vec::new();
    for element in elements {
        let (key, name) = name(&element);
        if seen.contains(&key) {
            errors.over(name, format!("`{key}` is listed twice in `{option}`; remove one"));
        } else {
            seen.push(key);
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

impl Parse for FieldPath {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut path = FieldPath { tokens: TokenStream::new(), segments: Vec::new() };
        path.segment(input)?;
        while let Some(dot) = input.parse::<Option<Token![.]>>()? {
            dot.to_tokens(&mut path.tokens);
            path.segment(input)?;
        }
        Ok(path)
    }
}

impl FieldPath {
    fn segment(&mut self, input: ParseStream) -> syn::Result<()> {
        if input.peek(syn::LitInt) {
            let index: Index = input.parse()?;
            self.segments.push(index.index.to_string());
            index.to_tokens(&mut self.tokens);
        } else {
            let is_self = self.segments.is_empty() && input.peek(Token![self]);
            let name = if is_self { input.call(Ident::parse_any)? } else { input.parse()? };
            self.segments.push(name.to_string());
            name.to_tokens(&mut self.tokens);
        }
        Ok(())
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
            // What is no value is to be said here, in our words.
            syn::parse2::<Expr>(name.clone())?.to_token_stream()
        };
        Ok(Field { name, key, value })
    }
}
